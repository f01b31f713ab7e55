#!/usr/bin/env python3
"""Runs the tests it is given and says in a line each how they went.

    tests/run_tests.py build/san/tests/check_queue tests/check_purity.py tests/system/test_kill.py

A Check program, a script that prints Check's line of figures, or a unittest file. What failed is
shown with its last lines and the command that runs it again; the last line counts all tests.
"""
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TIMEOUT_S = 240
LINES_SHOWN = 40


def command_of(test):
    """What runs the test, as words."""
    if os.path.basename(test).startswith("test_"):
        folder, name = os.path.split(test)
        return [sys.executable, "-m", "unittest", "discover", "-s", folder, "-p", name]
    return [sys.executable, test] if test.endswith(".py") else [test]


def counts_of(output):
    """(tests, failed) as the output tells them; None where it tells nothing."""
    check = re.findall(r"Checks: (\d+), Failures: (\d+), Errors: (\d+)", output)
    if check:
        return (sum(int(c[0]) for c in check), sum(int(c[1]) + int(c[2]) for c in check))
    ran = re.search(r"^Ran (\d+) test", output, re.M)
    if ran:
        bad = re.search(r"^FAILED \((.*)\)", output, re.M)
        failed = sum(int(n) for n in re.findall(r"(?:failures|errors)=(\d+)", bad[1])) if bad else 0
        return (int(ran[1]) - skipped_of(output), failed)
    return None


def skipped_of(output):
    """Tests of a unittest file that did not run, since this machine lacks what they need."""
    skipped = re.search(r"^(?:OK|FAILED) \(.*?skipped=(\d+)", output, re.M)
    return int(skipped[1]) if skipped else 0


def run(test):
    """Runs one test; returns (test, tests, failed, seconds, output)."""
    begun = time.monotonic()
    try:
        done = subprocess.run(command_of(test), cwd=ROOT, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              errors="replace", timeout=TIMEOUT_S)
        output, status = done.stdout, done.returncode
    except subprocess.TimeoutExpired as error:
        output = (error.stdout or b"").decode(errors="replace") + f"\nno end in {TIMEOUT_S} s\n"
        status = 1
    except OSError as error:
        output, status = f"cannot run: {error}\n", 1
    tests, failed = counts_of(output) or (1, 1)
    if status != 0 and failed == 0:
        failed = 1
        tests = max(tests, 1)
    return test, tests, failed, time.monotonic() - begun, output


def show(result, environment):
    test, tests, failed, seconds, output = result
    word = "FAIL" if failed else "ok"
    skipped = skipped_of(output)
    print(f"{word:4} {test:44} {tests:5} tests {seconds:7.1f} s"
          + (f"  and {skipped} skipped" if skipped else ""), flush=True)
    if failed:
        lines = [line for line in output.splitlines() if line.strip()]
        told = [line for line in lines if re.search(r":[FE]:|ERROR|FAIL|runtime error|Error", line)]
        for line in (told[:LINES_SHOWN // 2] + ["..."] + lines[-LINES_SHOWN // 2:]):
            print("     " + line[:300])
        print(f"     again: {environment}{' '.join(command_of(test))}", flush=True)


def main():
    tests = sys.argv[1:]
    if not tests or "--help" in tests:
        print(__doc__.strip(), file=sys.stdout if tests else sys.stderr)
        return 0 if tests else 2
    kept = ("SOUK", "SOUK_SIM", "ASAN_OPTIONS", "UBSAN_OPTIONS")
    environment = "".join(f"{name}={os.environ[name]} " for name in kept if name in os.environ)
    alone = [test for test in tests if os.path.basename(test).startswith("test_")]
    together = [test for test in tests if test not in alone]
    results = []
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for result in pool.map(run, together):
            show(result, environment)
            results.append(result)
    for test in alone:  # Whole markets want the machine for themselves.
        results.append(run(test))
        show(results[-1], environment)
    passed = sum(result[1] - result[2] for result in results)
    failed = sum(result[2] for result in results)
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
