"""Markets with a name: how each is set up, and what must hold when it has ended."""

import argparse
from dataclasses import dataclass

from souk_launch import verdict

COUNT = "{count}"  # stands in the flags of those that take a number
ALWAYS = (verdict.sound, verdict.answered_once, verdict.one_leader_a_term)
# At ten times the speed, with an end for a market that hangs.
QUICK = "--elect --time-scale 10 --duration 300s "
SICK = ("--quantity 1-5 --restock-when sold-out --restock-what random --restock-every 500ms "
        "--on-refusal switch --sick-chance 5% --sick-at highest@8s --recover-after 5s ")


@dataclass(frozen=True)
class Scenario:
    words: str           # what it shows
    flags: str           # of launch.py
    checks: tuple        # beside ALWAYS, in the order in which they are told
    count: int = None    # where it takes a number: that when none is given


SCENARIOS = {
    "happy": Scenario(
        "one seller, one trader, one buyer",
        QUICK + "--buyers 1 --sellers 2 --orders 10",
        (verdict.highest_elected, verdict.one_election, verdict.all_ordered, verdict.sold_some,
         verdict.commission_paid)),
    "two-sellers": Scenario(
        "two sellers, one trader, one buyer of what both bring",
        QUICK + "--buyers 1 --sellers 3 --orders 20 --restock-every 1s",
        (verdict.highest_elected, verdict.one_election, verdict.all_ordered,
         verdict.all_sellers_sold, verdict.commission_paid)),
    "sick-peer": Scenario(
        "the highest peer is sick from the start and takes no part",
        QUICK + "--buyers 2 --sellers 3 --orders 10 --sick-from-start highest",
        (verdict.highest_elected, verdict.no_sick_leader_from_start, verdict.all_ordered,
         verdict.sold_some)),
    "alone": Scenario(
        "one peer elects itself, and has nobody to trade for",
        "--elect --time-scale 10 --peers 1 --duration 15s",
        (verdict.highest_elected, verdict.one_election, verdict.asked_only_before,
         verdict.ended_in_time)),
    "nothing-to-buy": Scenario(
        "a buyer of fish and sellers of boar: refusals, and a clean end",
        QUICK + "--products fish,boar --buyers 1 --sellers 2 --buyer-product fish "
        "--seller-product boar --orders 10",
        (verdict.highest_elected, verdict.all_ordered, verdict.all_refused, verdict.nothing_sold)),
    "case-1": Scenario(
        "five sellers, two buyers of two products; traders fall sick now and then",
        QUICK + SICK + "--buyers 2 --sellers 5 --products salt,fish --buyer-product spread "
        "--orders 60",
        (verdict.highest_elected, verdict.somebody_sick, verdict.several_elections,
         verdict.all_ordered, verdict.sold_some, verdict.commission_paid)),
    "case-2": Scenario(
        "four sellers, one buyer with 1,000 requests; the highest peer is sick from the start",
        QUICK + "--buyers 1 --sellers 4 --orders 1000 --think-time 0s --restock 100 "
        "--restock-when sold-out --restock-every 200ms --sick-from-start highest",
        (verdict.highest_elected, verdict.no_sick_leader_from_start, verdict.all_ordered,
         verdict.sold_some, verdict.commission_paid)),
    "case-3": Scenario(
        "as case-1, and both buyers want the same product at the same time",
        QUICK + SICK + "--buyers 2 --sellers 5 --products salt,fish --buyer-product salt "
        "--on-refusal keep --think-time 50ms --window 8 --orders 1500 --restock 100 "
        "--sick-chance 1% --order-by lamport",
        (verdict.highest_elected, verdict.somebody_sick, verdict.several_elections,
         verdict.all_ordered, verdict.sold_some, verdict.commission_paid, verdict.buyers_met,
         verdict.decided_by_clock)),
    "normal": Scenario(
        "so many peers, each buys or sells as the seed has it, some fall sick",
        "--elect --time-scale 10 --duration 30s --roles random --quantity 1-5 "
        "--restock-when sold-out --restock-what random --restock-every 1s --on-refusal switch "
        f"--sick-chance 1% --recover-after 10s --peers {COUNT}",
        (verdict.highest_elected, verdict.ended_in_time, verdict.commission_paid), count=6),
    "kill-the-trader": Scenario(
        "six peers; their trader is killed, and another one is elected and answers",
        "--elect --peers 6 --think-time 5ms --restock 50 --restock-every 50ms "
        "--fault kill:trader@1s --duration 3s",
        (verdict.highest_elected, verdict.next_elected, verdict.answered_after_kill,
         verdict.election_timed, verdict.sold_some)),
}


class ScenarioError(Exception):
    """This is no scenario; says what is known."""


def listing():
    """All of them, for a person."""
    width = max(len(name) + 2 * (entry.count is not None) for name, entry in SCENARIOS.items())
    return "".join(f"  {name + (' N' if entry.count is not None else ''):<{width}}  {entry.words}\n"
                   for name, entry in SCENARIOS.items())


def asked(arguments):
    """(words behind --scenario, or None; times; the other arguments)."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--scenario", nargs="+")
    parser.add_argument("--times", type=int)
    if not any(word.partition("=")[0] in ("--scenario", "--times") for word in arguments):
        return None, 1, arguments
    try:
        found, rest = parser.parse_known_args(arguments)
    except argparse.ArgumentError as error:
        raise ScenarioError(str(error).removeprefix("argument ")) from error
    if found.scenario is None:
        raise ScenarioError("--times: is for --scenario")
    times = 1 if found.times is None else found.times
    if not 1 <= times <= 1000:
        raise ScenarioError("--times: from 1 to 1000 it may be")
    return found.scenario, times, rest


def chosen(words):
    """[(name, its flags)] of what stands behind --scenario. Raises ScenarioError."""
    name, *more = words
    names = list(SCENARIOS) if name == "all" else [name]
    if name not in SCENARIOS and name != "all":
        raise ScenarioError(f"--scenario: '{name}' is not known; {', '.join(SCENARIOS)}, all and "
                            "list are")
    takes = SCENARIOS[name].count is not None if name in SCENARIOS else False
    if more and not (takes and len(more) == 1 and more[0].isdigit()):
        raise ScenarioError(f"--scenario: {name} "
                            + ("takes one number" if takes else f"takes no '{more[0]}'"))
    count = more[0] if more else None
    return [(name, SCENARIOS[name].flags.replace(
        COUNT, count or str(SCENARIOS[name].count)).split()) for name in names]


def judge(name, summary):
    """The checks of this scenario."""
    return [check(summary) for check in (*SCENARIOS[name].checks, *ALWAYS)]
