"""The measurement beside other systems: its command line, its arithmetic, and, where they are
installed, a few hundred orders with each and what is left of it. The program is that of $SOUK."""

import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from unittest import mock

from market import BOUND_S, ROOT, SOUK, die_with_parent

sys.path.insert(0, os.path.join(ROOT, "tools"))

import bench_peers
from souk_peers import books, disk, postgres, processes, redis, souk, table

TOOL = os.path.join(ROOT, "tools", "bench_peers.py")
HAS_REDIS = all(map(shutil.which, ("redis-server", "redis-benchmark", "redis-cli")))
HAS_POSTGRES = postgres.newest_programs() is not None
BOOKS = {"sent": 200, "answers": 199, "repeats": 1, "sold": 199, "entries": 199, "units": 199,
         "taken": 199}


def start(*arguments, **more):
    return subprocess.Popen([sys.executable, TOOL, "--souk", SOUK, *arguments],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, preexec_fn=die_with_parent, **more)


def run(*arguments, **more):
    process = start(*arguments, **more)
    try:
        out, err = process.communicate(timeout=4 * BOUND_S)
    finally:
        process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def processes_in(folder):
    """What runs with the folder in its command line or as its place, as lines to be shown."""
    found = []
    for entry in glob.glob("/proc/[0-9]*"):
        try:
            with open(entry + "/cmdline", "rb") as file:
                words = file.read().replace(b"\0", b" ").decode(errors="replace")
            if folder in words or os.readlink(entry + "/cwd").startswith(folder):
                found.append(f"{entry} {words}")
        except OSError:
            continue  # It has ended meanwhile.
    return found


class FolderTest(unittest.TestCase):
    """Stores go to a folder of the test, which must be empty again."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="peers-")
        self.addCleanup(folder.cleanup)
        self.folder = os.path.realpath(folder.name)
        os.chmod(self.folder, 0o711)  # for the user that PostgreSQL runs as

    def assert_nothing_left(self):
        self.assertEqual(os.listdir(self.folder), [])
        self.assertEqual([line for line in processes_in(self.folder) if TOOL not in line], [])


class CommandLine(FolderTest):
    def test_the_help_begins_with_examples(self):
        ended = run("--help")
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertLess(ended.stdout.index("tools/bench_peers.py --only souk,redis-always"),
                        ended.stdout.index("--seconds S  "))
        self.assertLessEqual(max(map(len, ended.stdout.splitlines())), 100)

    def test_a_wrong_call_is_told_with_what_would_do(self):
        for says, *arguments in (("'mysql' is none of souk, redis-always", "--only", "mysql"),
                                 ("from 1 to 50, or a multiple of 50", "--outstanding", "1,75"),
                                 ("from 1 to 50, or a multiple of 50", "--outstanding", "0"),
                                 ("up to 25600", "--outstanding", "25650"),
                                 ("from 1 to 50, or a multiple of 50", "--outstanding", "many"),
                                 ("a number from 1 to 2000000", "--orders", "0"),
                                 ("a number from 1 to 99", "--runs", "x"),
                                 ("from 0.1 to 600", "--seconds", "nan"),
                                 ("not allowed with", "--seconds", "1", "--orders", "1"),
                                 ("is no folder", "--dir", "/nowhere"),
                                 ("unrecognized arguments", "--frobnicate")):
            with self.subTest(arguments=arguments):
                ended = run(*arguments)
                self.assertEqual((ended.returncode, ended.stdout), (2, ""))
                self.assertIn(says, ended.stderr)

    def test_what_is_not_installed_is_named(self):
        for says, *arguments in (("/nowhere/souk is not there: make", "--only", "souk", "--souk",
                                  "/nowhere/souk"),
                                 ("redis-server is not installed: make deps-bench", "--only",
                                  "redis-everysec")):
            with self.subTest(arguments=arguments):
                ended = run("--dir", self.folder, *arguments, env={"PATH": "/nowhere"})
                self.assertEqual((ended.returncode, ended.stdout), (1, ""))
                self.assertIn(says, ended.stderr)
                self.assert_nothing_left()

    def test_a_server_that_does_not_serve_is_told_with_its_last_words(self):
        with self.assertRaisesRegex(processes.Failure, "does not serve:\n    no memory"):
            processes.Server(["/bin/sh", "-c", "echo no memory; exit 1"], self.folder,
                             lambda: False, signal.SIGKILL)

    def test_a_program_that_fails_is_told_with_its_last_words(self):
        with self.assertRaisesRegex(processes.Failure, "ended with 3:\n    no such table"):
            processes.run(["/bin/sh", "-c", "echo no such table >&2; exit 3"])
        with self.assertRaisesRegex(processes.Failure, "/nowhere: No such file"):
            processes.run(["/nowhere"])


class Arithmetic(unittest.TestCase):
    def test_outstanding_orders_are_connections_with_a_window(self):
        self.assertEqual([tuple(bench_peers.cell_of(text)) for text in ("1", "50", "800", "3200")],
                         [(1, 1, 1), (50, 50, 1), (800, 50, 16), (3200, 50, 64)])

    def test_a_cell_gets_as_many_orders_for_each_place(self):
        cell = bench_peers.cell_of("800")
        by_rate, fixed = bench_peers.Orders(None, 2.0), bench_peers.Orders(300, 2.0)
        self.assertEqual(by_rate.of_rate(cell, 1000.5), 2400)
        self.assertEqual(by_rate.of_rate(cell, 1e9), bench_peers.ORDERS_MAX)
        self.assertEqual(by_rate.of_rate(cell, 0.1), 800)
        self.assertEqual((fixed.of_warm_up(cell), fixed.of_rate(cell, 1e6)), (800, 800))
        self.assertEqual(fixed.of_rate(bench_peers.cell_of("1"), 1e6), 300)

    def test_books_that_add_up_have_no_problems(self):
        self.assertEqual(books.problems(BOOKS), [])

    def test_whatever_does_not_add_up_is_told(self):
        for says, changed in (("201 orders were answered, 199 answers are kept", {"sent": 201}),
                              ("199 answers, 198 of them sold", {"sold": 198, "entries": 198,
                                                                 "units": 198, "taken": 198}),
                              ("199 orders sold, 198 ledger entries", {"entries": 198}),
                              ("199 units in the ledger, 200 out of stock", {"taken": 200}),
                              ("199 entries of a unit each make 300 units", {"units": 300,
                                                                             "taken": 300}),
                              ("3 of 202 orders were repeats", {"sent": 202, "repeats": 3})):
            with self.subTest(changed=changed):
                self.assertIn(says, " ".join(books.problems({**BOOKS, **changed})))

    def test_percentiles_are_of_the_nearest_rank(self):
        lines = [f"0 {number} {1000 - number} 0 1700000000 5" for number in range(1000)]
        self.assertEqual(postgres.read_log(lines), {"p50_us": 500.0, "p99_us": 990.0})
        self.assertEqual(postgres.read_log(["0 1 7 0 1 1"]), {"p50_us": 7.0, "p99_us": 7.0})
        with self.assertRaises(processes.Failure):
            postgres.read_log([])

    def test_reports_are_read_and_nonsense_is_refused(self):
        self.assertEqual(postgres.read_rate("x\ntps = 9531.25 (without initial connection time)\n"),
                         {"orders_per_s": 9531.25})
        self.assertEqual(redis.read_csv('"test","rps","p50_latency_ms","p99_latency_ms"\n'
                                        '"EVALSHA x","1000.50","0.250","1.5"\n'),
                         {"orders_per_s": 1000.5, "p50_us": 250.0, "p99_us": 1500.0})
        report = {"orders_per_s": 5, "latency_us": {"p50": 1, "p99": 2}, "conserved": True,
                  "refused": 0}
        self.assertEqual(souk.read_report(json.dumps(report)),
                         {"orders_per_s": 5.0, "p50_us": 1.0, "p99_us": 2.0, "problems": []})
        lost = souk.read_report(json.dumps({**report, "conserved": False, "refused": 3}))
        self.assertEqual(lost["problems"], ["souk verify finds a fault", "3 orders were refused"])
        for read in (postgres.read_rate, redis.read_csv, souk.read_report):
            for nonsense in ("", "nonsense", "{}", "[1]", '"rps"\n"x"\n'):
                with self.subTest(read=read, nonsense=nonsense):
                    self.assertRaises(processes.Failure, read, nonsense)

    def test_the_table_has_medians_and_dashes_and_says_what_does_not_add_up(self):
        peers = [redis.Redis("/", "always"), postgres.Postgres("/")]
        cells = [bench_peers.cell_of("50"), bench_peers.cell_of("3200")]
        runs = [{"orders": 10, "orders_per_s": rate, "p50_us": 210, "p99_us": 1e5,
                 "problems": problems} for rate, problems in ((1000, []), (3000, ["lost one"]),
                                                              (2000, []))]
        told = [table.summary(peers[0], cells[0], runs),
                table.summary(peers[0], cells[1], runs[:1]),
                table.summary(peers[1], cells[0], runs[:1])]
        rows = [[cell.strip() for cell in row.split("|")[1:-1]]
                for row in table.rows(peers, cells, told)]
        self.assertEqual(rows[0], ["", "an order is", "50", "3,200", "adds up"])
        self.assertEqual(rows[2][2:], ["2,000/s, 0.21 / 100 ms", "1,000/s, 0.21 / 100 ms", "NO"])
        self.assertEqual(rows[3][2:], ["1,000/s, 0.21 / 100 ms", "-", "yes"])
        self.assertEqual(table.faults(told), ["Redis Lua, AOF always at 50: lost one"])

    def test_the_disk_is_known(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertGreater(disk.fsync_us(folder), 0)
            self.assertEqual(os.listdir(folder), [])
        self.assertEqual(disk.file_system("/proc/self"), "proc")


class Peers(FolderTest):
    def measured(self, keys, outstanding):
        ended = run("--only", keys, "--outstanding", outstanding, "--orders", "300", "--runs", "2",
                    "--json", "--dir", self.folder)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assert_nothing_left()
        told = json.loads(ended.stdout)
        self.assertEqual((told["runs"], ended.stderr == ""), (2, not told["machine"]["in_memory"]))
        for cell in told["cells"]:
            self.assertTrue(cell["adds_up"])
            self.assertEqual(len(cell["runs"]), 2)
            self.assertGreater(cell["orders_per_s"], 0)
            self.assertGreaterEqual(cell["latency_us"]["p99"], cell["latency_us"]["p50"])
            self.assertGreater(cell["latency_us"]["p50"], 0)
        return told["cells"]

    def one(self, module, peer, stock):
        """A run of the module's peer, in the test's folder, with so much in stock."""
        self.addCleanup(peer.close)
        peer.check()
        with mock.patch.object(module, "STOCK", stock):
            told = peer.measure(bench_peers.cell_of("50"), bench_peers.Orders(300, 1.0))
        self.assert_nothing_left()
        return told

    @unittest.skipUnless(HAS_REDIS, "Redis is not installed: make deps-bench")
    def test_redis_sells_and_its_books_add_up(self):
        cells = self.measured("redis-always,redis-everysec", "1,800")
        self.assertEqual([(cell["peer"], cell["outstanding"]) for cell in cells],
                         [("redis-always", 1), ("redis-everysec", 1), ("redis-always", 800),
                          ("redis-everysec", 800)])
        for cell in cells:
            for each in cell["runs"]:
                self.assertEqual(each["books"]["sent"], 600 if cell["outstanding"] == 1 else 1600)
                self.assertEqual(each["books"]["taken"], each["books"]["answers"])

    @unittest.skipUnless(HAS_REDIS, "Redis is not installed: make deps-bench")
    def test_redis_sells_an_order_once_however_often_it_is_sent(self):
        with mock.patch.object(redis, "NUMBERS", 1):
            told = self.one(redis, redis.Redis(self.folder, "always"), 1000)
        self.assertEqual(told["books"], {"sent": 600, "answers": 2, "repeats": 598, "sold": 2,
                                         "entries": 2, "units": 2, "taken": 2})
        self.assertEqual(told["problems"], ["598 of 600 orders were repeats"])

    @unittest.skipUnless(HAS_REDIS, "Redis is not installed: make deps-bench")
    def test_redis_sells_no_more_than_there_is(self):
        told = self.one(redis, redis.Redis(self.folder, "always"), 7)
        self.assertEqual((told["books"]["sold"], told["books"]["taken"]), (7, 7))
        self.assertEqual(len(told["problems"]), 1)
        self.assertIn("7 of them sold", told["problems"][0])

    @unittest.skipUnless(HAS_POSTGRES, "PostgreSQL is not installed: make deps-bench")
    def test_postgresql_sells_and_its_books_add_up(self):
        cells = self.measured("postgres", "1,50,800")
        self.assertEqual([cell["outstanding"] for cell in cells], [1, 50])
        for cell in cells:
            for each in cell["runs"]:
                self.assertEqual((each["books"]["sent"], each["books"]["taken"]), (600, 600))

    @unittest.skipUnless(HAS_POSTGRES, "PostgreSQL is not installed: make deps-bench")
    def test_postgresql_sells_an_order_once_however_often_it_is_sent(self):
        class Again(postgres.Postgres):
            def _load(self, cell, count, number):
                return super()._load(cell, count, 0)

        told = self.one(postgres, Again(self.folder), 1000)
        self.assertEqual((told["books"]["sent"], told["books"]["entries"], told["books"]["taken"]),
                         (600, 300, 300))
        self.assertEqual(told["problems"],
                         ["600 orders were answered, 300 answers are kept and 0 were repeats"])

    @unittest.skipUnless(HAS_POSTGRES, "PostgreSQL is not installed: make deps-bench")
    def test_postgresql_sells_no_more_than_there_is(self):
        told = self.one(postgres, postgres.Postgres(self.folder), 7)
        self.assertEqual((told["books"]["sold"], told["books"]["taken"]), (7, 7))
        self.assertEqual(told["problems"], ["600 answers, 7 of them sold"])

    def test_souk_sells_and_its_store_is_verified(self):
        cells = self.measured("souk", "1,50")
        self.assertEqual([cell["name"] for cell in cells], ["Souk sync, 1 trader"] * 2)

    def assert_ends_by(self, number, keys, sign):
        """While a server runs, known by the file that it makes, the tool gets the signal."""
        process = start("--only", keys, "--outstanding", "1", "--seconds", "600", "--dir",
                        self.folder)
        try:
            end = time.monotonic() + BOUND_S
            while not glob.glob(os.path.join(self.folder, "*", sign)):
                self.assertIsNone(process.poll(), "ended by itself")
                self.assertLess(time.monotonic(), end)
                time.sleep(0.01)
            process.send_signal(number)
            out, err = process.communicate(timeout=BOUND_S)
        finally:
            process.kill()
            process.wait()
        self.assertEqual((process.returncode, out, err), (128 + number, "", ""))
        self.assert_nothing_left()

    @unittest.skipUnless(HAS_REDIS, "Redis is not installed: make deps-bench")
    def test_interrupted_with_redis_it_leaves_nothing(self):
        self.assert_ends_by(signal.SIGINT, "redis-always", "redis-always/redis.sock")

    @unittest.skipUnless(HAS_POSTGRES, "PostgreSQL is not installed: make deps-bench")
    def test_interrupted_with_postgresql_it_leaves_nothing(self):
        self.assert_ends_by(signal.SIGTERM, "postgres", "postgres/pgbench.*")
        self.assert_ends_by(signal.SIGHUP, "postgres", "postgres/.s.PGSQL.5432")


if __name__ == "__main__":
    unittest.main()
