"""Faults on demand with real nodes: whoever dies or sleeps because tools/launch.py was asked for
it, the market goes on, ends well, and no order is lost or doubled."""

import json
import os
import signal
import subprocess
import unittest

from launched import BOUND_S, FOREVER, Launch

# On ipc, since the port of a process that was killed may be another market's before it is back.
BUSY = ["--transport", "ipc", "--think-time", "10ms", "--window", "2", "--restock", "20",
        "--restock-every", "100ms"]


def faults(*texts):
    return [flag for text in texts for flag in ("--fault", text)]


class Faults(Launch):
    def run_sound(self, *flags):
        """The summary of a busy market that came to a good end; and its faults."""
        summary = self.run_market(*BUSY, *flags)
        self.assert_sound(summary)
        self.assertGreater(summary["orders_compared"], 0)
        return summary, summary["faults"]

    def assert_happened(self, entries, *whats):
        """All of them, in this order."""
        self.assertEqual([entry["what"] for entry in entries], list(whats))
        for entry in entries:
            self.assertIsNotNone(entry["at_ms"], entry)
            self.assertIsNone(entry["why_not"])

    def path(self, name):
        return os.path.join(self.folder, name)


class OfClients(Faults):
    def test_a_market_goes_on_without_a_buyer_and_with_one_that_slept(self):
        whats = "pause:buyer-3@500ms+500ms", "kill:buyer-4@1s", "kill:seller-9@1.5s"
        summary, told = self.run_sound("--duration", "3s", *faults(*whats))
        self.assert_happened(told, *whats)
        self.assertIsNotNone(told[0]["back_ms"])
        self.assertIsNone(told[1]["back_ms"])
        self.assertEqual(summary["stopped_by"], "duration")
        self.assertEqual(summary["books_compared"], 5)
        self.assertGreater(told[2]["goods_per_second_after"], 0)

    def test_clients_that_are_started_again_use_no_number_twice(self):
        # A buyer writes its book twice a second: each life must be longer than that.
        whats = "restart:seller-9@700ms+300ms", "restart:buyer-3@800ms", "restart:buyer-3@1.8s"
        summary, told = self.run_sound("--duration", "3s", "--mode", "cached", *faults(*whats))
        self.assert_happened(told, *whats)
        for entry in told:
            self.assertIsNotNone(entry["back_ms"], entry)
        self.assertEqual((summary["failed"], summary["gave_up"]), (0, 0))
        numbers = []
        for book in ("buyer-3.book.csv", "buyer-3.book.2.csv", "buyer-3.book.3.csv"):
            with open(self.path(book), encoding="utf-8") as file:
                numbers.append([int(line.split(",")[0]) for line in list(file)[1:]])
        self.assertTrue(all(numbers), "it ordered in each life")
        self.assertLess(max(numbers[0]), min(numbers[1]))
        self.assertLess(max(numbers[1]), min(numbers[2]))

    def test_buyers_that_are_yet_to_come_back_keep_the_market_open(self):
        summary, told = self.run_sound("--orders", "20", "--buyers", "1", *faults(
            "restart:buyer-3@50ms+1s"))
        self.assertIsNotNone(told[0]["back_ms"])
        self.assertEqual(summary["stopped_by"], "orders")


class OfTheWarehouse(Faults):
    def test_it_comes_back_by_itself_and_every_order_is_answered(self):
        for mode in ("sync", "cached", "batched", "escrow"):
            with self.subTest(mode=mode):
                self.folder = os.path.join(self.holder, mode)
                summary, told = self.run_sound("--mode", mode, "--orders", "150",
                                               *faults("kill:warehouse@300ms"))
                self.assert_happened(told, "kill:warehouse@300ms")
                self.assertIsNotNone(told[0]["back_ms"])
                self.assertEqual(summary["orders_compared"], 6 * 150)
                self.assertEqual((summary["open"], summary["gave_up"], summary["failed"]),
                                 (0, 0, 0))

    def test_a_restart_that_was_asked_for_is_the_only_one(self):
        # Later than it would come back by itself.
        whats = "stop:warehouse@200ms", "restart:warehouse@1.5s+200ms"
        summary, told = self.run_sound("--orders", "100", *faults(*whats))
        self.assert_happened(told, *whats)
        self.assertIsNone(told[0]["back_ms"])
        self.assertIsNotNone(told[1]["back_ms"])
        self.assertEqual(summary["orders_compared"], 6 * 100)

    def test_it_serves_again_before_a_market_closes(self):
        summary, told = self.run_sound("--duration", "1s", *faults("kill:warehouse@900ms"))
        self.assert_happened(told, "kill:warehouse@900ms")
        self.assertEqual(summary["open"], 0)


class OfTraders(Faults):
    def test_in_sync_clients_turn_to_another_trader(self):
        summary, told = self.run_sound("--orders", "100", *faults("kill:trader-1@300ms"))
        self.assert_happened(told, "kill:trader-1@300ms")
        self.assertIsNotNone(told[0]["first_answer_ms"])
        self.assertEqual(summary["orders_compared"], 6 * 100)
        self.assertEqual((summary["open"], summary["gave_up"]), (0, 0))

    def test_one_that_is_started_again_serves_on_the_port_that_it_had(self):
        whats = "kill:trader-1@300ms", "restart:trader-1@400ms", "restart:trader-2@1.5s"
        summary, told = self.run_sound("--transport", "tcp", "--duration", "4s", *faults(*whats))
        self.assert_happened(told, *whats)
        self.assertEqual([entry["was_dead"] for entry in told], [False, True, False])
        self.assertEqual([entry["back_ms"] is None for entry in told], [True, False, False])
        with open(self.path("topology.json"), encoding="utf-8") as file:
            ports = [trader["router"] for trader in json.load(file)["traders"]]
        for number, port in enumerate(ports, 1):
            with open(self.path(f"trader-{number}.log"), encoding="utf-8") as file:
                self.assertNotIn("cannot bind", file.read())
            self.assertNotIn("*", port)
        self.assertGreater(summary["sold_units"], 0)


class Ends(Faults):
    def test_a_death_that_nobody_asked_for_still_ends_the_market(self):
        process = self.open_market(*FOREVER, *BUSY, *faults("kill:buyer-4@0s",
                                                            "kill:trader-1@59m"))
        os.kill(self.pid_of("trader", 2), signal.SIGKILL)
        summary, _ = self.close_market(process, 1)
        self.assertEqual([died["node"] for died in summary["died"]], ["trader-2"])
        self.assertEqual((summary["lost"], summary["doubled"]), (0, 0))
        self.assertEqual(summary["faults"][-1]["why_not"], "the market closed before")

    def test_who_sleeps_when_the_market_closes_is_woken_and_ends_in_peace(self):
        summary, told = self.run_sound("--duration", "1s", *faults(
            "pause:trader-1@800ms+1h", "pause:buyer-3@900ms+1h"))
        self.assertEqual([entry["back_ms"] is None for entry in told], [False, False])
        self.assertEqual(summary["books_compared"], 6)

    def test_an_interrupt_in_the_midst_of_faults_leaves_nobody_behind(self):
        process = self.open_market(*FOREVER, *BUSY, *faults(
            "pause:trader-1@0s+1h", "kill:warehouse@0s", "restart:buyer-3@0s+1h"))
        for line in process.stderr:
            if "restart:buyer-3" in line:
                break
        process.send_signal(signal.SIGINT)
        summary, _ = self.close_market(process, 0)
        self.assertEqual(summary["stopped_by"], "signal")
        self.assertEqual((summary["lost"], summary["doubled"]), (0, 0))

    def test_a_person_reads_of_each_fault(self):
        ended = subprocess.run(self.command(*BUSY, "--duration", "3s", "--quiet", *faults(
            "kill:buyer-3@1.5s", "pause:buyer-3@2s+1s")), capture_output=True, text=True,
            check=True, timeout=BOUND_S)
        self.assertRegex(ended.stdout, r"\n  1\.5 s: buyer-3 was killed; \d.* before, \d.* after\n")
        self.assertIn("\n  pause:buyer-3@2s+1s did not happen: it did not run\n", ended.stdout)
        self.assertRegex(ended.stdout, r"\nlost 0, doubled 0 of \d+ orders")
        self.assertEqual(ended.stderr, "")


if __name__ == "__main__":
    unittest.main()
