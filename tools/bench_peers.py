#!/usr/bin/env python3
"""Measures Souk beside what people use instead, on this machine and in one go.

  tools/bench_peers.py                                  the table of the README, in ten minutes
  tools/bench_peers.py --only souk,redis-always --outstanding 50 --runs 1
  tools/bench_peers.py --seconds 1 --runs 1 --json > figures.json

Each does the same work: an order of one unit of one hot product, of which there is plenty, that
is idempotent by its number and written to the disk with a ledger entry. 1 to 50 orders
outstanding are as many connections with one each; more are 50 connections with a window.
Servers get an empty store each time, all below --dir and thus on one file system; all are asked on
Unix sockets, Redis by redis-benchmark, PostgreSQL by pgbench, and Souk by souk bench, which ends
with souk verify. When a load is done a server is killed (PostgreSQL stopped at once; Redis that may
lose a second in peace) and opened again, and its books must add up: orders answered = answers kept,
orders sold = ledger entries, units in the ledger = units out of stock. Rounds are interleaved, so
that what else the machine does hits all alike; the table shows medians.
Exit status: 0; 1, something failed or did not add up; 2, a wrong call; 128 + n, signal n.
"""
import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
from collections import namedtuple

from souk_peers import disk, table
from souk_peers.postgres import Postgres
from souk_peers.processes import Failure
from souk_peers.redis import Redis
from souk_peers.souk import Souk

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PEERS = ("souk", "redis-always", "redis-everysec", "postgres")
OUTSTANDING = "1,50,800,3200"
CONNECTIONS = 50
WINDOW_MAX = 512
ORDERS_MAX = 2_000_000  # in a cell: its numbers are drawn, and repeats must stay rare
WARM_UP = 2000
SOCKET_PATH_MAX = 60    # of the folder: the sockets in it may have 107 bytes in all

Cell = namedtuple("Cell", "outstanding connections window")


class Orders:
    """How many orders a cell gets: always as many for each place in its windows."""

    def __init__(self, fixed, seconds):
        self.fixed = fixed
        self._seconds = seconds

    def of_warm_up(self, cell):
        return whole(min(max(WARM_UP, 16 * cell.outstanding), self.fixed or ORDERS_MAX), cell)

    def of_rate(self, cell, orders_per_s):
        """Of a cell that does so many a second."""
        return whole(self.fixed or min(orders_per_s * self._seconds, ORDERS_MAX), cell)


def whole(orders, cell):
    return max(-(-int(orders) // cell.outstanding), 1) * cell.outstanding


def cell_of(text):
    try:
        outstanding = int(text)
    except ValueError:
        outstanding = 0
    if 1 <= outstanding <= CONNECTIONS:
        return Cell(outstanding, outstanding, 1)
    if outstanding % CONNECTIONS or not CONNECTIONS <= outstanding <= CONNECTIONS * WINDOW_MAX:
        raise argparse.ArgumentTypeError(
            f"'{text}' must be from 1 to {CONNECTIONS}, or a multiple of {CONNECTIONS} up to "
            f"{CONNECTIONS * WINDOW_MAX}")
    return Cell(outstanding, CONNECTIONS, outstanding // CONNECTIONS)


def cells_of(text):
    return list(dict.fromkeys(cell_of(word) for word in text.split(",")))


def peers_of(text):
    for word in text.split(","):
        if word not in PEERS:
            raise argparse.ArgumentTypeError(f"'{word}' is none of {', '.join(PEERS)}")
    return [key for key in PEERS if key in text.split(",")]


def count_up_to(most):
    def read(text):
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"'{text}' must be a number from 1 to {most}")
        return int(text)
    return read


def seconds_of(text):
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 600:
        raise argparse.ArgumentTypeError(f"'{text}' must be from 0.1 to 600")
    return seconds


def read_arguments():
    parser = argparse.ArgumentParser(
        usage="tools/bench_peers.py [--only NAMES] [--seconds S | --orders N] [--runs N] [--json]",
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--seconds", type=seconds_of, default=5.0, metavar="S",
                        help="that a cell takes, by the rate of its warm-up (5)")
    length.add_argument("--orders", type=count_up_to(ORDERS_MAX), metavar="N",
                        help="of a cell, instead of the seconds")
    parser.add_argument("--runs", type=count_up_to(99), default=3, metavar="N",
                        help="of each cell; the medians count (3)")
    parser.add_argument("--only", type=peers_of, default=list(PEERS), metavar="NAMES",
                        help=f"some of {','.join(PEERS)}")
    parser.add_argument("--outstanding", type=cells_of, default=cells_of(OUTSTANDING),
                        metavar="N,...", help=f"orders at once ({OUTSTANDING})")
    parser.add_argument("--json", action="store_true", help="one object with every run")
    parser.add_argument("--dir", default="/var/tmp", metavar="FOLDER",
                        help="where the stores are made and removed again (/var/tmp)")
    parser.add_argument("--souk", metavar="PATH", default=os.environ.get("SOUK")
                        or os.path.join(ROOT, "build", "souk"),
                        help="the program ($SOUK, or build/souk)")
    arguments = parser.parse_args()
    arguments.dir = os.path.abspath(arguments.dir)
    if not os.path.isdir(arguments.dir):
        parser.error(f"--dir: '{arguments.dir}' is no folder")
    if len(os.fsencode(arguments.dir)) > SOCKET_PATH_MAX:
        parser.error(f"--dir: at most {SOCKET_PATH_MAX} bytes, for the sockets in it")
    return arguments


def show_progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def say(text):
    show_progress("")
    print(f"bench_peers.py: {text}", file=sys.stderr)


def measure(peers, cells, orders, rounds):
    """All runs by peer and cell, round by round."""
    runs = {}
    for number in range(1, rounds + 1):
        for cell in cells:
            for peer in peers:
                if peer.outstanding_most and cell.outstanding > peer.outstanding_most:
                    continue
                show_progress(f"round {number} of {rounds}: {peer.name}, "
                              f"{cell.outstanding} outstanding")
                runs.setdefault((peer, cell), []).append(peer.measure(cell, orders))
    show_progress("")
    return runs


def machine(folder):
    kind = disk.file_system(folder)
    return {"processors": len(os.sched_getaffinity(0)), "load": round(os.getloadavg()[0], 2),
            "file_system": kind, "in_memory": kind in disk.IN_MEMORY,
            "fsync_us": disk.fsync_us(folder)}


def print_table(peers, cells, told):
    for line in table.rows(peers, cells, told["cells"]):
        print(line)
    here = told["machine"]
    print(f"\nOrders a second, p50 / p99; medians of {told['runs']}. {here['processors']} "
          f"processors, {here['file_system']}, an fsync takes {here['fsync_us'] / 1000:.2f} ms; "
          f"before this the machine's load was {here['load']:.1f}.")


def bench(arguments, folder):
    known = (Souk(folder, os.path.abspath(arguments.souk)), Redis(folder, "always"),
             Redis(folder, "everysec"), Postgres(folder))
    peers = [peer for peer in known if peer.key in arguments.only]
    for peer in peers:
        peer.check()
    told = {"machine": machine(folder), "runs": arguments.runs}
    if told["machine"]["in_memory"]:
        say(f"{arguments.dir} is in memory: what is called durable is not; choose another --dir")
    try:
        runs = measure(peers, arguments.outstanding,
                       Orders(arguments.orders, arguments.seconds), arguments.runs)
    finally:
        for peer in peers:
            peer.close()
    told["cells"] = [table.summary(peer, cell, of_cell) for (peer, cell), of_cell in runs.items()]
    if arguments.json:
        print(json.dumps(told))
    else:
        print_table(peers, arguments.outstanding, told)
    wrong = table.faults(told["cells"])
    for text in wrong:
        say(text)
    return 1 if wrong else 0


class Interrupted(BaseException):
    """By a signal; like KeyboardInterrupt, for each that ends us."""


def interrupt(number, _frame):
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # What is started is being stopped: once is enough.
    raise Interrupted(number)


def main():
    arguments = read_arguments()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    folder = None
    try:
        folder = tempfile.mkdtemp(prefix="souk-peers-", dir=arguments.dir)
        os.chmod(folder, 0o711)  # PostgreSQL runs as somebody else when we are root.
        return bench(arguments, folder)
    except (Failure, OSError) as error:
        say(str(error))
        return 1
    except Interrupted as interrupted:
        show_progress("")
        return 128 + interrupted.args[0]
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
