"""souk accounts on the stores of real markets, and what the warehouse's log tells of money."""

import json
import signal
import unittest

from market import MarketTest
from test_command import run


class Accounts(MarketTest):
    def tell(self, *flags):
        """What is told of the store: one object a line."""
        ended = run("accounts", self.store, "--json", *flags)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        return [json.loads(line) for line in ended.stdout.splitlines()]

    def sell(self):
        """Two sellers' salt, bought by two buyers through one trader; one is refused in the end."""
        self.warehouse()
        self.trader(1)
        self.stock(3, "--price", "15.00", number=900)
        self.stock(4, "--price", "20.00", number=901)
        return [self.buyer(20, "--orders", 4).wait(), self.buyer(21, "--orders", 5).wait()]

    def test_accounts_tell_who_spent_and_earned_what_while_the_market_runs(self):
        books = self.sell()
        *nodes, total = self.tell()
        accounts = {node["node"]: node for node in nodes}
        self.assertEqual({node: account["roles"] for node, account in accounts.items()},
                         {1: ["trader"], 20: ["buyer"], 21: ["buyer"], 900: ["seller"],
                          901: ["seller"]})
        for book in books:
            account = accounts[book["node"]]
            self.assertEqual((account["orders"], account["bought_units"], account["spent_cents"]),
                             (book["requests"], book["units"], book["spent_cents"]))
            self.assertEqual(account["balance_cents"], -book["spent_cents"])
        self.assertEqual((accounts[900]["sold_units"], accounts[900]["earned_cents"]), (3, 3600))
        self.assertEqual((accounts[901]["sold_units"], accounts[901]["earned_cents"]), (4, 6400))
        self.assertEqual((accounts[1]["sales"], accounts[1]["commission_cents"]), (7, 2500))
        self.assertEqual((total["accounts"], total["spent_cents"], total["balance_cents"]),
                         (5, 12500, 0))
        self.assertEqual(total["earned_cents"] + total["commission_cents"], 12500)

    def test_accounts_tell_each_sale_with_its_three_amounts_in_order(self):
        self.sell()
        sales = self.tell("--sales")
        self.assertEqual([sale["sale"] for sale in sales], list(range(1, 8)))
        self.assertEqual([(sale["buyer"], sale["number"]) for sale in sales],
                         [(20, 1), (20, 2), (20, 3), (20, 4), (21, 1), (21, 2), (21, 3)])
        spent = earned = commission = 0
        for sale in sales:
            self.assertEqual(sale["amount_cents"], sale["units"] * sale["price_cents"])
            self.assertEqual(sale["amount_cents"], sale["earned_cents"] + sale["commission_cents"])
            spent += sale["amount_cents"]
            earned += sale["earned_cents"]
            commission += sale["commission_cents"]
            self.assertEqual((sale["total_amount_cents"], sale["total_earned_cents"],
                              sale["total_commission_cents"]), (spent, earned, commission))
        ended = run("accounts", self.store, "--sales")
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertIn("20/1          1 salt at 15.00: 15.00 = 12.00 to seller 900 + 3.00 to"
                      " trader 1; in all 15.00 = 12.00 + 3.00\n", ended.stdout)
        self.assertEqual(len(ended.stdout.splitlines()), 7)

    def test_accounts_are_told_of_a_store_whose_warehouse_was_killed(self):
        warehouse = self.warehouse()
        self.trader(1)
        self.stock(3)
        self.buyer(20, "--orders", 3).wait()
        warehouse.signal(signal.SIGKILL)
        warehouse.wait(-signal.SIGKILL)
        ended = run("accounts", self.store)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertRegex(ended.stdout, r"(?m)^ +20  buyer +3 +3 ")
        self.assertRegex(ended.stdout, r"(?m)^ +all .* 0\.00$")

    def test_a_topology_names_the_store_and_the_nodes_that_did_nothing(self):
        self.sell()
        path = self.path("topology.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "products": [{"name": "salt"}],
                       "warehouse": {"rep": "tcp://127.0.0.1:1", "pub": "tcp://127.0.0.1:2",
                                     "store": "market.db"},
                       "traders": [{"id": 1, "router": "tcp://127.0.0.1:3",
                                    "pub": "tcp://127.0.0.1:4"}],
                       "buyers": [{"id": 20}, {"id": 22}], "sellers": [{"id": 900}]}, file)
        ended = run("accounts", "--topology", path, "--json")
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        *nodes, total = [json.loads(line) for line in ended.stdout.splitlines()]
        idle = [node for node in nodes if node["node"] == 22]
        self.assertEqual([(node["roles"], node["orders"]) for node in idle], [(["buyer"], 0)])
        self.assertEqual(total["accounts"], 6)

    def test_accounts_refuse_what_is_no_store_and_want_one(self):
        text = self.path("text")
        with open(text, "w", encoding="utf-8") as file:
            file.write("salt, 5 units\n" * 100)
        for path in (self.path("missing"), self.folder, text):
            ended = run("accounts", path)
            self.assertEqual((ended.returncode, ended.stdout), (1, ""))
            self.assertRegex(ended.stderr, r"^souk accounts: .+\n$")
            self.assertIn(path, ended.stderr)
        for arguments in ([], [text, text], ["--sold", text]):
            ended = run("accounts", *arguments)
            self.assertEqual((ended.returncode, ended.stdout), (2, ""))

    def test_the_warehouse_logs_what_each_sale_did_to_the_accounts(self):
        warehouse = self.warehouse("--log", "events")
        self.trader(1)
        self.stock(2, "--price", "15.00")
        self.buyer(20, "--orders", 2).wait()
        line = warehouse.wait_log("accounts: ", 2)
        self.assertRegex(line, r" accounts: buyer 20 spent 15\.00 \(-30\.00\), seller 900 earned"
                               r" 12\.00 \(24\.00\), trader 1 got 3\.00 \(6\.00\)$")

    def test_a_quiet_warehouse_logs_nothing_of_money(self):
        warehouse = self.warehouse("--log", "quiet")
        self.trader(1)
        self.stock(2)
        self.buyer(20, "--orders", 2).wait()
        warehouse.stop()
        self.assertEqual(warehouse.log, [])


if __name__ == "__main__":
    unittest.main()
