"""souk monitor at a market of real processes: what it shows, and how it ends."""

import json
import os
import select
import signal
import subprocess
import unittest

import jsonschema

from market import BOUND_S, ROOT, SOUK, MarketTest, die_with_parent


def schema_of(kind):
    with open(os.path.join(ROOT, "schemas", f"{kind}.schema.json"), encoding="utf-8") as file:
        return json.load(file)


class Monitor(MarketTest):
    written = 1_000_000_000

    def market(self, *flags):
        """A warehouse and a trader, on tcp: their endpoints are in `router` and `pubs`."""
        any_port = "tcp://127.0.0.1:*"
        self.warehouse_ends = any_port, any_port
        warehouse = self.warehouse()
        ends = warehouse.report("ready")["endpoints"]
        self.warehouse_ends = ends["rep"], ends["pub"]
        trader = self.node("trader", "--id", 1, "--router", any_port, "--pub", any_port, "--json",
                           "--warehouse", ends["rep"], "--warehouse-pub", ends["pub"], *flags)
        trader_ends = trader.report("ready")["endpoints"]
        self.traders[1] = f"{trader_ends['router']},{trader_ends['pub']}"
        self.router = trader_ends["router"]
        self.pubs = ends["pub"], trader_ends["pub"]

    def write_topology(self, pubs):
        market = {
            "version": 1, "warehouse": {"rep": "tcp://127.0.0.1:*", "pub": pubs[0]},
            "products": [{"name": "salt"}], "buyers": [], "sellers": [],
            "traders": [{"id": 1, "router": "tcp://127.0.0.1:*", "pub": pubs[1]}],
        }
        with open(self.path("topology.new"), "w", encoding="utf-8") as file:
            json.dump(market, file)
        self.stamp("topology.new")
        os.replace(self.path("topology.new"), self.path("topology.json"))

    def stamp(self, name):
        """What is written later is newer, however fast the test."""
        self.written += 1
        os.utime(self.path(name), (self.written, self.written))

    def monitor(self, *flags):
        """One that has begun to hear, of the warehouse and of the trader."""
        ends = [flag for pub in self.pubs for flag in ("--pub", pub)]
        node = self.node("monitor", "--json", *ends, *flags)
        for count in range(1, 3):
            node.wait_log("listens to", count)
        return node

    def await_message(self, node, what, look):
        """The first message that look() likes; there are more when the market goes on."""
        return node.wait_for(what, lambda: next(
            (line for line in list(node.reports)
             if isinstance(line, dict) and line["type"] == "message" and look(line["message"])),
            None))

    def await_news(self, node, *topics):
        """Sellers come, bring a unit of salt and go, until the monitor hears of these topics."""
        numbers = iter(range(1000, 9999))

        def look():
            self.stock(1, number=next(numbers))
            return set(topics) <= {line.get("topic") for line in list(node.reports)}
        self.wait_until(f"news of {topics}", look)

    def test_it_shows_sales_stock_and_sockets_as_their_schemas_say(self):
        self.market()
        monitor = self.monitor()
        self.await_news(monitor, "stock.salt", "socket.1")
        self.buyer(20, "--orders", 1).wait()
        sale = self.await_message(monitor, "sale", lambda m: m["type"] == "sale")
        buyers = [buyer for buyer, *_ in sale["message"]["sales"]]
        self.assertEqual((sale["topic"], buyers), ("sale.salt", [20]))
        monitor.signal(signal.SIGINT)
        monitor.wait(0)
        schemas = {}
        for line in monitor.reports:
            self.assertEqual(line["type"], "message")
            kind = line["message"]["type"]
            schemas.setdefault(kind, schema_of(kind))
            jsonschema.validate(line["message"], schemas[kind],
                                cls=jsonschema.Draft202012Validator)
            self.assertEqual(line["topic"].split(".")[0],
                             {"invalidation": "stock"}.get(kind, kind))
            self.assertIsInstance(line["time_ms"], int)
        self.assertIn("0 missed, 0 malformed", monitor.log[-1])

    def test_it_shows_that_a_client_comes_and_is_killed(self):
        self.market()
        monitor = self.monitor("--topic", "socket.1")
        self.await_news(monitor, "socket.1")
        seen = monitor.reports[-1]["message"]["seq"]
        buyer = self.buyer(20)
        buyer.wait_log("receipt to 20")

        def router_has(event):
            return self.await_message(monitor, event, lambda m: (
                m["socket"] == "router" and m["event"] == event and m["seq"] > seen))
        accepted = router_has("accepted")["message"]
        self.assertRegex(accepted["address"], r"^tcp://127\.0\.0\.1:\d+$")
        self.assertNotEqual(accepted["address"], self.router)
        buyer.kill()
        self.await_message(monitor, "disconnected", lambda m: (
            m["event"] == "disconnected" and m["address"] == accepted["address"]))
        topics = {line["topic"] for line in monitor.reports}
        self.assertEqual(topics, {"socket.1"})
        monitor.stop()

    def test_it_waits_for_the_market_of_a_run_and_ends_after_a_count(self):
        self.write_topology(["tcp://127.0.0.1:*"] * 2)
        monitor = self.node("monitor", "--run-dir", self.folder, "--topic", "sale.", "--topic",
                            "stock.", "--count", 3, "--json")
        monitor.wait_log("waits until the market")
        self.market()
        self.write_topology(self.pubs)
        for count in range(1, 3):
            monitor.wait_log("listens to", count)
        numbers = iter(range(901, 999))

        def ended():
            self.stock(1, number=next(numbers))
            return monitor.process.poll() is not None
        self.wait_until("three messages", ended)
        monitor.wait(0)
        self.assertEqual([line["topic"] for line in monitor.reports], ["stock.salt"] * 3)

    def test_it_waits_for_the_folder_of_a_run_and_for_its_topology(self):
        for flags, place in (["--run-dir", self.path("run")], "run"), ([], "runs/latest"):
            folder = self.path(place)
            monitor = self.node("monitor", "--json", "--for", "1h", *flags, folder=self.folder)
            monitor.wait_log(f"{place}/topology.json")
            os.makedirs(folder)
            self.pubs = "ipc://" + self.path("w"), "ipc://" + self.path("t")
            self.write_topology(self.pubs)
            os.replace(self.path("topology.json"), os.path.join(folder, "topology.json"))
            for count in range(1, 3):
                monitor.wait_log("listens to", count)
            monitor.signal(signal.SIGINT)
            monitor.wait(0)

    def test_it_ends_while_it_waits_for_a_run(self):
        monitor = self.node("monitor", "--json", folder=self.folder)
        monitor.wait_log("waits for runs/latest/topology.json")
        monitor.signal(signal.SIGINT)
        monitor.wait(0)
        monitor = self.node("monitor", "--json", "--for", "1200ms", folder=self.folder)
        monitor.wait(0)  # It has looked again meanwhile, and said nothing more.
        self.assertEqual(len(monitor.log), 2, monitor.log)
        self.assertIn("0 messages", monitor.log[-1])

    def test_it_ends_in_time_and_needs_no_market_for_it(self):
        self.pubs = "ipc://" + self.path("w"), "ipc://" + self.path("t")
        monitor = self.monitor("--for", "50ms")
        monitor.wait(0)
        self.assertEqual(monitor.reports, [])

    def test_it_ends_when_nobody_reads_and_colors_when_it_is_told_to(self):
        self.market()
        for flags, start in (["--color", "auto"], r"^\d\d:\d\d:\d\d\.\d{3} stock\.salt "), (
                ["--color", "always"], "^\033\\[2m"):
            self.read_two_lines(flags, start)

    def read_two_lines(self, flags, start):
        with subprocess.Popen([SOUK, "monitor", "--topic", "stock.", "--pub", self.pubs[0],
                               *flags], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True, preexec_fn=die_with_parent) as piped:
            self.addCleanup(piped.kill)
            numbers = iter(range(1000, 9999))

            def look():
                self.stock(1, number=next(numbers) + (5000 if "always" in flags else 0))
                return select.select([piped.stdout], [], [], 0)[0]
            self.wait_until("a line", look)
            self.assertRegex(piped.stdout.readline(), start)
            piped.stdout.close()
            self.assertEqual(piped.wait(BOUND_S), 0)

    def test_it_waits_for_the_next_run_where_this_one_has_ended(self):
        self.pubs = "ipc://" + self.path("w"), "ipc://" + self.path("t")
        self.write_topology(self.pubs)
        for ends in range(1, 3):
            with open(self.path("summary.json"), "w", encoding="utf-8") as file:
                file.write("{}")
            self.stamp("summary.json")
            if ends == 1:
                monitor = self.node("monitor", "--json", "--run-dir", self.folder)
                monitor.wait_log("has ended; waits for the next one")
                self.assertEqual(len(monitor.log), 1, monitor.log)
                self.write_topology(self.pubs)
                monitor.wait_log("listens to", 2)
            else:
                monitor.wait_log("the market has ended")
        monitor.signal(signal.SIGINT)
        monitor.wait(0)

    def test_it_warns_of_a_topic_that_nobody_publishes(self):
        for topic, warned in (("foo", True), ("stock", False), ("sale.salt", False),
                              ("stocks", True), ("recall.salt", False), ("oversell.1", False), ("member.1", False),
                              ("", False)):
            monitor = self.node("monitor", "--pub", "ipc://" + self.path("w"), "--topic", topic,
                                "--for", "1ms")
            monitor.wait(0)
            self.assertEqual("nothing is published under" in monitor.log[0], warned, monitor.log)

    def test_it_says_what_is_wrong_with_its_options(self):
        rows = (
            (["--pub", "tcp:/nowhere"], 2, "'tcp:/nowhere' must be tcp://HOST:PORT"),
            (["--pub", "tcp://127.0.0.1:*"], 2, "must be tcp://HOST:PORT"),
            (["--pub", "ipc:///a", "--run-dir", "."], 2, "one of them"),
            (["--topic", "x" * 200, "--pub", "ipc:///a"], 2, "longer than any topic"),
            (["--color", "red"], 2, "auto, always or never"),
            (["--for", "ten"], 2, "is no time"),
            (["--run-dir", "file"], 1, "file has no topology.json (Not a directory)"),
        )
        with open(self.path("file"), "w", encoding="utf-8"):
            pass
        for flags, status, text in rows:
            ended = subprocess.run([SOUK, "monitor", *flags], capture_output=True, text=True,
                                   check=False, timeout=BOUND_S, cwd=self.folder)
            self.assertEqual((ended.returncode, ended.stdout), (status, ""), flags)
            self.assertIn(text, ended.stderr)
        with open(self.path("topology.json"), "w", encoding="utf-8") as file:
            file.write("{}")
        ended = subprocess.run([SOUK, "monitor", "--run-dir", self.folder], capture_output=True,
                               text=True, check=False, timeout=BOUND_S)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("topology.json: ", ended.stderr)


if __name__ == "__main__":
    unittest.main()
