"""souk bench as whoever measures meets it: figures that make sense, a store that adds up, and
nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from market import BOUND_S, ROOT, SOUK, die_with_parent

FIGURES = ("orders_per_s", "echo_per_s", "ratio")
LATENCY = ("p50", "p99", "p999", "max")


def bench(*arguments, **more):
    return subprocess.run([SOUK, "bench", *arguments], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          timeout=4 * BOUND_S, preexec_fn=die_with_parent, **more)


def processes_of(folder, word=b""):
    """The processes of which the command line names the folder, and has this word."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read()
        except OSError:
            continue  # It has ended meanwhile.
        if folder.encode() in words and int(pid) != os.getpid() and word in words.split(b"\0"):
            found.append(int(pid))
    return found


class Bench(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="souk-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        empty = tempfile.TemporaryDirectory(prefix="souk-")
        self.addCleanup(empty.cleanup)
        self.empty = empty.name

    def measure(self, *arguments):
        ended = bench("--dir", self.folder, "--json", *arguments, cwd=self.empty)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertEqual(os.listdir(self.folder), [])
        self.assertEqual(os.listdir(self.empty), [])  # Its journals were elsewhere.
        return json.loads(ended.stdout)

    def check(self, told, orders, traders):
        """What every run must tell; `traders` are those that live."""
        self.assertTrue(told["conserved"])
        self.assertEqual((told["orders"], told["sold"] + told["refused"]), (orders, orders))
        for figure in FIGURES:
            self.assertGreater(told[figure], 0)
        self.assertAlmostEqual(told["ratio"], told["orders_per_s"] / told["echo_per_s"], 3)
        for latency in (told["latency_us"], told["echo_latency_us"], told["fsync_us"]):
            values = [latency[name] for name in LATENCY]
            self.assertEqual(values, sorted(values))
            self.assertGreater(values[0], 0)
        self.assertEqual(told["units"]["stocked"], told["units"]["sold"])
        self.assertGreater(told["warehouse_messages_per_order"], 0)
        names = {"load", "warehouse", *traders}
        self.assertEqual(set(told["requests"]), names - {"load"})
        self.assertEqual(set(told["cpu_us_per_order"]), names)
        self.assertTrue(all(told["cpu_us_per_order"][name] > 0 for name in names))
        self.assertTrue(all(told["peak_kib"][name] > 0 for name in names))

    def test_measures_every_mode(self):
        for mode in ("sync", "cached"):
            with self.subTest(mode=mode):
                told = self.measure("--mode", mode, "--clients", "7", "--window", "3",
                                    "--orders", "600")
                self.check(told, 600, ["trader-1"])
                self.assertEqual(told["sold"], 600)
                self.assertEqual(told["copied"], 0)  # It was alone.
                # Those that warmed it up, too, and the restock.
                self.assertEqual(told["requests"]["trader-1"], 600 + 60 + 1)
                self.assertEqual(told["units"], {"stocked": 660, "sold": 660, "missing": 0})
                self.assertAlmostEqual(told["warehouse_messages_per_order"],
                                       told["requests"]["warehouse"] / 660, 4)

    def test_measures_modes_in_which_the_warehouse_has_a_part(self):
        for mode in ("batched", "batched:flush=7:flush-time=20ms", "escrow", "escrow:budget=10"):
            with self.subTest(mode=mode):
                told = self.measure("--mode", mode, "--clients", "7", "--window", "3",
                                    "--orders", "600")
                self.check(told, 600, ["trader-1"])
                self.assertEqual((told["sold"], told["mode"]), (600, mode))
                if mode == "escrow":  # The first answer is final, so an order counts once.
                    self.assertEqual(told["settled_per_s"], told["orders_per_s"])

    def check_scarce(self, mode, *arguments):
        told = self.measure("--mode", mode, "--market", "nearly-sold-out", "--clients", "8",
                            "--window", "4", "--orders", "3000", *arguments)
        self.check(told, 3000, [name for name in told["requests"] if name != "warehouse"])
        self.assertEqual(told["market"], "nearly-sold-out")
        self.assertGreater(told["refused"], 0)
        self.assertGreater(told["sold"], 0)
        return told

    def test_measures_a_market_that_is_nearly_sold_out(self):
        for arguments in ((), ("--traders", "4"), ("--window", "1", "--clients", "1")):
            with self.subTest(arguments=arguments):
                told = self.check_scarce("sync", *arguments)
                self.assertEqual((told["oversold"], told["units"]["missing"]), (0, 0))

    def test_sells_in_the_end_what_is_left(self):
        # So slow that some is left behind the last order, also on a machine that is busy.
        told = self.measure("--market", "nearly-sold-out", "--clients", "8", "--window", "4",
                            "--orders", "300", "--rate", "100")
        self.check(told, 300, ["trader-1"])
        self.assertGreater(told["units"]["sold"], told["sold"] + 30)  # Those that warmed it up.

    def test_tells_what_was_oversold_where_caches_sell_what_is_nearly_gone(self):
        told = self.check_scarce("cached", "--traders", "4")
        self.assertGreater(told["oversold"], 0)
        self.assertGreaterEqual(told["units"]["missing"], told["oversold"])

    def test_sells_the_last_unit_from_leases_and_no_more(self):
        told = self.check_scarce("escrow", "--traders", "4")
        self.assertEqual((told["oversold"], told["units"]["missing"]), (0, 0))

    def test_deals_its_clients_out_evenly(self):
        # In an open loop they take turns, as long as none has all that it may have outstanding.
        told = self.measure("--traders", "4", "--clients", "8", "--window", "512",
                            "--orders", "4096", "--rate", "8000")
        each = (4096 + 409) // 4
        of_traders = [told["requests"][f"trader-{number}"] for number in range(1, 5)]
        self.assertEqual(sum(of_traders), 4096 + 409 + 1)
        for requests in of_traders:
            self.assertIn(requests - each, range(3))  # The restock, and what cannot be divided.

    def test_measures_a_trader_with_a_backup(self):
        told = self.measure("--mode", "cached", "--backup", "--clients", "7", "--window", "3",
                            "--orders", "600")
        self.check(told, 600, ["trader-1", "backup"])
        self.assertEqual((told["sold"], told["backup"]), (600, True))
        # Those that warmed it up, too, and the restock: it had its backup before the first one.
        self.assertEqual(told["copied"], 600 + 60 + 1)

    def test_measures_traders_that_back_each_other_up(self):
        told = self.measure("--mode", "cached", "--traders", "2", "--clients", "6",
                            "--orders", "600")
        self.check(told, 600, ["trader-1", "trader-2"])
        self.assertEqual(told["copied"], 600 + 60 + 1)

    def test_measures_what_is_left_when_a_trader_was_killed(self):
        for mode, killed, backup in (("sync", 2, ()), ("cached", 1, ()),
                                     ("cached", 2, ("--backup",))):
            with self.subTest(mode=mode, killed=killed, backup=backup):
                told = self.measure("--mode", mode, "--traders", "2", "--clients", "6", "--window",
                                    "4", "--orders", "600", "--kill-trader", str(killed), *backup)
                self.check(told, 600, [f"trader-{3 - killed}", *(["backup"] if backup else [])])
                self.assertEqual((told["sold"], told["killed"]), (600, killed))

    def test_measures_more_than_a_round_can_take(self):
        for mode in ("sync", "cached"):
            with self.subTest(mode=mode):
                told = self.measure("--mode", mode, "--clients", "50", "--window", "16",
                                    "--orders", "12000")
                self.check(told, 12000, ["trader-1"])
                self.assertEqual(told["resent"], 0)  # Nothing lay where nobody looked.

    def test_measures_several_traders_over_ipc(self):
        told = self.measure("--traders", "2", "--clients", "4", "--orders", "300",
                            "--transport", "ipc")
        self.check(told, 300, ["trader-1", "trader-2"])

    def test_measures_an_open_loop(self):
        told = self.measure("--clients", "4", "--window", "64", "--orders", "400",
                            "--rate", "2000")
        self.check(told, 400, ["trader-1"])
        self.assertLess(told["orders_per_s"], 2600)  # It does not run ahead of its rate.

    def test_prints_what_it_found_for_people(self):
        ended = bench("--dir", self.folder, "--clients", "2", "--orders", "100")
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertRegex(ended.stdout, r"(?m)^  orders/s +[\d,]+$")
        self.assertRegex(ended.stdout, r"(?m)^  conserved: yes$")

    def test_measures_what_a_monitor_costs(self):
        # So many that some are left when what the monitor asks for has reached its traders.
        told = self.measure("--traders", "2", "--clients", "4", "--orders", "6000", "--monitor")
        self.check(told, 6000, ["trader-1", "trader-2"])
        self.assertGreater(told["watched_per_s"], 0)
        self.assertLess(told["settled_per_s"], 1.01 * told["orders_per_s"])

    def test_ends_at_an_interrupt_and_leaves_nothing(self):
        process = subprocess.Popen([SOUK, "bench", "--dir", self.folder, "--orders", "100000000"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        while len(processes_of(self.folder)) < 2 and process.poll() is None:
            time.sleep(0.01)  # Until its warehouse is there, too.
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=BOUND_S)
        self.assertEqual((process.returncode, out), (1, ""))
        self.assertEqual(err, "souk bench: interrupted\n")
        self.assertEqual(os.listdir(self.folder), [])
        self.assertEqual(processes_of(self.folder), [])

    def test_tells_which_process_died(self):
        process = subprocess.Popen([SOUK, "bench", "--dir", self.folder, "--orders", "100000000"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        while not (warehouse := processes_of(self.folder, b"warehouse")) and process.poll() is None:
            time.sleep(0.01)
        os.kill(warehouse[0], signal.SIGKILL)
        out, err = process.communicate(timeout=BOUND_S)
        self.assertEqual((process.returncode, out), (1, ""))
        self.assertIn("souk bench: ", err)
        self.assertRegex(err, "warehouse died|did not start")
        self.assertEqual(os.listdir(self.folder), [])

    def test_says_where_it_cannot_make_its_store(self):
        ended = bench("--dir", os.path.join(self.folder, "missing"), "--orders", "100")
        self.assertEqual((ended.returncode, ended.stdout), (1, ""))
        self.assertRegex(ended.stderr, r"^souk bench: no folder can be made in .*missing: ")

    def test_refuses_what_makes_no_sense(self):
        for arguments, said in ((("--clients", "0"), "--clients: '0' must be a whole number"),
                                (("--mode", "fast"), "--mode: 'fast' must be sync, cached,"),
                                (("--mode", "escrow:" + "b" * 128), "--mode: at most 127 bytes"),
                                (("--market", "dear"), "--market: 'dear' is none"),
                                (("--market", "nearly-sold-out", "--traders", "2",
                                  "--kill-trader", "1"), "must know what is left"),
                                (("--transport", "udp"), "--transport: 'udp' is none"),
                                (("--window", "9999"), "--window: '9999' must be"),
                                (("--orders", "9"), "--orders: 9 are fewer than the 50"),
                                (("--kill-trader", "1"), "its clients need another one"),
                                (("--traders", "2", "--kill-trader", "3"), "no trader 3 of 2"),
                                (("now",), "'now' is no option")):
            with self.subTest(arguments=arguments):
                ended = bench(*arguments)
                self.assertEqual((ended.returncode, ended.stdout), (2, ""))
                self.assertIn(said, ended.stderr)


class Table(unittest.TestCase):
    def table(self, *arguments):
        ended = subprocess.run([sys.executable, os.path.join(ROOT, "tools", "bench.py"), "--souk",
                                SOUK, "--runs", "1", *arguments],
                               stdin=subprocess.DEVNULL, text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, check=False, timeout=4 * BOUND_S,
                               preexec_fn=die_with_parent)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        return ended.stdout.splitlines()

    def rows(self, lines):
        return [line.strip("| ").split(" | ") for line in lines
                if line.startswith("|") and not line.startswith(("| mode", "|--"))]

    def test_tells_every_cell_in_a_line(self):
        lines = self.table("--orders", "3200", "--modes", "sync", "--markets", "plenty,hot")
        self.assertEqual([line for line in lines if line.startswith("**")],
                         ["**Plenty of stock, one trader**",
                          "**One hot product through several traders**"])
        self.assertEqual([row[:2] for row in self.rows(lines)],
                         [["sync", "1"], ["sync", "50"], ["sync", "800"], ["sync", "3,200"],
                          ["sync, 1 trader", "800"], ["sync, 2 traders", "800"],
                          ["sync, 4 traders", "800"]])
        self.assertEqual({row[3] for row in self.rows(lines)}, {"1.00"})  # of sync's
        self.assertEqual({line.count("|") for line in lines if line.startswith("|")}, {13})

    def test_tells_what_was_refused_and_oversold(self):
        lines = self.table("--quick", "--modes", "sync,cached", "--markets", "nearly-sold-out",
                           "--outstanding", "50", "--orders", "6000")
        sync, cached = self.rows(lines)
        self.assertRegex(sync[8], r"^[1-9].* %$")
        self.assertEqual(sync[9], "0")
        self.assertRegex(cached[9], r"^\d.* %$")

    def test_holds_what_survives_a_death_against_what_does_not(self):
        lines = self.table("--orders", "800", "--modes", "cached-backup,cached-dead")
        rows = self.rows(lines)
        self.assertEqual([row[:2] for row in rows],
                         [["cached, backup", "1"], ["cached, backup", "50"],
                          ["cached, backup", "800"], ["cached, one of two dead", "50"],
                          ["cached, one of two dead", "800"]])
        self.assertEqual({row[3] for row in rows}, {"–"})  # There was no sync to hold it against.
        self.assertIn("One outstanding, cached with a backup: the first answer takes ",
                      "".join(lines))

    def test_refuses_what_it_cannot_measure(self):
        for arguments, said in ((("--modes", "fast"), "there is no 'fast'"),
                                (("--markets", "dear"), "there is no 'dear'"),
                                (("--outstanding", "7"), "there is no '7'"),
                                (("--runs", "0"), "'0' must be a whole number"),
                                (("--markets", "hot", "--modes", "cached-dead"), "no cell of")):
            with self.subTest(arguments=arguments):
                ended = subprocess.run([sys.executable, os.path.join(ROOT, "tools", "bench.py"),
                                        *arguments], stdin=subprocess.DEVNULL, text=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                                       timeout=BOUND_S, preexec_fn=die_with_parent)
                self.assertEqual((ended.returncode, ended.stdout), (2, ""))
                self.assertIn(said, ended.stderr)


if __name__ == "__main__":
    unittest.main()
