#!/usr/bin/env python3
"""Measures how often stale caches oversell, by the ratio of buyers to sellers.

  tools/oversell.py                         the table of the README, in about five minutes
  tools/oversell.py --seeds 1 --mode sync   in sync: nothing is ever oversold
  tools/oversell.py --mode batched          a few orders at a time: the stalest caches of all
  tools/oversell.py --mode escrow           leased units: as fast, and nothing is oversold
  tools/oversell.py --seeds 3 --think-time 0.5s --products 2

The mode is any of launch.py's four, with its settings (escrow:budget=5%).
Two minutes of market (--time-scale 20) for each ratio and seed; what is not an option here goes
to tools/launch.py. Prints a Markdown table on stdout. Exit status 1 when a market was not
conserved, or a buyer's book did not agree with the ledger.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

LAUNCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "launch.py")
RATIOS = ("1/2", "2/3", "2/2", "3/2", "4/2", "5/2", "6/2")
DEFAULTS = ["--mode", "cached", "--invalidation", "off", "--products", "1", "--think-time", "1s",
            "--duration", "120s", "--time-scale", "20"]


def market(ratio, seed, options):
    """Runs one market and returns its summary."""
    buyers, sellers = ratio.split("/")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, LAUNCH, *DEFAULTS, *options, "--buyers", buyers, "--sellers", sellers,
             "--seed", str(seed), "--run-dir", os.path.join(folder, "run"), "--summary", "-"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode == 2 or not done.stdout:
        sys.exit(f"oversell.py: {done.stderr.strip() or 'no summary'}")
    return json.loads(done.stdout)


def show_progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(usage="tools/oversell.py [--seeds N] [launch.py's options]",
                                     description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, help="markets of each ratio (5)")
    arguments, options = parser.parse_known_args()
    sound = True
    print("| buyers/sellers | requests | units sold | oversold | of requests | of accepted |")
    print("|---|---|---|---|---|---|")
    for ratio in RATIOS:
        runs = []
        for seed in range(1, arguments.seeds + 1):
            show_progress(f"{ratio}, seed {seed} of {arguments.seeds}")
            runs.append(market(ratio, seed, options))
        show_progress("")
        sound = sound and all(run["conserved"] and run["books_agree"] for run in runs)
        mean = {name: statistics.mean(run[name] for run in runs)
                for name in ("requests", "sold_units", "oversold", "oversell_percent",
                             "oversell_percent_of_accepted")}
        print(f"| {ratio} | {mean['requests']:.0f} | {mean['sold_units']:.0f} "
              f"| {mean['oversold']:.1f} | {mean['oversell_percent']:.1f} % "
              f"| {mean['oversell_percent_of_accepted']:.1f} % |", flush=True)
    print(f"\nMeans of {arguments.seeds}; " + ("all conserved." if sound else "NOT CONSERVED."))
    return 0 if sound else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
