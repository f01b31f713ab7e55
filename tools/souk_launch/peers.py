"""Elected markets: the words of the command line for them, and the peers that they make."""

import argparse
import random
import re
import socket
from decimal import Decimal

from souk_launch.times import interval, interval_between, positive_interval

PEERS = 6
PEERS_MAX = 64           # schemas/limits.h: LIMIT_VECTOR
SETTLE_US = 500_000
SETTLE_EACH_US = 80_000  # longer than it takes to start one more: else the first ones elect alone
LIFE_NUMBERS = 1_000_000  # that a peer may use in one life
HIGHEST = "highest"

# By the name of an option: what it is in a topology's `election`.
SETTINGS = {"seats": "seats", "ping_every": "ping_every_us", "answer_wait": "answer_wait_us",
            "settle": "settle_us", "reclaim": "reclaim", "sick_chance": "sick_per_million",
            "on_sick": "on_sick", "recover_after": "recover_after_us"}
# Options that a market of fixed traders has no use for.
ELECTED_ALONE = ("peers", "roles", "seats", "answer_wait", "settle", "reclaim", "sick_chance",
                 "sick_at", "sick_from_start", "on_sick", "recover_after")


def chance(text):
    """Per million, of '0.1%' or '0.001'."""
    found = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)(%?)", text)
    value = Decimal(found[1]) * (10_000 if found[2] else 1_000_000) if found else -1
    if not 0 <= value <= 1_000_000 or value != int(value):
        raise argparse.ArgumentTypeError(
            f"'{text}' is no chance; write 0.1% or 0.001, in steps of one in a million")
    return int(value)


def on_or_off(text):
    if text not in ("on", "off"):
        raise argparse.ArgumentTypeError(f"'{text}' must be on or off")
    return text == "on"


def node(text):
    """6 of '6' or 'peer-6'; the word for the highest stands for itself."""
    found = re.fullmatch(r"(?:peer-)?([1-9][0-9]{0,4})", text)
    if not found and text != HIGHEST:
        raise argparse.ArgumentTypeError(f"'{text}' is no peer; write 6, peer-6 or {HIGHEST}")
    return int(found[1]) if found else HIGHEST


def nodes(text):
    return [node(name) for name in text.split(",")]


def node_at(text):
    """(6, 5000000) of 'peer-6@5s'."""
    name, at, when = text.partition("@")
    if not at:
        raise argparse.ArgumentTypeError(f"'{text}' does not say when; write peer-6@5s")
    return node(name), interval(when)


def add_options(group, whole):
    """`whole (least, most)` makes readers of numbers."""
    group.add_argument("--elect", action="store_true", default=None,
                       help="peers that buy or sell elect the traders among them")
    group.add_argument("--peers", metavar="N", type=whole(1, PEERS_MAX),
                       help=f"buyers and sellers together ({PEERS}); half of them buy, the lower "
                            "ids, unless --buyers or --sellers says how many")
    group.add_argument("--roles", choices=("random",),
                       help="each peer buys or sells as the seed has it")
    group.add_argument("--seats", metavar="K", type=whole(1, PEERS_MAX),
                       help="traders at once (1)")
    group.add_argument("--sick-chance", metavar="P", type=chance,
                       help="that a trader falls sick, of each sale, such as 0.1%% (0)")
    group.add_argument("--sick-at", metavar="NODE@TIME", type=node_at, action="append",
                       default=[], help="it falls sick so long after its start; once for each")
    group.add_argument("--sick-from-start", metavar="NODE,…", type=nodes,
                       help=f"who is passed over, such as 4, or {HIGHEST}")
    group.add_argument("--on-sick", choices=("drain", "handover"),
                       help="finish what it has accepted, or give it to its successor (drain)")
    group.add_argument("--recover-after", metavar="TIME", type=interval,
                       help="a sick peer is well again (0s: never)")
    group.add_argument("--reclaim", metavar="on|off", type=on_or_off,
                       help="a higher peer that comes back takes a seat at once; else it waits for "
                            "the next election (on)")
    group.add_argument("--answer-wait", metavar="TIME", type=interval_between("1ms", "1m"),
                       help="how long a peer that lives may take to answer, not scaled "
                            "(20ms, and 2ms for each peer)")
    group.add_argument("--settle", metavar="TIME", type=positive_interval,
                       help="how long a peer that begins listens for others, not scaled (0.5s, or "
                            "80ms for each peer)")


def wrong(options):
    """What does not fit together, in words; None: nothing."""
    given = [name for name in ELECTED_ALONE if getattr(options, name) not in (None, [])]
    if not options.elect:
        if given and options.topology is None:
            flag = given[0].replace("_", "-")
            return f"--{flag}: is for elected markets; say --elect, or --topology with one"
        return None
    if options.traders is not None:
        return "--traders: the peers elect them; say --seats for how many"
    if options.roles and (options.buyers is not None or options.sellers is not None):
        return "--roles: random settles who buys; leave out --buyers and --sellers"
    buyers, sellers = counts(options)
    if buyers < 0 or sellers < 0 or (options.peers is not None
                                     and buyers + sellers != options.peers):
        return (f"--peers: {options.peers} peers cannot be "
                + " and ".join(f"{getattr(options, role)} {role}" for role in ("buyers", "sellers")
                               if getattr(options, role) is not None))
    if not 1 <= buyers + sellers <= PEERS_MAX:
        return f"--elect: a market has 1 to {PEERS_MAX} peers, not {buyers + sellers}"
    return None


def counts(options):
    """(how many buy, how many sell)."""
    buyers, sellers, peers = options.buyers, options.sellers, options.peers
    if peers is None and (buyers is None or sellers is None):
        peers = max(PEERS, (buyers or sellers or 0) + 1)
    if buyers is None and sellers is None:
        return peers - peers // 2, peers // 2
    if buyers is None:
        return peers - sellers, sellers
    return buyers, peers - buyers if sellers is None else sellers


def kinds(options, seed):
    """What each peer does, the lowest id first."""
    buyers, sellers = counts(options)
    if not options.roles:
        return ["buyer"] * buyers + ["seller"] * sellers
    draw = random.Random(f"roles {seed}")
    drawn = [draw.choice(("buyer", "seller")) for _ in range(buyers + sellers)]
    if len(set(drawn)) == 1 and len(drawn) > 1:  # Without both, nothing would be traded.
        drawn[draw.randrange(len(drawn))] = "seller" if drawn[0] == "buyer" else "buyer"
    return drawn


def skeleton(options, products):
    """A market of peers; who takes part, and nothing of how they behave. Roles may want a seed."""
    seed = random.SystemRandom().randrange(2**31) if options.seed is None else options.seed
    peers = [{"id": 1 + index, "router": "tcp://127.0.0.1:*", "pub": "tcp://127.0.0.1:*", kind: {}}
             for index, kind in enumerate(kinds(options, seed))]
    return {
        "version": 1,
        "seed": seed,
        "warehouse": {"rep": "tcp://127.0.0.1:*", "pub": "tcp://127.0.0.1:*"},
        "products": [{"name": name} for name in products],
        "traders": [], "buyers": [], "sellers": [],
        "election": {},
        "peers": peers,
    }


def elected(market):
    return bool(market.get("peers"))


def kind(peer):
    return "buyer" if "buyer" in peer else "seller"


def behave(market, options):
    """Writes into an elected market what the options say of elections and of sickness. Returns
    what is wrong with that, in words; None: nothing."""
    given = {key: getattr(options, name) for name, key in SETTINGS.items()
             if getattr(options, name) is not None}
    if not elected(market):
        names = [name for name in ELECTED_ALONE if getattr(options, name) not in (None, [])]
        return (f"--{names[0].replace('_', '-')}: {options.topology} has no peers"
                if names else None)
    settle_us = len(market["peers"]) * SETTLE_EACH_US
    if settle_us > SETTLE_US:
        market.setdefault("election", {}).setdefault("settle_us", settle_us)
    market.setdefault("election", {}).update(given)
    by_id = {peer["id"]: peer for peer in market["peers"]}
    for name, at_us in options.sick_at:
        peer = by_id.get(max(by_id) if name == HIGHEST else name)
        if peer is None:
            return f"--sick-at: there is no peer {name}"
        peer["sick_at_us"] = at_us
    for name in options.sick_from_start or []:
        peer = by_id.get(max(by_id) if name == HIGHEST else name)
        if peer is None:
            return f"--sick-from-start: there is no peer {name}"
        peer["sick_from_start"] = True
    return None


def contradiction(market, modes):
    """Why an elected market that sells in these modes cannot be, in words; None: it can."""
    if any(market.get(role) for role in ("traders", "buyers", "sellers")):
        return "peers: a market of peers has no traders, buyers and sellers beside them"
    if modes != ["sync"]:
        return ("an elected market is sold in sync, where all that counts is at the warehouse and "
                f"a successor has it; not in {', '.join(mode for mode in modes if mode != 'sync')}")
    seats = market["election"].get("seats", 1)
    if seats > len(market["peers"]):
        return f"--seats: {len(market['peers'])} peers cannot hold {seats} seats"
    return None


def reserve_ports(count):
    """Ports that nobody has, all different. They are free for whoever binds them first: peers must
    know each other's before any of them has bound one."""
    held = []
    try:
        for _ in range(count):
            one = socket.socket()
            held.append(one)
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


def put_endpoints(market, place):
    """`place (name)` is where a socket of this name is; None: at a port."""
    ports = iter(reserve_ports(2 * len(market["peers"]))) if place is None else None
    for peer in market["peers"]:
        for key in ("router", "pub"):
            peer[key] = (f"tcp://127.0.0.1:{next(ports)}" if place is None
                         else place(f"peer-{peer['id']}-{key}"))


def first_number(life):
    """Of a peer's requests in this life: above all that it can have used in those before."""
    return (life - 1) * LIFE_NUMBERS + 1
