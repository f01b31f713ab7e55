"""The command line as a person meets it: help, mistakes, signals, what stays behind, and nodes
that come before those they need."""

import fcntl
import json
import os
import re
import signal
import subprocess
import threading
import unittest

from market import BOUND_S, SOUK, MarketTest, die_with_parent

NODES = ("warehouse", "trader", "buyer", "seller", "peer")
COMMANDS = (*NODES, "monitor", "bench", "verify", "transactions", "trace", "accounts")


def run(*arguments, **more):
    more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL,
            "text": True, "check": False, "timeout": BOUND_S,
            "preexec_fn": die_with_parent, **more}
    return subprocess.run([SOUK, *arguments], **more)


def without_files():
    """In a child: it has no stdin, stdout and stderr."""
    die_with_parent()
    os.closerange(0, 3)


class Help(unittest.TestCase):
    def test_the_help_of_every_command_has_an_example_and_every_option_once(self):
        for command in COMMANDS:
            with self.subTest(command=command):
                ended = run(command, "--help")
                self.assertEqual((ended.returncode, ended.stderr), (0, ""))
                self.assertRegex(ended.stdout, rf"(?m)^  souk {command} ")
                options = re.findall(r"(?m)^  (--[a-z-]+)", ended.stdout)
                self.assertIn("--help", options)
                self.assertEqual(len(options), len(set(options)))
                self.assertLessEqual(max(map(len, ended.stdout.splitlines())), 100)
                self.assertEqual(run("help", command).stdout, ended.stdout)

    def test_the_help_of_the_program_names_every_command(self):
        for arguments in (["--help"], ["help"]):
            ended = run(*arguments)
            self.assertEqual((ended.returncode, ended.stderr), (0, ""))
            for command in COMMANDS:
                self.assertIn(f"\n  souk {command} ", ended.stdout)

    def test_an_option_that_the_help_names_is_known(self):
        for command in COMMANDS:
            for option in re.findall(r"(?m)^  (--[a-z-]+)", run(command, "--help").stdout):
                ended = run(command, option, "--help", "--help")
                self.assertNotIn("no such option", ended.stderr)

    def test_the_version_is_told_in_words_and_as_json(self):
        ended = run("--version")
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertRegex(ended.stdout, r"^souk \d+\.\d+\.\d+ \(protocol 1, .*\)\n$")
        ended = run("--version", "--json")
        self.assertEqual(ended.returncode, 0)
        version = json.loads(ended.stdout)
        self.assertEqual(set(version), {"souk", "protocol", "libzmq", "sqlite"})
        self.assertEqual(version["protocol"], 1)


class Mistakes(MarketTest):
    def refused(self, says, *arguments):
        """Refused as a wrong call, with a first line that says what is wrong."""
        with self.subTest(arguments=arguments):
            ended = run(*arguments, cwd=self.folder)
            self.assertEqual((ended.returncode, ended.stdout), (2, ""), ended.stderr)
            first = ended.stderr.splitlines()[0]
            self.assertTrue(first.startswith("souk"), first)
            self.assertIn(says, first)
            self.assertLessEqual(len(ended.stderr.splitlines()), 20)

    def test_an_unknown_command_or_none_is_refused(self):
        self.refused("frobnicate", "frobnicate")
        self.refused("frobnicate", "help", "frobnicate")
        self.refused("--frobnicate", "--frobnicate")
        self.refused("--jsn", "--version", "--jsn")
        self.refused("no command", )
        self.refused("no such command", "")

    def test_an_unknown_option_is_named(self):
        for command in COMMANDS:
            self.refused("--frobnicate: no such option", command, "--frobnicate")
            self.refused("-x: no such option", command, "-x")
            self.refused("-x: no such option", command, "--json", "-xyz")
            self.refused("--json=yes: takes no value", command, "--json=yes")
        for command in NODES:
            self.refused("--topology: wants a value", command, "--topology")
            self.refused("'salt'", command, "--id=5" if command != "warehouse" else "--json",
                         "salt")

    def test_a_bad_value_is_told_with_what_would_do(self):
        for value in ("0", "-1", "65536", "five", "5x", " 5", "", "1e3"):
            self.refused("--id: ", "trader", "--id", value)
        for value in ("5", "-1s", "soon", "s", "", "nans", "infs"):
            self.refused("0.5s", "seller", "--id", "9", "--every", value)
        for value in ("0", "0.001", "-1", "free", "", "1e300", "nan", "5-", "5-x"):
            self.refused("--price: ", "seller", "--id", "9", "--price", value)
        for value in ("0", "-5", "5-", "5-1", "1-2-3", "1000001", "", "a-b", "1-" + "9" * 40):
            for role in ("buyer", "seller"):
                self.refused(f"--quantity: '{value}'", role, "--id", "5", "--quantity", value)
        for value in ("Salt", "", "x" * 64, "a b", "s\xe4lt"):
            self.refused("--product: ", "buyer", "--id", "5", "--product", value)
        self.refused("--every: '0s'", "seller", "--id", "9", "--every", "0s")
        for option in ("--timeout", "--give-up"):
            self.refused(f"{option}: '0s'", "buyer", "--id", "5", option, "0s")
        self.refused("sync, cached, batched or escrow", "trader", "--id", "1", "--mode", "fast")
        self.refused("arrival, lamport or vector", "trader", "--id", "1", "--order-by", "luck")
        self.refused("on or off", "trader", "--id", "1", "--invalidation", "maybe")
        self.refused("quiet, events or messages", "warehouse", "--log", "loud")
        self.refused("0 to 100", "warehouse", "--commission", "101")
        self.refused("keep or switch", "buyer", "--id", "5", "--on-refusal", "cry")
        self.refused("random or round-robin", "buyer", "--id", "5", "--choice", "best")
        self.refused("every or sold-out", "seller", "--id", "9", "--when", "never")
        self.refused("same, each or random", "seller", "--id", "9", "--what", "none")
        self.refused("--products: ", "buyer", "--id", "5", "--products", ",")
        self.refused("--products: ", "buyer", "--id", "5", "--products", "salt,Fish")

    def test_what_is_missing_or_double_is_told(self):
        for command in ("trader", "buyer", "seller"):
            self.refused("--id is missing", command)
        self.refused("is a trader's", "buyer", "--id", "1")
        self.refused("1=tcp://", "buyer", "--id", "5", "--trader", "tcp://127.0.0.1:5560")
        self.refused("--trader: 1 is there twice", "buyer", "--id", "5", "--trader", "1=ipc://a",
                     "--trader", "1=ipc://b")
        self.refused("wants one store", "verify")
        self.refused("wants one store", "verify", "a", "b")
        self.refused("'salt' is no budget", "verify", "a", "--budget", "salt")
        self.refused("'salt=' is no budget", "verify", "a", "--budget", "salt=")
        self.refused("'Salt' is no product", "verify", "a", "--budget", "Salt=5")
        self.refused("--budget", "verify", "a", "--budget", "salt=101%")
        self.refused("--budget", "verify", "a", "--budget", "salt=-1")

    def test_what_a_peer_cannot_be_is_told_with_what_would_do(self):
        elected = self.path("elected.json")
        peers = [{"id": 1, "router": "ipc://a", "pub": "ipc://b", "buyer": {}},
                 {"id": 2, "router": "ipc://c", "pub": "ipc://d", "seller": {}}]
        with open(elected, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "warehouse": {"rep": "ipc://r", "pub": "ipc://p"},
                       "products": [{"name": "salt"}], "peers": peers}, file)
        self.refused("--topology is missing", "peer", "--id", "1")
        self.refused("--id is missing", "peer", "--topology", elected)
        self.refused("no peer 3", "peer", "--topology", elected, "--id", "3")
        self.refused("no buyer 1", "buyer", "--topology", elected, "--id", "1")
        known = ("peer", "--topology", elected, "--id", "2")
        self.refused("a book is a buyer's", *known, "--book", self.path("book.csv"))
        for value in ("101%", "1.1", "-1%", "1%%", "often", "", "nan"):
            self.refused(f"--sick-chance: '{value}'", *known, "--sick-chance", value)
        for value in ("0", "65", "two"):
            self.refused(f"--seats: '{value}'", *known, "--seats", value)
        for option in ("--ping-every", "--answer-wait"):
            self.refused(f"{option}: '0s' is too short", *known, option, "0s")
        for option in ("--ping-every", "--answer-wait", "--settle"):
            self.refused(f"{option}: '61s' is too long", *known, option, "61s")
        self.refused("drain or handover", *known, "--on-sick", "cry")
        self.refused("on or off", *known, "--reclaim", "maybe")
        self.refused("arrival, lamport or vector", *known, "--order-by", "luck")
        self.refused("0.5s", *known, "--recover-after", "soon")
        self.refused("'salt' is no option", *known, "salt")

    def test_a_topology_that_cannot_be_used_is_refused(self):
        bad = self.path("bad.json")
        with open(bad, "w", encoding="utf-8") as file:
            file.write('{"v": 1, "warehous": {}}')
        for command in NODES:
            identity = [] if command == "warehouse" else ["--id", "5"]
            self.refused("cannot be read", command, "--topology", self.path("none"), *identity)
            self.refused("bad.json", command, "--topology", bad, *identity)
            # getopt takes a shortened option, so the topology must not be passed over then.
            self.refused("bad.json", command, f"--topol={bad}", *identity)
            self.refused("bad.json", command, *identity, "--topol", bad)

    def test_endpoints_that_cannot_be_are_a_failure_and_not_a_crash(self):
        for endpoint in ("", "nowhere", "tcp://", "tcp://127.0.0.1:65536", "tcp://127.0.0.1:99999",
                         "tcp://127.0.0.1:-1", "tcp://127.0.0.1:x", "smoke://signals",
                         "ipc:///no/such/folder/x", "ipc:///" + "x" * 300):
            with self.subTest(endpoint=endpoint):
                ended = run("warehouse", "--store", self.store, "--rep", endpoint, "--pub",
                            "ipc://" + self.path("p"))
                self.assertEqual((ended.returncode, ended.stdout), (1, ""), ended.stderr)
                self.assertIn(f"cannot bind {endpoint}: ", ended.stderr)


class Ends(MarketTest):
    def test_a_signal_ends_every_node_and_nothing_is_left_behind(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number.name):
                warehouse = self.warehouse()
                trader = self.trader(1, "--mode", "cached")
                seller = self.seller(9, "--every", "5ms", "--bound", "--first-number",
                                     1 + 100000 * number)
                buyer = self.buyer(20, "--think-time", "1ms", "--bound", "--first-number",
                                   1 + 100000 * number)
                buyer.wait_log("receipt to 20: ", 5)
                for node in (buyer, seller, trader, warehouse):
                    node.signal(number)
                    summary = node.wait(0)
                    self.assertEqual(summary["node"], int(node.arguments[2])
                                     if node is not warehouse else 0)
                self.assertEqual(sorted(os.listdir(self.folder)),
                                 ["market.db", "market.db-lock", "market.db.t1.journal"])
        self.verify()

    def test_a_node_that_nobody_listens_to_does_its_work(self):
        self.warehouse()
        self.trader(1)
        self.stock(5)
        for flags in (["--json"], []):
            read, write = os.pipe()
            os.close(read)
            self.run_unheard(21 + len(flags), *flags, stdout=write)
            os.close(write)

    def test_a_node_that_is_started_without_stdin_stdout_and_stderr_does_its_work(self):
        warehouse = self.warehouse()
        trader = self.trader(1)
        self.stock(5)
        # A file or a socket that got number 1 or 2 must not be written to as stdout or stderr.
        self.run_unheard(21, "--json", preexec_fn=without_files)
        trader.stop()
        warehouse.stop()
        rep, pub = self.warehouse_ends
        bare = subprocess.Popen([SOUK, "warehouse", "--store", self.store, "--rep", rep, "--pub",
                                 pub], preexec_fn=without_files)
        self.addCleanup(bare.wait)
        self.addCleanup(bare.kill)
        self.trader(1)
        self.stock(5, number=901)
        bare.terminate()
        self.assertEqual(bare.wait(BOUND_S), 0)
        self.verify()

    def run_unheard(self, number, *flags, **popen):
        traders = [f"--trader={trader}={ends}" for trader, ends in self.traders.items()]
        buyer = subprocess.Popen([SOUK, "buyer", "--id", str(number), *traders, "--product",
                                  "salt", "--orders", "3", "--think-time", "0s", *flags],
                                 **{"preexec_fn": die_with_parent, "stderr": subprocess.DEVNULL,
                                    **popen})
        self.addCleanup(buyer.kill)
        buyer.wait(BOUND_S)
        rows = self.ask_store("SELECT count (*) FROM orders WHERE buyer = ?", number)
        self.assertEqual(rows, [(3,)])

    def test_a_signal_that_comes_when_a_node_has_just_ended_does_not_hold_it(self):
        self.warehouse()
        self.trader(1)
        self.stock(5)
        # Its first report fills the pipe, so that it cannot take notice of anything until it is
        # read: meanwhile its work ends, and then comes the signal.
        read, write = os.pipe()
        size = fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096)
        os.write(write, b"\n" * size)
        stdout = os.fdopen(read, encoding="utf-8")
        self.addCleanup(stdout.close)
        buyer = subprocess.Popen([SOUK, "buyer", "--id", "20", "--trader",
                                  f"1={self.traders[1]}", "--product", "salt", "--orders", "1",
                                  "--think-time", "0s", "--log", "quiet", "--json"],
                                 stdout=write, preexec_fn=die_with_parent)
        self.addCleanup(buyer.wait)
        self.addCleanup(buyer.kill)
        os.close(write)
        self.wait_until("the order", lambda: self.ask_store("SELECT 1 FROM orders"))
        # Its own thread and ZeroMQ's two are left when that of its work has ended.
        self.wait_until("the end of its work",
                        lambda: len(os.listdir(f"/proc/{buyer.pid}/task")) <= 3)
        buyer.terminate()
        said = []
        reader = threading.Thread(target=lambda: said.append(stdout.read()), daemon=True)
        reader.start()
        self.assertEqual(buyer.wait(BOUND_S), 0)
        reader.join(BOUND_S)
        self.assertIn('"event":"summary"', said[0])

    def test_a_second_signal_ends_a_node_at_once(self):
        # Nobody will ever answer these two: one is told once to end, the other one twice.
        self.traders[1] = "ipc://{},ipc://{}".format(self.path("none.1"), self.path("none.2"))
        patient = self.buyer(20)
        hurried = self.buyer(21)
        for buyer in (patient, hurried):
            buyer.wait_log("asks for 1 salt")
        patient.signal(signal.SIGTERM)
        hurried.signal(signal.SIGTERM)
        hurried.signal(signal.SIGINT)  # Another one, since two alike may arrive as one.
        self.assertEqual(hurried.wait(1)["open"], 1)
        self.assertIn("no final answer", hurried.log[-1])
        self.assertIsNone(patient.process.poll())

    def test_a_trader_that_ends_answers_first_what_it_has_taken(self):
        warehouse = self.warehouse()
        trader = self.trader(1)
        self.stock(500)
        buyer = self.buyer(20, "--orders", 400, "--window", 16)
        buyer.wait_log("receipt to 20: ", 20)
        # The warehouse stands still, so that orders are under way when the trader is told to end.
        warehouse.signal(signal.SIGSTOP)
        trader.signal(signal.SIGTERM)
        warehouse.signal(signal.SIGCONT)
        taken = trader.wait(0)["requests"] - 1  # The restock was one.
        buyer.wait_log("receipt to 20: ", taken)
        told = {line.split("order ")[1] for line in buyer.log if "receipt to 20: " in line}
        self.assertEqual(len(told), taken)
        self.trader(1)
        self.assert_book_is_ledger(buyer.wait())


class Early(MarketTest):
    def test_a_trader_waits_for_its_warehouse_and_then_works(self):
        trader = self.trader(1, ready=False)
        trader.wait_log("asks to join", 2)
        self.assertEqual(trader.reports, [])
        self.warehouse()
        trader.report("ready")
        self.stock(1)

    def test_clients_wait_for_their_trader_and_then_work(self):
        router, pub = self.ends("t1")
        self.traders[1] = f"{router},{pub}"
        seller = self.seller(9, "--restocks", 1, "--every", "1ms", "--timeout", "50ms")
        buyer = self.buyer(20, "--orders", 1, "--timeout", "50ms")
        for client in (seller, buyer):
            client.wait_log("attempt 2")
        trader = self.trader(1, ready=False)
        trader.wait_log("asks to join")
        self.warehouse()
        self.assertEqual(seller.wait()["restocked"], 1)
        summary = buyer.wait()
        self.assertEqual(summary["sold"] + summary["refused"], 1)
        self.assert_books_agree([summary])

    def test_a_node_ends_on_a_signal_while_it_still_waits(self):
        trader = self.trader(1, ready=False)
        trader.wait_log("asks to join", 2)
        trader.stop()


if __name__ == "__main__":
    unittest.main()
