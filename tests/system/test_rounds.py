"""kill -9 at random moments, fifty times: short markets in each of which somebody dies or sleeps, by
chance, and afterwards the ledger adds up, every buyer's book is in it, and every order has ended.
SOUK_SEED repeats the rounds of a run, SOUK_ROUND one of them alone."""

import contextlib
import json
import os
import random
import re
import shlex
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

from launched import BOUND_S, LAUNCH, SOUK, processes_of
from market import die_with_parent

SEED = int(os.environ.get("SOUK_SEED") or random.SystemRandom().randrange(10 ** 6))
ROUNDS = 50
AT_ONCE = 4  # They wait for each other, and for time-outs, most of the time.
LENGTH_MS = 1200
LAST_MS = 800  # Nobody dies later, and who is to come back does so before the market closes.
BACK_MS = LENGTH_MS - LAST_MS - 50
BUSY = ["--transport", "ipc", "--ping-every", "50ms", "--buyers", "3", "--sellers", "1",
        "--products", "1", "--think-time", "5ms", "--window", "4", "--restock", "30",
        "--restock-every", "50ms", "--quantity", "1-3", "--duration", f"{LENGTH_MS}ms"]


class Round:
    """What befalls one market, and how it ended."""

    def __init__(self, number):
        chance = random.Random(f"{SEED} {number}")
        self.number = number
        self.mode = chance.choices(("cached", "escrow", "batched", "sync"), (5, 5, 2, 1))[0]
        self.traders = chance.choice((2, 3))
        self.faults, self.gone = self._draw(chance)
        self.seed = chance.randrange(2 ** 31)
        self.summary = None
        self.views = {}     # trader: (state, its backup)
        self.wrong = []     # in words

    def _draw(self, chance):
        """(the faults, numbers of the traders that die and do not come back)."""
        at, back = chance.randint(0, LAST_MS), chance.randint(0, BACK_MS)
        victim = chance.randint(1, self.traders)
        comes_back = chance.random() < 0.5
        death = (f"restart:trader-{victim}@{at}ms+{back}ms" if comes_back
                 else f"kill:trader-{victim}@{at}ms")
        gone = [] if comes_back else [victim]
        warehouse = f"restart:warehouse@{at}ms+{chance.randint(0, BACK_MS)}ms"
        who = chance.choices(("trader", "turn", "warehouse", "together", "sleeper", "all"),
                             (8, 5, 3, 5, 4, 2))[0]
        if who == "warehouse":
            return [warehouse], []
        if who == "together":
            return [warehouse, death], gone
        if who == "sleeper":
            return [f"pause:trader-{victim}@{at}ms+{chance.randint(250, 600)}ms"], []
        if who == "all":
            numbers = list(range(1, self.traders + 1))
            return [f"kill:trader-{number}@{at}ms" for number in numbers], numbers
        if who == "turn":
            moments = [chance.randint(0, LAST_MS) for _ in range(2)]
            return [f"restart:trader-{number}@{moment}ms+{chance.randint(0, BACK_MS)}ms"
                    for number, moment in enumerate(sorted(moments), 1)], []
        return [death], gone

    def command(self, folder):
        asked = [flag for fault in self.faults for flag in ("--fault", fault)]
        return [sys.executable, LAUNCH, "--souk", SOUK, "--run-dir", folder, "--quiet",
                "--seed", str(self.seed), "--mode", self.mode, "--traders", str(self.traders),
                "--summary", os.path.join(folder, "told.json"), *BUSY, *asked]

    def run(self):
        with tempfile.TemporaryDirectory(prefix="souk-") as holder:
            folder = os.path.join(holder, "run")
            try:
                self._run_in(folder)
            except (OSError, ValueError, sqlite3.Error, subprocess.SubprocessError) as error:
                self.wrong.append(f"could not be run: {error!r}")
        return self

    def _run_in(self, folder):
        ended = subprocess.run(self.command(folder), capture_output=True, text=True, check=False,
                               timeout=BOUND_S, preexec_fn=die_with_parent)
        left = processes_of(folder)
        if left:
            self.wrong.append(f"left behind: {left}")
        if ended.returncode not in ((0, 1) if self._all_are_gone() else (0,)):
            self.wrong.append(f"ended with {ended.returncode}: {ended.stderr}{ended.stdout}")
        with open(os.path.join(folder, "told.json"), encoding="utf-8") as file:
            self.summary = json.load(file)
        with contextlib.closing(sqlite3.connect(os.path.join(folder, "warehouse.db"))) as store:
            self.views = {trader: (state, backup) for trader, state, backup in store.execute(
                "SELECT trader, state, backup FROM views")}
        self._judge()
        self._judge_promises(folder)

    def _judge_promises(self, folder):
        """Whoever was promised units has them, or is told that they were not there: never that the
        order was refused."""
        for name in sorted(os.listdir(folder)):
            promised = set()
            if not name.startswith("buyer-") or not name.endswith(".log"):
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                for number, word in re.findall(r"receipt to \d+: order (\d+) (\w+)", file.read()):
                    if word == "accepted":
                        promised.add(number)
                    elif word == "refused" and number in promised:
                        self.wrong.append(f"{name}: order {number} was promised, then refused")

    def _judge(self):
        summary = self.summary
        wanted = {"conserved": True, "problems": [], "books_agree": True, "died": [],
                  "lost": 0, "doubled": 0, "failed": 0}
        if not self._may_strand():
            wanted |= {"open": 0, "gave_up": 0}
        if self._all_are_gone():
            # What they sold last is in their journals alone, and leased to them.
            leased = sum(product["leased"] for product in summary["products"])
            if summary["lost"] > leased:
                self.wrong.append(f"lost is {summary['lost']}, and only {leased} units are leased")
            del wanted["lost"], wanted["books_agree"]
        for key, value in wanted.items():
            if summary[key] != value:
                self.wrong.append(f"{key} is {summary[key]}, not {value}")
        for fault in summary["faults"]:
            if fault["at_ms"] is None:
                self.wrong.append(f"{fault['what']} did not happen: {fault['why_not']}")
        if summary["orders_compared"] == 0:
            self.wrong.append("nobody bought")

    def _all_are_gone(self):
        """Whether nobody is left to settle what they had told from their leases."""
        return self.mode == "escrow" and len(self.gone) == self.traders

    def _may_strand(self):
        """Whether orders may stay open, and be told as such: no trader lives, or only the journal
        of one that is gone for good knows what it had decided, since nobody living backs it up."""
        if len(self.gone) == self.traders:
            return True
        if self.mode == "sync":
            return False
        views = (self.views.get(trader) for trader in self.gone)
        return any(view is not None and view[0] == "live" and (view[1] == 0 or view[1] in self.gone)
                   for view in views)

    def taken_over(self):
        return any(fault["taken_over_ms"] is not None for fault in self.summary["faults"])

    def __str__(self):
        folder = f"runs/round-{self.number}"
        return (f"round {self.number}: {self.mode}, {self.traders} traders, "
                f"{', '.join(self.faults)}; views {self.views}\n  "
                + "\n  ".join(self.wrong)
                + f"\n  again: SOUK_SEED={SEED} SOUK_ROUND={self.number} "
                + f"{sys.executable} {os.path.relpath(__file__)}"
                + f"\n  to look at: {shlex.join(self.command(folder))}")


class Rounds(unittest.TestCase):
    def test_whoever_dies_and_whenever_no_order_is_lost_or_done_twice(self):
        self.assertTrue(os.access(SOUK, os.X_OK), f"{SOUK} is not built")
        alone = os.environ.get("SOUK_ROUND")
        numbers = range(1, ROUNDS + 1) if alone is None else [int(alone)]
        with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
            rounds = list(pool.map(lambda number: Round(number).run(), numbers))
        bad = [played for played in rounds if played.wrong]
        self.assertEqual(bad, [], f"SOUK_SEED={SEED}\n" + "\n".join(map(str, bad)))
        if alone is None:
            self.assertGreaterEqual(sum(played.taken_over() for played in rounds), ROUNDS // 5,
                                    "traders are taken over in many of them")


if __name__ == "__main__":
    unittest.main()
