#!/usr/bin/env python3
"""Measures Souk in every mode and three markets, each time beside a bare ZeroMQ echo.

  tools/bench.py                              all of it, in a quarter of an hour
  tools/bench.py --quick                      one round of fewer orders, in one minute
  tools/bench.py --markets nearly-sold-out --modes sync,escrow --runs 5
  tools/bench.py --transport ipc --json > figures.json

Each cell is a `souk bench`: a warehouse and traders as processes of their own on a fresh store, and
in the same run an echo with as many clients, as much outstanding and messages as long. Up to 50
outstanding are as many connections, more are 50 connections with a window. Rounds are interleaved,
so that what else the machine does hits all alike; the tables show medians, and ratios are those of
a round. An order counts when it has its final answer; p50 and p99 are of the first, which in cached
and batched is a promise, and in escrow the final one.
Markets: plenty, one trader and nobody is refused; nearly-sold-out, four traders and always fewer
units than half of what is outstanding; hot, one product through 1, 2 and 4 traders.
Modes: sync; cached; batched; escrow; cached-backup and escrow-backup, where each decision is on the
disk of another trader, too; cached-dead, one of two traders, after the other one was killed.
At the end stand the figures that were asked for, [x] where they are reached. What a millisecond
between trader and warehouse does, and a hundred traders, is told by souk-sim --experiment.
Exit status: 0; 1, something failed or a store was not conserved; 2, a wrong call.
"""
import argparse
import json
import os
import signal
import subprocess
import sys

from souk_bench import asked, cells, table
from souk_launch.nodes import popen

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def some_of(known):
    """A list of these, in this order, as an option's value."""
    def read(text):
        for word in text.split(","):
            if word not in map(str, known):
                raise argparse.ArgumentTypeError(
                    f"there is no {word!r}; write some of {','.join(map(str, known))}")
        return [each for each in known if str(each) in text.split(",")]
    return read


def count(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' must be a whole number, 1 at least")
    return int(text)


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        usage=argparse.SUPPRESS, allow_abbrev=False)
    parser.add_argument("--markets", type=some_of(cells.MARKETS), default=list(cells.MARKETS),
                        help=f"some of {','.join(cells.MARKETS)} (all)")
    parser.add_argument("--modes", type=some_of(tuple(cells.MODES)), default=list(cells.MODES),
                        help=f"some of {','.join(cells.MODES)} (all)")
    parser.add_argument("--outstanding", type=some_of(tuple(cells.CLIENTS)),
                        default=list(cells.CLIENTS),
                        help=f"some of {','.join(map(str, cells.CLIENTS))} (all)")
    parser.add_argument("--runs", type=count, help="of each cell; the medians count (3)")
    parser.add_argument("--orders", type=count, help="of each cell (fewer where they take longer)")
    parser.add_argument("--quick", action="store_true", help="one run of a quarter of the orders")
    parser.add_argument("--transport", choices=("tcp", "ipc"), default="tcp", help="(tcp)")
    parser.add_argument("--json", action="store_true", help="one object with every run")
    parser.add_argument("--souk", default=os.environ.get("SOUK") or os.path.join(
        ROOT, "build", "souk"), help="the program ($SOUK, or build/souk)")
    options = parser.parse_args()
    options.runs = options.runs or (1 if options.quick else 3)
    options.tables = cells.tables(options.markets, options.modes, options.outstanding)
    if not options.tables:
        parser.error("no cell of these markets has these modes and this much outstanding")
    return options


def measure(options, cell):
    """What one souk bench tells; None, and why on stderr, when it fails."""
    words = [options.souk, "bench", "--json", *cells.words(cell), "--orders",
             str(cells.orders(cell, options.quick, options.orders)), "--transport",
             options.transport]
    try:
        process = popen(words, stdout=subprocess.PIPE, text=True)
    except OSError as error:
        print(f"bench.py: {options.souk}: {error.strerror}; make", file=sys.stderr)
        return None
    try:
        told, _ = process.communicate()
    finally:
        if process.poll() is None:
            process.terminate()  # It ends what it has started, and removes what it has made.
            process.wait()
    if process.returncode != 0:
        print(f"bench.py: failed: {' '.join(words)}", file=sys.stderr)
        return None
    return json.loads(told)


def interrupt(number, _frame):
    raise SystemExit(128 + number)


def show_progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def measure_all(options):
    """All runs by cell, round by round; None when one fails."""
    runs = {cell: [] for cell in cells.in_order(options.tables)}
    for turn in range(options.runs):
        for cell, told in runs.items():
            show_progress(f"run {turn + 1} of {options.runs}: {cells.name(cell)}, "
                          f"{cell.outstanding} outstanding{', scarce' if cell.scarce else ''}")
            run = measure(options, cell)
            if run is None:
                return None
            told.append(run)
    show_progress("")
    return runs


def print_tables(options, runs):
    for each in options.tables:
        for line in table.lines(each, runs):
            print(line)
        print()
    for line in asked.remarks(runs):
        print(f"{line}\n")
    for figure in asked.figures(runs):
        print(asked.line(figure))


def main():
    options = parse()
    runs = measure_all(options)
    if runs is None:
        return 1
    if options.json:
        print(json.dumps([{**cell._asdict(), "runs": told} for cell, told in runs.items()]))
    else:
        print_tables(options, runs)
    return 0


if __name__ == "__main__":
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, interrupt)
    sys.exit(main())
