"""A trader that comes back without its journal: it waits for its place, says so in one line, and
goes on when it can. Real nodes."""

import os
import signal
import unittest

from market import MarketTest

WAITS = "souk: it waits for its place: "


class Place(MarketTest):
    def lines(self, node):
        return [line for line in node.log if line.startswith(WAITS)]

    def loses_its_journal(self, trader):
        trader.kill()
        os.unlink(self.journal(1))

    def test_one_that_is_backed_up_waits_until_its_backup_has_taken_it_over(self):
        self.warehouse()
        first = self.trader(1, "--mode", "cached")
        second = self.trader(2, "--mode", "cached")
        self.wait_until("trader 2 to back trader 1 up", lambda: self.ask_store(
            "SELECT 1 FROM views WHERE trader = 1 AND backup = 2"))
        self.stock(5)
        second.signal(signal.SIGSTOP)  # Else it would have the place free in no time.
        self.loses_its_journal(first)
        again = self.trader(1, "--mode", "cached", ready=False)
        line = again.wait_log(WAITS)
        self.assertIn("its backup, has a copy", line)
        self.assertNotIn("--abandon", line)
        second.signal(signal.SIGCONT)
        again.report("ready")
        self.assertEqual(self.lines(again), [line])
        self.assertEqual(self.buyer(5, "--bound", "--orders", 1).wait()["requests"], 1)
        self.verify()

    def test_units_that_are_leased_to_it_are_not_given_up_unless_it_is_told_to(self):
        self.warehouse("--mode", "escrow")
        first = self.trader(1, "--mode", "escrow", "--log", "quiet")
        self.stock(1000)
        self.buyer(5, "--bound", "--orders", 20).wait()
        self.loses_its_journal(first)
        waiting = self.trader(1, "--mode", "escrow", "--log", "quiet", ready=False)
        line = waiting.wait_log(WAITS)
        for way_out in ("Bring the journal back", "another --id", "--abandon"):
            self.assertIn(way_out, line)
        waiting.stop()
        self.assertEqual(self.lines(waiting), [line])
        self.assertGreater(sum(product["leased"] for product in self.verify()["products"]), 0)
        again = self.trader(1, "--mode", "escrow", "--abandon")
        self.assertIn("is given up", again.wait_log("souk: --abandon"))
        bought = self.buyer(6, "--bound", "--orders", 20).wait()
        self.assertEqual((bought["sold"], bought["units"]), (20, 20))
        again.stop()
        self.assertEqual([product["leased"] for product in self.verify()["products"]], [0])


if __name__ == "__main__":
    unittest.main()
