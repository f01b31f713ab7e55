#!/usr/bin/env python3
"""Shows that the simulator finds what it is for: each planted bug must be caught.

    tests/sim/planted.py               every bug of schemas/planted.h
    tests/sim/planted.py 4 14          these alone
    tests/sim/planted.py --seeds 1000  looks longer: where does a bug show at all?

Builds the simulator once for each bug (build/planted/<number>/souk-sim) and runs seed after seed
until a checker complains. A bug fails this test when no checker does within its number of seeds,
or one that it is not meant for. So does a complaint of the simulator that nothing is planted in,
since then a bug could be taken for caught that is not: that is the row 0. A bug that the checker
`escrow` may catch is looked for in markets where everything is sold from leases, one from number 69
on in markets whose traders are elected.

  --seeds N   seeds to try, in place of each bug's own number
  --jobs N    bugs at work at once (one for each processor)
  --help      this page

Exit status: 0, each was caught as stated; 1, one was not; 2, a wrong call.
"""
import os
import re
import subprocess
import sys
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TABLE = os.path.join("schemas", "planted.h")
CORES = ("broker", "actors")
OF_LEASES = "escrow"  # the checker of what goes wrong with leases, and the mode that has them
ELECTED_FROM = 69  # the first bug of elected markets

Bug = namedtuple("Bug", "number name checkers seeds phrase")
Caught = namedtuple("Caught", "seed checker complaint")  # seed 0: not caught

NOTHING = "nothing planted"


def read_table():
    """The bugs of the table, by number."""
    with open(os.path.join(ROOT, TABLE), encoding="ascii") as file:
        text = re.sub(r"\s*\\\n\s*", " ", file.read())
    rows = re.findall(r'X \((\d+), "([a-z0-9-]+)", "([a-z ]+)", (\d+), "([^"]+)"\)', text)
    bugs = [Bug(int(n), name, tuple(checkers.split()), int(seeds), phrase)
            for n, name, checkers, seeds, phrase in rows]
    return {bug.number: bug for bug in bugs}, len(rows) == text.count(" X (")


def read_places():
    """Where each number is planted, as file:line."""
    places = {}
    for folder in CORES:
        for path, _, names in sorted(os.walk(os.path.join(ROOT, folder))):
            for name in sorted(names):
                where = os.path.relpath(os.path.join(path, name), ROOT)
                with open(os.path.join(path, name), encoding="utf-8") as file:
                    for at, line in enumerate(file, 1):
                        for number in re.findall(r"\bPLANTED \((\d+)\)", line):
                            places.setdefault(int(number), []).append(f"{where}:{at}")
    return places


def faults_of_table(bugs, whole, places):
    """What is wrong with the table, or with what it tells of."""
    faults = [] if whole and bugs else [f"{TABLE}: a row that cannot be read"]
    for number in sorted(set(bugs) | set(places)):
        if number not in bugs:
            faults.append(f"{places[number][0]}: bug {number} does not stand in {TABLE}")
        elif len(places.get(number, [])) != 1:
            where = ", ".join(places.get(number, ["nowhere"]))
            faults.append(f"bug {number} must be planted in one place, and is in: {where}")
    return faults


def program_of(number):
    """The simulator with this bug; 0: with none."""
    return f"build/planted/{number}/souk-sim" if number else "build/souk-sim"


def build(numbers, jobs):
    # The flags of a make that runs this are for itself.
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL")}
    targets = [program_of(number) for number in numbers]
    make = [os.environ.get("MAKE", "make"), "--no-print-directory", "-s", f"-j{jobs}"]
    return subprocess.run(make + targets, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                          stdout=sys.stderr, check=False).returncode == 0


def modes_of(bug):
    """The modes of the markets that a bug is looked for in, as options of the simulator."""
    of_leases = ("--mode", OF_LEASES)
    elected = ("--elect", "1")
    if bug.number == 0:
        return ((), of_leases, elected)
    if bug.number >= ELECTED_FROM:
        return (elected,)
    return (of_leases,) if OF_LEASES in bug.checkers else ((),)


def command_of(bug, mode):
    return [program_of(bug.number), *mode, "--seeds", f"1..{bug.seeds}", "--jobs", "1"]


def hunt(bug):
    """Runs the seeds until one fails, in one kind of market after the other."""
    for mode in modes_of(bug):
        caught = hunt_in(bug, mode)
        if caught.seed or caught.complaint:
            break
    return caught


def hunt_in(bug, mode):
    """Runs the seeds one by one until one fails."""
    command = [*command_of(bug, mode), "--no-sometimes"]
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    failed = re.search(r"^FAILED seed (\d+): (.+)\n *(.*)", done.stdout, re.M)
    if failed:
        # A process that died has an assert to thank for it, the nearest checker of all.
        checker = "crash" if failed[2].startswith("signal") else failed[2]
        return Caught(int(failed[1]), checker, failed[3])
    if done.returncode != 0:
        return Caught(0, "", f"{' '.join(command)}: exit status {done.returncode}")
    return Caught(0, "", "")


def verdict(bug, caught):
    """Whether this is how it should be, and what to say of it."""
    if bug.number == 0:
        return (not caught.seed and not caught.complaint), caught.complaint
    if not caught.seed:
        return False, caught.complaint or f"not caught in {bug.seeds} seeds"
    if caught.checker not in bug.checkers:
        return False, f"not meant for this checker: {caught.complaint}"
    return True, ""


def show(bug, caught):
    good, remark = verdict(bug, caught)
    seed = str(caught.seed) if caught.seed else "-"
    print(f"{'ok' if good else 'FAIL':4} {bug.number:3}  {bug.name:24} {seed:>4} of {bug.seeds:<5} "
          f"{caught.checker or '-':13} {' '.join(bug.checkers)}", flush=True)
    if not good:
        print(f"          {bug.phrase}\n          {remark}\n"
              f"          again: {' '.join(command_of(bug, modes_of(bug)[-1]))}", flush=True)
    return good


def read_call(words, bugs):
    """(numbers, seeds, jobs) of a command line."""
    numbers, seeds, jobs = [], 0, os.cpu_count() or 1
    words = list(words)
    while words:
        word = words.pop(0)
        value = words.pop(0) if word in ("--seeds", "--jobs") and words else word
        if not value.isdecimal() or int(value) < 1 or len(value) > 9:
            raise ValueError(f"{word}: not an option, or without a number above 0")
        if word == "--seeds":
            seeds = int(value)
        elif word == "--jobs":
            jobs = int(value)
        elif int(value) not in bugs:
            raise ValueError(f"{word}: no such bug in {TABLE}")
        else:
            numbers.append(int(value))
    return numbers or sorted(bugs), seeds, jobs


def main():
    if "--help" in sys.argv[1:]:
        print(__doc__.strip())
        return 0
    bugs, whole = read_table()
    try:
        numbers, seeds, jobs = read_call(sys.argv[1:], bugs)
    except ValueError as error:
        print(f"planted.py: {error}; --help shows how it is used", file=sys.stderr)
        return 2
    chosen = [bugs[n]._replace(seeds=seeds or bugs[n].seeds) for n in numbers]
    most = max((bug.seeds for bug in chosen), default=1)
    chosen.insert(0, Bug(0, "none", ("-",), most, NOTHING))
    faults = faults_of_table(bugs, whole, read_places())
    for fault in faults:
        print(f"FAIL {fault}", file=sys.stderr)
    if not build([bug.number for bug in chosen], jobs):
        print("planted.py: cannot build the simulator", file=sys.stderr)
        return 1
    print(f"     bug  name                     seed {'':9}caught by     may be caught by")
    good = 0
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        for bug, caught in zip(chosen, pool.map(hunt, chosen)):
            good += show(bug, caught)
    checks = len(chosen) + 1
    bad = checks - good - (not faults)
    print(f"{100 * (checks - bad) // checks}%: Checks: {checks}, Failures: {bad}, Errors: 0")
    return 1 if bad else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
