"""In which order traders had requests decided, where that is by clocks: what their logs tell of the
batches that they sent."""

import re

# "16:25:01.123 batch 3, by lamport clock: 812 buyer 1 order 7, 815 buyer 2 order 9"
BATCH = re.compile(r"(?P<time>\S+) batch (?P<number>\d+)(?P<on> goes on)?, by (?P<order>\w+) clock: "
                   r"(?P<requests>.+)")
REQUEST = re.compile(r"(\d+) (buyer|seller) (\d+) (?:asks after )?(?:order|lot) (\d+)")
SHOWN = 4  # batches, of those in which several buyers met


def shortened(line):
    """A batch's line for a person: what one client has in it one after the other is told by its first
    and its last, so that it shows where another one's comes between."""
    match = BATCH.fullmatch(line)
    if match is None:
        return line
    runs = []
    for told in match["requests"].split(", "):
        clock, _, request = told.partition(" ")
        who, _, number = request.rpartition(" ")
        if runs and runs[-1][0] == who:
            runs[-1][1].append((clock, number))
        else:
            runs.append((who, [(clock, number)]))
    return line[:match.start("requests")] + ", ".join(
        f"{run[0][0]} {who} {run[0][1]}" if len(run) == 1 else
        f"{run[0][0]}–{run[-1][0]} {who}s {run[0][1]}–{run[-1][1]}" for who, run in runs)


class Batch:
    def __init__(self, line):
        self.lines = [line]
        self.requests = []  # (clock, role, node, number), as they were decided

    def buyers(self):
        return sorted({node for _, role, node, _ in self.requests if role == "buyer"})

    def in_order(self):
        keys = [(clock, node, number) for clock, _, node, number in self.requests]
        return keys == sorted(keys)


def batches(lines):
    """Those of one node's log. One that was sent again was decided once."""
    found, last = [], None
    for line in lines:
        match = BATCH.fullmatch(line.rstrip("\n"))
        if match is None:
            continue
        if not match["on"]:
            last = Batch(line.rstrip("\n"))
            found.append(last)
        elif last is not None:
            last.lines.append(line.rstrip("\n"))
        if last is not None:
            last.requests += [(int(clock), role, int(node), int(number))
                              for clock, role, node, number in REQUEST.findall(match["requests"])]
    return [batch for place, batch in enumerate(found)
            if batch.requests not in [earlier.requests for earlier in found[max(place - 8, 0):place]]]


def report(nodes, order_by):
    """The summary's `decided`; nothing where requests are decided as they come."""
    if order_by not in ("lamport", "vector"):
        return {}
    every = []
    for path in sorted({node.log for node in nodes if node.role in ("peer", "trader")}):
        with open(path, encoding="utf-8", errors="replace") as log:
            every += batches(log)
    met = [batch for batch in every if len(batch.buyers()) > 1]
    wrong = [batch for batch in every if not batch.in_order()] if order_by == "lamport" else []
    return {"decided": {
        "order_by": order_by,
        "batches": len(every),
        "requests": sum(len(batch.requests) for batch in every),
        "with_several_buyers": len(met),
        # By vectors, which the log does not have, the order may be another one.
        "out_of_order": None if order_by == "vector" else len(wrong),
        "shown": [line for batch in (wrong or sorted(met, key=lambda batch: batch.lines[0]))[:SHOWN]
                  for line in batch.lines[:1]],
    }}
