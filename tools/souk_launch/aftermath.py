"""What came of the faults that were asked for: figures, and words for them."""


def report(happenings, sales, began, ended, scale):
    """The summary's `faults`, in the order of time; those that did not happen last. Moments are
    on the monotonic clock; `sales` is None where the market never opened."""
    def rate(stretch):
        return None if sales is None else sales.rate(stretch, scale)

    stretches = quiet_stretches([(h.at, h.settled()) for h in happenings if h.at is not None],
                                began, ended)
    told = []
    for happening in sorted(happenings, key=lambda h: (h.at is None, h.at)):
        before, after = stretches.get((happening.at, happening.settled()), (None, None))
        told.append({
            "what": happening.fault.text,
            "node": happening.name,
            "at_ms": _ms(happening.at, began, scale),
            "detected_ms": _ms(happening.detected, happening.at),
            "taken_over_ms": _ms(happening.taken_over, happening.at),
            "first_answer_ms": _ms(happening.answered, happening.at),
            "back_ms": _ms(happening.back, happening.at),
            "goods_per_second_before": rate(before),
            "goods_per_second_after": rate(after),
            "why_not": happening.why_not if happening.at is None else None,
            "was_dead": happening.was_dead,
        })
    return told


def _ms(moment, since, scale=1.0):
    if moment is None or since is None:
        return None
    return round(max(moment - since, 0.0) * 1000 * scale, 1)


def quiet_stretches(disturbed, began, ended):
    """{(from, to): ((from, to) of the quiet before, of the quiet behind)} of disturbances between
    `began` and `ended`; those that overlap are one."""
    blocks = []
    for start, end in sorted(disturbed):
        if blocks and start <= blocks[-1][1]:
            blocks[-1] = (blocks[-1][0], max(blocks[-1][1], end))
        else:
            blocks.append((start, end))
    edges = [(began, began), *blocks, (ended, ended)]
    found = {}
    for start, end in disturbed:
        at = next(at for at, block in enumerate(edges[1:-1], 1) if block[0] <= start <= block[1])
        found[(start, end)] = ((edges[at - 1][1], edges[at][0]), (edges[at][1], edges[at + 1][0]))
    return found


DONE = {"kill": "was killed", "stop": "was asked to stop", "pause": "was paused",
        "restart": "was killed, to be started again", "crash": "crashed"}


def _seconds(milliseconds):
    return f"{milliseconds / 1000:.2f} s"


def sentence(fault):
    """One entry of `faults` for a person."""
    what, node = fault["what"].split(":")[0], fault["node"]
    if fault["at_ms"] is None:
        return f"{fault['what']} did not happen: {fault['why_not']}"
    hurt = DONE[what] if not fault["was_dead"] else "was dead, to be started again"
    if what == "crash":
        hurt += " " + fault["what"].split(":")[2]
    if what == "pause":
        hurt += " for " + fault["what"].split("+")[1]
    parts = [f"{phrase} after {_seconds(fault[key])}" for key, phrase in (
        ("detected_ms", "noticed"), ("taken_over_ms", "taken over"),
        ("first_answer_ms", "first answer through another trader"),
        ("back_ms", "back")) if fault[key] is not None]
    if node.startswith("trader-") and not fault["was_dead"] and fault["detected_ms"] is None:
        parts.insert(0, "noticed by no trader")
    before, after = (fault[f"goods_per_second_{when}"] for when in ("before", "after"))
    rates = [f"{value:.1f} {phrase}" for value, phrase in (
        (before, "units a second before"),
        (after, "after" if before is not None else "units a second after")) if value is not None]
    text = "; ".join([f"{node} {hurt}"] + [", ".join(group) for group in (
        parts, rates) if group])
    return f"{fault['at_ms'] / 1000:.1f} s: {text}"
