"""Experiments in virtual time: the command line, that they can be repeated, and that what they
measure goes the way that it must. The program is that of $SOUK_SIM, or build/san/souk-sim."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import unittest

from market import BOUND_S, ROOT, die_with_parent

SIM = os.path.abspath(os.environ.get("SOUK_SIM") or os.path.join(ROOT, "build", "san", "souk-sim"))
SCALE = os.path.join(ROOT, "tools", "scale.py")
SALE = os.path.join(ROOT, "tools", "sale.py")
SMALL = ("--traders", "2", "--buyers", "10", "--sellers", "2", "--products", "1", "--think-time",
         "10ms", "--duration", "500ms", "--warm-up", "200ms", "--queue", "64")
AMPLE = ("--restock", "1000", "--restock-every", "100ms")
OF_THE_MACHINE = ("core_events_per_s", "wall_s", "peak_memory_bytes")


def start(*arguments, **more):
    return subprocess.Popen([SIM, "--experiment", *arguments],
                            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                               "stderr": subprocess.PIPE, "text": True,
                               "preexec_fn": die_with_parent, **more})


def run(*arguments, **more):
    process = start(*arguments, **more)
    try:
        out, err = process.communicate(timeout=BOUND_S)
    finally:
        process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def scale(*arguments, tool=SCALE):
    return subprocess.run([sys.executable, tool, "--souk-sim", SIM, *arguments], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, timeout=BOUND_S,
                          preexec_fn=die_with_parent)


class ExperimentTest(unittest.TestCase):
    def measured(self, *arguments):
        ended = run(*SMALL, *arguments)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        return json.loads(ended.stdout)


class CommandLine(ExperimentTest):
    def test_the_help_begins_with_examples_and_names_each_option_once(self):
        ended = run("--help")
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        options = re.findall(r"(?m)^  (--[a-z-]+)", ended.stdout)
        self.assertEqual(len(options), len(set(options)))
        self.assertLess(ended.stdout.index("souk-sim --experiment --mode cached"),
                        ended.stdout.index(options[0]))
        self.assertLessEqual(max(map(len, ended.stdout.splitlines())), 100)
        for option in set(options) - {"--help"}:
            wrong = run(option, "nonsense")
            self.assertEqual((wrong.returncode, wrong.stdout), (2, ""))
            self.assertIn(f"{option}: 'nonsense' must be ", wrong.stderr)

    def test_the_defaults_that_the_help_names_are_taken(self):
        given = []
        for option, value in re.findall(r"(?m)^  (--[a-z-]+) .*\(([^ ()]+)\)$",
                                        run("--help").stdout):
            given += [option, value]
        self.assertGreater(len(given), 40)
        ended = run(*given, *SMALL, "--duration", "1ms")
        plain = run(*SMALL, "--duration", "1ms")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertEqual(json.loads(ended.stdout)["configuration"],
                         json.loads(plain.stdout)["configuration"])

    def test_a_wrong_call_is_told_with_what_would_do(self):
        for says, *arguments in (("'salt' is no option", "salt"),
                                 ("--frobnicate: no such option", "--frobnicate", "1"),
                                 ("--traders: wants a value", "--traders"),
                                 ("from 1 to 256", "--traders", "257"),
                                 ("sync or cached", "--mode=fast"),
                                 ("like 0.5s or 200us", "--think-time", "5"),
                                 ("16384", "--buyers", "16000", "--sellers", "1000")):
            with self.subTest(arguments=arguments):
                ended = run(*arguments)
                self.assertEqual((ended.returncode, ended.stdout), (2, ""))
                self.assertIn(says, ended.stderr)
                self.assertEqual(len(ended.stderr.splitlines()), 1)

    def test_the_configuration_is_told_as_it_was_given(self):
        told = self.measured("--mode=cached", "--invalidation", "off", "--quantity", "1-3",
                             "--fsync", "0.1ms", "--warehouse-latency=1ms-2ms")["configuration"]
        self.assertEqual([told[name] for name in ("traders", "mode", "invalidation", "quantity",
                                                  "fsync_us", "warehouse_latency_us",
                                                  "duration_us")],
                         [2, "cached", "off", [1, 3], [100, 100], [1000, 2000], 500000])

    def test_what_cannot_be_written_is_a_failure(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            ended = run(*SMALL, stdout=full)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("cannot write", ended.stderr)

    def test_interrupted_it_tells_what_it_has_measured(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number.name):
                master, slave = pty.openpty()
                process = start(*SMALL, "--duration", "1h", "--think-time", "1ms", stderr=slave)
                os.close(slave)
                shown = ""
                while not re.search(r"[1-9][0-9]* orders", shown):  # Progress, on a terminal.
                    shown += os.read(master, 1024).decode()
                process.send_signal(number)
                out, _ = process.communicate(timeout=BOUND_S)
                os.close(master)
                told = json.loads(out)
                self.assertEqual((process.returncode, told["interrupted"]), (0, True))
                self.assertGreater(told["orders"], 0)
                self.assertLess(told["virtual_s"], 3600)
                self.assertAlmostEqual(told["orders_per_s"],
                                       told["orders"] / told["virtual_s"],
                                       delta=told["orders_per_s"] / 1000)


class Figures(ExperimentTest):
    def test_the_same_seed_gives_the_same_figures(self):
        runs = []
        for seed in (5, 5, 6):
            told = self.measured("--mode", "cached", "--seed", str(seed))
            for name in OF_THE_MACHINE:
                self.assertGreater(told.pop(name), 0)
            del told["configuration"]
            runs.append(told)
        self.assertEqual(runs[0], runs[1])
        self.assertNotEqual(runs[0], runs[2])

    def test_sync_never_oversells_and_its_first_answer_is_the_final_one(self):
        told = self.measured("--restock", "5", "--restock-every", "50ms")
        self.assertFalse(told["interrupted"])
        self.assertEqual(told["virtual_s"], 0.5)
        self.assertEqual((told["accepted"], told["failed"], told["oversold"]["orders"]), (0, 0, 0))
        self.assertEqual(told["sold"] + told["refused"], told["orders"])
        self.assertGreater(told["refused"], 0)
        self.assertEqual(told["first_answer_us"], told["final_answer_us"])
        # Two sellers bring 5 units 10 times in the half second that counts.
        self.assertAlmostEqual(told["sold"], 100, delta=15)

    def test_caches_that_are_not_told_oversell_what_is_scarce(self):
        scarce = ("--mode", "cached", "--restock", "5", "--restock-every", "50ms")
        told = self.measured(*scarce, "--invalidation", "off")
        followed = self.measured(*scarce)
        self.assertGreater(followed["messages_per_order"]["published"],
                           told["messages_per_order"]["published"])
        oversold = told["oversold"]
        self.assertEqual(told["sold"] + told["refused"] + oversold["orders"], told["orders"])
        self.assertGreater(oversold["orders"], 0)
        self.assertGreater(told["accepted"], oversold["orders"])
        self.assertAlmostEqual(oversold["of_accepted"], oversold["orders"] / told["accepted"], 4)

    def test_a_buyer_waits_for_what_lies_between_it_and_the_decision(self):
        free = ("--message-cost", "0", "--item-cost", "0", "--fsync", "0", "--client-latency",
                "1ms", "--traders", "1", *AMPLE)
        for latency_us in (2000, 10000):
            warehouse = ("--warehouse-latency", f"{latency_us}us")
            with self.subTest(warehouse=latency_us):
                told = self.measured(*free, *warehouse, "--in-flight", "16")
                self.assertEqual(told["first_answer_us"]["max"], 2000 + 2 * latency_us)
                told = self.measured(*free, *warehouse, "--mode", "cached")
                self.assertEqual(told["first_answer_us"]["p50"], 2000)
                self.assertGreaterEqual(told["final_answer_us"]["p50"], 2000 + 2 * latency_us)

    def test_the_warehouse_is_as_busy_as_its_work_takes(self):
        told = self.measured("--traders", "1", "--message-cost", "0", "--item-cost", "0",
                             "--fsync", "1ms", *AMPLE)
        self.assertAlmostEqual(told["at_work"]["warehouse"], told["batches"] * 0.001 / 0.5,
                               delta=0.01)
        self.assertEqual(told["at_work"]["traders"], 0)

    def test_messages_are_counted_by_where_they_go(self):
        told = self.measured(*AMPLE)["messages_per_order"]
        self.assertEqual(told["published"], 0)
        # A buy, its receipt and a notice to the seller; restocks are few.
        self.assertAlmostEqual(told["client_trader"], 3, delta=0.2)
        self.assertLessEqual(told["trader_warehouse"], 2.2)
        self.assertAlmostEqual(told["all"], told["client_trader"] + told["trader_warehouse"], 3)
        cached = self.measured(*AMPLE, "--mode", "cached")
        self.assertGreater(cached["messages_per_order"]["published"], 0)

    def test_the_warm_up_does_not_count(self):
        told = self.measured("--warm-up", "1s", "--duration", "100ms", *AMPLE)
        # Each of ten buyers orders every 10 ms and a round trip.
        self.assertLess(told["orders"], 100)
        self.assertGreater(told["orders"], 50)


class Scale(unittest.TestCase):
    def test_a_series_is_one_table(self):
        ended = scale("--vary", "traders=1,2", "--vary", "mode=sync,cached", *SMALL[2:])
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        rows = [[cell.strip() for cell in line.split("|")[1:-1]]
                for line in ended.stdout.splitlines()]
        self.assertEqual(rows[0][:3], ["traders", "mode", "orders/s"])
        self.assertEqual([row[:2] for row in rows[2:]], [["1", "sync"], ["1", "cached"],
                                                         ["2", "sync"], ["2", "cached"]])
        self.assertEqual({len(row) for row in rows}, {len(rows[0])})

    def test_a_series_as_json_is_a_line_each(self):
        ended = scale("--vary", "in-flight=1,3", "--json", *SMALL)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        told = [json.loads(line)["configuration"]["in_flight"]
                for line in ended.stdout.splitlines()]
        self.assertEqual(told, [1, 3])

    def test_a_wrong_series_is_refused(self):
        for says, *arguments in (("from 1 to 256", "--vary", "traders=0,1"),
                                 ("no such option", "--vary", "frobs=1"),
                                 ("no such option", "--frobs", "1"),
                                 ("like traders=1,2,4", "--vary", "traders"),
                                 ("like traders=1,2,4", "--vary", "traders=1,,2"),
                                 ("at least 1", "--jobs", "0")):
            with self.subTest(arguments=arguments):
                ended = scale(*arguments)
                self.assertEqual((ended.returncode, ended.stdout), (2, ""))
                self.assertIn(says, ended.stderr)


class Sale(unittest.TestCase):
    def test_a_sale_ends_when_all_is_told_and_settled_and_nothing_is_oversold(self):
        ended = scale("--traders", "1,2", "--stock", "2000", "--buyers", "50", "--json", tool=SALE)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        runs = [json.loads(line) for line in ended.stdout.splitlines()]
        self.assertEqual([run["configuration"]["traders"] for run in runs], [1, 2])
        for result in runs:
            self.assertEqual((result["sale"]["units_told"], result["sale"]["units_settled"],
                              result["oversold"]["missing_units"]), (2000, 2000, 0))

    def test_the_table_of_modes_with_the_warehouse_far_away_favours_escrow(self):
        ended = scale("--outstanding", "20", "--duration", "200ms", tool=SALE)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        rows = [[cell.strip() for cell in line.split("|")[1:-1]]
                for line in ended.stdout.splitlines()]
        self.assertEqual([row[0] for row in rows[2:]], ["sync", "escrow"])
        self.assertGreater(float(rows[3][2]), 2)

    def test_a_wrong_sale_is_refused(self):
        for says, *arguments in (("from 1 to 256", "--traders", "0"),
                                 ("like 1,4,16", "--traders", "1,,2"),
                                 ("no such option", "--frobs", "1"),
                                 ("at least 1", "--outstanding", "-1")):
            with self.subTest(arguments=arguments):
                ended = scale(*arguments, tool=SALE)
                self.assertEqual((ended.returncode, ended.stdout), (2, ""))
                self.assertIn(says, ended.stderr)


if __name__ == "__main__":
    unittest.main()
