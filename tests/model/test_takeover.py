"""The rules of a takeover hold in every state, and each rule that is left out does harm."""
import re
import unittest
from concurrent.futures import ProcessPoolExecutor

from takeover_rules import FOR_LOSSES, MODES, RULES
from takeover_search import explore
from takeover_steps import Model

# (views, losses, buyers) within which the rules are tried; `takeover.py` goes as far as is asked.
KEPT = ((4, 0, 2), (5, 0, 1), (4, 1, 1))
BROKEN, BROKEN_BY_LOSS = (5, 0, 1), (4, 1, 1)

# What must have happened somewhere, or that nothing went wrong says nothing.
MUST_HAPPEN = (
    "trader 1 tells buyer", "trader 1 passes", "trader 1 resumes with its journal$",
    "trader 1 resumes with its journal, without", "trader 1 joins as new",
    "trader 1 hears that it is granted no backup", "trader 1 hears that it is granted the backup",
    "trader 1 hears that it is granted to leave", "trader 1 gives up the backup that it claims",
    "trader 2 begins a copy", "trader 2 copies",
    "trader 2 crashes", "trader 2 hears that it may", "trader 2 settles", "trader 2 reports",
    "the warehouse completes", "the warehouse decides .* for trader 1",
    "the warehouse decides .* for trader 2",
)
MUST_HAPPEN_WITH_LOSSES = ("trader 1 hears which journal", "trader 2 loses its journal")


def run(case):
    mode, without, bounds = case
    return explore(Model(mode, without, *bounds))


class Takeover(unittest.TestCase):
    def test_rules_hold_in_every_state_and_each_is_needed(self):
        kept = [(mode, None, bounds) for bounds in KEPT for mode in MODES]
        broken = [(mode, rule, BROKEN_BY_LOSS if rule in FOR_LOSSES else BROKEN)
                  for rule in sorted(RULES) for mode in MODES]
        with ProcessPoolExecutor(max_workers=2) as pool:
            for case, result in zip(kept + broken, pool.map(run, kept + broken)):
                with self.subTest(mode=case[0], without=case[1], bounds=case[2]):
                    print(case, result.states, "states:", result.wrong or "no violation")
                    self.judge(case, result)

    def judge(self, case, result):
        if case[1]:
            self.assertTrue(result.wrong, "left out, and nothing goes wrong")
            return
        self.assertIsNone(result.wrong, "\n".join(result.trace))
        self.assertTrue(result.complete, "given up before all states were seen")
        losses = case[2][1]
        for what in MUST_HAPPEN + (MUST_HAPPEN_WITH_LOSSES if losses else ()):
            self.assertTrue(any(re.match(what, done) for done in result.reached), what)


if __name__ == "__main__":
    unittest.main()
