#!/usr/bin/env python3
"""Runs souk-sim --experiment over a series and prints one table.

  tools/scale.py                                     1 to 256 traders, sync and cached
  tools/scale.py --vary warehouse-latency=100us,1ms,10ms --vary mode=sync,cached
  tools/scale.py --vary traders-each=1,2,0 --mode cached --traders 16 --think-time 10ms
  tools/scale.py --vary in-flight=1,2,4 --json > runs.json

Each --vary names an option of souk-sim --experiment and its values; all of them are combined.
What is not an option here goes to souk-sim (souk-sim --experiment --help). Times are virtual, so
the table does not depend on this machine, nor on how many runs are under way at once.
Exit status: 0; 1, a run failed; 2, a wrong call.
"""
import argparse
import itertools
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SERIES = ("traders=1,2,4,8,16,32,64,128,256", "mode=sync,cached")
DEFAULTS = ("--duration", "3s")


def number(value):
    """Short, and whole where it is large."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def milliseconds(microseconds):
    return "-" if microseconds is None else f"{microseconds / 1000:.3g}"


def percent(share):
    return "-" if share is None else f"{100 * share:.1f}"


COLUMNS = (
    ("orders/s", lambda run: number(run["orders_per_s"])),
    ("first p50 ms", lambda run: milliseconds(run["first_answer_us"]["p50"])),
    ("first p99 ms", lambda run: milliseconds(run["first_answer_us"]["p99"])),
    ("final p50 ms", lambda run: milliseconds(run["final_answer_us"]["p50"])),
    ("final p99 ms", lambda run: milliseconds(run["final_answer_us"]["p99"])),
    ("oversold % of accepted", lambda run: percent(run["oversold"]["of_accepted"])),
    ("orders/batch", lambda run: number(run["orders_per_batch"])),
    ("messages/order", lambda run: number(run["messages_per_order"]["all"])),
    ("published", lambda run: number(run["messages_per_order"]["published"])),
    ("warehouse at work %", lambda run: percent(run["at_work"]["warehouse"])),
)


def varied(text):
    """('traders', ['1', '2']) of 'traders=1,2'."""
    name, equals, values = text.partition("=")
    name = name[2:] if name.startswith("--") else name
    if not name or not equals or not all(values.split(",")):
        raise argparse.ArgumentTypeError(f"'{text}' must be like traders=1,2,4")
    return name, values.split(",")


def run(program, words):
    """One experiment: (its JSON, "") or (None, what went wrong, its exit status)."""
    try:
        done = subprocess.run([program, "--experiment", *words], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              check=False)
    except OSError as error:
        return None, f"{program}: {error.strerror}; make build/souk-sim", 1
    if done.returncode != 0:
        return None, done.stderr.strip() or f"souk-sim ended with {done.returncode}", done.returncode
    return json.loads(done.stdout), "", 0


def show_progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def print_row(cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def print_header(names):
    print_row([*names, *(name for name, _ in COLUMNS)])
    print("|" + "---|" * (len(names) + len(COLUMNS)), flush=True)


def print_runs(names, points, runs, as_json):
    """Each as soon as it and those before it are done. Returns the exit status."""
    for count, (values, future) in enumerate(zip(points, runs)):
        show_progress(f"{count} of {len(points)} runs")
        result, error, status = future.result()
        show_progress("")
        if error:
            print(f"scale.py: {error}", file=sys.stderr)
            return status if status in (1, 2) else 1
        if as_json:
            print(json.dumps(result), flush=True)
            continue
        if count == 0:
            print_header(names)
        print_row([*values, *(cell(result) for _, cell in COLUMNS)])
    return 0


def read_arguments():
    parser = argparse.ArgumentParser(
        usage="tools/scale.py [--vary OPTION=A,B,...]... [--jobs N] [--json] "
              "[souk-sim's options]",
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False)
    parser.add_argument("--vary", action="append", type=varied, metavar="OPTION=A,B,...",
                        help=f"an option's values ({' and '.join(SERIES)})")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N",
                        help="runs at once; each can take 2.5 GB (one for each processor)")
    parser.add_argument("--json", action="store_true", help="each run's JSON, a line each")
    parser.add_argument("--souk-sim", metavar="PATH",
                        default=os.environ.get("SOUK_SIM")
                        or os.path.join(ROOT, "build", "souk-sim"),
                        help="the program ($SOUK_SIM, or build/souk-sim)")
    arguments, options = parser.parse_known_args()
    if arguments.jobs < 1:
        parser.error("--jobs: at least 1")
    arguments.vary = arguments.vary or [varied(text) for text in SERIES]
    return arguments, options


def main():
    arguments, options = read_arguments()
    names = [name for name, _ in arguments.vary]
    points = list(itertools.product(*(values for _, values in arguments.vary)))
    with ThreadPoolExecutor(max_workers=arguments.jobs) as pool:
        runs = [pool.submit(run, arguments.souk_sim,
                            [*DEFAULTS, *options, *(word for name, value in zip(names, values)
                                                    for word in ("--" + name, value))])
                for values in points]
        try:
            return print_runs(names, points, runs, arguments.json)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
