"""What peers tell of their elections and of their health while a market runs."""

TRADING = ("trader", "leaving")  # states of a peer that holds a seat
OUT = ("holding", "sick")
# Reports of which each is kept: its name in the summary, and the figures that it has.
KEPT = {"sick": (), "well": (), "resigned": ("count",), "handed": ("peer", "count"),
        "unseated": ()}


# Why a peer stands, as it is reported; {} is the peer that this is about.
WHY = {"start": "there was no leader", "silent": "{} was silent", "resigned": "{} had resigned",
       "asked": "{} had asked", "higher": "{} led, and is lower", "unended": "nobody had won"}

QUIET_S = 0.03  # peers of one election are heard closer together


class Election:
    """From the first peer that stands until one serves."""

    def __init__(self, at):
        self.at = at
        self.heard = at     # when something was told of it last
        self.until = None   # when its leader served
        self.stood = []     # (peer, of whom, why)
        self.answered = []  # peers that live, as those learnt that had asked them
        self.refused = []   # peers that the warehouse did not grant the term
        self.term = None
        self.leader = None
        self.seats = []     # who trades in the term, the leader among them
        self.stayed = None  # who led before, and leads on: nobody new was needed
        self.took_us = None
        self.messages = None  # that the leader sent for it


class Elections:
    """Hears the peers of a market; knows nothing of any other. Moments are on the monotonic
    clock."""

    def __init__(self, market):
        self.peers = len(market.get("peers", []))
        self.seats = market.get("election", {}).get("seats", 1)
        self.sick_from_start = [peer["id"] for peer in market.get("peers", [])
                                if peer.get("sick_from_start")]
        # Whether some buyer would never have enough.
        self.endless = any(peer["buyer"].get("orders", 0) == 0
                           for peer in market.get("peers", []) if "buyer" in peer)
        self.recovers = market.get("election", {}).get("recover_after_us", 0) > 0
        self.list = []      # Elections that have ended
        self.open = None    # the one that goes on
        self.terms = {}     # by term, who leads in it
        self.quarrels = []  # (term, one leader, another one): there is none
        self.kept = []      # (when, peer, event, report)
        self.states = {}    # by peer, (what it told last that it is, whether it is content)
        self._serves = None  # (term, who leads and serves)

    def hear(self, now, node, told):
        """A report of a node, other than that it serves."""
        event = told.get("event")
        if event == "election":
            self._hear_election(now, node.id, told)
        elif event in ("progress", "summary") and node.role == "peer":
            if "state" in told:
                self.states[node.id] = told["state"], told.get("content", False)
        elif event in KEPT and node.role == "peer":
            self.kept.append((now, node.id, event, told))
            if event in ("resigned", "unseated"):
                self._serves_no_more(node.id)

    def leader(self):
        """Who leads and serves; None: nobody, as far as was told."""
        return self._serves[1] if self._serves else None

    def forget(self, peer):
        """It was killed, or begins anew: what it told last holds no more."""
        self.states.pop(peer, None)
        self._serves_no_more(peer)

    def trades(self, peer):
        return self.states.get(peer, ("",))[0] in TRADING

    def finished(self, buyers):
        """Whether each of these has ordered all that it wanted, or cannot."""
        def is_finished(peer):
            state, content = self.states.get(peer, ("", False))
            return content or state in TRADING or (state in OUT and not self.recovers)

        return not self.endless and all(is_finished(peer) for peer in buyers)

    def close(self):
        """Nothing more will be told."""
        if self.open is not None:
            self._end_needless()

    def _serves_no_more(self, peer):
        if self._serves and self._serves[1] == peer:
            self.close()  # What goes on now began under it; what comes is for its successor.
            self._serves = None

    def _hear_election(self, now, peer, told):
        news, term = told.get("news"), told.get("term", 0)
        if news in ("serves", "follows"):
            self._note_leader(term, peer if news == "serves" else told.get("peer"))
        if news == "follows":
            return
        election = self._election_of(now, news, term)
        if news == "stands":
            election.stood.append((peer, told.get("peer", 0), told.get("why", "")))
        elif news == "answered" and told.get("peer") not in election.answered:
            election.answered.append(told.get("peer"))
        elif news == "refused":
            election.refused.append(peer)
        elif news == "serves":
            election.term, election.leader = term, peer
            election.took_us, election.messages = told.get("took_us"), told.get("messages")
            election.seats = [int(seat) for seat in told.get("seats", "").split(",") if seat]
            election.until = now
            self.list.append(election)
            self.open = None
            if self._serves is None or term >= self._serves[0]:
                self._serves = term, peer

    def _election_of(self, now, news, term):
        """The one that this is about. Peers are heard in any order: who tells late that it stood
        in a term that has passed did so in the election before."""
        last = self.list[-1] if self.list else None
        if self.open is None and last and news != "serves" and term < (last.term or 0):
            return last
        if self.open is not None and news == "stands" and now - self.open.heard > QUIET_S:
            self._end_needless()
        if self.open is None:
            self.open = Election(now)
        self.open.heard = now
        return self.open

    def _end_needless(self):
        """Ends the one that goes on, if all of it is that peers were asked while somebody led."""
        if self._serves and all(why == "asked" for _, _, why in self.open.stood):
            self.open.term, self.open.stayed = self._serves
            self.list.append(self.open)
            self.open = None

    def _note_leader(self, term, leader):
        if not term or not leader:
            return
        known = self.terms.setdefault(term, leader)
        if known != leader:
            self.quarrels.append((term, known, leader))


def report(elections, nodes, began, scale):
    """The summary's `elected`."""
    elections.close()

    def at_ms(moment):
        # Below 0 before the launcher has heard that the last node is there.
        return round((moment - began) * 1000 * scale, 1)

    def told(election):
        return {
            "at_ms": at_ms(election.at),
            "until_ms": None if election.until is None else at_ms(election.until),
            "term": election.term, "leader": election.leader, "seats": election.seats,
            "stayed": election.stayed,
            "stood": [{"peer": peer, "of": of, "why": why} for peer, of, why in election.stood],
            "answered": sorted(election.answered), "refused": sorted(set(election.refused)),
            "took_ms": None if election.took_us is None else round(election.took_us / 1000, 3),
            "messages": election.messages,
        }

    def counted(part, key):
        return sum(((node.summary or {}).get(part) or {}).get(key, 0) for node in nodes)

    # A leader that was to fill a seat and ended before is no election.
    every = [election for election in elections.list + ([elections.open] if elections.open else [])
             if election.stood or election.leader]
    return {
        "peers": elections.peers,
        "seats": elections.seats,
        "sick_from_start": elections.sick_from_start,
        "terms": [{"term": term, "leader": leader}
                  for term, leader in sorted(elections.terms.items())],
        "two_leaders_in_terms": sorted({term for term, _, _ in elections.quarrels}),
        "elections": [told(election) for election in every],
        "messages": counted("election", "messages"),
        "uncounted": sorted({node.id for node in nodes if node.role == "peer"
                             and not node.summary}),  # killed, and told nothing
        "messages_of_bully": elections.peers ** 2,
        **{event: [{"peer": peer, "at_ms": at_ms(now),
                    **{("to" if key == "peer" else key): said.get(key, 0) for key in KEPT[event]}}
                   for now, peer, which, said in elections.kept if which == event]
           for event in KEPT},
        "sales_by_traders": counted("peer", "sales"),
    }


def _listed(numbers):
    words = [str(number) for number in numbers]
    shown = words if len(words) <= 6 else words[:5] + [f"{len(words) - 5} others"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _times(count, thing):
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _peers(numbers):
    return ("peer " if len(numbers) == 1 else "peers ") + _listed(numbers)


def _why(stood):
    return WHY.get(stood["why"], stood["why"]).format(stood["of"])


def sentence(election):
    """One election for a person."""
    parts = []
    if election["stood"]:
        stood = list(dict.fromkeys(entry["peer"] for entry in election["stood"]))
        parts.append(f"{_peers(stood)} stood, for {_why(election['stood'][0])}")
    if election["answered"]:
        parts.append(f"{_listed(election['answered'])} answered")
    if election["refused"]:
        parts.append(f"the warehouse refused {_listed(election['refused'])}")
    if election["stayed"]:
        parts.append(f"peer {election['stayed']} went on to lead")
    elif election["leader"] is None:
        parts.append("nobody had won when the market closed")
    else:
        after = (f", after {election['took_ms']:.1f} ms and "
                 f"{_times(election['messages'], 'message')} of its own"
                 if election["took_ms"] else "")
        others = [seat for seat in election["seats"] if seat != election["leader"]]
        trades = (f"; {_listed(others)} trade{'s' if len(others) == 1 else ''} as well"
                  if others else "")
        how = "leads in" if election["stood"] else "has filled the seats anew, and leads on in"
        parts.append(f"peer {election['leader']} {how} term {election['term']}{after}{trades}")
    return f"{max(election['at_ms'], 0) / 1000:.1f} s: " + "; ".join(parts)


def sentences(elected):
    """What the summary's `elected` comes to, for a person."""
    shown = elected["elections"]
    lines = [sentence(election) for election in shown[:8]]
    if len(shown) > 8:
        lines.append(f"… and {len(shown) - 8} more elections in summary.json")
    if elected["messages"]:
        missing = elected.get("uncounted")
        lines.append(f"{_times(elected['messages'], 'message')} for "
                     f"{_times(len(shown), 'election')} and for resigning"
                     + (f", those of {_peers(missing)} not counted" if missing else "")
                     + f"; Bully may need {elected['messages_of_bully']} for one election")
    sick = elected["sick"]
    if sick:
        who = _peers(sorted({entry["peer"] for entry in sick}))
        lines.append(f"sick {_times(len(sick), 'time')}: {who}; "
                     f"well again {_times(len(elected['well']), 'time')}")
    for handed in elected["handed"][:3]:
        lines.append(f"{max(handed['at_ms'], 0) / 1000:.1f} s: peer {handed['peer']} handed "
                     f"{handed['count']} requests to peer {handed['to']}")
    return lines
