#!/usr/bin/env python3
"""Measures Souk from one order outstanding to thousands, each time beside a bare ZeroMQ echo.

  tools/bench.py                              the table of the README, in seven minutes
  tools/bench.py --modes sync,backup --runs 1
  tools/bench.py --transport ipc --json > figures.json

Each cell is a `souk bench`: a warehouse and a trader as processes of their own on a fresh store,
and in the same run an echo with as many clients, as much outstanding and messages as long. Up to 50
outstanding are as many connections, more are 50 connections with a window. Rounds are interleaved,
so that what else the machine does hits all alike; the table shows medians. An order counts when it
has its final answer; p50 and p99 are of the first, which in cached is a promise.
Modes: sync; cached, one trader with a journal; backup, cached and each promise on the disk of
another trader, too; dead, one of two cached traders, after the other one was killed.
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
MODES = {  # what souk bench is told, which cells, and what it is called
    "sync": (["--mode", "sync"], (1, 50, 800, 3200), "sync"),
    "cached": (["--mode", "cached"], (1, 50, 800, 3200), "cached"),
    "backup": (["--mode", "cached", "--backup"], (1, 50, 800), "cached, backup"),
    "dead": (["--mode", "cached", "--traders", "2", "--kill-trader", "2"], (50, 800),
             "cached, one of two dead"),
}
HEAD = ("| mode | outstanding | orders/s | p50 | p99 | of the echo's rate | of sync's "
        "| p50 in echoes | CPU µs an order: load, trader, backup, warehouse |\n"
        "|---|---|---|---|---|---|---|---|---|")


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        usage=argparse.SUPPRESS)
    parser.add_argument("--modes", default=",".join(MODES),
                        help=f"some of {','.join(MODES)} (all)")
    parser.add_argument("--runs", type=int, default=3, help="of each cell; the medians count (3)")
    parser.add_argument("--orders", type=int, help="of each cell (as souk bench has it)")
    parser.add_argument("--transport", choices=("tcp", "ipc"), default="tcp", help="(tcp)")
    parser.add_argument("--json", action="store_true", help="one object with every run")
    parser.add_argument("--souk", default=os.environ.get("SOUK") or os.path.join(
        ROOT, "build", "souk"), help="the program ($SOUK, or build/souk)")
    options = parser.parse_args()
    unknown = set(options.modes.split(",")) - set(MODES)
    if unknown:
        parser.error(f"--modes: there is no {unknown.pop()!r}; write some of {','.join(MODES)}")
    if options.runs < 1 or (options.orders is not None and options.orders < 1):
        parser.error("--runs and --orders are at least 1")
    return options


def measure(options, mode, outstanding):
    """What one souk bench tells; None, and why on stderr, when it fails."""
    clients, window = CELLS[outstanding]
    words = [options.souk, "bench", "--json", *MODES[mode][0], "--clients", str(clients),
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


def share(some, others):
    """The median over the rounds of one cell's rate in another's."""
    return median(run["settled_per_s"] / other["settled_per_s"]
                  for run, other in zip(some, others))


def row(mode, outstanding, cells_runs):
    """Medians of a cell's runs, as a line of the table."""
    runs = cells_runs[mode, outstanding]
    sync = cells_runs.get(("sync", outstanding))

    def middle(pick):
        return median(pick(run) for run in runs)

    cpu = [middle(lambda run, name=name: run["cpu_us_per_order"][name])
           if name in runs[0]["cpu_us_per_order"] else None
           for name in ("load", "trader-1", "backup", "warehouse")]
    cells = [MODES[mode][2], f"{outstanding:,}", f"{middle(lambda run: run['settled_per_s']):,.0f}",
             duration(middle(lambda run: run["latency_us"]["p50"])),
             duration(middle(lambda run: run["latency_us"]["p99"])),
             f"{middle(lambda run: run['settled_per_s'] / run['echo_per_s']):.2f}",
             f"{share(runs, sync):.2f}" if sync else "–",
             f"{middle(lambda run: run['latency_us']['p50'] / run['echo_latency_us']['p50']):.1f}",
             ", ".join("–" if us is None else f"{us:.1f}" for us in cpu)]
    return "| " + " | ".join(cells) + " |"


def remarks(runs):
    """What the table does not say of promises with a backup, and of a trader's death."""
    if ("backup", 1) in runs:
        told = runs["backup", 1]
        first, echo, fsync = (median(run[name]["p50"] for run in told)
                              for name in ("latency_us", "echo_latency_us", "fsync_us"))
        yield (f"One outstanding, with a backup: the first answer takes {first:.0f} µs; four echoes "
               f"of {echo:.0f} µs and one fsync of {fsync:.0f} µs are {4 * echo + fsync:.0f} µs.")
    for mode, outstanding in runs:
        if mode == "dead" and ("cached", outstanding) in runs:
            kept = share(runs[mode, outstanding], runs["cached", outstanding])
            yield f"{outstanding} outstanding, one of two dead: {kept:.2f} of one trader's alone."


def main():
    options = parse()
    cells = [(mode, outstanding) for outstanding in CELLS for mode in options.modes.split(",")
             if outstanding in MODES[mode][1]]  # What is compared is measured one after the other.
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
        for cell in sorted(cells, key=lambda cell: list(MODES).index(cell[0])):
            print(row(*cell, runs))
        for remark in remarks(runs):
            print(f"\n{remark}")
    return 0


if __name__ == "__main__":
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, interrupt)
    sys.exit(main())
