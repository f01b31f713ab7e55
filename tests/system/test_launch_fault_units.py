"""Faults of tools/launch.py without a node: how they are read, what is made of reports, and the
buyers' books against a ledger."""

import contextlib
import io
import os
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from types import SimpleNamespace

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))

from souk_launch import aftermath, books, faults
from souk_launch import options as command_line
from souk_launch.nodes import Node
from souk_launch.sales import Sales
from souk_launch.scheduler import Happening, Scheduler

NAMES = ["warehouse", "trader-1", "trader-2", "buyer-3", "seller-4"]


class Words(unittest.TestCase):
    def refused(self, text):
        with self.assertRaises(faults.FaultError) as raised:
            faults.parse(text)
        self.assertIn(text, str(raised.exception))
        return str(raised.exception)

    def test_each_fault_is_read(self):
        for text, what, name, at_us, for_us, crash in (
                ("kill:trader-1@5s", "kill", "trader-1", 5_000_000, None, None),
                ("stop:buyer-12@0s", "stop", "buyer-12", 0, None, None),
                ("pause:trader-1@500ms+3s", "pause", "trader-1", 500_000, 3_000_000, None),
                ("restart:warehouse@1.5s", "restart", "warehouse", 1_500_000, 0, None),
                ("restart:seller-9@5s+2s", "restart", "seller-9", 5_000_000, 2_000_000, None),
                ("crash:trader-2:before-processing@7", "crash", "trader-2", 0, None,
                 "before-processing@7"),
                ("crash:warehouse:after-commit@1", "crash", "warehouse", 0, None,
                 "after-commit@1")):
            fault = faults.parse(text)
            self.assertEqual((fault.what, fault.name, fault.at_us, fault.for_us, fault.crash),
                             (what, name, at_us, for_us, crash), text)

    def test_what_is_wrong_is_said_with_what_is_known(self):
        for text, said in (
                ("", "'' is not known; faults are kill:trader-1@5s, "),
                ("explode:trader-1@5s", "'explode' is not known"),
                ("kill:peer@5s", "'peer' is no node; write warehouse, trader-1"),
                ("kill:trader-0@5s", "'trader-0' is no node"),
                ("kill:monitor-1@5s", "is no node"),
                ("kill:trader-1", "does not say when; write kill:trader-1@5s"),
                ("kill:trader-1@", "'' is no time; write 0.5s"),
                ("kill:trader-1@5", "'5' is no time"),
                ("kill:trader-1@-5s", "'-5s' is no time"),
                ("kill:trader-1@5s+2s", "kill takes no second time; restart:trader-1@5s+2s"),
                ("pause:trader-1@5s", "for how long; write pause:trader-1@5s+3s"),
                ("pause:trader-1@5s+0s", "'0s' is no time to wait"),
                ("restart:trader-1@5s+", "'' is no time"),
                ("crash:trader-1@5s", "'trader-1@5s' is no node"),
                ("crash:trader-1:before-commit@1",
                 "write crash:trader-1:before-processing@N or crash:trader-1:after-processing@N"),
                ("crash:warehouse:after-commit@0", "write crash:warehouse:before-commit@N"),
                ("crash:warehouse:after-commit", "write crash:warehouse:before-commit@N"),
                ("crash:buyer-3:before-commit@1", "a buyer has no points to crash at"),
                ("crash:trader:after-processing@1", "a trader has no points to crash at")):
            self.assertIn(said, self.refused(text))

    def test_every_example_in_an_error_is_a_fault(self):
        for example in faults.EXAMPLE.values():
            faults.parse(example.split(" ")[0])

    def test_a_fault_that_the_market_cannot_have_is_refused(self):
        def check(*texts, duration_us=6_000_000):
            faults.check([faults.parse(text) for text in texts], NAMES, duration_us)

        check("kill:trader-1@5s", "pause:trader-1@5.9s+9s", "crash:warehouse:after-commit@1",
              "crash:trader-1:after-processing@1")
        check("kill:trader-1@500s", duration_us=None)
        for texts, said in (
                (["kill:trader-3@5s"], "there is no trader-3; there are trader-1, trader-2"),
                (["kill:trader-1@1s", "kill:seller-3@5s"],
                 "there is no seller-3; there are seller-4"),
                (["kill:trader@1s"], "there is no trader; there are trader-1, trader-2"),
                (["kill:trader-1@6s"], "the market closes after 6 s; say --duration"),
                (["crash:trader-1:after-processing@1", "crash:trader-1:before-processing@2"],
                 "trader-1 can crash at one point only"),
                (["kill:trader-1@1s"] * 101, "at most 100")):
            with self.assertRaises(faults.FaultError) as raised:
                check(*texts)
            self.assertIn(said, str(raised.exception))

    def test_a_wrong_fault_is_a_usage_error_that_leaves_nothing_behind(self):
        for flag in ("kill:trader-1", "kill:trader-7@5s", "kill:trader-1@5m"):
            with tempfile.TemporaryDirectory() as folder:
                ended = subprocess.run(
                    [sys.executable, os.path.join(ROOT, "tools", "launch.py"), "--souk",
                     "/bin/true", "--fault", flag], cwd=folder, capture_output=True, text=True,
                    check=False)
                self.assertEqual(os.listdir(folder), [])
            self.assertEqual((ended.returncode, ended.stdout), (2, ""))
            self.assertIn(flag, ended.stderr)

    def test_faults_are_given_as_often_as_wanted(self):
        options = command_line.parse(["--souk", "/bin/true", "--fault", "kill:trader-1@5s",
                                      "--fault", "pause:trader-2@6s+1s"])
        self.assertEqual([fault.name for fault in options.fault], ["trader-1", "trader-2"])
        self.assertEqual(command_line.parse(["--souk", "/bin/true"]).fault, [])

    def test_the_interval_of_liveness_is_bounded(self):
        for text in ("999us", "61s", "0"):
            with contextlib.redirect_stderr(io.StringIO()) as stderr:
                with self.assertRaises(SystemExit):
                    command_line.parse(["--souk", "/bin/true", "--ping-every", text])
            self.assertIn("from 1ms to 1m", stderr.getvalue())


class Figures(unittest.TestCase):
    def test_units_are_spread_over_the_time_they_were_sold_in(self):
        sales = Sales(100.0)
        for half in range(1, 21):  # 10 units a second, told of twice a second by two
            sales.tell("a", 100.0 + half / 2, half * 3)
            sales.tell("b", 100.0 + half / 2, half * 2)
        for stretch in ((100.0, 110.0), (100.0, 101.03), (103.33, 107.77)):
            self.assertAlmostEqual(sales.rate(stretch), 10.0, 2)
        self.assertAlmostEqual(sales.rate((102.0, 108.0), scale=4.0), 2.5, 2)
        self.assertEqual(sales.rate((111.0, 119.0)), 0.0)

    def test_a_stretch_that_is_too_short_has_no_rate(self):
        sales = Sales(100.0)
        sales.tell("a", 101.0, 10)
        self.assertIsNone(sales.rate((100.0, 100.9)))
        self.assertIsNone(sales.rate((102.0, 100.0)))
        self.assertIsNone(sales.rate(None))

    def test_a_buyer_that_came_later_sold_nothing_before(self):
        sales = Sales(100.0)
        sales.tell("a", 104.0, 30, since=102.0)
        self.assertEqual(sales.rate((100.0, 102.0)), 0.0)
        self.assertEqual(sales.rate((102.0, 104.0)), 15.0)

    def test_what_lies_between_two_faults_is_after_one_and_before_the_other(self):
        found = aftermath.quiet_stretches([(2.0, 3.0), (6.0, 7.0)], 0.0, 10.0)
        self.assertEqual(found, {(2.0, 3.0): ((0.0, 2.0), (3.0, 6.0)),
                                 (6.0, 7.0): ((3.0, 6.0), (7.0, 10.0))})

    def test_faults_that_overlap_have_the_same_before_and_after(self):
        found = aftermath.quiet_stretches([(2.0, 5.0), (2.5, 3.0), (5.0, 6.0)], 0.0, 10.0)
        self.assertEqual(set(found.values()), {((0.0, 2.0), (6.0, 10.0))})


class Reports(unittest.TestCase):
    """What the scheduler makes of what nodes say. Moments are seconds after the market opened."""

    def listening(self, *texts, sync=False):
        fleet = SimpleNamespace(nodes=[], listener=None)
        scheduler = Scheduler([faults.parse(text) for text in texts], fleet, 1.0, sync, None, None)
        scheduler.sales = Sales(0.0)
        for happening in scheduler.happenings:
            happening.at = happening.fault.at_us / 1e6
        return scheduler

    def member(self, scheduler, now, trader, state):
        scheduler.hear(now, SimpleNamespace(role="trader", does="trader"),
                       {"event": "member", "trader": trader, "state": state})

    def recovered(self, scheduler, now):
        scheduler.hear(now, SimpleNamespace(role="buyer", does="buyer"), {"event": "recovered", "moved": 1})

    def told(self, scheduler, ended=20.0):
        return aftermath.report(scheduler.happenings, scheduler.sales, 0.0, ended, 1.0)

    def test_a_takeover_is_timed_from_the_fault_on(self):
        scheduler = self.listening("kill:trader-1@5s")
        self.recovered(scheduler, 5.5)  # by the warehouse, of what had not been decided
        for now, state in ((5.74, "suspected"), (5.745, "taking"), (5.75, "failed"),
                           (5.8, "failed")):
            self.member(scheduler, now, 1, state)
        self.recovered(scheduler, 5.76)
        self.recovered(scheduler, 5.9)
        told = self.told(scheduler)[0]
        self.assertEqual(
            [told[key] for key in ("what", "at_ms", "detected_ms", "taken_over_ms",
                                   "first_answer_ms", "back_ms")],
            ["kill:trader-1@5s", 5000.0, 740.0, 750.0, 760.0, None])

    def test_news_of_others_say_nothing(self):
        scheduler = self.listening("kill:trader-1@5s")
        self.member(scheduler, 5.5, 2, "failed")
        self.member(scheduler, 5.5, 1, "live")
        told = self.told(scheduler)[0]
        self.assertEqual((told["detected_ms"], told["taken_over_ms"]), (None, None))

    def test_leaving_tells_nobody_of_a_pause_that_is_over(self):
        scheduler = self.listening("pause:trader-1@5s+200ms", "stop:trader-2@5s")
        scheduler.happenings[0].back = 5.2
        self.member(scheduler, 10.0, 1, "left")
        self.member(scheduler, 5.1, 2, "left")
        paused, stopped = self.told(scheduler)
        self.assertIsNone(paused["detected_ms"])
        self.assertEqual(stopped["detected_ms"], 100.0)

    def test_in_sync_the_first_answer_through_another_trader_counts(self):
        scheduler = self.listening("kill:trader-1@5s", sync=True)
        self.recovered(scheduler, 6.0)
        self.assertEqual(self.told(scheduler)[0]["first_answer_ms"], 1000.0)

    def test_news_belong_to_the_newest_fault_of_that_trader(self):
        scheduler = self.listening("kill:trader-1@5s", "kill:trader-1@9s", "kill:trader-2@12s")
        scheduler.happenings[2].at = None  # not yet
        self.member(scheduler, 9.8, 1, "failed")
        first, second, third = self.told(scheduler)
        self.assertIsNone(first["detected_ms"])
        self.assertEqual((second["detected_ms"], second["taken_over_ms"]), (800.0, 800.0))
        self.assertEqual((third["at_ms"], third["why_not"]), (None, "the market closed before"))

    def test_a_trader_that_was_dead_already_is_missed_by_nobody(self):
        scheduler = self.listening("kill:trader-1@5s", "restart:trader-1@6s", sync=True)
        scheduler.happenings[1].was_dead = True
        self.recovered(scheduler, 6.5)
        self.assertEqual([fault["first_answer_ms"] for fault in self.told(scheduler)],
                         [1500.0, None])

    def test_rates_are_taken_before_the_fault_and_from_the_takeover_on(self):
        scheduler = self.listening("kill:trader-1@5s")
        buyer = Node("buyer", 3, "/tmp")
        for now, units in ((0.5, 10), (5.0, 100), (7.0, 100), (20.0, 230)):
            scheduler.hear(now, buyer, {"event": "progress", "units": units})
        self.member(scheduler, 7.0, 1, "failed")
        told = self.told(scheduler)[0]
        self.assertEqual((told["goods_per_second_before"], told["goods_per_second_after"]),
                         (20.0, 10.0))

    def test_a_market_that_never_opened_has_no_rates(self):
        told = aftermath.report([Happening(faults.parse("kill:trader-1@5s"))], None, 0.0, 0.0, 1.0)
        self.assertEqual((told[0]["at_ms"], told[0]["goods_per_second_before"]), (None, None))

    def test_a_person_reads_a_sentence(self):
        fault = {"what": "kill:trader-1@5s", "node": "trader-1", "at_ms": 5000.0,
                 "detected_ms": 740.0, "taken_over_ms": 750.0, "first_answer_ms": 760.0,
                 "back_ms": None, "goods_per_second_before": 12.0, "goods_per_second_after": 11.8,
                 "why_not": None, "was_dead": False}
        nothing = dict.fromkeys(("detected_ms", "taken_over_ms", "first_answer_ms",
                                 "goods_per_second_before", "goods_per_second_after"))
        for change, text in (
                ({}, "5.0 s: trader-1 was killed; noticed after 0.74 s, taken over after 0.75 s, "
                     "first answer through another trader after 0.76 s; "
                     "12.0 units a second before, 11.8 after"),
                (nothing, "5.0 s: trader-1 was killed; noticed by no trader"),
                ({**nothing, "node": "buyer-3", "what": "pause:buyer-3@5s+3s", "back_ms": 3000.4,
                  "goods_per_second_after": 4.0},
                 "5.0 s: buyer-3 was paused for 3s; back after 3.00 s; 4.0 units a second after"),
                ({**nothing, "node": "warehouse", "what": "crash:warehouse:after-commit@3",
                  "back_ms": 1020.0},
                 "5.0 s: warehouse crashed after-commit@3; back after 1.02 s"),
                ({"at_ms": None, "why_not": "it did not run"},
                 "kill:trader-1@5s did not happen: it did not run")):
            self.assertEqual(aftermath.sentence({**fault, **change}), text)


class Books(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        self.store = os.path.join(self.folder, "warehouse # ?.db")
        with contextlib.closing(sqlite3.connect(self.store)) as store:
            store.execute("CREATE TABLE orders (buyer, number, status, units, missing,"
                          " amount_cents, UNIQUE (number, buyer))")
            store.execute("CREATE TABLE lots (seller, number)")
            store.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)", [
                (3, 1, "sold", 2, 0, 2000), (3, 2, "out_of_stock", 0, 0, 0),
                (3, 3, "oversold", 1, 2, 1000), (3, 4, "sold", 1, 0, 1000),
                (4, 1, "sold", 5, 0, 5000)])
            store.execute("INSERT INTO lots VALUES (9, 77)")
            store.commit()

    def book(self, *lines, end="\n"):
        path = os.path.join(self.folder, f"book-{len(os.listdir(self.folder))}.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join([",".join(books.COLUMNS), *lines]) + end)
        return path

    def compared(self, *lines, end="\n"):
        return books.compare(self.store, [(3, self.book(*lines, end=end))])

    SAME = ("1,salt,2,sold,2,0,2000,1", "2,salt,1,out_of_stock,0,0,0,2",
            "3,fish,3,oversold,1,2,1000,1")

    def test_books_that_say_what_the_ledger_says_have_nothing_lost_or_doubled(self):
        found = self.compared(*self.SAME)
        self.assertEqual((found["lost"], found["doubled"], found["orders_compared"]), (0, 0, 3))
        self.assertEqual(found["examples"], [])

    def test_each_order_that_differs_is_lost_or_doubled(self):
        for line, lost, doubled in (
                ("9,salt,1,sold,1,0,1000,1", 1, 0),          # in no ledger
                ("9,salt,1,out_of_stock,0,0,0,1", 1, 0),     # refused, and nobody knows
                ("9,salt,2,oversold,0,2,0,1", 1, 0),
                ("4,salt,2,sold,2,0,2000,1", 1, 0),          # told more than was sold
                ("4,salt,1,sold,1,0,999,1", 1, 0),           # at another price
                ("4,salt,1,sold,1,1,1000,1", 1, 0),
                ("2,salt,1,sold,1,0,1000,1", 1, 0),          # told sold, and refused there
                ("3,fish,3,sold,1,2,1000,1", 1, 0),          # another end, as many units
                ("4,salt,1,out_of_stock,0,0,0,1", 0, 1),     # told refused, and sold there
                ("1,salt,1,sold,1,0,1000,1", 0, 1),          # sold twice
                ("3,fish,3,oversold,0,3,0,1", 0, 1)):
            found = self.compared(line)
            self.assertEqual((found["lost"], found["doubled"]), (lost, doubled), line)
            self.assertEqual(len(found["examples"]), 1)

    def test_orders_without_an_end_are_neither(self):
        for status in ("failed", "gave_up"):
            found = self.compared(f"4,salt,1,{status},0,0,0,1", f"9,salt,1,{status},0,0,0,1")
            self.assertEqual((found["lost"], found["doubled"], found["orders_compared"]), (0, 0, 0))

    def test_a_line_half_written_is_no_line(self):
        found = self.compared(*self.SAME, "4,salt,1,sold,1,0,1", end="")
        self.assertEqual((found["lost"], found["orders_compared"]), (0, 3))

    def test_books_of_several_lives_and_buyers_are_held_against_their_own_orders(self):
        first, second = self.book(self.SAME[0]), self.book(*self.SAME[1:])
        other = self.book("1,salt,5,sold,5,0,5000,1", "2,salt,1,sold,1,0,1000,1")
        found = books.compare(self.store, [(3, first), (3, second), (4, other)])
        self.assertEqual((found["lost"], found["doubled"], found["orders_compared"]), (1, 0, 5))
        self.assertEqual(found["told"], {first: 1, second: 2, other: 2})
        self.assertEqual(found["examples"],
                         ["order 2 of buyer 4: told sold, 1 units; in the ledger there is none"])

    def test_what_is_no_book_is_refused_with_its_place(self):
        for lines, said in ((("1,salt,2",), "line 2: is no order"),
                            ((self.SAME[0], "x,salt,2,sold,2,0,2000,1"), "line 3: is no order")):
            with self.assertRaises(books.BookError) as raised:
                self.compared(*lines)
            self.assertIn(said, str(raised.exception))
        path = self.book()
        with open(path, "w", encoding="utf-8") as file:
            file.write("number,units\n")
        with self.assertRaises(books.BookError) as raised:
            books.compare(self.store, [(3, path)])
        self.assertIn("the columns are number,units", str(raised.exception))
        with self.assertRaises(books.BookError):
            books.compare(os.path.join(self.folder, "none.db"), [])

    def test_the_store_is_only_read(self):
        with open(self.store, "rb") as file:
            before = file.read()
        self.compared(*self.SAME)
        with open(self.store, "rb") as file:
            self.assertEqual(file.read(), before)

    def test_a_client_goes_on_above_all_that_it_can_have_used(self):
        market = {"warehouse": {}, "buyers": [{"id": 3}, {"id": 5, "first_number": 1001}],
                  "sellers": [{"id": 9}]}
        for role, number, requests, kept, first in (
                ("buyer", 3, 0, None, 4 + 1025), ("buyer", 3, 90, None, 90 + 1025),
                ("buyer", 3, 0, 16, 4 + 17), ("buyer", 5, 7, None, 1007 + 1025),
                ("seller", 9, 1, None, 77 + 1025)):
            market["warehouse"] = {} if kept is None else {"answers_kept": kept}
            node = SimpleNamespace(role=role, id=number, summary=None, told={"requests": requests})
            self.assertEqual(books.first_number(self.store, market, node, [node]), first)


if __name__ == "__main__":
    unittest.main()
