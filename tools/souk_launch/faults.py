"""Faults that were asked for: how they are written, and whether a market can have them."""

import argparse
import re
from dataclasses import dataclass

from souk_launch.times import interval, positive_interval

FAULTS_MAX = 100
POINTS = {"trader": ("before-processing", "after-processing"),
          "warehouse": ("before-commit", "after-commit")}
EXAMPLE = {"kill": "kill:trader-1@5s", "stop": "stop:trader-1@5s",
           "pause": "pause:trader-1@5s+3s", "restart": "restart:trader-1@5s or +2s behind it",
           "crash": "crash:trader-1:before-processing@10"}


class FaultError(argparse.ArgumentTypeError):
    """This is no fault, or not one of this market; says what is known instead."""


@dataclass(frozen=True)
class Fault:
    """What befalls which node, and when."""

    text: str           # as it was written
    what: str           # a key of EXAMPLE
    role: str
    number: int         # 0: the warehouse, or whoever of the peers leads the traders then
    at_us: int = 0      # of market time, from when the market is open; a crash has its own moment
    for_us: int = None  # of market time, how long a pause or the time to a restart is
    point: str = None   # where it crashes
    count: int = None   # it crashes when it comes there for this time, from 1

    @property
    def name(self):
        """The node's, as everywhere."""
        return f"{self.role}-{self.number}" if self.number else self.role

    @property
    def crash(self):
        """Of the node's own command line; None where it is hurt from outside."""
        return None if self.point is None else f"{self.point}@{self.count}"


def parse(text):
    """The fault that this says. Raises FaultError."""
    what, _, rest = text.partition(":")
    if what not in EXAMPLE:
        raise FaultError(f"'{text}': '{what}' is not known; faults are "
                         + ", ".join(EXAMPLE.values()))
    if what == "crash":
        return _crash(text, rest)
    node, at, when = rest.partition("@")
    role, number = _node(text, node)
    if not at:
        raise FaultError(f"'{text}' does not say when; write {EXAMPLE[what]}")
    begin, plus, length = when.partition("+")
    if plus and what in ("kill", "stop"):
        raise FaultError(f"'{text}': {what} takes no second time; "
                         f"restart:{node}@{when} starts it again")
    if not plus and what == "pause":
        raise FaultError(f"'{text}' does not say for how long; write pause:{node}@{when}+3s")
    read = positive_interval if what == "pause" else interval
    try:
        return Fault(text, what, role, number, at_us=interval(begin),
                     for_us=read(length) if plus else 0 if what == "restart" else None)
    except argparse.ArgumentTypeError as error:
        raise FaultError(f"'{text}': {error}") from error


def _node(text, name):
    """(role, number) of 'trader-1', 'warehouse' or, where peers elect, 'trader'."""
    found = re.fullmatch(r"(trader|buyer|seller|peer)-([1-9][0-9]{0,4})", name)
    if name in ("warehouse", "trader"):
        return name, 0
    if not found:
        raise FaultError(f"'{text}': '{name}' is no node; write warehouse, trader-1, buyer-3, "
                         "seller-9 or peer-6")
    return found[1], int(found[2])


def _crash(text, rest):
    node, _, where = rest.partition(":")
    role, number = _node(text, node)
    if role not in POINTS or node == "trader":
        raise FaultError(f"'{text}': a {role} has no points to crash at; "
                         f"kill:{node}@5s kills it")
    found = re.fullmatch(r"([a-z-]+)@([1-9][0-9]{0,8})", where)
    if not found or found[1] not in POINTS[role]:
        known = " or ".join(f"crash:{node}:{point}@N" for point in POINTS[role])
        raise FaultError(f"'{text}': write {known}; N counts from 1")
    return Fault(text, "crash", role, number, point=found[1], count=int(found[2]))


def check(faults, names, duration_us):
    """Raises FaultError when a market of nodes with these names, open for `duration_us` (None:
    nobody knows), cannot have these faults."""
    if len(faults) > FAULTS_MAX:
        raise FaultError(f"--fault: at most {FAULTS_MAX} of them, not {len(faults)}")
    crashing = set()
    for fault in faults:
        if fault.name not in names:
            like = [name for name in names if name.startswith(fault.role)]
            there = "; there are " + ", ".join(like[:8]) + (" …" if len(like) > 8 else "")
            if like == ["trader"]:
                there = "; where peers elect, say trader: whoever leads then"
            elif not like:
                there = ""
            raise FaultError(f"--fault {fault.text}: there is no {fault.name}{there}")
        if duration_us is not None and fault.at_us >= duration_us:
            raise FaultError(f"--fault {fault.text}: the market closes after "
                             f"{duration_us / 1e6:g} s; say --duration")
        if fault.crash is not None and fault.name in crashing:
            raise FaultError(f"--fault {fault.text}: {fault.name} can crash at one point only")
        if fault.crash is not None:
            crashing.add(fault.name)
