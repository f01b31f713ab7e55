"""A thousand markets of the simulator, all checkers on, and those that once showed a fault. The
program is that of $SOUK_SIM, or build/san/souk-sim."""

import os
import re
import subprocess
import unittest

from market import ROOT, die_with_parent

SIM = os.path.abspath(os.environ.get("SOUK_SIM") or os.path.join(ROOT, "build/san/souk-sim"))
SEEDS = os.path.join(ROOT, "tests", "sim", "seeds.txt")
BOUND_S = 200


def run(*arguments):
    return subprocess.run([SIM, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, timeout=BOUND_S,
                          preexec_fn=die_with_parent)


def found_before():
    """(arguments, what was wrong) of each line."""
    with open(SEEDS, encoding="ascii") as lines:
        for line in lines:
            if line.startswith("--"):
                arguments, wrong = re.fullmatch(r"(.*?)\s+([a-z]+: .*)\n", line).groups()
                yield arguments.split(), wrong


class Seeds(unittest.TestCase):
    def test_a_thousand_markets_keep_every_invariant_and_reach_every_rare_case(self):
        ended = run("--seeds", "1..1000")
        self.assertEqual(ended.returncode, 0, ended.stdout)
        self.assertIn("1,000 seeds, 0 failed", ended.stdout)

    def test_many_elected_markets_keep_every_invariant_and_reach_every_rare_case(self):
        ended = run("--elect", "1", "--seeds", "1..600")
        self.assertEqual(ended.returncode, 0, ended.stdout)
        self.assertIn("600 seeds, 0 failed", ended.stdout)

    def test_what_was_found_once_is_mended(self):
        runs = list(found_before())
        self.assertGreaterEqual(len(runs), 5)
        for arguments, wrong in runs:
            with self.subTest(wrong=wrong):
                ended = run(*arguments)
                self.assertEqual(ended.returncode, 0, ended.stdout)


if __name__ == "__main__":
    unittest.main()
