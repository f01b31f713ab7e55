"""Medians of the runs, as a table for people and as JSON."""

from statistics import median

ROW = "| {} |"


def summary(peer, cell, runs):
    """What came of a peer's runs of one cell."""
    return {"peer": peer.key, "name": peer.name, "guarantee": peer.guarantee,
            "outstanding": cell.outstanding, "connections": cell.connections,
            "window": cell.window, "orders": sum(run["orders"] for run in runs),
            "orders_per_s": round(median(run["orders_per_s"] for run in runs), 1),
            "latency_us": {name: round(median(run[name + "_us"] for run in runs), 1)
                           for name in ("p50", "p99")},
            "adds_up": not any(run["problems"] for run in runs), "runs": runs}


def milliseconds(microseconds):
    """Three digits, never fewer than they say: 0.21, 3.4, 128."""
    value = microseconds / 1000
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def figures(found):
    times = found["latency_us"]
    return (f"{found['orders_per_s']:,.0f}/s, "
            f"{milliseconds(times['p50'])} / {milliseconds(times['p99'])} ms")


def rows(peers, cells, summaries):
    """Rows of Markdown: a peer each, a dash where it was not measured."""
    found = {(each["peer"], each["outstanding"]): each for each in summaries}
    yield ROW.format(" | ".join(["", "an order is", *(f"{cell.outstanding:,}" for cell in cells),
                                 "adds up"]))
    yield "|" + "---|" * (len(cells) + 3)
    for peer in peers:
        of_peer = [found.get((peer.key, cell.outstanding)) for cell in cells]
        verdict = "yes" if all(each["adds_up"] for each in of_peer if each) else "NO"
        yield ROW.format(" | ".join([peer.name, peer.guarantee,
                                     *(figures(each) if each else "-" for each in of_peer),
                                     verdict if any(of_peer) else "-"]))


def faults(summaries):
    """What did not add up, in words."""
    return [f"{each['name']} at {each['outstanding']}: {problem}"
            for each in summaries for run in each["runs"] for problem in run["problems"]]
