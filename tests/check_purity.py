#!/usr/bin/env python3
"""Holds the cores to what a core may use: no sockets, clocks, files, threads or randomness. Holds
the simulator's checkers to what they may share with the cores: no code at all.

    tests/check_purity.py            checks build/libcores.a and build/libcheckers.a

Every symbol that the cores want from outside must stand in tests/pure_symbols.txt. None that the
checkers want may be one that the cores define.
"""
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CORES = os.path.join(ROOT, "build", "libcores.a")
CHECKERS = os.path.join(ROOT, "build", "libcheckers.a")


def symbols_of(path):
    """Each symbol of an object or archive: (member, its letter by nm(1), name)."""
    output = subprocess.run(["nm", "-A", path], check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    for line in output.splitlines():
        where, _, rest = line.rpartition(":")
        words = rest.split()
        yield where, words[-2], words[-1]


def wanted_of(path):
    """Symbols that an object or archive wants and does not have: {symbol: member that wants it}."""
    wanted, defined = {}, set()
    for where, letter, name in symbols_of(path):
        if letter in "Uw":
            wanted.setdefault(name, where)
        else:
            defined.add(name)
    return {name: where for name, where in wanted.items() if name not in defined}


def offered_by(path):
    """Symbols that an object or archive has for others."""
    return {name for _, letter, name in symbols_of(path) if letter.isupper() and letter != "U"}


def allowed():
    with open(os.path.join(ROOT, "tests", "pure_symbols.txt"), encoding="ascii") as lines:
        return {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}


def check_cores():
    foreign = {n: w for n, w in wanted_of(CORES).items() if n not in allowed()}
    for name, where in sorted(foreign.items()):
        print(f"{where} wants {name}: a core must do without it", file=sys.stderr)
    return not foreign


def shared_with_cores(path):
    """Symbols that an object or archive takes from the cores: {symbol: member that wants it}."""
    offered = offered_by(CORES)
    return {name: where for name, where in wanted_of(path).items() if name in offered}


def check_checkers():
    shared = shared_with_cores(CHECKERS)
    for name, where in sorted(shared.items()):
        print(f"{where} wants {name}, which is the cores': a checker must do without it",
              file=sys.stderr)
    return not shared


def compiled(folder, source):
    path = os.path.join(folder, "offender.c")
    with open(path, "w", encoding="ascii") as file:
        file.write(source)
    subprocess.run([os.environ.get("CC", "cc"), "-I" + ROOT, "-c", path, "-o", path + ".o"],
                   check=True)
    return path + ".o"


def check_that_it_sees():
    """An impure object is found out, or this test would prove nothing."""
    with tempfile.TemporaryDirectory() as folder:
        impure = compiled(folder, "#include <time.h>\nlong now (void);\nlong now (void)"
                                  "{ return (long) time (0); }\n")
        return "time" in wanted_of(impure) and "time" not in allowed()


def check_that_it_sees_sharing():
    """And so is a checker that has a core's word for a status."""
    with tempfile.TemporaryDirectory() as folder:
        sharing = compiled(folder, '#include "schemas/message.h"\nconst char *sold (void);\n'
                                   "const char *sold (void) { return status_name (STATUS_SOLD); }")
        return set(shared_with_cores(sharing)) == {"status_name"}


def main():
    if "--help" in sys.argv:
        print(__doc__.strip())
        return 0
    results = [check_cores(), check_that_it_sees(), check_checkers(), check_that_it_sees_sharing()]
    failures = results.count(False)
    print(f"{100 * (len(results) - failures) // len(results)}%: Checks: {len(results)}, "
          f"Failures: {failures}, Errors: 0")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
