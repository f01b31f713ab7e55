#!/usr/bin/env python3
"""Starts a market, watches it, stops it, and proves that nothing was lost. See --help."""

import json
import os
import resource
import sys
import time

from souk_launch import faults, scenarios, verdict
from souk_launch import market as markets
from souk_launch import options as command_line
from souk_launch import summary as summaries
from souk_launch.books import BookError
from souk_launch.progress import Progress
from souk_launch.run import Interrupts, open_and_close


def raise_descriptors():
    """Each node takes one; the soft limit is often 1024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def run_folder(wanted, seed):
    """Makes the folder of this run. The one that was asked for must not hold a market yet."""
    if wanted is not None:
        os.makedirs(wanted, exist_ok=True)
        for name in (markets.STORE, "topology.json"):
            if os.path.exists(os.path.join(wanted, name)):
                raise markets.MarketError(f"--run-dir: {wanted} holds a market already ({name}); "
                                          "name another folder")
        return wanted
    stem = os.path.join("runs", f"{time.strftime('%Y%m%d-%H%M%S')}-seed{seed}")
    for attempt in range(1, 100):
        folder = stem if attempt == 1 else f"{stem}-{attempt}"
        try:
            os.makedirs(folder)
            point_latest_at(folder)
            return folder
        except FileExistsError:
            continue
    raise markets.MarketError(f"{stem} and its likes are taken; say --run-dir")


def point_latest_at(folder):
    """runs/latest is the newest run."""
    link = os.path.join("runs", "latest")
    if os.path.islink(link):
        os.unlink(link)
    if not os.path.exists(link):
        os.symlink(os.path.basename(folder), link)


def prepare(options):
    """The market, scaled and with endpoints, and the folder that it runs in."""
    asked = markets.market_of(options)
    faults.check(options.fault, markets.names_of(asked), markets.run_of(options, asked))
    market = markets.scaled(asked, options.time_scale)
    folder = run_folder(options.run_dir, market["seed"])
    transport = markets.transport_of(options, market)
    if transport is not None:
        markets.put_endpoints(market, transport, folder)
    return market, folder


def write_json(summary, path):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(summary, file, indent=2)
        file.write("\n")


def tell(summary, options):
    """To a person first, then to where --summary says and to the run's folder."""
    try:
        if options.summary == "-":
            print(json.dumps(summary), flush=True)
            if not options.quiet:
                sys.stderr.write(summaries.text(summary))
        else:
            sys.stdout.write(summaries.text(summary))
            sys.stdout.flush()
            if options.summary is not None:
                write_json(summary, options.summary)
    finally:
        write_json(summary, os.path.join(summary["run_dir"], "summary.json"))


def fill_standard_streams():
    """Python has None for a stream that was closed before it began."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))


def run_market(options, interrupts, scenario=None):
    """One market, told when it has ended. Returns the exit status."""
    try:
        market, folder = prepare(options)
    except (markets.MarketError, faults.FaultError, OSError) as error:
        print(f"launch.py: {error}", file=sys.stderr)
        return 2
    progress = Progress(options.quiet)
    duration_us = markets.run_of(options, market)
    try:
        run = open_and_close(market, folder, options, duration_us, interrupts, progress)
    except (OSError, BookError) as error:
        progress.fault(f"the market could not be run: {error}")
        return 1
    summary = summaries.summarise(run, options.time_scale, duration_us)
    holds = True
    if scenario is not None:
        checks = scenarios.judge(scenario, summary)
        holds = all(check.holds for check in checks)
        summary["scenario"] = {"name": scenario, "holds": holds,
                               "verdict": verdict.as_json(checks)}
    try:
        tell(summary, options)
    except OSError as error:
        progress.fault(f"the summary could not be written: {error}")
        return 1
    return 0 if summaries.fine(summary) and holds else 1


def run_scenarios(chosen, times, arguments, interrupts):
    """Each so often, until one fails, or somebody has had enough. Returns the exit status."""
    for count in range(1, times + 1):
        for name, flags in chosen:
            options = command_line.parse([*flags, *arguments])
            if options.run_dir is not None and len(chosen) * times > 1:
                options.run_dir = os.path.join(options.run_dir, f"{name}-{count}")
            status = run_market(options, interrupts, name)
            if status or interrupts.count:
                return status or 1
    if len(chosen) * times > 1 and options.summary != "-":
        print(f"All {len(chosen) * times} runs were as they must be.")
    return 0


def main(arguments):
    fill_standard_streams()
    try:
        words, times, rest = scenarios.asked(arguments)
        if words == ["list"]:
            sys.stdout.write(scenarios.listing())
            return 0
        chosen = None if words is None else scenarios.chosen(words)
    except scenarios.ScenarioError as error:
        print(f"launch.py: {error}\nlaunch.py: --help shows what it can do", file=sys.stderr)
        return 2
    options = command_line.parse(rest) if chosen is None else None
    raise_descriptors()
    interrupts = Interrupts()
    interrupts.install()
    if chosen is not None:
        return run_scenarios(chosen, times, rest, interrupts)
    return run_market(options, interrupts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
