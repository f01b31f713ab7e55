"""Peers that elect their trader, with real nodes: markets by name, and a few others. The program is
that of $SOUK, or build/souk."""

import json
import os
import signal
import subprocess
import unittest

from launched import BOUND_S, FOREVER, Launch, processes_of


class Elected(Launch):
    def assert_answered_once(self, summary):
        self.assert_sound(summary)
        self.assertEqual((summary["open"], summary["gave_up"], summary["failed"]), (0, 0, 0))
        self.assertEqual(summary["elected"]["two_leaders_in_terms"], [])

    def run_scenario(self, *words):
        """The summary of a scenario whose verdict was for it."""
        summary = self.run_market("--scenario", *words)
        self.assertTrue(summary["scenario"]["holds"], summary["scenario"])
        self.assert_answered_once(summary)
        return summary


class Scenarios(Elected):
    def test_happy(self):
        summary = self.run_scenario("happy")
        self.assertEqual(summary["elected"]["terms"], [{"term": 1, "leader": 3}])
        self.assertEqual(summary["requests"], 10)

    def test_alone(self):
        summary = self.run_scenario("alone")
        self.assertEqual(summary["elected"]["terms"], [{"term": 1, "leader": 1}])

    def test_nothing_to_buy(self):
        summary = self.run_scenario("nothing-to-buy")
        self.assertEqual((summary["refused"], summary["sold_units"]), (10, 0))

    def test_kill_the_trader(self):
        summary = self.run_scenario("kill-the-trader")
        fault = summary["faults"][0]
        self.assertEqual(fault["node"], "peer-6")
        moments = [fault[key] for key in ("detected_ms", "taken_over_ms", "first_answer_ms")]
        self.assertNotIn(None, moments)
        self.assertEqual(moments, sorted(moments), "in this order")

    def test_case_3(self):
        summary = self.run_scenario("case-3")
        self.assertGreaterEqual(summary["decided"]["requests"], 3000)
        self.assertEqual(summary["decided"]["out_of_order"], 0)
        self.assertRegex(summary["decided"]["shown"][0],
                         r"batch \d+, by lamport clock: \d+ (buyer [12] order|seller \d lot) \d+, ")

    def test_a_verdict_that_is_against_it_is_an_exit_status(self):
        # Nobody brings anything, so nothing can be sold.
        summary = self.run_market("--scenario", "happy", "--restock-every", "1h", "--orders", "1",
                                  "--restock-when", "sold-out", "--seller-product", "fish",
                                  "--buyer-product", "salt", status=1)
        self.assertFalse(summary["scenario"]["holds"])
        self.assertEqual([check["check"] for check in summary["scenario"]["verdict"]
                          if not check["ok"]], ["goods were sold"])

    def test_a_person_reads_a_line_for_each_check(self):
        ended = subprocess.run(self.command("--scenario", "happy", "--quiet"), capture_output=True,
                               text=True, check=True, timeout=BOUND_S)
        self.assertIn("Scenario happy:\n  ok      the highest well peer was elected: 3",
                      ended.stdout)
        self.assertNotIn("FAILED", ended.stdout)
        self.assertIn("peer 3 leads in term 1", " ".join(ended.stdout.split()))


class Sickness(Elected):
    LIVELY = ["--elect", "--peers", "5", "--think-time", "5ms", "--window", "4", "--restock", "100",
              "--restock-every", "50ms", "--sick-at", "highest@1s"]

    def test_a_sick_leader_leaves_nothing_open_however_it_goes(self):
        for how in ("drain", "handover"):
            with self.subTest(how=how):
                self.folder = os.path.join(self.holder, how)
                summary = self.run_market(*self.LIVELY, "--on-sick", how, "--duration", "2s")
                self.assert_answered_once(summary)
                elected = summary["elected"]
                self.assertEqual([term["leader"] for term in elected["terms"]], [5, 4])
                self.assertEqual([entry["peer"] for entry in elected["sick"]], [5])
                # The other one does so, too, when the market ends.
                self.assertEqual([entry["peer"] for entry in elected["resigned"]], [5, 4])

    def test_one_that_is_well_again_takes_its_seat_back_if_it_may(self):
        for reclaim, leaders in (("on", [5, 4, 5]), ("off", [5, 4])):
            with self.subTest(reclaim=reclaim):
                self.folder = os.path.join(self.holder, reclaim)
                summary = self.run_market(*self.LIVELY, "--recover-after", "500ms", "--reclaim",
                                          reclaim, "--duration", "3s")
                self.assert_answered_once(summary)
                elected = summary["elected"]
                self.assertEqual([term["leader"] for term in elected["terms"]], leaders)
                self.assertEqual([entry["peer"] for entry in elected["well"]], [5])


class Faults(Elected):
    LIVELY = ["--elect", "--peers", "5", "--think-time", "5ms", "--restock", "100",
              "--restock-every", "50ms"]

    def test_two_seats_are_filled_and_filled_again(self):
        summary = self.run_market(*self.LIVELY, "--seats", "2", "--fault", "kill:trader@1s",
                                  "--duration", "3s")
        self.assert_answered_once(summary)
        leaders = [term["leader"] for term in summary["elected"]["terms"]]
        self.assertEqual((leaders[0], leaders[-1]), (5, 4))

    def test_a_peer_that_is_started_again_takes_part_with_new_numbers(self):
        summary = self.run_market(*self.LIVELY, "--fault", "restart:peer-1@1s+200ms",
                                  "--fault", "restart:trader@1200ms+800ms", "--duration", "4s")
        self.assert_answered_once(summary)
        self.assertNotIn(None, [fault["back_ms"] for fault in summary["faults"]])
        self.assertEqual(summary["elected"]["terms"][-1]["leader"], 5, "it takes its seat back")

    def test_the_warehouse_comes_back_and_knows_the_term(self):
        summary = self.run_market(*self.LIVELY, "--fault", "restart:warehouse@1s",
                                  "--duration", "2s")
        self.assert_answered_once(summary)
        terms = [term["term"] for term in summary["elected"]["terms"]]
        self.assertEqual(terms, list(range(1, len(terms) + 1)))

    def test_each_transport_will_do(self):
        for transport in ("tcp", "ipc"):
            with self.subTest(transport=transport):
                self.folder = os.path.join(self.holder, transport)
                self.assert_answered_once(self.run_market(
                    *self.LIVELY, "--transport", transport, "--duration", "1500ms"))

    def test_an_interrupt_stops_it_cleanly(self):
        process = self.open_market(*self.LIVELY, *FOREVER)
        self.assertEqual(len(processes_of(self.folder)), 6)
        os.killpg(process.pid, signal.SIGINT)
        summary, _ = self.close_market(process, 0)
        self.assertEqual(summary["stopped_by"], "signal")
        self.assert_sound(summary)  # It may have come before anybody was elected.

    def test_it_is_run_again_from_its_topology(self):
        self.run_market(*self.LIVELY, "--seats", "2", "--duration", "700ms")
        path = os.path.join(self.folder, "topology.json")
        with open(path, encoding="utf-8") as file:
            self.assertEqual(json.load(file)["election"]["seats"], 2)
        self.folder = os.path.join(self.holder, "again")
        summary = self.run_market("--topology", path, "--transport", "ipc", "--seats", "1",
                                  "--duration", "1500ms")
        self.assert_answered_once(summary)
        self.assertEqual(summary["elected"]["seats"], 1)


if __name__ == "__main__":
    unittest.main()
