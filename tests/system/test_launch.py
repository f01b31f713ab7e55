"""tools/launch.py with real nodes: whole markets, opened, hurt and closed. The program is that of
$SOUK, or build/souk."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
import unittest

from launched import BOUND_S, FOREVER, LAUNCH, SOUK, Launch, processes_of


class WholeMarkets(Launch):
    QUICK = ["--duration", "15s", "--time-scale", "10"]

    def test_a_market_in_each_mode_over_each_transport_is_sound(self):
        for mode in ("sync", "cached", "batched", "escrow"):
            for transport in ("tcp", "ipc"):
                with self.subTest(mode=mode, transport=transport):
                    self.folder = os.path.join(self.holder, mode + transport)
                    summary = self.run_market("--mode", mode, "--transport", transport,
                                              *self.QUICK)
                    self.assert_sound(summary)
                    self.assertEqual(summary["mode"], mode)
                    self.assertGreater(summary["requests"], 0)
                    self.assertGreater(summary["sold_units"], 0)
                    self.assertEqual(summary["books_compared"], 6)
                    self.assertEqual((summary["seconds"], summary["stopped_by"]),
                                     (15.0, "duration"))
                    self.assertGreater(summary["latency_ms"]["max"], 0)
                    if mode in ("sync", "escrow"):
                        self.assertEqual(summary["oversold"], 0)

    def test_one_market_sells_each_product_in_its_mode(self):
        summary = self.run_market(
            "--sellers", "3", "--product", "salt=sync", "--product", "fish=escrow", "--product",
            "boar=cached", "--think-time", "0s", "--duration", "2s", "--restock-every", "50ms")
        self.assert_sound(summary)
        self.assertEqual(summary["mode"], "mixed")
        products = {product["name"]: product for product in summary["products"]}
        self.assertEqual({name: product["mode"] for name, product in products.items()},
                         {"salt": "sync", "fish": "escrow", "boar": "cached"})
        for name, product in products.items():
            self.assertGreater(product["sold"], 0, name)
            self.assertEqual(product["leased"], 0, "traders that leave keep nothing")
        self.assertEqual([products[name]["oversold_units"] for name in ("salt", "fish")], [0, 0])
        self.assertEqual([products[name]["oversell_budget_units"]
                          for name in ("salt", "fish", "boar")], [0, 0, None])

    def test_a_budget_is_used_and_never_exceeded(self):
        summary = self.run_market(
            "--product", "salt=escrow:budget=7", "--product", "fish=escrow:budget=10%",
            "--quantity", "1-5", "--think-time", "0s", "--buyers", "10", "--duration", "2s",
            "--restock-every", "200ms")
        self.assert_sound(summary)
        products = {product["name"]: product for product in summary["products"]}
        self.assertEqual(products["salt"]["oversell_budget_units"], 7)
        self.assertEqual(products["fish"]["oversell_budget_units"],
                         products["fish"]["restocked"] // 10)
        for name, product in products.items():
            self.assertLessEqual(product["oversold_units"], product["oversell_budget_units"], name)
            self.assertGreater(product["oversold_units"], 0, name)
        self.assertEqual(sum(product["oversold_units"] for product in products.values()),
                         summary["missing_units"])

    def test_each_order_of_the_queue_makes_a_sound_market(self):
        for order in ("lamport", "vector"):
            with self.subTest(order=order):
                self.folder = os.path.join(self.holder, order)
                self.assert_sound(self.run_market(
                    "--order-by", order, "--mode", "cached", "--invalidation", "off",
                    "--trader-choice", "round-robin", *self.QUICK))

    def test_every_order_is_made_when_they_are_counted(self):
        summary = self.run_market("--orders", "20", "--think-time", "0s", "--quantity", "1-5",
                                  "--all-or-nothing", "--window", "4")
        self.assert_sound(summary)
        self.assertEqual(summary["requests"], 6 * 20)
        self.assertEqual(summary["stopped_by"], "orders")
        self.assertEqual((summary["open"], summary["gave_up"], summary["failed"]), (0, 0, 0))

    def test_a_busy_market_of_caches_is_sound(self):
        summary = self.run_market(
            "--mode", "cached", "--traders", "3", "--buyers", "10", "--think-time", "0s",
            "--quantity", "1-5", "--restock", "50", "--restock-every", "50ms", "--on-refusal",
            "switch", "--restock-what", "random", "--price", "0.01-99.99", "--commission", "7",
            "--duration", "2s")
        self.assert_sound(summary)

    def test_sellers_that_wait_until_they_are_sold_out_bring_more(self):
        summary = self.run_market("--restock-when", "sold-out", "--think-time", "10ms",
                                  "--restock-every", "100ms", "--restock-what", "each",
                                  "--duration", "2s")
        self.assert_sound(summary)
        self.assertGreater(summary["restocked_units"], 2 * 5)

    def test_sockets_of_a_folder_with_a_long_path_are_elsewhere(self):
        self.folder = os.path.join(self.holder, "long" * 40)
        self.assert_sound(self.run_market("--transport", "ipc", *self.QUICK))
        with open(os.path.join(self.folder, "topology.json"), encoding="utf-8") as file:
            sockets = os.path.dirname(json.load(file)["warehouse"]["rep"].removeprefix("ipc://"))
        for name in os.listdir(sockets):
            os.unlink(os.path.join(sockets, name))
        os.rmdir(sockets)


class RunFolder(Launch):
    def test_it_holds_topology_store_logs_and_summary(self):
        summary = self.run_market("--duration", "1s")
        names = os.listdir(self.folder)
        for name in ("topology.json", "warehouse.db", "summary.json", "warehouse.log",
                     "trader-1.log", "trader-2.log", "buyer-3.log", "buyer-8.log",
                     "seller-9.log", "seller-10.log"):
            self.assertIn(name, names)
        with open(os.path.join(self.folder, "summary.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file), summary)
        self.assertEqual(summary["run_dir"], self.folder)

    def test_it_is_a_fresh_one_unless_named(self):
        for _ in range(2):
            subprocess.run([sys.executable, LAUNCH, "--souk", SOUK, "--seed", "5", "--quiet",
                            "--duration", "10ms"], cwd=self.holder, capture_output=True,
                           check=True, timeout=BOUND_S)
        runs = os.path.join(self.holder, "runs")
        latest = os.readlink(os.path.join(runs, "latest"))
        folders = sorted(name for name in os.listdir(runs) if name != "latest")
        self.assertEqual(len(folders), 2)
        self.assertIn(latest, folders)
        for name in folders:
            self.assertIn("seed5", name)

    def test_a_folder_that_holds_a_market_is_refused(self):
        self.run_market("--duration", "10ms")
        ended = subprocess.run(self.command("--duration", "10ms"), capture_output=True, text=True,
                               check=False, timeout=BOUND_S)
        self.assertEqual(ended.returncode, 2)
        self.assertIn("holds a market already", ended.stderr)

    def test_a_node_can_be_started_by_hand_with_its_topology(self):
        self.run_market("--duration", "10ms")
        path = os.path.join(self.folder, "topology.json")
        with open(path, encoding="utf-8") as file:
            topology = json.load(file)
        self.assertNotIn("*", json.dumps(topology))
        with subprocess.Popen([SOUK, "warehouse", "--topology", path, "--json"], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as warehouse:
            ready = json.loads(warehouse.stdout.readline())
            warehouse.terminate()
            self.assertEqual(warehouse.wait(timeout=BOUND_S), 0)
        self.assertEqual(ready["endpoints"]["rep"], topology["warehouse"]["rep"])

    def test_a_market_is_run_again_from_its_topology(self):
        self.run_market("--duration", "10ms", "--traders", "3")
        path = os.path.join(self.folder, "topology.json")
        self.folder = os.path.join(self.holder, "again")
        summary = self.run_market("--topology", path, "--mode", "cached", "--transport", "tcp",
                                  "--duration", "1s")
        self.assert_sound(summary)
        self.assertEqual((summary["mode"], summary["traders"], summary["seed"]),
                         ("cached", 3, 1))


class Words(Launch):
    def test_a_person_reads_a_table_with_the_verdict_last(self):
        path = os.path.join(self.holder, "summary.json")
        ended = subprocess.run(self.command("--duration", "1s", "--summary", path),
                               capture_output=True, text=True, check=True, timeout=BOUND_S)
        self.assertIn("units sold", ended.stdout)
        self.assertIn(f"Kept in {self.folder}", ended.stdout)
        self.assertTrue(ended.stdout.splitlines()[-1].startswith("Every unit is accounted for"))
        self.assertNotIn("\r", ended.stderr, "no progress where there is no terminal")
        with open(path, encoding="utf-8") as file:
            self.assertTrue(json.load(file)["conserved"])

    def test_a_terminal_shows_progress(self):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(self.command("--duration", "1s"), stderr=theirs,
                                   stdout=subprocess.DEVNULL)
        os.close(theirs)
        shown = b""
        try:
            while data := os.read(ours, 65536):
                shown += data
        except OSError:
            pass  # EIO: nobody holds the other end any more
        os.close(ours)
        self.assertEqual(process.wait(timeout=BOUND_S), 0)
        self.assertIn(b"\r\x1b[K", shown)
        self.assertIn(b" units sold ", shown)

    def test_quiet_says_nothing_beside_the_summary(self):
        ended = subprocess.run(self.command("--duration", "10ms", "--quiet", "--summary", "-"),
                               capture_output=True, text=True, check=True, timeout=BOUND_S)
        self.assertEqual(ended.stderr, "")
        self.assertEqual(len(ended.stdout.splitlines()), 1)


class Ends(Launch):
    def test_an_interrupt_stops_the_market_cleanly(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number=number):
                self.folder = os.path.join(self.holder, str(int(number)))
                process = self.open_market(*FOREVER, "--think-time", "1ms")
                # To the whole group, as a terminal does it: the nodes must not hear of it.
                os.killpg(process.pid, number)
                summary, _ = self.close_market(process, 0)
                self.assert_sound(summary)
                self.assertEqual(summary["stopped_by"], "signal")
                self.assertEqual(summary["open"], 0)

    def test_a_second_interrupt_kills_what_does_not_stop(self):
        process = self.open_market(*FOREVER)
        os.kill(self.pid_of("warehouse"), signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        # The first one is taken when a buyer has been asked to stop, which its log or its end
        # shows; two at once would be one.
        deadline = time.monotonic() + BOUND_S
        while len(processes_of(self.folder)) == 11 and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        summary, stderr = self.close_market(process, 1)
        self.assertIn("warehouse", [died["node"] for died in summary["died"]])
        self.assertIn("warehouse was killed: cut short", stderr)
        self.assertTrue(summary["conserved"])

    def test_a_node_that_dies_is_named_and_stops_the_rest(self):
        for role, number, name in (("trader", 1, "trader-1"), ("buyer", 4, "buyer-4"),
                                   ("warehouse", None, "warehouse")):
            with self.subTest(name=name):
                self.folder = os.path.join(self.holder, name)
                # On ipc, since the port of a process that was killed may soon be another market's.
                process = self.open_market(*FOREVER, "--think-time", "1ms", "--transport", "ipc")
                os.kill(self.pid_of(role, number), signal.SIGKILL)
                summary, stderr = self.close_market(process, 1)
                self.assertEqual(summary["died"][0]["why"], "died: killed by SIGKILL")
                self.assertEqual([died["node"] for died in summary["died"]], [name])
                self.assertEqual(summary["stopped_by"], "death")
                self.assertIn(f"{name} died: killed by SIGKILL; the end of", stderr)
                self.assertTrue(summary["conserved"], summary["problems"])
                self.assertEqual(summary["books_differ"], [])

    def test_a_launcher_that_is_killed_leaves_no_node(self):
        process = self.open_market(*FOREVER)
        self.assertEqual(len(processes_of(self.folder)), 11)
        process.kill()
        process.wait()
        deadline = time.monotonic() + BOUND_S
        while processes_of(self.folder) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual(processes_of(self.folder), {})

    def test_a_program_that_ends_at_once_is_told(self):
        ended = subprocess.run(self.command("--souk", "/bin/false", "--summary", "-"),
                               capture_output=True, text=True, check=False, timeout=BOUND_S)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("warehouse died: exit status 1", ended.stderr)
        summary = json.loads(ended.stdout)
        self.assertEqual([died["node"] for died in summary["died"]], ["warehouse"])
        self.assertFalse(summary["conserved"])


if __name__ == "__main__":
    unittest.main()
