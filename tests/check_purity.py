#!/usr/bin/env python3
"""Holds the cores to what a core may use: no sockets, clocks, files, threads or randomness.

    tests/check_purity.py            checks build/libcores.a

Every symbol that the archive wants from outside must stand in tests/pure_symbols.txt.
"""
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ARCHIVE = os.path.join(ROOT, "build", "libcores.a")


def wanted_of(path):
    """Symbols that an object or archive wants and does not have: {symbol: member that wants it}."""
    output = subprocess.run(["nm", "-A", path], check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    wanted, defined = {}, set()
    for line in output.splitlines():
        where, _, rest = line.rpartition(":")
        words = rest.split()
        if words[-2] in "Uw":
            wanted.setdefault(words[-1], where)
        else:
            defined.add(words[-1])
    return {name: where for name, where in wanted.items() if name not in defined}


def allowed():
    with open(os.path.join(ROOT, "tests", "pure_symbols.txt"), encoding="ascii") as lines:
        return {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}


def check_cores():
    foreign = {n: w for n, w in wanted_of(ARCHIVE).items() if n not in allowed()}
    for name, where in sorted(foreign.items()):
        print(f"{where} wants {name}: a core must do without it", file=sys.stderr)
    return not foreign


def check_that_it_sees():
    """An impure object is found out, or this test would prove nothing."""
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "impure.c")
        with open(source, "w", encoding="ascii") as file:
            file.write("#include <time.h>\nlong now (void);\nlong now (void)"
                       "{ return (long) time (0); }\n")
        subprocess.run([os.environ.get("CC", "cc"), "-c", source, "-o", source + ".o"], check=True)
        return "time" in wanted_of(source + ".o") and "time" not in allowed()


def main():
    if "--help" in sys.argv:
        print(__doc__.strip())
        return 0
    results = [check_cores(), check_that_it_sees()]
    failures = results.count(False)
    print(f"{100 * (len(results) - failures) // len(results)}%: Checks: {len(results)}, "
          f"Failures: {failures}, Errors: 0")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
