"""PostgreSQL, as it comes, with a transaction an order: every order waits for the lock of the one
row that holds the stock, and that is kept until its commit is on the disk. By pgbench, prepared,
one round trip an order."""

import glob
import os
import pwd
import re
import shutil
import signal

from souk_peers import books
from souk_peers.processes import Failure, Server, run, succeeds

HERE = os.path.dirname(os.path.abspath(__file__))
STOCK = 10 ** 12
CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{folder}'
synchronous_commit = on
fsync = on
"""
BOOKS = """SELECT (SELECT {stock} - remaining FROM stock), (SELECT count (*) FROM ledger),
    (SELECT coalesce (sum (units), 0) FROM ledger), (SELECT count (*) FROM orders),
    (SELECT count (*) FROM orders WHERE answer = 'sold')"""


def newest_programs():
    """The folder with the newest version's programs; None when there is none."""
    found = [os.path.dirname(path) for path in glob.glob("/usr/lib/postgresql/*/bin/pgbench")
             if os.access(os.path.join(os.path.dirname(path), "initdb"), os.X_OK)]
    if found:
        return max(found, key=lambda path: [int(n) for n in re.findall(r"\d+", path)])
    beside = shutil.which("initdb")
    return os.path.dirname(os.path.realpath(beside)) if beside else None


def server_user():
    """Keyword arguments for a child that is a server: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise Failure("PostgreSQL does not run as root, and there is no user postgres or nobody")


def percentile(ordered, percent):
    """Nearest rank: the least value that so many percent do not exceed."""
    return ordered[max(-(-len(ordered) * percent // 100), 1) - 1]


def read_log(lines):
    """Percentiles of a log that pgbench -l writes; the third word is microseconds."""
    times = sorted(int(line.split()[2]) for line in lines)
    if not times:
        raise Failure("pgbench wrote no times")
    return {"p50_us": float(percentile(times, 50)), "p99_us": float(percentile(times, 99))}


def read_rate(text):
    rate = re.search(r"^tps = ([\d.]+) \(without initial connection time\)", text, re.M)
    if not rate:
        raise Failure(f"pgbench said what is no report: {text[-200:]!r}")
    return {"orders_per_s": float(rate[1])}


class Postgres:
    key = "postgres"
    name = "PostgreSQL, a transaction an order"
    guarantee = "idempotent, durable when answered, ledger entry"
    outstanding_most = 50  # a connection each; more are not what it is for

    def __init__(self, folder):
        self._folder = os.path.join(folder, self.key)
        self._data = os.path.join(self._folder, "data")
        self._programs = None
        self._user = {}
        self._server = None

    def check(self):
        self._programs = newest_programs()
        if self._programs is None:
            raise Failure("PostgreSQL is not installed: make deps-bench")
        self._user = server_user()
        version = re.search(r"(\d+)", run([self._program("postgres"), "--version"]))
        self.name = f"PostgreSQL {version[1]}, a transaction an order"

    def _program(self, name):
        return os.path.join(self._programs, name)

    def measure(self, cell, orders):
        self._open()
        warm_count = orders.of_warm_up(cell)
        warm = self._load(cell, warm_count, 0)
        count = orders.of_rate(cell, warm["orders_per_s"])
        told = self._load(cell, count, warm_count)
        self._server.stop(self._server.at_once)  # It must recover by its log.
        self._serve()
        kept = self._books(warm_count + count)
        self.close()
        return {"orders": count, **told, "books": kept, "problems": books.problems(kept)}

    def _open(self):
        os.mkdir(self._folder, 0o700)
        if self._user:
            os.chown(self._folder, self._user["user"], self._user["group"])
        run([self._program("initdb"), "-D", self._data, "-U", "souk", "--auth=trust",
             "--encoding=UTF8", "--locale=C"], cwd="/", **self._user)
        with open(os.path.join(self._data, "postgresql.conf"), "a", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(folder=self._folder))
        self._serve()
        self._ask("-f", os.path.join(HERE, "order.sql"),
                  "-c", f"INSERT INTO stock VALUES ('salt', {STOCK}, 1000)", "-c", "CHECKPOINT")

    def _serve(self):
        ready = [self._program("pg_isready"), "-q", "-h", self._folder, "-U", "souk"]
        self._server = Server([self._program("postgres"), "-D", self._data], self._folder,
                              lambda: succeeds(ready), signal.SIGQUIT, **self._user)

    def _ask(self, *words):
        return run([self._program("psql"), "-X", "-q", "-A", "-t", "-F", " ", "-v",
                    "ON_ERROR_STOP=1", "-h", self._folder, "-U", "souk", "-d", "postgres", *words])

    def _load(self, cell, count, number):
        """The clients number their orders from `number` on."""
        prefix = os.path.join(self._folder, "pgbench")
        told = run([self._program("pgbench"), "-n", "-M", "prepared", "-h", self._folder, "-U",
                    "souk", "-c", str(cell.connections), "-j", str(min(cell.connections, 2)), "-t",
                    str(count // cell.connections), "-D", f"number={number}", "-l",
                    f"--log-prefix={prefix}", "-f", os.path.join(HERE, "order.pgbench"),
                    "postgres"])
        lines = []
        for path in glob.glob(prefix + ".*"):
            with open(path, encoding="ascii") as file:
                lines += file.readlines()
            os.remove(path)
        return {**read_rate(told), **read_log(lines)}

    def _books(self, sent):
        told = self._ask("-c", BOOKS.format(stock=STOCK)).split()
        taken, entries, units, answers, sold = (int(word) for word in told)
        return {"sent": sent, "answers": answers, "repeats": 0, "sold": sold, "entries": entries,
                "units": units, "taken": taken}

    def close(self):
        if self._server is not None:
            self._server.stop(self._server.at_once)
            self._server = None
        shutil.rmtree(self._folder, ignore_errors=True)
