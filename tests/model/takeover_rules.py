"""The rules of a takeover, what a state is, and what must hold in each."""
from collections import namedtuple

RULES = {
    "acked": "while backed, an order is told when the backup has acknowledged its copy",
    "cas_claim": "a trader goes on alone when the warehouse has granted that, and not before",
    "caught_up": "a backup is claimed when it holds all that was told and is not settled",
    "cas_view": "a takeover is of one view, and a grant is for the sealed copy of that view",
    "closed": "the warehouse decides another's order when its first trader's epoch is closed",
    "complete_view": "a report that all is settled counts for that takeover alone",
    "discard": "what is not settled in the journal of a trader taken over is void",
    "durable_copy": "a copy is on the disk before it is acknowledged",
    "durable_seal": "a seal is on the disk before the takeover is asked for",
    "fence": "commits of an epoch that is over are refused",
    "first_epoch": "a trader decides requests of its own present epoch by itself, and no others",
    "highest": "what a trader has passed to the warehouse it does not decide by itself later",
    "hold": "while a claim is under way only what the backup has acknowledged is told",
    "holder": "a copy is for one life of the backup's journal: what is for another is refused",
    "leave_settled": "a trader leaves when all that it decided is settled",
    "new_copy": "for a backup with another journal than before the copy is of another view",
    "numbered": "after a restart writes are numbered behind the journal's and behind the counted",
    "recorded": "without a backup, an order is told when trader 1's own journal has its record",
    "recorded_backed": "while backed, too: a restart goes on with the own journal, not the copy",
    "resume_view": "a restart is a change of the view: from then on there is no backup",
    "seal": "a backup that asks for the takeover takes no more into its copy",
    "taker_fence": "a restart fences the taker, which settles nothing from then on",
    "wait_settled": "a takeover is complete when all of the copy is settled",
}

# These need a loss of trader 2's journal to show what they are for.
FOR_LOSSES = {"holder", "new_copy"}

# Bounds, unless others are asked for.
VIEWS = 4
BUYERS = 2

MODES = ("cached", "escrow")
LIVE, TAKING, FAILED, LEFT = "live", "taking", "failed", "left"
TO_NONE, TO_BACKUP, TO_LEAVE = "no backup", "the backup", "to leave"
TO_EITHER = "the backup, and then no backup"  # both are under way, and one will be granted
UNKNOWN, PROMISED, BOUGHT, REFUSED = range(4)  # an order in the ledger; BOUGHT: of the warehouse

# view: counts the changes of trader 1's view. backup: whether trader 2 is it. applied: writes of
# trader 1 that are counted. closed: its epochs before this one are settled or void.
# available, leased: units (escrow).
Warehouse = namedtuple("Warehouse",
                       "epoch view state backup applied closed ledger available leased")

# Trader 1. log: its writes, in order; the first `recorded` of them are in its journal for certain
# or counted, a crash may take the others back. epoch, unit (escrow: it was leased one) are in its
# journal, too, the rest is not. view, backed: what it believes. claim: what it has asked for and
# not heard of; granted: what the warehouse has granted of that. void: what it discarded, but has
# once sent. passed: orders passed to the warehouse in this epoch, a set of bits.
# holder: the life of trader 2's journal that its copies are for, 0: it has not heard which.
Primary = namedtuple("Primary",
                     "up epoch view backed claim granted log recorded void unit passed holder")

# Trader 2. view, held, sealed are in its journal: the copy is for `view` (0: none), of the first
# `held` writes. asked: the view that it has asked to take over from. granted: it has heard of
# that. done: the view for which it has reported that all is settled. life: of its journal, 1: the
# first; a loss of the journal begins another.
Backup = namedtuple("Backup", "view held sealed asked granted done life")

# sent[v]: writes sent for a copy of view v, None: never. acks[v]: how many of them were
# acknowledged, -1: not even the copy. first[b]: trader 1's epoch that buyer b's request names, 0:
# not asked yet. told: orders that trader 1 has told its promise of, a set of bits.
State = namedtuple("State", "warehouse primary backup sent acks first told")


def put(items, at, value):
    """The tuple with another value at one place."""
    return items[:at] + (value,) + items[at + 1:]


def wrong(state, escrow):
    """What is wrong with the state, None: nothing."""
    warehouse, log = state.warehouse, state.primary.log
    for buyer, entry in enumerate(warehouse.ledger):
        if state.told >> buyer & 1:
            if entry not in (UNKNOWN, PROMISED):
                return f"buyer {buyer + 1} was told a promise, the ledger has another outcome"
            if entry == UNKNOWN and (warehouse.state in (FAILED, LEFT) or buyer not in log):
                return f"buyer {buyer + 1} was told a promise that nobody will settle"
    if warehouse.applied > len(log) or any(warehouse.ledger[b] == UNKNOWN
                                           for b in log[:warehouse.applied]):
        return "the warehouse has counted a write that it or trader 1 does not have, or one twice"
    return wrong_stock(state) if escrow else None


def wrong_stock(state):
    """The same of the unit that there is in escrow."""
    warehouse = state.warehouse
    buyers = range(len(warehouse.ledger))
    sold = [b for b in buyers if warehouse.ledger[b] in (PROMISED, BOUGHT)]
    if min(warehouse.leased, warehouse.available) < 0:
        return "a unit was sold that is not there"
    if len(sold) + warehouse.leased + warehouse.available != 1:
        return "the unit is not accounted for"
    if len(sold + [b for b in buyers if state.told >> b & 1 and b not in sold]) > 1:
        return "the unit was promised to one buyer and sold to another"
    return None
