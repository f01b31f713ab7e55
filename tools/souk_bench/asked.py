"""Figures that the market is to reach, held against the runs of one call."""

from collections import namedtuple
from statistics import median

from souk_bench.cells import SCARCE_TRADERS, Cell
from souk_bench.table import p50, rate, ratio, traders_cpu

# `least` or `most` is None where there is no such bound.
Figure = namedtuple("Figure", "name value least most")


def reached(figure):
    return ((figure.least is None or figure.value >= figure.least)
            and (figure.most is None or figure.value <= figure.most))


def line(figure):
    """As an item of a check list in Markdown."""
    bound = (f"at least {figure.least:g}" if figure.most is None else f"at most {figure.most:g}")
    value = f"{figure.value:,}" if isinstance(figure.value, int) else f"{figure.value:.3f}"
    return f"- [{'x' if reached(figure) else ' '}] {figure.name}: {value} (asked {bound})"


def _plenty(mode, outstanding):
    return Cell(mode, outstanding, 1, False)


def _compared():
    """One trader and plenty of stock: one mode in another's figures."""
    for outstanding in (1, 50, 800):
        yield "escrow", "cached", outstanding, "orders/s", rate, 0.9, None
        yield "escrow", "cached", outstanding, "p50", p50, None, 1.1
    yield "escrow", "sync", 1, "p50", p50, None, 0.7
    yield "escrow-backup", "sync", 1, "p50", p50, None, 0.9
    yield "escrow", "sync", 50, "orders/s", rate, 1.3, None
    yield "escrow-backup", "sync", 50, "orders/s", rate, 1.0, None
    yield "escrow", "sync", 800, "orders/s", rate, 1.0, None
    yield "escrow-backup", "sync", 800, "orders/s", rate, 0.7, None


def _unsold(run):
    return run["units"]["stocked"] - run["units"]["sold"]


def _scarce(runs):
    for outstanding in (50, 800):
        cell = Cell("escrow", outstanding, SCARCE_TRADERS, True)
        where = f"nearly sold out, {SCARCE_TRADERS} traders, {outstanding} outstanding"
        sync = cell._replace(mode="sync")
        if cell in runs:
            yield Figure(f"escrow {where}, units oversold",
                         max(run["units"]["missing"] for run in runs[cell]), None, 0)
            yield Figure(f"escrow {where}, units unsold",
                         max(_unsold(run) for run in runs[cell]), None, 0)
        if cell in runs and sync in runs:
            yield Figure(f"escrow / sync {where}, orders/s",
                         ratio(runs[cell], runs[sync], rate), 0.5, None)


def figures(runs):
    """Those that the runs tell something of."""
    for mode, other, outstanding, what, pick, least, most in _compared():
        some, others = (runs.get(_plenty(each, outstanding)) for each in (mode, other))
        if some and others:
            yield Figure(f"{mode} / {other}, {outstanding} outstanding, {what}",
                         ratio(some, others, pick), least, most)
    yield from _scarce(runs)
    if _plenty("escrow", 800) in runs:
        yield Figure("escrow, 800 outstanding, messages to the warehouse an order",
                     median(run["warehouse_messages_per_order"]
                            for run in runs[_plenty("escrow", 800)]), None, 0.05)


def remarks(runs):
    """What else is asked for, and has no bound."""
    busy = [(mode, runs[_plenty(mode, 800)]) for mode in ("sync", "escrow", "escrow-backup")
            if _plenty(mode, 800) in runs]
    if busy:
        yield ("The trader's CPU an order, 800 outstanding: "
               + "; ".join(f"{mode} {median(map(traders_cpu, told)):.1f} µs"
                           for mode, told in busy) + ".")
    if _plenty("cached-backup", 1) in runs:
        told = runs[_plenty("cached-backup", 1)]
        first, echo, fsync = (median(run[key]["p50"] for run in told)
                              for key in ("latency_us", "echo_latency_us", "fsync_us"))
        yield (f"One outstanding, cached with a backup: the first answer takes {first:.0f} µs; four "
               f"echoes of {echo:.0f} µs and one fsync of {fsync:.0f} µs are "
               f"{4 * echo + fsync:.0f} µs.")
    for outstanding in (50, 800):
        dead, alone = (runs.get(_plenty(mode, outstanding)) for mode in ("cached-dead", "cached"))
        if dead and alone:
            yield (f"{outstanding} outstanding, one of two cached traders dead: "
                   f"{ratio(dead, alone, rate):.2f} of one trader's alone.")
