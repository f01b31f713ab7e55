"""Redis with its append-only file. Its own load generator is used: with -P it writes so many
requests at once and waits for all their answers, which is a window, and it counts each request's
time from that write."""

import csv
import io
import os
import re
import shutil
import signal

from souk_peers import books
from souk_peers.processes import Failure, Server, run, succeeds

HERE = os.path.dirname(os.path.abspath(__file__))
STOCK = 10 ** 12
NUMBERS = 2 ** 31 - 1  # the most that redis-benchmark draws from: repeats are rare
CONFIGURATION = """port 0
unixsocket {folder}/redis.sock
unixsocketperm 700
dir {folder}
save ""
appendonly yes
appendfsync {fsync}
auto-aof-rewrite-percentage 0
"""


def read_csv(text):
    """A run of what redis-benchmark --csv says."""
    try:
        row = list(csv.DictReader(io.StringIO(text)))[-1]
        return {"orders_per_s": float(row["rps"]), "p50_us": float(row["p50_latency_ms"]) * 1000,
                "p99_us": float(row["p99_latency_ms"]) * 1000}
    except (IndexError, KeyError, TypeError, ValueError):
        raise Failure(f"redis-benchmark said what is no table: {text[-200:]!r}") from None


class Redis:
    outstanding_most = None

    def __init__(self, folder, fsync):
        self.key = "redis-" + fsync
        self.name = "Redis Lua, AOF " + {"always": "always", "everysec": "every second"}[fsync]
        self.guarantee = "idempotent, " + (
            "durable when answered" if fsync == "always" else "may lose the last second"
        ) + ", ledger entry"
        self._folder = os.path.join(folder, self.key)
        self._socket = os.path.join(self._folder, "redis.sock")
        self._fsync = fsync
        self._server = None

    def check(self):
        for program in ("redis-server", "redis-benchmark", "redis-cli"):
            if shutil.which(program) is None:
                raise Failure(f"{program} is not installed: make deps-bench")
        version = re.search(r"v=(\d+\.\d+)", run(["redis-server", "--version"]))
        self.name = self.name.replace("Redis", f"Redis {version[1] if version else ''}".strip())

    def measure(self, cell, orders):
        self._open()
        self._ask("SET", "stock:salt", str(STOCK))
        with open(os.path.join(HERE, "order.lua"), encoding="utf-8") as file:
            script = self._ask("SCRIPT", "LOAD", file.read())
        warm_count = orders.of_warm_up(cell)
        warm = self._load(cell, script, warm_count, "order:6")
        count = orders.of_rate(cell, warm["orders_per_s"])
        told = self._load(cell, script, count, "order:7")
        # What is counted must be on the disk. With a second to lose, it may go in peace.
        self._server.stop(self._server.at_once if self._fsync == "always" else signal.SIGTERM)
        self._serve()
        kept = self._books(warm_count + count)
        self.close()
        return {"orders": count, **told, "books": kept, "problems": books.problems(kept)}

    def _open(self):
        os.mkdir(self._folder, 0o700)
        with open(os.path.join(self._folder, "redis.conf"), "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(folder=self._folder, fsync=self._fsync))
        self._serve()

    def _serve(self):
        self._server = Server(["redis-server", os.path.join(self._folder, "redis.conf")],
                              self._folder, self._answers, signal.SIGKILL)

    def _answers(self):
        """While it loads it answers, but not this."""
        return succeeds(["redis-cli", "-e", "-s", self._socket, "DBSIZE"])

    def _ask(self, *words):
        return run(["redis-cli", "-e", "-s", self._socket, *words]).strip()

    def _load(self, cell, script, count, buyer):
        """Two loads may draw the same numbers: each is of a buyer of its own."""
        return read_csv(run(["redis-benchmark", "-s", self._socket, "-c", str(cell.connections),
                             "-P", str(cell.window), "-n", str(count), "-r", str(NUMBERS), "--csv",
                             "EVALSHA", script, "3", f"{buyer}:__rand_int__", "stock:salt",
                             "ledger", "1", "1000"]))

    def _books(self, sent):
        with open(os.path.join(HERE, "books.lua"), encoding="utf-8") as file:
            told = self._ask("EVAL", file.read(), "2", "stock:salt", "ledger").split()
        left, entries, units, answers, repeats = (int(word) for word in told)
        return {"sent": sent, "answers": answers, "repeats": repeats, "sold": entries,
                "entries": entries, "units": units, "taken": STOCK - left}

    def close(self):
        if self._server is not None:
            self._server.stop(self._server.at_once)
            self._server = None
        shutil.rmtree(self._folder, ignore_errors=True)
