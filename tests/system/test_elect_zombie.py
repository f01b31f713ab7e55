"""A leader that is asleep while others are elected, and wakes: real nodes, stopped and continued. It
was alive all the time, so it was wrong to suspect it; that may cost time, and nothing else. The
program is that of $SOUK, or build/souk."""

import csv
import os
import unittest

from launched import Launch

LIVELY = ["--elect", "--peers", "5", "--think-time", "5ms", "--window", "4", "--restock", "100",
          "--restock-every", "50ms"]
# The same, but each peer buys or sells as the seed has it: the highest one buys.
RANDOM = ["--roles", "random", "--seed", "2"]


class Zombie(Launch):
    def run_lively(self, *flags):
        """The summary of a market in which every order was answered, and once."""
        summary = self.run_market(*LIVELY, *flags)
        self.assert_sound(summary)
        self.assertEqual((summary["open"], summary["gave_up"], summary["failed"]), (0, 0, 0))
        self.assertGreater(summary["orders_compared"], 0)
        self.assertEqual(summary["elected"]["two_leaders_in_terms"], [])
        return summary

    def leaders(self, summary):
        return [term["leader"] for term in summary["elected"]["terms"]]

    def asked(self, peer):
        """Whom a buyer asked first, order by order, by its own book."""
        path = os.path.join(self.folder, f"peer-{peer}.book.csv")
        with open(path, encoding="utf-8", newline="") as file:
            return [int(row["first_trader"]) for row in csv.DictReader(file)]

    def test_a_leader_that_slept_through_an_election_trades_no_more(self):
        for reclaim in ("on", "off"):
            with self.subTest(reclaim=reclaim):
                self.folder = os.path.join(self.holder, reclaim)
                summary = self.run_lively("--reclaim", reclaim, "--fault", "pause:trader@1s+1s",
                                          "--duration", "3s")
                fault = summary["faults"][0]
                self.assertEqual(fault["node"], "peer-5")
                moments = [fault[key] for key in ("detected_ms", "taken_over_ms",
                                                  "first_answer_ms", "back_ms")]
                self.assertNotIn(None, moments)
                self.assertEqual(moments[:3], sorted(moments[:3]), "in this order")
                self.assertEqual(self.leaders(summary)[:2], [5, 4])
                self.assertIn(5, [entry["peer"] for entry in summary["elected"]["unseated"]])

    def test_it_buys_again_from_whoever_was_elected_meanwhile(self):
        summary = self.run_lively(*RANDOM, "--reclaim", "off", "--fault", "pause:trader@1s+1s",
                                  "--duration", "3s")
        self.assertEqual(self.leaders(summary)[:2], [5, 4])
        self.assertIn(4, self.asked(5))

    def test_one_leader_after_the_other_sleeps_and_none_is_told_two_things(self):
        pauses = [word for at in range(1000, 3000, 500)
                  for word in ("--fault", f"pause:trader@{at}ms+700ms")]
        summary = self.run_lively("--reclaim", "on", *pauses, "--duration", "5s")
        self.assertNotIn(None, [fault["at_ms"] for fault in summary["faults"]])
        self.assertGreater(len(set(self.leaders(summary))), 1)
        self.assertEqual(self.leaders(summary)[-1], 5, "the highest is elected when all are awake")

    def test_with_two_seats_the_other_trader_goes_on(self):
        summary = self.run_lively("--seats", "2", "--fault", "pause:peer-5@1s+1s", "--duration", "3s")
        self.assertIn(4, self.leaders(summary))
        self.assertEqual(self.leaders(summary)[-1], 5)


if __name__ == "__main__":
    unittest.main()
