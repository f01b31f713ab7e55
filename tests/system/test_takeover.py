"""A trader dies and nobody loses an order: real nodes in the modes where a trader decides by itself,
and nobody else has heard of that but its backup. After each market the ledger adds up, and every
buyer's book is in it, order by order."""

import unittest

from launched import Launch

# On ipc, since the port of a process that was killed may be another market's before it is back.
LIVELY = ["--transport", "ipc", "--think-time", "10ms", "--window", "4",
          "--restock", "50", "--restock-every", "100ms", "--ping-every", "100ms"]


class Takeover(Launch):
    MODE = "cached"

    def run_lively(self, *faults, duration="2s", flags=()):
        """The entries of the faults, all of which happened to a market that ended sound."""
        given = [flag for fault in faults for flag in ("--fault", fault)]
        summary = self.run_market("--mode", self.MODE, *LIVELY, "--duration", duration, *given, *flags)
        self.summary = summary
        self.assert_sound(summary)
        self.assertEqual((summary["open"], summary["gave_up"], summary["failed"]), (0, 0, 0))
        self.assertGreater(summary["orders_compared"], 0)
        self.assertEqual({entry["what"] for entry in summary["faults"]}, set(faults))
        for entry in summary["faults"]:
            self.assertIsNotNone(entry["at_ms"], entry)
        return {entry["what"]: entry for entry in summary["faults"]}

    def assert_taken_over(self, entry, answered=True):
        keys = ["detected_ms", "taken_over_ms"] + ["first_answer_ms"] * answered
        moments = [entry[key] for key in keys]
        self.assertNotIn(None, moments, entry)
        self.assertEqual(moments, sorted(moments), "in this order")


class OneTrader(Takeover):
    def test_it_dies_before_it_has_processed_an_order(self):
        fault = "crash:trader-1:before-processing@100"
        self.assert_taken_over(self.run_lively(fault)[fault])

    def test_it_dies_when_it_has_processed_an_order_and_not_answered(self):
        fault = "crash:trader-1:after-processing@100"
        self.assert_taken_over(self.run_lively(fault)[fault])

    def test_it_is_killed_at_some_moment(self):
        fault = "kill:trader-1@500ms"
        told = self.run_lively(fault, duration="2500ms")[fault]
        self.assert_taken_over(told)
        self.assertIsNone(told["back_ms"])
        self.assertGreater(told["goods_per_second_after"], 0)

    def test_the_other_one_can_die_as_well_as_the_first(self):
        fault = "crash:trader-2:after-processing@50"
        self.assert_taken_over(self.run_lively(fault)[fault])

    def test_one_that_slept_through_its_own_takeover_acknowledges_nothing_and_comes_back(self):
        fault = "pause:trader-1@500ms+800ms"
        told = self.run_lively(fault)[fault]
        self.assert_taken_over(told)
        self.assertGreater(told["back_ms"], told["taken_over_ms"])

    def test_one_that_is_started_again_at_once_goes_on_from_its_journal(self):
        fault = "restart:trader-1@500ms"
        self.assertIsNotNone(self.run_lively(fault)[fault]["back_ms"])

    def test_one_that_is_started_again_after_its_takeover_joins_as_a_new_one(self):
        fault = "restart:trader-1@500ms+800ms"
        told = self.run_lively(fault)[fault]
        self.assert_taken_over(told)
        self.assertGreater(told["back_ms"], told["taken_over_ms"])

    def test_one_that_is_asked_to_stop_leaves_nothing_to_take_over(self):
        fault = "stop:trader-1@500ms"
        self.assertIsNone(self.run_lively(fault)[fault]["taken_over_ms"])


class OneTraderWithLeases(OneTrader):
    MODE = "escrow"

    def run_lively(self, *faults, duration="2s", flags=()):
        told = super().run_lively(*faults, duration=duration, flags=flags)
        for product in self.summary["products"]:
            self.assertEqual((product["leased"], product["oversold_units"]), (0, 0), product)
        return told


class AllTraders(Takeover):
    MODE = "escrow"

    def test_what_was_leased_to_traders_that_are_gone_for_good_is_stranded_and_told(self):
        flags = [flag for number in (1, 2) for flag in ("--fault", f"kill:trader-{number}@1s")]
        # What they sold last and had not committed is in their journals alone, and leased to them.
        summary = self.run_market("--mode", "escrow", *LIVELY, *flags, "--restock", "1000",
                                  "--duration", "1500ms", status=(0, 1))
        self.assertEqual(summary["doubled"], 0)
        self.assertLessEqual(summary["lost"],
                             sum(product["leased"] for product in summary["products"]))
        for product in summary["products"]:
            self.assertLessEqual(0, product["leased"])
            self.assertLessEqual(product["leased"], product["unsold"])
        self.assertGreater(sum(product["leased"] for product in summary["products"]), 0)


class Several(Takeover):
    def test_the_warehouse_dies_after_a_commit_and_the_trader_before_its_answer(self):
        warehouse, trader = "crash:warehouse:after-commit@40", "crash:trader-1:after-processing@40"
        told = self.run_lively(warehouse, trader, duration="2500ms")
        self.assertIsNotNone(told[warehouse]["back_ms"])
        self.assert_taken_over(told[trader])

    def test_the_warehouse_dies_before_a_commit_and_a_trader_is_killed_with_it(self):
        warehouse, trader = "crash:warehouse:before-commit@40", "kill:trader-2@500ms"
        told = self.run_lively(warehouse, trader, duration="2500ms")
        self.assertIsNotNone(told[warehouse]["back_ms"])
        self.assert_taken_over(told[trader])

    def test_the_warehouse_is_killed_in_the_midst_of_a_takeover(self):
        warehouse, trader = "kill:warehouse@780ms", "kill:trader-1@500ms"
        told = self.run_lively(warehouse, trader, duration="2500ms")
        self.assertIsNotNone(told[trader]["taken_over_ms"])

    def test_both_traders_are_killed_in_turn(self):
        first, second = "restart:trader-1@500ms+700ms", "restart:trader-2@1700ms+700ms"
        told = self.run_lively(first, second, duration="3s")
        self.assert_taken_over(told[first])
        self.assert_taken_over(told[second])

    def test_both_traders_are_killed_at_once_and_come_back_with_their_journals(self):
        first, second = "restart:trader-1@500ms", "restart:trader-2@500ms+100ms"
        told = self.run_lively(first, second)
        self.assertIsNotNone(told[first]["back_ms"])
        self.assertIsNotNone(told[second]["back_ms"])

    def test_one_of_three_traders_dies_and_then_its_backup(self):
        first, second = "kill:trader-1@500ms", "kill:trader-2@1500ms"
        told = self.run_lively(first, second, duration="2500ms", flags=["--traders", "3"])
        self.assert_taken_over(told[first])
        self.assert_taken_over(told[second])


if __name__ == "__main__":
    unittest.main()
