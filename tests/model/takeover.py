#!/usr/bin/env python3
"""Goes through everything that can happen when a trader dies, and shows that no promise is lost.

    tests/model/takeover.py                            every rule kept: must hold
    tests/model/takeover.py --without seal             a rule left out: the shortest way to harm
    tests/model/takeover.py --mode escrow --views 5    another variant, further
    tests/model/takeover.py --rules                    the rules, and what each is for

What is modelled. Trader 1 decides orders by itself, trader 2 is its backup, the warehouse holds
trader 1's view and the ledger, and each of two buyers wants one order decided. All that happens
is a step from one state to the next, and every order of steps is tried (breadth first, so that a
violation comes with the shortest way to it). Trader 1 may crash and return with its journal, or
be paused for any time (it just takes no step), be suspected wrongly, leave and return. What it has
decided goes to its own journal, to its backup and to the warehouse at once, and may arrive in any
order: a crash may take from its own journal what the others have, but no record that its telling
waited for. Trader 2 may crash at any time, in the middle of a takeover too, and lose its journal.
What is sent may be lost, come twice, late, or in any order: a message is something that the
receiver may act upon at any time from then on, or never.

  cached   a promise is made from a cache and written behind. What the warehouse decides by itself
           counts as another outcome than what trader 1 promises, the worst case.
  escrow   one unit is leased to trader 1, which sells it without asking. What comes back to the
           warehouse may be sold by it.

What must hold in every state: nobody is told one outcome while the ledger has another. What was
told is in the ledger, or still with a trader 1 that may yet settle it, after a crash, too. The
warehouse counts each write once, and trader 1 counts the same writes. In escrow the unit is sold
once, and is never more or less than one.

What is left out, and why it may be. Time: a time-out may happen at any moment. Batches: a write
is committed alone. Numbers of writes that are settled (`settled` of a journal message): a copy
may begin behind any write that the warehouse has, so it begins behind all of those. Answers from
the ledger: an entry never changes, so that telling it changes nothing. Messages that cannot be
granted any more, of an older epoch or view, are forgotten (forget_dead), since epochs and views
only rise. So are copies for a life of trader 2's journal that is over (`holder`): they are refused.
Trader 1's journal is never lost: without it nothing is safe that it told alone. A join and its
record in that journal are one step: nothing leaves in the new epoch before the record is on the
disk, so that a crash between them is one right after the join.

  --mode M      cached or escrow (cached)
  --without R   leave the rule R out
  --views N     bound: views of trader 1, the first one included (4); they bound its crashes, too
  --losses N    bound: how often trader 2 loses its journal (0)
  --buyers N    bound: buyers, of one order each (2); 1 allows for more views and losses
  --states N    bound: give up after so many states (3000000)
  --rules       list the rules
  --help        this page

test_takeover.py stays within bounds of seconds; --views 5 with two buyers, and --losses 1 with
--views 4, take about half a minute each, and longer for every view more.

Exit status: 0, no violation; 1, one, or given up; 2, a wrong call.
"""
import argparse
import os
import sys

from takeover_rules import BUYERS, MODES, RULES, VIEWS
from takeover_search import STATES, explore
from takeover_steps import Model


def lines_of(result, where):
    """What was found, to be read."""
    if result.wrong:
        yield f"{where}: {result.wrong}, after {len(result.trace)} steps ({result.states} states)"
        for number, what in enumerate(result.trace, 1):
            yield f"  {number:2}. {what}"
    elif result.complete:
        yield f"{where}: no violation in {result.states} states, all that there are"
    else:
        yield f"{where}: given up after {result.states} states, no violation in them"


def tell(lines):
    """Prints the lines. A reader that has seen enough (`head`) may go away before the end."""
    try:
        print("\n".join(lines), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--mode", choices=MODES, default="cached")
    parser.add_argument("--without", choices=sorted(RULES))
    parser.add_argument("--views", type=int, choices=range(1, 21), default=VIEWS)
    parser.add_argument("--losses", type=int, choices=range(0, 4), default=0)
    parser.add_argument("--buyers", type=int, choices=range(1, 5), default=BUYERS)
    parser.add_argument("--states", type=int, default=STATES)
    parser.add_argument("--rules", action="store_true")
    parser.add_argument("--help", action="store_true")
    call = parser.parse_args()
    if call.help:
        tell([__doc__.strip()])
        return 0
    if call.rules:
        tell(f"{name:15} {what}" for name, what in sorted(RULES.items()))
        return 0
    where = call.mode + (f" without {call.without}" if call.without else "")
    model = Model(call.mode, call.without, call.views, call.losses, call.buyers)
    result = explore(model, call.states)
    tell(lines_of(result, where))
    return 0 if result.complete else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
