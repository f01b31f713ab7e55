"""What must hold of a market when a scenario has ended: checks of its summary. Each gives whether
it holds, what was wanted, and what was seen, in words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    holds: bool
    wanted: str
    seen: str = ""


def as_json(checks):
    return [{"check": check.wanted, "ok": check.holds, "seen": check.seen} for check in checks]


def lines(told):
    """For a person, of what as_json has made of checks."""
    return [f"  {'ok' if check['ok'] else 'FAILED':<6}  {check['check']}"
            + (f" ({check['seen']})" if check["seen"] else "") for check in told]


def _first_term(s):
    return s["elected"]["terms"][0] if s["elected"]["terms"] else {"term": None, "leader": None}


def _count(number, thing):
    ending = "" if number == 1 else "es" if thing.endswith("ch") else "s"
    return f"{number} {thing}{ending}"


def sound(s):
    problems = [died["node"] + " " + died["why"] for died in s["died"]] + list(s["problems"])
    holds = s["conserved"] and s["books_agree"] and not s["died"]
    return Check(holds, "every unit is accounted for, and the buyers' books agree with the ledger",
                 str(problems[0]) if problems else str(s["books_differ"][0]) if s["books_differ"]
                 else f"{s['restocked_units']} units came, {s['sold_units']} were sold")


def answered_once(s):
    waiting = s["open"] + s["gave_up"] + s["failed"]
    holds = waiting == 0 and s["lost"] == s["doubled"] == 0
    return Check(holds, "every request was answered once",
                 f"{s['requests']} orders; without an answer {waiting}, lost {s['lost']}, "
                 f"doubled {s['doubled']}")


def highest_elected(s):
    """Passing over those that are sick from the start."""
    e = s["elected"]
    well = [peer for peer in range(1, e["peers"] + 1) if peer not in e["sick_from_start"]]
    first = _first_term(s)
    return Check(first["leader"] == well[-1], f"the highest well peer was elected: {well[-1]}",
                 f"{first['leader']} leads in term {first['term']}" if e["terms"] else
                 "nobody was elected")


def one_leader_a_term(s):
    twice = s["elected"]["two_leaders_in_terms"]
    terms = s["elected"]["terms"]
    return Check(not twice and bool(terms), "each term had one leader, and all peers knew the same",
                 f"two in term {twice[0]}" if twice else ", ".join(
                     f"{term['term']}: {term['leader']}" for term in terms[:12]) or "no term")


def one_election(s):
    terms = s["elected"]["terms"]
    return Check(len(terms) == 1, "one election was enough", _count(len(terms), "term"))


def several_elections(s):
    terms = s["elected"]["terms"]
    return Check(len(terms) > 1, "others were elected afterwards", _count(len(terms), "term"))


def sold_some(s):
    return Check(s["sold_units"] > 0, "goods were sold", f"{s['sold_units']} units")


def nothing_sold(s):
    return Check(s["sold_units"] == 0, "nothing was sold", f"{s['sold_units']} units")


def all_refused(s):
    return Check(s["refused"] == s["requests"] > 0, "every order was refused",
                 f"{s['refused']} of {s['requests']}")


def asked_only_before(s):
    """It may have wanted something before it knew of its seat."""
    return Check(s["requests"] <= 1 and s["sold_units"] == 0,
                 "it asked for nothing once it had its seat", _count(s["requests"], "order"))


def all_ordered(s):
    return Check(s["stopped_by"] == "orders", "every buyer that could made all its orders",
                 f"{s['requests']} orders in {s['wall_seconds']:.1f} s, the end was by "
                 f"{s['stopped_by']}")


def ended_in_time(s):
    return Check(s["stopped_by"] == "duration", "the market went on until its time was over",
                 f"the end was by {s['stopped_by']}")


def no_sick_leader_from_start(s):
    e = s["elected"]
    led = sorted({term["leader"] for term in e["terms"]} & set(e["sick_from_start"]))
    return Check(bool(e["sick_from_start"]) and not led,
                 f"{', '.join(map(str, e['sick_from_start']))} took no part",
                 f"{led[0]} led" if led else "")


def somebody_sick(s):
    sick = s["elected"]["sick"]
    return Check(bool(sick), "traders fell sick now and then",
                 f"{_count(len(sick), 'time')}; well again {len(s['elected']['well'])}")


def commission_paid(s):
    """Of each sale the traders get their part, rounded; nobody else loses or gains a cent."""
    spent, earned, commission = (s[key] for key in ("spent_cents", "earned_cents",
                                                    "commission_cents"))
    return Check(spent == earned + commission and (commission > 0) == (spent > 0),
                 "what buyers spent is what sellers earned and traders got",
                 f"{spent / 100:.2f} = {earned / 100:.2f} + {commission / 100:.2f}")


def buyers_met(s):
    """Else nothing would show who was first."""
    met = s["decided"]["with_several_buyers"]
    return Check(met > 0, "orders of both buyers met at the trader",
                 f"in {met} of {_count(s['decided']['batches'], 'batch')}")


def decided_by_clock(s):
    """As the traders' logs tell it."""
    wrong, requests = s["decided"]["out_of_order"], s["decided"]["requests"]
    return Check(wrong == 0 and requests > 0,
                 "of what met there, the least Lamport clock came first",
                 f"{requests} requests" + (f", {wrong} batches in another order" if wrong else ""))


def all_sellers_sold(s):
    return Check(s["elected"]["sellers_that_sold"] >= 2, "two sellers sold",
                 _count(s["elected"]["sellers_that_sold"], "seller"))


def _killed(s):
    return next((fault for fault in s["faults"] if fault["at_ms"] is not None), None)


def next_elected(s):
    """After the leader was killed."""
    e, fault = s["elected"], _killed(s)
    if fault is None:
        return Check(False, "the leader was killed", s["faults"][0]["why_not"] if s["faults"]
                     else "there was no fault")
    dead = int(fault["node"].rpartition("-")[2])
    best = max(peer for peer in range(1, e["peers"] + 1)
               if peer != dead and peer not in e["sick_from_start"])
    last = e["terms"][-1]["leader"] if e["terms"] else None
    return Check(last == best, f"{fault['node']} was killed, and the next highest elected: {best}",
                 f"{last} leads")


def answered_after_kill(s):
    fault = _killed(s) or {}
    first = fault.get("first_answer_ms")
    return Check(first is not None, "the new trader answered",
                 "no answer was told of" if first is None else
                 f"{first:.1f} ms after the kill, noticed after {fault['detected_ms']:.1f} ms")


def election_timed(s):
    """Of the last election, as whoever won it measured it."""
    last = next((e for e in reversed(s["elected"]["elections"]) if e["leader"]), None)
    known = last is not None and last["took_ms"] is not None
    return Check(known, "the election itself was timed",
                 f"{last['took_ms']:.1f} ms, {_count(last['messages'], 'message')} of the winner"
                 if known else "")
