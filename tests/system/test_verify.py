"""souk verify on the stores of real markets: what it reads, what it tells, what it is told."""

import json
import os
import signal
import sqlite3
import unittest

from market import MarketTest
from test_command import run


class Verify(MarketTest):
    def refused(self, path):
        for flags in ([], ["--json"]):
            ended = run("verify", path, *flags)
            self.assertEqual((ended.returncode, ended.stdout), (1, ""))
            self.assertRegex(ended.stderr, r"^souk verify: .+\n$")
            self.assertIn(path, ended.stderr)

    def make_store(self):
        self.warehouse()
        self.trader(1)
        self.stock(5)
        self.buyer(20, "--orders", 7).wait()

    def test_verify_refuses_what_is_no_store_and_leaves_it_alone(self):
        self.refused(self.path("missing"))
        self.refused(self.folder)
        for name, content in (("empty", b""), ("text", b"salt, 5 units\n" * 100)):
            path = self.path(name)
            with open(path, "wb") as file:
                file.write(content)
            self.refused(path)
            with open(path, "rb") as file:
                self.assertEqual(file.read(), content)
        foreign = sqlite3.connect(self.path("foreign"))
        foreign.execute("CREATE TABLE lots (id)")
        foreign.close()
        self.refused(self.path("foreign"))
        self.assertEqual(sorted(os.listdir(self.folder)), ["empty", "foreign", "text"])

    def test_a_warehouse_refuses_the_database_of_another_program(self):
        foreign = sqlite3.connect(self.store)
        foreign.execute("CREATE TABLE lots (id)")
        foreign.close()
        node = self.warehouse(ready=False)
        node.wait(1)
        self.assertIn("is no store", node.log[-1])

    def test_verify_tells_a_good_store_while_the_market_runs(self):
        self.make_store()
        verdict = self.verify()
        self.assertEqual((verdict["orders"], verdict["sold_units"], verdict["refused"]),
                         (7, 5, 2))
        ended = run("verify", self.store)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertRegex(ended.stdout, r"(?m)^salt +5 +5 +0 +0$")
        self.assertRegex(ended.stdout, r"\nconserved: yes\n$")

    def test_verify_tells_what_is_wrong_in_a_store(self):
        self.make_store()
        store = sqlite3.connect(self.store)
        store.execute("UPDATE orders SET units = units + 1 WHERE number = 1")
        store.commit()
        store.close()
        ended = run("verify", self.store)
        self.assertEqual(ended.returncode, 1)
        self.assertRegex(ended.stdout, r"\nproblem: .*order 1 of buyer 20.*\n")
        self.assertRegex(ended.stdout, r"\nconserved: NO\n$")
        ended = run("verify", "--json", self.store)
        self.assertEqual((ended.returncode, json.loads(ended.stdout)["conserved"]), (1, False))

    def test_verify_holds_a_store_to_the_budgets_that_it_is_told(self):
        self.make_store()
        store = sqlite3.connect(self.store)
        store.execute("INSERT INTO lease_states SELECT id, 1, epoch, 1, 2, 0 FROM traders")
        store.commit()
        store.close()
        for status, budgets in ((0, []), (0, ["salt=2"]), (1, ["salt=1"]), (0, ["salt=40%"]),
                                (1, ["salt=39%"]), (0, ["salt=20%", "salt=1"]), (0, ["fish=0"])):
            with self.subTest(budgets=budgets):
                ended = run("verify", self.store, *(f"--budget={budget}" for budget in budgets))
                self.assertEqual((ended.returncode, ended.stderr), (status, ""), ended.stdout)
                self.assertEqual("problem: product salt: 2 units beyond the stock are leased" in
                                 ended.stdout, status == 1)

    def test_verify_holds_a_store_to_the_budgets_of_a_topology(self):
        self.make_store()
        store = sqlite3.connect(self.store)
        store.execute("INSERT INTO lease_states SELECT id, 1, epoch, 1, 2, 0 FROM traders")
        store.commit()
        store.close()
        escrow = {"name": "salt", "mode": "escrow"}
        for status, rest, product, flags in (
                (1, {}, {"name": "salt"}, []),
                (0, {"mode": "cached"}, {"name": "salt"}, []),
                (1, {"mode": "escrow"}, {"name": "fish", "mode": "cached"}, []),
                (0, {"mode": "escrow", "oversell_budget": 2}, {"name": "fish"}, []),
                (1, {"mode": "cached"}, {**escrow, "oversell_budget": 1}, []),
                (0, {"mode": "cached"}, {**escrow, "oversell_budget": "40%"}, []),
                (1, {"mode": "cached"}, {**escrow, "oversell_budget": 9}, ["--budget=salt=1"]),
                (0, {"mode": "sync"}, {"name": "salt"}, ["--budget=salt=1", "--budget=salt=20%"])):
            with self.subTest(rest=rest, product=product, flags=flags):
                ended = run("verify", self.store, "--topology", self.topology(rest, product),
                            *flags)
                self.assertEqual((ended.returncode, ended.stderr), (status, ""), ended.stdout)

    def topology(self, rest, product):
        path = self.path("topology.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"version": 1, **rest, "products": [product],
                       "warehouse": {"rep": "tcp://127.0.0.1:1", "pub": "tcp://127.0.0.1:2"},
                       "traders": [{"id": 1, "router": "tcp://127.0.0.1:3",
                                    "pub": "tcp://127.0.0.1:4"}],
                       "buyers": [{"id": 2}], "sellers": [{"id": 3}]}, file)
        return path

    def test_a_verdict_that_cannot_be_written_is_a_failure(self):
        self.make_store()
        with open("/dev/full", "w", encoding="utf-8") as full:
            for arguments in (["verify", self.store], ["verify", self.store, "--json"],
                              ["--version"], ["buyer", "--help"]):
                ended = run(*arguments, stdout=full)
                self.assertEqual(ended.returncode, 1)
                self.assertIn("cannot write", ended.stderr)

    def test_verify_can_be_interrupted(self):
        self.make_store()
        store = sqlite3.connect(self.store, isolation_level=None)
        self.addCleanup(store.close)
        copy = sqlite3.connect(self.path("copy"), isolation_level=None)
        self.addCleanup(copy.close)
        store.backup(copy)
        copy.execute("PRAGMA journal_mode = WAL")
        copy.execute("PRAGMA locking_mode = EXCLUSIVE")
        copy.execute("BEGIN IMMEDIATE")
        copy.execute("DELETE FROM accounts")
        # Nobody can read the copy now, so that verify waits for it and is alive for seconds.
        waiting = self.node("verify", self.path("copy"))
        waiting.signal(signal.SIGTERM)
        waiting.wait(-signal.SIGTERM)


if __name__ == "__main__":
    unittest.main()
