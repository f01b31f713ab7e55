"""Medians of the runs, as tables for people."""

from statistics import median

from souk_bench.cells import name, sync_of

HEAD = ("mode", "outstanding", "orders/s", "of sync's", "p50", "p99", "p50 of sync's",
        "of the echo's rate", "refused", "oversold", "messages to the warehouse an order",
        "CPU µs an order: load, traders, backup, warehouse")


def rate(run):
    """Orders a second that have their final answer."""
    return run["settled_per_s"]


def p50(run):
    return run["latency_us"]["p50"]


def ratio(some, others, pick):
    """The median over the rounds of one cell's figure in another's."""
    return median(pick(run) / pick(other) for run, other in zip(some, others))


def traders_cpu(run):
    return sum(us for process, us in run["cpu_us_per_order"].items()
               if process.startswith("trader-"))


def _duration(us):
    return f"{us:.0f} µs" if us < 1000 else f"{us / 1000:.1f} ms"


def _share(part):
    return f"{100 * part:.1f} %" if part else "0"


def _cpu(runs):
    picks = (lambda run: run["cpu_us_per_order"]["load"], traders_cpu,
             lambda run: run["cpu_us_per_order"].get("backup"),
             lambda run: run["cpu_us_per_order"]["warehouse"])
    found = [[pick(run) for run in runs] for pick in picks]
    return ", ".join("–" if None in each else f"{median(each):.1f}" for each in found)


def _row(cell, runs, sync, tells_traders):
    def middle(pick):
        return median(pick(run) for run in runs)

    return [name(cell, tells_traders), f"{cell.outstanding:,}", f"{middle(rate):,.0f}",
            f"{ratio(runs, sync, rate):.2f}" if sync else "–",
            _duration(middle(p50)), _duration(middle(lambda run: run["latency_us"]["p99"])),
            f"{ratio(runs, sync, p50):.2f}" if sync else "–",
            f"{middle(lambda run: rate(run) / run['echo_per_s']):.2f}",
            _share(middle(lambda run: run["refused"] / run["orders"])),
            _share(middle(lambda run: run["oversold"] / run["orders"])),
            f"{middle(lambda run: run['warehouse_messages_per_order']):.3f}", _cpu(runs)]


def lines(table, runs):
    """The table as Markdown: its title, its head and a row for each cell."""
    yield f"**{table.title}**"
    yield ""
    yield "| " + " | ".join(HEAD) + " |"
    yield "|" + "---|" * len(HEAD)
    for cell in table.cells:
        row = _row(cell, runs[cell], runs.get(sync_of(cell)), table.tells_traders)
        yield "| " + " | ".join(row) + " |"
