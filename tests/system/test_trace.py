"""souk trace: one order's way through the nodes of a real market, by its clocks."""

import csv
import json
import os
import re
import subprocess
import unittest

from launched import BOUND_S, SOUK, Launch

# Enough to buy for all, so that there are sold orders in every book.
BUSY = ["--trace", "--orders", "8", "--think-time", "5ms", "--restock", "100", "--buyers", "3"]
EDGE = re.compile(r'^  (\w+) -> (\w+) \[[^\]"]*("[^"]*"[^\]"]*)*\];$')
NODE = re.compile(r'^ +(\w+) \[[^\]"]*("[^"]*"[^\]"]*)*\];$')


def trace(*arguments):
    return subprocess.run([SOUK, "trace", *arguments], capture_output=True, text=True, check=False,
                          timeout=BOUND_S)


class Trace(Launch):
    def told(self, *arguments):
        ended = trace(self.folder, *arguments)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        return ended.stdout

    def steps(self, order):
        return [json.loads(line) for line in self.told("--order", order, "--json").splitlines()]

    def sold_orders(self):
        """"5/17" of every order that is sold in a buyer's book."""
        found = []
        for name in sorted(os.listdir(self.folder)):
            buyer = re.fullmatch(r"(?:buyer|peer)-(\d+)\.book\.csv", name)
            if buyer:
                with open(os.path.join(self.folder, name), newline="", encoding="ascii") as file:
                    found += [f"{buyer[1]}/{row['number']}" for row in csv.DictReader(file)
                              if row["status"] == "sold"]
        return found

    def assert_way(self, order):
        """From the buyer, through a trader and the warehouse, and back, with rising clocks."""
        buyer, number = map(int, order.split("/"))
        steps = self.steps(order)
        self.assertEqual([step["step"] for step in steps], list(range(1, len(steps) + 1)))
        clocks = [step["clock"] for step in steps]
        self.assertEqual(clocks, sorted(clocks), order)
        self.assertEqual((steps[0]["node"], steps[0]["type"]), (buyer, "buy"))
        for step in steps:
            if "sent_in" in step:
                sender = steps[step["sent_in"] - 1]
                self.assertEqual((sender["did"], sender["type"]), ("sent", step["type"]))
                self.assertLess(sender["clock"], step["clock"])
                self.assertLessEqual(sender["time_us"], step["time_us"])
        seen = {(step["did"], step["type"], step["role"]) for step in steps}
        for must in (("received", "buy", "trader"), ("received", "commit", "warehouse"),
                     ("sent", "committed", "warehouse"), ("received", "committed", "trader"),
                     ("received", "receipt", "buyer"), ("sent", "sold", "trader")):
            self.assertIn(must, seen, order)
        answers = [step["status"] for step in steps
                   if step["type"] == "receipt" and step["did"] == "received"]
        self.assertEqual(answers[-1], "sold")
        # A seller may have ended when a trader tells it of the last orders.
        self.assertEqual({step["fate"] for step in steps if step["type"] != "sold"}, {"arrived"},
                         order)
        self.assertIn(f"order {buyer}/{number}: ", self.told("--order", order))

    def assert_diagram(self, text):
        """Well-formed, and each arrow goes between what is there."""
        first, *lines, last = text.splitlines()
        self.assertRegex(first, r'^digraph "\d+/\d+" \{$')
        self.assertEqual(last, "}")
        nodes = {match[1] for match in map(NODE.match, lines) if match}
        edges = [match for match in map(EDGE.match, lines) if match]
        odd = [line for line in lines if not NODE.match(line) and not EDGE.match(line)]
        self.assertEqual(odd, ["  { rank=same;", "  }"])
        self.assertGreater(len(edges), len(nodes) - 5)
        self.assertTrue(all(edge[1] in nodes and edge[2] in nodes for edge in edges))

    def assert_orders(self):
        orders = self.sold_orders()
        self.assertGreaterEqual(len(orders), 8)
        for order in orders:
            self.assert_way(order)
        self.assert_diagram(self.told("--order", orders[0], "--dot"))

    def test_every_sold_order_of_a_sync_market_has_its_way(self):
        self.assert_sound(self.run_market(*BUSY))
        self.assert_orders()
        steps = self.steps("6/1")  # the first seller behind two traders and three buyers
        self.assertEqual((steps[0]["type"], steps[-1]["type"]), ("restock", "restocked"))
        self.assertIn("restock 6/1: 100 ", self.told("--order", "6/1"))

    def test_every_sold_order_of_a_cached_market_has_its_way_through_the_backup(self):
        self.assert_sound(self.run_market("--mode", "cached", *BUSY))
        self.assert_orders()
        kinds = [(step["did"], step["type"]) for step in self.steps(self.sold_orders()[-1])]
        for kind in (("received", "journal"), ("sent", "journaled"), ("received", "journaled")):
            self.assertEqual(kinds.count(kind), 1, kinds)

    def test_an_order_that_its_trader_had_lost_is_traced_through_another_one(self):
        # In sync, the client turns to the other one; what the first has heard is in its trace.
        self.run_market(*BUSY, "--fault", "crash:trader-1:before-processing@2")
        ways = [self.steps(order) for order in self.sold_orders()]
        moved = [way for way in ways if len({step["to"] for step in way
                                             if step["type"] == "buy" and step["did"] == "sent"})
                 == 2]
        self.assertTrue(moved)
        for way in moved:
            first, again = [step for step in way if step["type"] == "buy"
                            and step["did"] == "sent"][:2]
            self.assertEqual((first["to"], again["to"], again["again"]), (1, 2, True))
            receipt = next(step for step in way if step["type"] == "receipt")
            self.assertEqual(receipt["from"], 2)

    def assert_elected_ways(self):
        """Each sold order was asked for by its buyer, committed, and answered, with rising clocks.
        Returns the ways."""
        orders = self.sold_orders()
        self.assertGreaterEqual(len(orders), 8)
        ways = {order: self.steps(order) for order in orders}
        for order, steps in ways.items():
            clocks = [step["clock"] for step in steps]
            self.assertEqual(clocks, sorted(clocks), order)
            self.assertEqual((steps[0]["node"], steps[0]["type"]),
                             (int(order.partition("/")[0]), "buy"))
            seen = {(step["did"], step["type"]) for step in steps}
            # A trader that is killed takes the end of its trace with it.
            for must in (("sent", "buy"), ("received", "commit"), ("sent", "committed"),
                         ("received", "receipt")):
                self.assertIn(must, seen, order)
        return ways

    def test_orders_that_were_handed_to_the_next_trader_have_their_way(self):
        self.assert_sound(self.run_market(
            "--trace", "--elect", "--peers", "4", "--window", "8", "--orders", "40",
            "--think-time", "0s", "--restock", "500", "--sick-chance", "30%", "--on-sick",
            "handover", "--recover-after", "100ms"))
        ways = self.assert_elected_ways()
        handed = [way for way in ways.values()
                  if ("received", "handover") in {(step["did"], step["type"]) for step in way}]
        self.assertTrue(handed)
        for way in handed:
            given = next(step for step in way if step["type"] == "handover")
            self.assertNotEqual(given["from"], given["to"])

    def test_orders_of_a_trader_that_was_killed_have_their_way_through_the_next_one(self):
        self.assert_sound(self.run_market(
            "--trace", "--elect", "--peers", "4", "--think-time", "20ms",
            "--restock", "500", "--restock-every", "50ms", "--fault", "kill:trader@700ms",
            "--duration", "1500ms"))
        ways = self.assert_elected_ways()
        traders = {step["from"] for way in ways.values() for step in way
                   if step["type"] == "receipt" and step["did"] == "received"}
        self.assertEqual(traders, {3, 4})

    def test_an_order_that_is_not_there_is_an_error_that_says_why(self):
        self.run_market(*BUSY)
        for order, why in (("3/999", "buyer 3 sent nothing under that number"),
                           ("99/1", "no node has the id 99")):
            ended = trace(self.folder, "--order", order)
            self.assertEqual((ended.returncode, ended.stdout), (1, ""))
            self.assertIn(f"{order} is not in the trace of these 8 nodes: {why}", ended.stderr)


class Mistakes(Launch):
    def test_a_folder_without_a_trace_says_how_to_make_one(self):
        os.makedirs(self.folder)
        ended = trace(self.folder, "--order", "5/17")
        self.assertEqual((ended.returncode, ended.stdout), (1, ""))
        self.assertIn("tools/launch.py --trace", ended.stderr)
        ended = trace(os.path.join(self.folder, "none"), "--order", "5/17")
        self.assertEqual((ended.returncode, ended.stdout), (1, ""))
        self.assertIn("No such file", ended.stderr)

    def test_a_market_without_trace_writes_none(self):
        self.run_market("--orders", "1", "--think-time", "1ms", "--restock", "100")
        self.assertEqual([name for name in os.listdir(self.folder) if "trace" in name], [])

    def test_a_wrong_call_is_refused(self):
        for arguments, says in ((["x"], "--order is missing"), (["--order", "5"], "such as 5/17"),
                                (["--order", "0/1"], "--order"), (["--order", "5/x"], "--order"),
                                (["--order", "5/1", "--json", "--dot"], "only one of them"),
                                (["a", "b", "--order", "5/1"], "one folder too many")):
            ended = trace(*arguments)
            self.assertEqual((ended.returncode, ended.stdout), (2, ""), arguments)
            self.assertIn(says, ended.stderr)

    def test_a_line_that_was_cut_short_is_left_out_and_said_so(self):
        os.makedirs(self.folder)
        with open(os.path.join(self.folder, "trace-5.jsonl"), "w", encoding="ascii") as file:
            file.write('{"trace":1,"node":5,"role":"buyer"}\n'
                       '{"us":1,"wall_us":2,"node":5,"did":"sent","from":5,"to":1,"port":"trader",'
                       '"type":"buy","clock":3,"product":"fish","quantity":2,"attempt":1,'
                       '"requests":[[5,17]]}\n{"us":9,"requests":[[5,17]],"wa')
        ended = trace(self.folder, "--order", "5/17")
        self.assertEqual(ended.returncode, 0)
        self.assertIn("trace-5.jsonl: 1 line cannot be read and is left out", ended.stderr)
        self.assertIn("order 5/17: 2 fish, not answered\n", ended.stdout)

    def test_a_node_that_cannot_write_its_trace_does_not_start(self):
        ended = subprocess.run([SOUK, "buyer", "--id", "5", "--trace", self.folder + "/no/file"],
                               capture_output=True, text=True, check=False, timeout=BOUND_S)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("cannot write the trace", ended.stderr)


if __name__ == "__main__":
    unittest.main()
