#!/usr/bin/env python3
"""Times elections among real peers, and prints one table.

  tools/elect.py --quick                all of it, once, in a minute
  tools/elect.py                        in three or four, with medians
  tools/elect.py --only kill --runs 21  how long a market is without a trader
  tools/elect.py --json > runs.json     a line for each run

  kill  six peers, kill -9 of their trader: until the first answer of the next one
  sick  one buyer makes 1,000 requests, and traders fall sick with a chance of each sale
  many  64 peers elect: at the start, and after their trader was killed

Beside it stand the figures of the bazaars that Souk descends from. Markets are run by
tools/launch.py, one at a time, in a temporary folder.
Exit status: 0; 1, a run failed or a request was not answered once; 2, a wrong call.
"""
import argparse
import glob
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

import scale

LAUNCH = os.path.join(scale.ROOT, "tools", "launch.py")
KILL_BAZAAR = "2.83 s"
SICK_BAZAAR = {"0.1%": "65.4 s", "0.2%": "67.3 s", "0.4%": "82.2 s", "0.5%": "106.5 s"}
SICK = ("--elect", "--buyers", "1", "--sellers", "4", "--orders", "1000", "--think-time", "0s",
        "--restock", "100", "--restock-when", "sold-out", "--restock-every", "20ms",
        "--recover-after", "500ms", "--duration", "120s")
MANY = ("--elect", "--peers", "64", "--think-time", "1s", "--fault", "kill:trader@5s",
        "--duration", "8s")


class Failed(Exception):
    """A market could not be run, or was not sound; says what was wrong."""


def run(souk, *flags):
    """The summary of one market, and with `told` what its peers' logs say of elections."""
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.join(folder, "run")
        command = [sys.executable, LAUNCH, "--souk", souk, "--summary", "-", "--quiet",
                   "--run-dir", folder, *flags]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False)
        told = sorted(moments(folder))
    if done.returncode != 0:
        raise Failed(f"{' '.join(flags)}: {reason(done)}")
    return json.loads(done.stdout) | {"told": told}


def moments(folder):
    """(milliseconds of the day, the line) of each line about an election, by the peers' own clocks:
    what 64 of them report is read too late to tell how long anything took."""
    for path in glob.glob(os.path.join(folder, "peer-*.log")):
        with open(path, encoding="utf-8") as log:
            for line in log:
                found = re.match(r"(\d\d):(\d\d):(\d\d)\.(\d{3}) election: (.*)", line)
                if found:
                    hours, minutes, seconds, ms = (int(part) for part in found.groups()[:4])
                    yield ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms, found[5]


def spans(told):
    """Of each term, from when the first peer stood for it until its leader served, in ms."""
    stood = {}
    for moment, line in told:
        stands = re.search(r" stands, .*\(term (\d+)\)", line)
        serves = re.search(r" leads in term (\d+), .* after it stood", line)
        # Who was only asked, while somebody leads, stands for nothing.
        if stands and (stands[1] == "0" or "asked" not in line):
            stood.setdefault(int(stands[1]), moment)
        elif serves and int(serves[1]) - 1 in stood:
            yield moment - stood[int(serves[1]) - 1]


def reason(done):
    """Why a market failed: the line of its verdict, or what it said."""
    try:
        wrong = [check for check in json.loads(done.stdout)["scenario"]["verdict"]
                 if not check["ok"]]
        return f"{wrong[0]['check']}: {wrong[0]['seen']}"
    except (ValueError, KeyError, IndexError):
        return done.stderr.strip() or f"launch.py ended with {done.returncode}"


def answered_once(summary):
    waiting = sum(summary[key] for key in ("open", "gave_up", "failed", "lost", "doubled"))
    if waiting:
        raise Failed(f"{waiting} requests were not answered once; seed {summary['seed']}")


def last_election(summary):
    return [election for election in summary["elected"]["elections"] if election["leader"]][-1]


def kill_runs(souk, runs):
    """(how long until the first answer, the last election) of each run."""
    for count in range(runs):
        scale.show_progress(f"kill: {count} of {runs} runs")
        summary = run(souk, "--scenario", "kill-the-trader")
        yield {"what": "kill", "first_answer_ms": summary["faults"][0]["first_answer_ms"],
               "detected_ms": summary["faults"][0]["detected_ms"],
               "election_ms": last_election(summary)["took_ms"],
               "messages": last_election(summary)["messages"]}


def sick_runs(souk, runs):
    for count, chance in itertools.product(range(runs), SICK_BAZAAR):
        scale.show_progress(f"sick: {chance}, {count} of {runs} runs")
        summary = run(souk, *SICK, "--sick-chance", chance)
        answered_once(summary)
        yield {"what": "sick", "chance": chance, "requests": summary["requests"],
               "seconds": summary["wall_seconds"], "sick": len(summary["elected"]["sick"]),
               "terms": len(summary["elected"]["terms"])}


def many_runs(souk, runs):
    for count in range(runs):
        scale.show_progress(f"many: {count} of {runs} runs")
        yield many_run(souk)


def many_run(souk):
    summary = run(souk, *MANY)
    answered_once(summary)
    peers = summary["elected"]["peers"]
    took = list(spans(summary["told"]))
    if len(took) < 2:
        raise Failed(f"{len(took)} elections were seen to end; seed {summary['seed']}")
    return {"what": "many", "peers": peers, "elections": len(took),
            "start_ms": took[0], "kill_ms": took[-1],
            "without_trader_ms": summary["faults"][0]["taken_over_ms"],
            "messages": summary["elected"]["messages"],
            "pairs": peers * (peers - 1) // 2, "bully": peers ** 2}


def middle(values, unit, digits=1):
    """The median and the worst, of so many."""
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    return f"{statistics.median(known):.{digits}f} {unit}" + (
        f" (worst of {len(known)}: {max(known):.{digits}f})" if len(known) > 1 else "")


def row(runs, words, key, bazaar=""):
    return words, middle([one[key] for one in runs], "ms"), bazaar


def kill_rows(runs):
    return [row(runs, "6 peers, kill -9 of the trader: first answer of the next one",
                "first_answer_ms", KILL_BAZAAR),
            row(runs, "until it was noticed", "detected_ms"),
            row(runs, "the election itself", "election_ms")]


def sick_rows(runs):
    rows = []
    for chance, bazaar in SICK_BAZAAR.items():
        same = [one for one in runs if one["chance"] == chance]
        sick, terms = (sum(one[key] for one in same) / len(same) for key in ("sick", "terms"))
        rows.append((f"{same[0]['requests']} requests, {chance.replace('%', ' %')} sick",
                     f"{middle([one['seconds'] for one in same], 's', 2)}; {sick:.1f} times sick, "
                     f"{terms:.1f} terms a run", bazaar))
    return rows


def many_rows(runs):
    one = runs[0]
    messages = [one["messages"] / one["elections"] for one in runs]
    return [row(runs, f"{one['peers']} peers elect at the start", "start_ms"),
            row(runs, f"{one['peers']} peers, kill -9 of the trader: until the next one serves",
                "without_trader_ms"),
            row(runs, "the election itself", "kill_ms"),
            ("messages of an election", f"{statistics.median(messages):.0f} (n(n-1)/2 is "
                                        f"{one['pairs']}, n² {one['bully']})", "")]


# Each with how often it is run, unless somebody says so.
PARTS = {"kill": (kill_runs, kill_rows, 9), "sick": (sick_runs, sick_rows, 5),
         "many": (many_runs, many_rows, 3)}


def read_arguments():
    parser = argparse.ArgumentParser(
        usage="tools/elect.py [--only PART,...] [--quick] [--runs N] [--json] [--souk PATH]",
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False)
    parser.add_argument("--only", metavar="PART,...", type=lambda text: text.split(","),
                        default=list(PARTS), help="of kill, sick and many (all)")
    parser.add_argument("--quick", action="store_true", help="each once, as --runs 1")
    parser.add_argument("--runs", type=int, metavar="N",
                        help="of each (" + ", ".join(f"{name} {part[2]}"
                                                     for name, part in PARTS.items()) + ")")
    parser.add_argument("--json", action="store_true", help="each run's figures, a line each")
    parser.add_argument("--souk", metavar="PATH",
                        default=os.environ.get("SOUK") or os.path.join(scale.ROOT, "build", "souk"),
                        help="the program ($SOUK, or build/souk)")
    arguments = parser.parse_args()
    for part in arguments.only:
        if part not in PARTS:
            parser.error(f"--only: '{part}' is not known; {', '.join(PARTS)} are")
    if arguments.quick and arguments.runs is not None:
        parser.error("--quick and --runs: only one of them")
    if arguments.runs is not None and arguments.runs < 1:
        parser.error("--runs: at least 1")
    arguments.runs = 1 if arguments.quick else arguments.runs
    return arguments


def main():
    arguments = read_arguments()
    souk = os.path.abspath(arguments.souk)
    if not os.access(souk, os.X_OK):
        print(f"elect.py: --souk: {souk} is no program; build it with make", file=sys.stderr)
        return 2
    if not arguments.json:
        scale.print_row(("what", "Souk", "the bazaar"))
        print("|---|---|---|", flush=True)
    for part in arguments.only:
        measure, rows, often = PARTS[part]
        try:
            runs = list(measure(souk, arguments.runs or often))
        except Failed as error:
            scale.show_progress("")
            print(f"elect.py: {error}", file=sys.stderr)
            return 1
        scale.show_progress("")
        if arguments.json:
            print("\n".join(json.dumps(one) for one in runs), flush=True)
            continue
        for line in rows(runs):
            scale.print_row(line)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
