"""The parts of tools/bench.py that need no market: its cells, and what is made of runs."""

import os
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))

from souk_bench import asked, cells, table
from souk_bench.cells import Cell


def run(rate, p50=100, messages=0.5, trader_us=3.0, **more):
    """What souk bench would tell of a thousand orders."""
    return {"settled_per_s": rate, "echo_per_s": 100000,
            "orders": 1000, "refused": 0, "oversold": 0,
            "latency_us": {"p50": p50, "p99": 9 * p50}, "echo_latency_us": {"p50": 20},
            "fsync_us": {"p50": 30}, "warehouse_messages_per_order": messages,
            "cpu_us_per_order": {"load": 1.0, "trader-1": trader_us, "warehouse": 2.0},
            "units": {"stocked": 1100, "sold": 1100, "missing": 0}, **more}


class Cells(unittest.TestCase):
    def every(self):
        return cells.tables(cells.MARKETS, list(cells.MODES), list(cells.CLIENTS))

    def test_measures_each_cell_once(self):
        tables = self.every()
        chosen = cells.in_order(tables)
        self.assertEqual(len(chosen), len(set(chosen)))
        self.assertEqual(set(chosen), {cell for each in tables for cell in each.cells})

    def test_measures_what_is_compared_one_after_the_other(self):
        chosen = cells.in_order(self.every())
        places = [(cell.scarce, cell.traders, cell.outstanding) for cell in chosen]
        self.assertEqual(places, sorted(places))
        self.assertTrue(all(cells.sync_of(cell) in chosen for cell in chosen))

    def test_leaves_out_what_is_not_chosen(self):
        tables = cells.tables(["nearly-sold-out", "hot"], ["escrow", "cached-dead"], [50])
        self.assertEqual([each.cells for each in tables], [[Cell("escrow", 50, 4, True)]])

    def test_has_as_many_outstanding_as_the_cell_says(self):
        for cell in cells.in_order(self.every()):
            words = cells.words(cell)
            told = {name: words[words.index(name) + 1] for name in ("--clients", "--window")}
            self.assertEqual(int(told["--clients"]) * int(told["--window"]), cell.outstanding)
            self.assertEqual("nearly-sold-out" in words, cell.scarce)
            self.assertGreaterEqual(cells.orders(cell, True), cell.outstanding)
            self.assertEqual(cells.orders(cell, True, 1), cell.outstanding)

    def test_kills_one_of_two(self):
        words = cells.words(Cell("cached-dead", 50, 1, False))
        self.assertEqual(words[words.index("--traders") + 1], "2")


class Tables(unittest.TestCase):
    def test_tells_medians_and_the_ratios_of_rounds(self):
        escrow, sync = Cell("escrow", 50, 1, False), Cell("sync", 50, 1, False)
        # The machine was twice as fast in the second round: the ratio is that of each round.
        runs = {sync: [run(1000), run(2000), run(1000)],
                escrow: [run(3000, 50), run(6000, 25), run(3000, 50, oversold=10)]}
        lines = list(table.lines(cells.tables(["plenty"], ["escrow"], [50])[0], runs))
        self.assertEqual(lines[-1].strip("| ").split(" | "),
                         ["escrow", "50", "3,000", "3.00", "50 µs", "450 µs", "0.50", "0.03", "0",
                          "0", "0.500", "1.0, 3.0, –, 2.0"])

    def test_adds_up_the_cpu_of_several_traders(self):
        told = run(1000)
        told["cpu_us_per_order"].update({"trader-2": 4.0, "backup": 9.0})
        self.assertEqual(table.traders_cpu(told), 7.0)


class Asked(unittest.TestCase):
    def lines(self, runs):
        return [asked.line(figure) for figure in asked.figures(runs)]

    def test_says_which_figures_are_reached(self):
        runs = {Cell("sync", 50, 1, False): [run(1000)],
                Cell("cached", 50, 1, False): [run(1250, 100)],
                Cell("escrow", 50, 1, False): [run(1400, 120)],
                Cell("escrow-backup", 50, 1, False): [run(990)]}
        self.assertEqual(self.lines(runs), [
            "- [x] escrow / cached, 50 outstanding, orders/s: 1.120 (asked at least 0.9)",
            "- [ ] escrow / cached, 50 outstanding, p50: 1.200 (asked at most 1.1)",
            "- [x] escrow / sync, 50 outstanding, orders/s: 1.400 (asked at least 1.3)",
            "- [ ] escrow-backup / sync, 50 outstanding, orders/s: 0.990 (asked at least 1)"])

    def test_counts_every_unit_of_the_worst_round(self):
        short = run(1000, units={"stocked": 1100, "sold": 1098, "missing": 1})
        runs = {Cell("escrow", 800, 4, True): [run(1000), short, run(1000)]}
        where = "escrow nearly sold out, 4 traders, 800 outstanding"
        self.assertEqual(self.lines(runs), [f"- [ ] {where}, units oversold: 1 (asked at most 0)",
                                            f"- [ ] {where}, units unsold: 2 (asked at most 0)"])

    def test_says_how_often_the_warehouse_is_asked(self):
        for messages, mark in ((0.05, "x"), (0.0501, " ")):
            runs = {Cell("escrow", 800, 1, False): [run(1000, messages=messages)]}
            self.assertEqual(self.lines(runs), [
                f"- [{mark}] escrow, 800 outstanding, messages to the warehouse an order: "
                f"{messages:.3f} (asked at most 0.05)"])

    def test_tells_what_the_trader_needs(self):
        runs = {Cell("sync", 800, 1, False): [run(1000)],
                Cell("escrow", 800, 1, False): [run(1000, trader_us=4.5)]}
        self.assertEqual(list(asked.remarks(runs)), [
            "The trader's CPU an order, 800 outstanding: sync 3.0 µs; escrow 4.5 µs."])

    def test_says_nothing_of_what_was_not_measured(self):
        runs = {Cell("sync", 1, 1, False): [run(1000)]}
        self.assertEqual((self.lines(runs), list(asked.remarks(runs))), ([], []))


if __name__ == "__main__":
    unittest.main()
