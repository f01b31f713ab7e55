"""A market of real processes for tests: nodes on ipc or tcp endpoints in a temporary folder, their
reports and logs as they come, and everything ended when the test is, whatever happened. The
program is that of $SOUK, or build/souk."""

import ctypes
import json
import os
import resource
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOUK = os.path.abspath(os.environ.get("SOUK") or os.path.join(ROOT, "build", "souk"))
BOUND_S = 30.0  # what takes longer has failed

_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def die_with_parent():
    """In a child: it is killed when the test's process ends, however that ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Node:
    """A process of souk. Two threads read what it says, so that it never waits for its reader."""

    def __init__(self, arguments, limit_bytes=None, folder=None):
        """With `limit_bytes`, no file that it writes may grow beyond so many. It runs in the folder,
        or where the test does."""
        def prepare():
            die_with_parent()
            if limit_bytes is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))

        self.arguments = arguments
        self.reports = []  # of stdout, as JSON where they are
        self.log = []      # lines of stderr
        self._news = threading.Condition()
        self.process = subprocess.Popen([SOUK, *arguments], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        preexec_fn=prepare, cwd=folder)
        self._readers = [
            threading.Thread(target=self._read, args=(self.process.stdout, self._add_report)),
            threading.Thread(target=self._read, args=(self.process.stderr, self.log.append)),
        ]
        for reader in self._readers:
            reader.daemon = True
            reader.start()

    def _read(self, stream, add):
        with stream:
            for line in stream:
                with self._news:
                    add(line.rstrip("\n"))
                    self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def _add_report(self, line):
        self.reports.append(json.loads(line) if line.startswith("{") else line)

    def _ended(self):
        return not any(reader.is_alive() for reader in self._readers)

    def said(self):
        return f"souk {' '.join(self.arguments)}\n" + "\n".join(
            [str(report) for report in self.reports[-5:]] + self.log[-20:])

    def wait_for(self, what, look):
        """What look() finds, as soon as it finds something."""
        end = time.monotonic() + BOUND_S
        with self._news:
            while not (found := look()):
                # The reader that ends last tells so while it is still alive: look again soon.
                if self._ended() or time.monotonic() > end:
                    raise AssertionError(f"no {what} from {self.said()}")
                self._news.wait(0.2)
        return found

    def report(self, event, at_least=1):
        """The newest report of the kind, once there are so many."""
        def look():
            found = [report for report in self.reports
                     if isinstance(report, dict) and report.get("event") == event]
            return found[-1] if len(found) >= at_least else None
        return self.wait_for(event, look)

    def wait_log(self, text, at_least=1):
        """The newest line of the log with the text in it, once there are so many."""
        def look():
            found = [line for line in self.log if text in line]
            return found[-1] if len(found) >= at_least else None
        return self.wait_for(f"'{text}' in the log", look)

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, status=0):
        """Waits for the end, which must be with this status; returns its summary, if any."""
        try:
            ended = self.process.wait(BOUND_S)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"does not end: {self.said()}") from None
        for reader in self._readers:
            reader.join(BOUND_S)
        if ended != status:
            raise AssertionError(f"ended with {ended}, not {status}: {self.said()}")
        summaries = [report for report in self.reports
                     if isinstance(report, dict) and report.get("event") == "summary"]
        return summaries[-1] if summaries else None

    def stop(self, status=0):
        self.signal(signal.SIGTERM)
        return self.wait(status)

    def kill(self):
        """kill -9, and nothing of the process is left when it returns."""
        self.process.kill()
        self.process.wait(BOUND_S)

    def clean_up(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for reader in self._readers:
            reader.join(BOUND_S)


class MarketTest(unittest.TestCase):
    """A test with a folder of its own and a market in it, on ipc endpoints."""

    def setUp(self):
        self.assertTrue(os.access(SOUK, os.X_OK), f"{SOUK} is not built")
        folder = tempfile.TemporaryDirectory(prefix="souk-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.store = self.path("market.db")
        self.traders = {}  # id: "router,pub"
        self.warehouse_ends = self.ends("w")

    def path(self, name):
        return os.path.join(self.folder, name)

    def ends(self, name):
        """A node's two endpoints."""
        return f"ipc://{self.path(name)}.1", f"ipc://{self.path(name)}.2"

    def node(self, *arguments, **more):
        """A node that runs in the test's folder, unless another one is named."""
        more.setdefault("folder", self.folder)
        node = Node([str(argument) for argument in arguments], **more)
        self.addCleanup(node.clean_up)
        return node

    def warehouse(self, *flags, ready=True, **more):
        rep, pub = self.warehouse_ends
        node = self.node("warehouse", "--store", self.store, "--rep", rep, "--pub", pub,
                         "--json", *flags, **more)
        if ready:
            node.report("ready")
        return node

    def trader(self, number, *flags, ready=True):
        router, pub = self.ends(f"t{number}")
        rep, news = self.warehouse_ends
        node = self.node("trader", "--id", number, "--router", router, "--pub", pub,
                         "--warehouse", rep, "--warehouse-pub", news, "--json",
                         "--journal", self.journal(number), *flags)
        self.traders[number] = f"{router},{pub}"
        if ready:
            node.report("ready")
        return node

    def journal(self, number):
        """The trader's, which is of one market as its store is."""
        return f"{self.store}.t{number}.journal"

    def client(self, role, number, *flags):
        traders = [flag for trader, ends in self.traders.items()
                   for flag in ("--trader", f"{trader}={ends}")]
        return self.node(role, "--id", number, "--json", *traders, *flags)

    def seller(self, number, *flags):
        return self.client("seller", number, "--product", "salt", *flags)

    def buyer(self, number, *flags):
        return self.client("buyer", number, "--product", "salt", "--think-time", "0s", *flags)

    def stock(self, units, *flags, number=900):
        """Brings units of salt, and waits until they are in."""
        summary = self.seller(number, "--quantity", units, "--restocks", 1, "--every", "1ms",
                              *flags).wait()
        self.assertEqual(summary["units"], units)

    def verify(self):
        """The verdict on the store, which must be conserved."""
        ended = subprocess.run([SOUK, "verify", self.store, "--json"], capture_output=True,
                               text=True, check=False, timeout=BOUND_S)
        self.assertEqual(ended.returncode, 0, ended.stderr + ended.stdout)
        verdict = json.loads(ended.stdout)
        self.assertTrue(verdict["conserved"], verdict)
        self.assertEqual(verdict["problems"], [])
        return verdict

    def ask_store(self, question, *values):
        """The rows that SQL yields, read as anybody may while the market runs."""
        store = sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=BOUND_S)
        try:
            return store.execute(question, values).fetchall()
        finally:
            store.close()

    def wait_until(self, what, look):
        """What look() finds, polled for."""
        end = time.monotonic() + BOUND_S
        while not (found := look()):
            self.assertLess(time.monotonic(), end, f"waited for {what}")
            time.sleep(0.01)
        return found

    def assert_book_is_ledger(self, summary):
        """A buyer that ended with nothing open: its book says what the store says."""
        self.assertEqual((summary["open"], summary["gave_up"], summary["failed"]), (0, 0, 0),
                         summary)
        self.assertEqual(summary["requests"],
                         summary["sold"] + summary["refused"] + summary["oversold"])
        rows = self.ask_store(
            "SELECT number, status, units, missing, amount_cents FROM orders WHERE buyer = ?"
            " ORDER BY number", summary["node"])
        self.assertEqual([row[0] for row in rows], list(range(1, summary["requests"] + 1)),
                         "every order has exactly one outcome")
        ledger = {
            "sold": sum(row[1] == "sold" for row in rows),
            "refused": sum(row[1] in ("out_of_stock", "too_many_lots") for row in rows),
            "oversold": sum(row[1] == "oversold" for row in rows),
            "units": sum(row[2] for row in rows),
            "missing_units": sum(row[3] for row in rows),
            "spent_cents": sum(row[4] for row in rows),
        }
        self.assertEqual({key: summary[key] for key in ledger}, ledger)
        units, cents = self.ask_store(
            "SELECT ifnull (sum (units), 0), ifnull (sum (units * price_cents), 0) FROM fills"
            " WHERE buyer = ?", summary["node"])[0]
        self.assertEqual((summary["units"], summary["spent_cents"]), (units, cents))

    def assert_books_agree(self, summaries):
        """The buyers' books against what souk verify counts."""
        books = {book["node"]: book for book in self.verify()["books"]}
        self.assertEqual(set(books), {summary["node"] for summary in summaries
                                      if summary["requests"]})
        for summary in summaries:
            self.assert_book_is_ledger(summary)
            book = books.get(summary["node"])
            for key in ("units", "spent_cents", "refused", "oversold", "missing_units"):
                self.assertEqual(book[key] if book else 0, summary[key], key)
