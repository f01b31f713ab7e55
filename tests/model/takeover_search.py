"""Goes through all states, breadth first, until one is wrong or none is left."""
from collections import deque, namedtuple

from takeover_rules import wrong

STATES = 3_000_000

# wrong: None, or what is wrong. states: how many there are. trace: what led to it. reached: all
# that happened anywhere. complete: whether every state was looked at.
Result = namedtuple("Result", "wrong states trace reached complete")


def explore(model, states=STATES):
    """Goes through all states, until one is wrong. Returns a Result."""
    start = model.start()
    before = {start: None}
    reached = set()
    todo = deque([start])
    while todo:
        state = todo.popleft()
        harm = wrong(state, model.escrow)
        if harm:
            return Result(harm, len(before), trace_of(model, before, state), reached, False)
        for what, after in model.steps(state):
            reached.add(what)
            if after not in before:
                before[after] = state
                todo.append(after)
        if len(before) > states:
            return Result(None, len(before), [], reached, False)
    return Result(None, len(before), [], reached, True)


def trace_of(model, before, state):
    """What happened, step by step, up to this state."""
    trace = []
    while before[state] is not None:
        earlier = before[state]
        trace.append(next(what for what, after in model.steps(earlier) if after == state))
        state = earlier
    return trace[::-1]
