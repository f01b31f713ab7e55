#!/usr/bin/env python3
"""Measures Souk from one order outstanding to thousands, each time beside a bare ZeroMQ echo.

  tools/bench.py                              the table of the README, in five minutes
  tools/bench.py --modes sync --runs 1
  tools/bench.py --transport ipc --json > figures.json

Each cell is a `souk bench`: a warehouse and a trader as processes of their own on a fresh store,
and in the same run an echo with as many clients, as much outstanding and messages as long. Up to 50
outstanding are as many connections, more are 50 connections with a window. Rounds are interleaved,
so that what else the machine does hits all alike; the table shows medians. An order counts when it
has its final answer; p50 and p99 are of the first, which in cached is a promise.
Exit status: 0; 1, something failed or a store was not conserved; 2, a wrong call.
"""
import argparse
import json
import os
import signal
import subprocess
import sys
from statistics import median

from souk_launch.nodes import popen

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CELLS = {1: (1, 1), 50: (50, 1), 800: (50, 16), 3200: (50, 64)}  # outstanding: clients, window
HEAD = ("| mode | outstanding | orders/s | p50 | p99 | of the echo's rate | p50 in echoes "
        "| CPU µs an order: load, trader, warehouse |\n|---|---|---|---|---|---|---|---|")


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        usage=argparse.SUPPRESS)
    parser.add_argument("--modes", default="sync,cached", help="some of sync,cached (both)")
    parser.add_argument("--runs", type=int, default=3, help="of each cell; the medians count (3)")
    parser.add_argument("--orders", type=int, help="of each cell (as souk bench has it)")
    parser.add_argument("--transport", choices=("tcp", "ipc"), default="tcp", help="(tcp)")
    parser.add_argument("--json", action="store_true", help="one object with every run")
    parser.add_argument("--souk", default=os.environ.get("SOUK") or os.path.join(
        ROOT, "build", "souk"), help="the program ($SOUK, or build/souk)")
    options = parser.parse_args()
    unknown = set(options.modes.split(",")) - {"sync", "cached"}
    if unknown:
        parser.error(f"--modes: there is no {unknown.pop()!r}; write some of sync,cached")
    if options.runs < 1 or (options.orders is not None and options.orders < 1):
        parser.error("--runs and --orders are at least 1")
    return options


def measure(options, mode, outstanding):
    """What one souk bench tells; None, and why on stderr, when it fails."""
    clients, window = CELLS[outstanding]
    words = [options.souk, "bench", "--json", "--mode", mode, "--clients", str(clients),
             "--window", str(window), "--transport", options.transport]
    words += ["--orders", str(options.orders)] if options.orders else []
    process = popen(words, stdout=subprocess.PIPE, text=True)
    try:
        told, _ = process.communicate()
    finally:
        if process.poll() is None:
            process.terminate()  # It ends what it has started, and removes what it has made.
            process.wait()
    return json.loads(told) if process.returncode == 0 else None


def interrupt(number, _frame):
    raise SystemExit(128 + number)


def duration(us):
    return f"{us:.0f} µs" if us < 1000 else f"{us / 1000:.1f} ms"


def row(mode, outstanding, runs):
    """Medians of a cell's runs, as a line of the table."""
    def middle(pick):
        return median(pick(run) for run in runs)

    cpu = [middle(lambda run, name=name: run["cpu_us_per_order"][name])
           for name in ("load", "trader-1", "warehouse")]
    cells = [mode, f"{outstanding:,}", f"{middle(lambda run: run['settled_per_s']):,.0f}",
             duration(middle(lambda run: run["latency_us"]["p50"])),
             duration(middle(lambda run: run["latency_us"]["p99"])),
             f"{middle(lambda run: run['settled_per_s'] / run['echo_per_s']):.2f}",
             f"{middle(lambda run: run['latency_us']['p50'] / run['echo_latency_us']['p50']):.1f}",
             ", ".join(f"{us:.1f}" for us in cpu)]
    return "| " + " | ".join(cells) + " |"


def main():
    options = parse()
    cells = [(mode, outstanding) for mode in options.modes.split(",") for outstanding in CELLS]
    runs = {cell: [] for cell in cells}
    for turn in range(options.runs):
        for mode, outstanding in cells:
            if sys.stderr.isatty():
                print(f"\r\033[Krun {turn + 1} of {options.runs}: {mode}, {outstanding} outstanding",
                      end="", file=sys.stderr, flush=True)
            told = measure(options, mode, outstanding)
            if told is None:
                return 1
            runs[mode, outstanding].append(told)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    if options.json:
        print(json.dumps([{"mode": mode, "outstanding": outstanding, "runs": runs[mode, outstanding]}
                          for mode, outstanding in cells]))
    else:
        print(HEAD)
        for cell in cells:
            print(row(*cell, runs[cell]))
    return 0


if __name__ == "__main__":
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, interrupt)
    sys.exit(main())
