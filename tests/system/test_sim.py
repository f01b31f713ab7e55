"""The simulator as a person meets it: one run, many, what fails, and what stays behind. The program
is that of $SOUK_SIM, or build/san/souk-sim; the others of $SOUK_SIM_OTHERS (paths with a blank
between them; build/souk-sim) must run every seed in the same way."""

import os
import re
import signal
import subprocess
import time
import unittest

from market import BOUND_S, ROOT, die_with_parent

SIM = os.path.abspath(os.environ.get("SOUK_SIM") or os.path.join(ROOT, "build/san/souk-sim"))
OTHERS = [os.path.join(ROOT, path) for path in
          os.environ.get("SOUK_SIM_OTHERS", "build/souk-sim").split()]
CALM = ("--faults", "none", "--no-sometimes", "--steps", "500")  # what passes, and soon


def run(*arguments, program=SIM, **more):
    more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL,
            "text": True, "check": False, "timeout": 4 * BOUND_S,
            "preexec_fn": die_with_parent, **more}
    return subprocess.run([program, *arguments], **more)


def children_of(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except FileNotFoundError:
        return []


def is_alive(pid):
    """Whether it is there and not only still to be waited for."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Help(unittest.TestCase):
    def test_the_help_has_an_example_first_and_every_option_once(self):
        ended = run("--help")
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        options = re.findall(r"(?m)^  (--[a-z-]+)", ended.stdout)
        self.assertEqual(len(options), len(set(options)))
        self.assertLess(ended.stdout.index("  souk-sim --seed"), ended.stdout.index("\n  --"))
        self.assertLessEqual(max(map(len, ended.stdout.splitlines())), 100)
        self.assertIn("crash-warehouse", ended.stdout)

    def test_an_option_that_the_help_names_is_known(self):
        for option in re.findall(r"(?m)^  (--[a-z-]+)", run("--help").stdout):
            self.assertNotIn("no such option", run(option).stderr)


class Mistakes(unittest.TestCase):
    def refused(self, says, *arguments):
        with self.subTest(arguments=arguments):
            ended = run(*arguments)
            self.assertEqual((ended.returncode, ended.stdout), (2, ""), ended.stderr)
            self.assertRegex(ended.stderr, r"^souk-sim: .+\n$")
            self.assertEqual(len(ended.stderr.splitlines()), 1)
            self.assertIn(says, ended.stderr)

    def test_a_wrong_call_is_refused_in_one_line(self):
        self.refused("--seed or --seeds is missing")
        self.refused("one of them is enough", "--seed", "7", "--seeds", "1..2")
        self.refused("--frobnicate: no such option", "--frobnicate")
        self.refused("'7' is no option", "7")
        self.refused("--trace: takes no value", "--seed=7", "--trace=yes")
        self.refused("exclude each other", "--seed=7", "--trace", "--shrink")
        for option in ("--trace", "--shrink"):
            self.refused(f"{option} wants one --seed", "--seeds", "1..2", option)
        for option in ("--seed", "--seeds", "--jobs", "--patience", "--steps", "--faults"):
            self.refused(f"{option}: wants a value", option)

    def test_a_bad_value_is_told_with_what_would_do(self):
        for value in ("", "7", "1..", "..2", "1...2", "1..x", "a..b"):
            self.refused("like 1..1000", "--seeds", value)
        self.refused("begins above its end", "--seeds=2..1")
        self.refused("2^64 - 1", "--seed=18446744073709551616")
        self.refused("from 1 to", "--seed", "7", "--jobs", "0")
        self.refused("from 1 to", "--seed", "7", "--patience", "1.5")
        self.refused("'sun'", "--seed", "7", "--faults", "loss,sun")
        self.refused("no more than", "--seeds", "0..18446744073709551615", "--hashes")


class OneRun(unittest.TestCase):
    def test_a_run_is_told_in_one_line_and_is_the_same_again(self):
        first = run("--seed", "7", *CALM)
        self.assertEqual((first.returncode, first.stderr), (0, ""), first.stdout)
        self.assertRegex(first.stdout, r"^seed 7: [\d,]+ steps, .+, hash [0-9a-f]{16}, passed\n$")
        self.assertEqual(run("--seed=7", *CALM).stdout, first.stdout)
        other = run("--seed", "8", *CALM)
        self.assertNotEqual(other.stdout.split("hash")[1], first.stdout.split("hash")[1])

    def test_a_traced_run_is_the_same_run_and_tells_its_story(self):
        line = run("--seed", "7", *CALM).stdout
        traced = run("--seed", "7", *CALM, "--trace")
        self.assertEqual((traced.returncode, traced.stderr), (0, ""))
        self.assertEqual(traced.stdout.splitlines()[-1] + "\n", line)
        self.assertGreater(len(traced.stdout.splitlines()), 100)

    def test_a_run_that_passes_is_not_shrunk(self):
        ended = run("--seed", "7", *CALM, "--shrink")
        self.assertEqual((ended.returncode, ended.stdout), (0, ""))
        self.assertIn("nothing to shrink", ended.stderr)

    def test_a_verdict_that_cannot_be_written_is_a_failure(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            ended = run("--seed", "7", *CALM, stdout=full)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("cannot write", ended.stderr)


class Hashes(unittest.TestCase):
    def hashes(self, *arguments, **more):
        ended = run("--hashes", *arguments, **more)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""), ended.stdout)
        return ended.stdout

    def test_hashes_come_in_order_and_do_not_depend_on_the_process(self):
        alone = self.hashes("--seeds", "3..22", *CALM, "--jobs", "1")
        seeds = re.findall(r"(?m)^(\d+) [0-9a-f]{16}$", alone)
        self.assertEqual(seeds, [str(seed) for seed in range(3, 23)])
        self.assertEqual(len(alone.splitlines()), 20)
        self.assertEqual(self.hashes("--seeds", "3..22", *CALM, "--jobs", "4"), alone)
        last = self.hashes("--seed", "22", *CALM)
        self.assertEqual(last, alone.splitlines()[-1] + "\n")

    def test_every_build_runs_a_seed_in_the_same_way(self):
        others = [path for path in OTHERS if os.path.exists(path) and path != SIM]
        if not others:
            self.skipTest("no other build is there")
        # With faults too, whatever comes of them: what failed has a hash as well.
        call = ("--hashes", "--seeds", "1..30", "--steps", "1000", "--keep-going")
        ours = run(*call).stdout
        self.assertEqual(len(ours.splitlines()), 30)
        for other in others:
            with self.subTest(other=other):
                self.assertEqual(run(*call, program=other).stdout, ours)


class Many(unittest.TestCase):
    def test_many_runs_are_summed_up(self):
        calm = [word for word in CALM if word != "--no-sometimes"]
        ended = run("--seeds", "1..20", *calm)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertRegex(ended.stdout, r"^20 seeds, 0 failed; [\d,]+ core events in .* a second, ")
        self.assertRegex(ended.stdout, r"(?m)^ +\d+  orders decided by the warehouse$")
        self.assertRegex(ended.stdout, r"(?m)^ +0  letters lost$")
        ended = run("--seeds", "1..20", *CALM)
        self.assertEqual(len(ended.stdout.splitlines()), 1)


class Hurt(unittest.TestCase):
    """The simulator itself is hurt while it runs, as a core's assert or endless loop would do."""

    def start(self, *arguments):
        self.sim = subprocess.Popen([SIM, "--seeds", "1..100000000", "--jobs", "2", *CALM,
                                     *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                    stdin=subprocess.DEVNULL, text=True,
                                    preexec_fn=die_with_parent)
        self.addCleanup(self.sim.wait)
        self.addCleanup(self.sim.kill)
        bound = time.monotonic() + BOUND_S
        while len(children_of(self.sim.pid)) < 2:
            self.assertLess(time.monotonic(), bound)
            time.sleep(0.01)
        time.sleep(0.3)  # So that some seeds are done.
        return children_of(self.sim.pid)

    def end(self, status):
        """What was said on stdout, and nobody is left."""
        stdout, stderr = self.sim.communicate(timeout=BOUND_S)
        self.assertEqual((self.sim.returncode, stderr), (status, ""), stdout)
        return stdout

    def assert_gone(self, pids):
        bound = time.monotonic() + BOUND_S
        while any(is_alive(pid) for pid in pids):
            self.assertLess(time.monotonic(), bound)
            time.sleep(0.01)

    def test_a_signal_ends_it_with_what_was_counted_and_no_child_is_left(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number.name):
                workers = self.start()
                self.sim.send_signal(number)
                self.assertRegex(self.end(128 + number), r"^[\d,]+ seeds, 0 failed; ")
                self.assertFalse(any(is_alive(pid) for pid in workers))

    def test_no_child_outlives_it(self):
        workers = self.start()
        self.sim.kill()
        self.end(-signal.SIGKILL)
        self.assert_gone(workers)

    def test_a_worker_that_dies_is_a_failure_of_its_seed(self):
        workers = self.start()
        os.kill(workers[0], signal.SIGABRT)
        said = self.end(1)
        failed = re.search(r"(?m)^FAILED seed (\d+): signal 6\n  Aborted\n  again: (.+)$", said)
        self.assertTrue(failed, said)
        self.assertIn(f"--seed {failed[1]} --steps 500 --faults none", failed[2])
        self.assertIn("The second time it went otherwise (passed)", said)
        # The last that happened in that seed is told, and is no more than was asked for.
        told = said.split("the last that happened:\n")[1].splitlines()
        self.assertEqual(len([line for line in told if line.strip()]), 40)
        self.assert_gone(workers)

    def test_others_go_on_when_a_worker_dies_if_they_are_told_to(self):
        workers = self.start("--keep-going")
        os.kill(workers[0], signal.SIGABRT)
        bound = time.monotonic() + BOUND_S
        while len(set(children_of(self.sim.pid)) - {workers[0]}) < 2:  # There is a new one.
            self.assertLess(time.monotonic(), bound)
            time.sleep(0.01)
        self.sim.send_signal(signal.SIGINT)
        said = self.end(1)
        self.assertRegex(said, r"^[\d,]+ seeds, 1 failed; ")
        self.assertRegex(said, r"(?m)^FAILED seed \d+: signal 6$")

    def test_a_worker_that_hangs_is_a_failure_of_its_seed(self):
        workers = self.start("--patience", "2")
        os.kill(workers[1], signal.SIGSTOP)
        said = self.end(1)
        self.assertRegex(said, r"(?m)^FAILED seed \d+: patience\n  not done in time: --patience gives it more$")
        self.assert_gone(workers)


if __name__ == "__main__":
    unittest.main()
