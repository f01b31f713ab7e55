"""The parts of tools/launch.py that need no nodes: what nodes told, arithmetic, words."""

import io
import json
import os
import random
import sys
import tempfile
import unittest
from types import SimpleNamespace

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))

from souk_launch import market as markets
from souk_launch import options as command_line
from souk_launch import progress
from souk_launch import summary as summaries
from souk_launch.elections import Elections
from souk_launch.nodes import Node

SOUK = ["--souk", "/bin/true"]  # any program will do: it is not started here


def market(*arguments):
    return markets.market_of(command_line.parse([*SOUK, *arguments]))


class Nodes(unittest.TestCase):
    def ended(self, role, status, summary=True, asked=True, ready=True):
        node = Node(role, 3, "/tmp")
        node.status, node.asked = status, asked
        node.ready = {} if ready else None
        node.summary = {} if summary else None
        node.judge()
        return node.fault

    def test_lines_are_read_however_they_are_cut(self):
        whole = (b'{"event":"ready","node":3}\nnot json\n[1]\n{"event":"progress","requests":4}\n'
                 b'{"event":"summary","units":5}\n')
        for size in (1, 2, 7, len(whole)):
            node = Node("buyer", 3, "/tmp")
            for start in range(0, len(whole), size):
                node.take(whole[start:start + size])
            self.assertEqual(node.ready["node"], 3)
            self.assertEqual(node.told["requests"], 4)
            self.assertEqual(node.summary["units"], 5)

    def test_a_client_may_end_by_itself_and_a_trader_may_not(self):
        self.assertIsNone(self.ended("buyer", 0, asked=False))
        self.assertIsNone(self.ended("buyer", 1))
        self.assertIsNone(self.ended("trader", 0))
        self.assertEqual(self.ended("trader", 0, asked=False), "died: exit status 0")
        self.assertIsNone(self.ended("trader", 1))  # Something stayed open.
        self.assertEqual(self.ended("trader", 1, asked=False), "died: exit status 1")
        self.assertEqual(self.ended("warehouse", 1), "died: exit status 1")
        self.assertEqual(self.ended("buyer", 2), "died: exit status 2")
        self.assertEqual(self.ended("buyer", 0, summary=False), "died: exit status 0")
        self.assertEqual(self.ended("warehouse", -11), "died: killed by SIGSEGV")

    def test_a_node_that_is_asked_to_stop_while_it_starts_may_just_end(self):
        self.assertIsNone(self.ended("buyer", -15, summary=False, ready=False))
        for flags in ({"asked": False, "ready": False}, {"ready": True}):
            self.assertEqual(self.ended("buyer", -15, summary=False, **flags),
                             "died: killed by SIGTERM")

    def test_a_node_that_was_to_die_did_as_it_was_asked(self):
        for doomed, crash, status, fault in (
                (True, None, -9, None), (False, "after-commit@3", -9, None),
                (False, None, -9, "died: killed by SIGKILL"),
                (False, "after-commit@3", 1, "died: exit status 1"),
                (False, "after-commit@3", -6, "died: killed by SIGABRT")):
            node = Node("warehouse", 0, "/tmp")
            node.doomed, node.crash, node.status, node.ready = doomed, crash, status, {}
            node.judge()
            self.assertEqual(node.fault, fault)

    def test_each_life_of_a_buyer_has_a_book_of_its_own(self):
        self.assertEqual([Node("buyer", 3, "run", life).book for life in (1, 2)],
                         ["run/buyer-3.book.csv", "run/buyer-3.book.2.csv"])
        self.assertIsNone(Node("seller", 3, "run").book)

    def test_the_end_of_a_log_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            node = Node("seller", 9, folder)
            self.assertEqual(node.log_tail(), [])
            with open(os.path.join(folder, "seller-9.log"), "w", encoding="utf-8") as file:
                file.write("".join(f"line {n}\n" for n in range(10_000)))
            self.assertEqual(node.log_tail(), [f"line {n}" for n in range(9995, 10_000)])


def book(**figures):
    return {"requests": 10, "sold": 6, "units": 8, "spent_cents": 8000, "refused": 3,
            "oversold": 1, "missing_units": 1, "failed": 0, "gave_up": 0, "open": 0, **figures}


def entry(**figures):
    return {"node": 3, "orders": 10, "sold": 6, "units": 8, "spent_cents": 8000, "refused": 3,
            "oversold": 1, "missing_units": 1, **figures}


class Summary(unittest.TestCase):
    def test_percentiles_are_those_of_all_values(self):
        histogram = {"max": 95, "buckets": [(10, 50), (20, 40), (50, 9), (100, 1)]}
        for fraction, bound in ((0.5, 10), (0.501, 20), (0.9, 20), (0.99, 50), (0.991, 95),
                                (1.0, 95), (0.0, 10)):
            self.assertEqual(summaries.percentile(histogram, fraction), bound, fraction)

    def test_percentiles_agree_with_sorted_values(self):
        generator = random.Random(5)
        values = sorted(generator.randint(1, 500) for _ in range(999))
        histogram = {"max": values[-1],
                     "buckets": [(value, values.count(value)) for value in sorted(set(values))]}
        for percent in (1, 50, 90, 99):
            rank = -(-percent * len(values) // 100)
            self.assertEqual(summaries.percentile(histogram, percent / 100), values[rank - 1])

    def test_an_empty_histogram_has_no_percentiles(self):
        self.assertEqual(summaries.latency_ms(summaries.merge([])),
                         {"p50": None, "p99": None, "max": None})
        self.assertEqual(summaries.latency_ms(summaries.merge([{"max": 0, "buckets": []}]))["p50"],
                         None)

    def test_histograms_are_merged_bucket_by_bucket(self):
        merged = summaries.merge([{"max": 7, "buckets": [[10, 1], [20, 2]]},
                                  {"max": 19, "buckets": [[5, 4], [20, 3]]}])
        self.assertEqual(merged, {"max": 19, "buckets": [(5, 4), (10, 1), (20, 5)]})
        self.assertEqual(summaries.latency_ms(merged), {"p50": 0.01, "p99": 0.019, "max": 0.019})

    def test_a_book_that_differs_in_one_figure_is_found(self):
        self.assertEqual(summaries.differences(book(), entry()), [])
        for mine, theirs in summaries.BOOK.items():
            for step in (-1, 1):
                found = summaries.differences(book(), entry(**{theirs: entry()[theirs] + step}))
                self.assertEqual([what for what, _, _ in found], [mine])

    def test_an_order_without_an_answer_may_have_been_decided(self):
        for unsure in ("open", "gave_up", "failed"):
            unfinished = book(requests=11, **{unsure: 1})
            self.assertEqual(summaries.differences(unfinished, entry()), [])
            decided = entry(orders=11, sold=7, units=9, spent_cents=9000)
            self.assertEqual(summaries.differences(unfinished, decided), [])
            lost = entry(orders=9, sold=5, units=7, spent_cents=7000)
            self.assertEqual([what for what, _, _ in summaries.differences(unfinished, lost)],
                             ["requests", "sold", "units", "spent_cents"])
            twice = entry(orders=12, sold=8, units=10, spent_cents=10_000)
            self.assertEqual([what for what, _, _ in summaries.differences(unfinished, twice)],
                             ["requests", "sold"])

    def buyer(self, number, summary):
        return SimpleNamespace(id=number, role="buyer", does="buyer", summary=summary, told={},
                               life=1, book=None)

    def test_books_are_compared_for_each_buyer_that_left_one(self):
        buyers = [self.buyer(3, book()), self.buyer(4, None), self.buyer(5, {})]
        self.assertEqual(summaries.compare_books(buyers, [entry(), entry(node=4)]), [])
        found = summaries.compare_books(buyers, [entry(units=9), entry(node=9)])
        self.assertEqual(found, [{"node": 3, "what": "units", "book": 8, "ledger": 9},
                                 {"node": 9, "what": "orders", "book": 0, "ledger": 10}])

    def run_of(self, proof=None, died=(), stopped_by="duration", mode="cached", missing=1,
               **figures):
        built = market("--buyers", "1", "--seed", "1", "--product", f"salt={mode}")
        proof = {"conserved": True, "problems": [], "restocked_units": 12, "sold_units": 8,
                 "left_units": 4, "orders": 10, "refused": 3, "oversold": 1, "missing_units": 1,
                 "products": [{"name": "salt", "restocked": 12, "sold": 8, "unsold": 4}],
                 "accounts": [{"node": 1, "balance_cents": 1000}, {"node": 2, "balance_cents": 600},
                              {"node": 3, "balance_cents": -8000},
                              {"node": 4, "balance_cents": 6400}],
                 "books": [entry()]} if proof is None else proof
        latency = {"max": 3000, "buckets": [[1000, 9], [4000, 1]]}
        return SimpleNamespace(
            market=built, folder="runs/x", stopped_by=stopped_by, wall_seconds=2.01, proof=proof,
            died=list(died), cpu_seconds={"warehouse": 0.0201, "buyer": 0.00402},
            happenings=[], sales=None, began=0.0, missing={"salt": missing}, money={},
            elections=Elections(built),
            orders={"lost": 0, "doubled": 0, "orders_compared": 10, "examples": [], "told": {}},
            nodes=[self.buyer(3, book(latency_us=latency, resent=2, **figures))])

    def test_figures_are_in_market_seconds(self):
        told = summaries.summarise(self.run_of(), 10.0, 20_000_000)
        self.assertEqual((told["seconds"], told["wall_seconds"]), (20.0, 2.01))
        self.assertEqual((told["goods_per_second"], told["requests_per_second"]), (0.4, 0.5))
        self.assertEqual(told["latency_ms"], {"p50": 1.0, "p99": 3.0, "max": 3.0})
        self.assertEqual(told["oversell_percent"], 10.0)
        self.assertEqual(told["cpu_percent"], {"warehouse": 1.0, "buyer": 0.2, "all": 1.2})
        self.assertEqual((told["spent_cents"], told["earned_cents"], told["commission_cents"]),
                         (8000, 6400, 1600))
        self.assertTrue(summaries.fine(told))

    def test_a_run_cut_short_lasted_as_long_as_it_did(self):
        told = summaries.summarise(self.run_of(stopped_by="signal"), 10.0, 20_000_000)
        self.assertEqual(told["seconds"], 20.1)

    def test_the_summary_has_every_field_that_was_promised(self):
        told = summaries.summarise(self.run_of(), 1.0, 1_000_000)
        for name in ("mode traders buyers sellers seconds wall_seconds requests sold_units "
                     "restocked_units left_units refused oversold oversell_percent "
                     "goods_per_second latency_ms conserved books_agree resent gave_up died "
                     "run_dir seed faults lost doubled").split():
            self.assertIn(name, told)
        self.assertEqual(json.loads(json.dumps(told)), told)

    def test_what_is_wrong_makes_the_run_fail_and_is_told_last(self):
        for run, said in (
                (self.run_of(proof={}), "the store could not be verified"),
                (self.run_of(proof={"conserved": False, "problems": ["salt: 1 unit too many"]}),
                 "Not conserved: salt: 1 unit too many"),
                (self.run_of(units=7), "The book of buyer 3 says 7 units, the ledger 8."),
                (self.run_of(died=[("trader-1", 1, "died: killed by SIGKILL")]),
                 "trader-1 died: killed by SIGKILL.")):
            told = summaries.summarise(run, 1.0, 1_000_000)
            self.assertFalse(summaries.fine(told))
            self.assertIn(said, summaries.text(told).split("Kept in ")[1])

    def test_a_good_run_ends_with_its_verdict(self):
        text = summaries.text(summaries.summarise(self.run_of(), 1.0, 1_000_000))
        self.assertEqual(text.splitlines()[-1], "Every unit is accounted for, and the buyers' "
                                                "books agree with the ledger.")
        self.assertIn("80.00", text)

    def test_each_product_is_told_with_its_mode_and_what_may_be_oversold(self):
        for mode, budget, shown in (("cached", None, "1"), ("escrow:budget=3", 3, "1 of 3"),
                                    ("escrow:budget=10%", 1, "1 of 1")):  # of 12 that were stocked
            told = summaries.summarise(self.run_of(mode=mode), 1.0, 1_000_000)
            name = mode.partition(":")[0]
            self.assertEqual(told["products"], [
                {"name": "salt", "restocked": 12, "sold": 8, "unsold": 4, "leased": 0, "mode": name,
                 "oversold_units": 1, "oversell_budget_units": budget},
                {"name": "fish", "restocked": 0, "sold": 0, "unsold": 0, "leased": 0,  # none came
                 "mode": "sync", "oversold_units": 0, "oversell_budget_units": 0}])
            self.assertTrue(summaries.fine(told))
            self.assertRegex(summaries.text(told), r"\n  product +mode +restocked +sold +left +leased"
                             rf" +oversold\n  salt +{name} +12 +8 +4 +0 +{shown}\n"
                             r"  fish +sync +0 +0 +0 +0 +0\n")

    def test_more_oversold_than_was_allowed_makes_the_run_fail(self):
        for mode, missing, allowed in (("sync", 1, 0), ("escrow", 1, 0), ("escrow:budget=3", 4, 3),
                                       ("escrow:budget=10%", 2, 1)):
            told = summaries.summarise(self.run_of(mode=mode, missing=missing), 1.0, 1_000_000)
            self.assertFalse(summaries.fine(told))
            name = mode.partition(":")[0]
            self.assertTrue(summaries.text(told).endswith(
                f"\nOversold: {missing} units of salt, where {name} mode allows {allowed}.\n"))
            allowed_run = self.run_of(mode=mode, missing=allowed)
            self.assertTrue(summaries.fine(summaries.summarise(allowed_run, 1.0, 1_000_000)))

    def test_requests_without_an_answer_are_told(self):
        told = summaries.summarise(self.run_of(requests=12, open=1, gave_up=1), 1.0, 1_000_000)
        self.assertIn("Without an answer: 2 requests.", summaries.text(told))

    def test_buyers_that_died_count_with_what_they_told_last(self):
        run = self.run_of()
        dead = self.buyer(4, None)
        dead.told = {"requests": 5}
        run.nodes.append(dead)
        self.assertEqual(summaries.summarise(run, 1.0, 1_000_000)["requests"], 15)


class Terminal(io.StringIO):
    def isatty(self):
        return True


class ProgressLine(unittest.TestCase):
    BUYERS = [SimpleNamespace(summary={"requests": 5, "units": 3, "refused": 1, "oversold": 1},
                              told={"requests": 4}),
              SimpleNamespace(summary=None, told={"requests": 7, "units": 6}),
              SimpleNamespace(summary=None, told={})]

    def test_what_buyers_told_last_is_added_up(self):
        self.assertEqual(progress.totals(self.BUYERS),
                         {"requests": 12, "units": 9, "refused": 1, "oversold": 1})
        self.assertEqual(progress.line(3.0, progress.totals(self.BUYERS)).strip(),
                         "3.0 s  12 orders  9 units sold  1 refused  1 oversold  3.0 units/s")

    def test_the_line_is_drawn_on_a_terminal_alone(self):
        for quiet, stream, drawn in ((False, Terminal(), True), (True, Terminal(), False),
                                     (False, io.StringIO(), False)):
            shown = progress.Progress(quiet, stream)
            shown.show(3.0, self.BUYERS)
            self.assertEqual("12 orders" in stream.getvalue(), drawn)

    def test_news_stand_on_a_line_of_their_own(self):
        stream = Terminal()
        shown = progress.Progress(False, stream)
        shown.show(3.0, self.BUYERS)
        shown.news("trader-1 died")
        self.assertTrue(stream.getvalue().endswith("\r\x1b[Klaunch.py: trader-1 died\n"))

    def test_quiet_keeps_news_back_and_faults_not(self):
        stream = io.StringIO()
        shown = progress.Progress(True, stream)
        shown.news("opening")
        shown.fault("trader-1 died")
        self.assertEqual(stream.getvalue(), "launch.py: trader-1 died\n")


if __name__ == "__main__":
    unittest.main()
