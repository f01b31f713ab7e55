"""What came of a market: the numbers, whether they agree, and how they are shown."""

import math
import re
import textwrap

from souk_launch import aftermath, decided, elections, selling
from souk_launch import verdict as verdicts
from souk_launch.market import clients_of, mode_of

# A buyer's own book, and what the ledger calls the same.
BOOK = {"requests": "orders", "sold": "sold", "units": "units", "spent_cents": "spent_cents",
        "refused": "refused", "oversold": "oversold", "missing_units": "missing_units"}


def merge(histograms):
    """One histogram (max and sorted buckets) of many. A bucket is (upper bound, count)."""
    counts = {}
    for histogram in histograms:
        for upper, count in histogram.get("buckets", []):
            counts[upper] = counts.get(upper, 0) + count
    return {"max": max((histogram.get("max", 0) for histogram in histograms), default=0),
            "buckets": sorted(counts.items())}


def percentile(histogram, fraction):
    """The bound that this part of all values does not exceed (nearest rank), at most the largest
    value; None without any."""
    total = sum(count for _, count in histogram["buckets"])
    rank = max(math.ceil(fraction * total), 1)
    for upper, count in histogram["buckets"]:
        rank -= count
        if rank <= 0:
            return min(upper, histogram["max"])
    return None


def latency_ms(histogram):
    def in_ms(value_us):
        return None if value_us is None else round(value_us / 1000, 3)
    return {"p50": in_ms(percentile(histogram, 0.50)), "p99": in_ms(percentile(histogram, 0.99)),
            "max": in_ms(histogram["max"]) if histogram["buckets"] else None}


def differences(book, entry):
    """Where a buyer's own book contradicts its entry in the ledger, as (what, book, ledger). An
    order that it heard no end of may have been decided all the same: so many the ledger may have
    more, and none less."""
    unsure = book.get("open", 0) + book.get("gave_up", 0) + book.get("failed", 0)
    found = []
    for mine, theirs in BOOK.items():
        own, told = book.get(mine, 0), entry.get(theirs, 0)
        if mine == "requests":
            agree = own - unsure <= told <= own
        elif not unsure:
            agree = own == told
        elif mine in ("sold", "refused", "oversold"):
            agree = own <= told <= own + unsure
        else:
            agree = own <= told
        if not agree:
            found.append((mine, own, told))
    return found


def compare_books(buyers, entries):
    """All differences, as {node, what, book, ledger}. Buyers that died told no sums, and those that
    were started again only the last ones."""
    ledger = {entry["node"]: entry for entry in entries}
    again = {buyer.id for buyer in buyers if buyer.life > 1}
    known = {buyer.id: buyer.summary for buyer in buyers
             if buyer.summary is not None and buyer.id not in again}
    found = [{"node": node, "what": what, "book": own, "ledger": told}
             for node, book in sorted(known.items())
             for what, own, told in differences(book, ledger.get(node, {}))]
    strangers = set(ledger) - {buyer.id for buyer in buyers}
    found += [{"node": node, "what": "orders", "book": 0, "ledger": ledger[node].get("orders", 0)}
              for node in sorted(strangers)]
    return found


def unfinished_books(buyers, orders):
    """Books with more or fewer lines than their buyer told ends of orders, as {node, what, book,
    ledger}."""
    found = []
    for buyer in buyers:
        lines = orders.get("told", {}).get(buyer.book)
        if buyer.summary is not None and lines is not None:
            ends = sum(buyer.summary.get(key, 0) for key in ("sold", "refused", "oversold"))
            if lines != ends:
                found.append({"node": buyer.id, "what": "lines", "book": lines, "ledger": ends})
    return found


def percent(part, whole):
    return round(100 * part / whole, 3) if whole else 0.0


def per_second(amount, seconds):
    return round(amount / seconds, 3) if seconds > 0 else 0.0


def _money(run, proof):
    """What each role has at the end; buyers have spent."""
    market = run.market
    if run.elections.peers:  # One account may be a buyer's and, later, a trader's.
        return {key: run.money.get(key, 0)
                for key in ("spent_cents", "earned_cents", "commission_cents")}
    role_of = {node["id"]: role for role in ("trader", "buyer", "seller")
               for node in market[role + "s"]}
    sums = dict.fromkeys(("trader", "buyer", "seller"), 0)
    for account in proof.get("accounts", []):
        if account["node"] in role_of:
            sums[role_of[account["node"]]] += account["balance_cents"]
    return {"spent_cents": -sums["buyer"], "earned_cents": sums["seller"],
            "commission_cents": sums["trader"]}


def _elected(run, scale):
    """What an elected market has besides; nothing of any other."""
    if not run.elections.peers:
        return {}
    return {"elected": {**elections.report(run.elections, run.nodes, run.began, scale),
                        "sellers_that_sold": run.money.get("sellers", 0)}}


def cpu_percent(run):
    """Of one core, while the market was open: by role, and of all."""
    used = {role: percent(seconds, run.wall_seconds) for role, seconds in run.cpu_seconds.items()}
    return {**used, "all": round(sum(used.values()), 3)}


def _order_by_order(orders):
    """Null where the books could not be compared."""
    return {"lost": orders.get("lost"), "doubled": orders.get("doubled"),
            "orders_compared": orders.get("orders_compared", 0),
            "orders_differ": orders.get("examples", [])}


def _products(run, proof):
    """What verify says of each product, and how it was sold, in the order of the market's list. What
    nobody has brought is not in the store; what the list does not have is sold as its mode says."""
    listed = {entry["name"]: entry for entry in run.market["products"]}
    proved = {told["name"]: told for told in proof.get("products", [])}
    goods = []
    for name in dict.fromkeys([*listed, *proved]) if "products" in proof else ():
        told = proved.get(name, {"name": name, "restocked": 0, "sold": 0, "unsold": 0})
        sold_as = selling.of(run.market, listed.get(name, {}))
        goods.append({**told, "mode": sold_as["mode"], "leased": told.get("leased", 0),
                      "oversold_units": run.missing.get(name, 0),
                      "oversell_budget_units": selling.budget_units(sold_as, told["restocked"])})
    return goods


def broken_promises(summary):
    """The products of which more was oversold than their mode and budget allow."""
    return [p for p in summary["products"] if p["oversell_budget_units"] is not None
            and p["oversold_units"] > p["oversell_budget_units"]]


def summarise(run, scale, duration_us):
    """The summary as it stands in summary.json."""
    market, proof = run.market, run.proof or {}
    buyers = [node for node in run.nodes if node.does == "buyer"]
    sellers = [node for node in run.nodes if node.does == "seller"]
    traders = [node for node in run.nodes if node.role == "trader"]

    def told(nodes, key):
        return sum((node.summary or node.told).get(key, 0) for node in nodes)

    on_time = run.stopped_by == "duration"
    seconds = duration_us / 1e6 if on_time else run.wall_seconds * scale
    requests = told(buyers, "requests")
    oversold = proof.get("oversold", told(buyers, "oversold"))
    sold_units = proof.get("sold_units", 0)
    orders = run.orders or {}
    differ = compare_books(buyers, proof.get("books", [])) + unfinished_books(buyers, orders)
    books = sum(1 for buyer in buyers if buyer.summary is not None)
    return {
        "mode": mode_of(market),
        "traders": len(market["traders"]),
        "buyers": len(clients_of(market, "buyer")),
        "sellers": len(clients_of(market, "seller")),
        "seed": market["seed"],
        "time_scale": scale,
        "seconds": round(seconds, 3),
        "wall_seconds": round(run.wall_seconds, 3),
        "stopped_by": run.stopped_by,
        "requests": requests,
        "sold_units": sold_units,
        "restocked_units": proof.get("restocked_units", 0),
        "left_units": proof.get("left_units", 0),
        "refused": proof.get("refused", told(buyers, "refused")),
        "oversold": oversold,
        "missing_units": proof.get("missing_units", told(buyers, "missing_units")),
        "oversell_percent": percent(oversold, requests),
        "oversell_percent_of_accepted": percent(oversold, oversold + told(buyers, "sold")),
        "goods_per_second": per_second(sold_units, seconds),
        "requests_per_second": per_second(requests, seconds),
        "latency_ms": latency_ms(merge([buyer.summary.get("latency_us", {}) for buyer in buyers
                                        if buyer.summary is not None])),
        "cpu_percent": cpu_percent(run),
        **_money(run, proof),
        "resent": told(buyers + sellers, "resent"),
        "without_backup": told(traders, "alone"),
        "gave_up": told(buyers + sellers, "gave_up"),
        "failed": told(buyers + sellers, "failed"),
        "open": told(buyers + sellers, "open"),
        "products": _products(run, proof),
        "conserved": proof.get("conserved", False),
        "problems": proof.get("problems", ["the store could not be verified"]),
        "books_agree": bool(proof) and (books > 0 or not buyers) and not differ,
        "books_compared": books,
        "books_differ": differ,
        **_order_by_order(orders),
        "faults": aftermath.report(run.happenings, run.sales, run.began,
                                   run.began + run.wall_seconds, scale),
        **_elected(run, scale),
        **decided.report(run.nodes, market.get("order_by")),
        "died": [{"node": name, "id": number, "why": why} for name, number, why in run.died],
        "run_dir": run.folder,
    }


def fine(summary):
    return (summary["conserved"] and summary["books_agree"] and not summary["died"]
            and summary["lost"] == summary["doubled"] == 0 and not broken_promises(summary))


def money(amount_cents):
    return f"{amount_cents / 100:,.2f}"


def verdict(summary):
    """What it comes to, the worst first, in sentences."""
    problems = summary["problems"]
    lines = [f"{died['node']} {died['why']}." for died in summary["died"]]
    if not summary["conserved"]:
        first = problems[0] if problems else "souk verify failed"
        lines.append(f"Not conserved: {first if isinstance(first, str) else dict(first)}")
        if len(problems) > 1:
            lines.append(f"({len(problems) - 1} more in summary.json.)")
    lines += [f"Oversold: {p['oversold_units']} units of {p['name']}, where {p['mode']} mode allows "
              f"{p['oversell_budget_units']}." for p in broken_promises(summary)]
    for differ in summary["books_differ"][:3]:
        lines.append(f"The book of buyer {differ['node']} says {differ['book']} {differ['what']}, "
                     f"the ledger {differ['ledger']}.")
    if not summary["books_agree"] and not summary["books_differ"]:
        lines.append("No buyer's book could be compared with the ledger.")
    if summary["lost"] is None:
        lines.append("The buyers' books could not be held against the ledger order by order.")
    if summary["faults"] or summary["lost"] or summary["doubled"]:
        lines += [f"{example[0].upper()}{example[1:]}." for example in summary["orders_differ"]]
        if summary["lost"] is not None:
            lines.append(f"lost {summary['lost']}, doubled {summary['doubled']} of "
                         f"{summary['orders_compared']} orders whose buyers were told their end.")
    if summary["open"] or summary["gave_up"]:
        lines.append(f"Without an answer: {summary['open'] + summary['gave_up']} requests.")
    if (summary["conserved"] and summary["books_agree"]
            and not summary["lost"] and not summary["doubled"]
            and not broken_promises(summary)):
        lines.append("Every unit is accounted for, and the buyers' books agree with the ledger.")
    return lines


def table(rows):
    """Labels to the left, figures to the right, remarks behind them."""
    labels = max(len(row[0]) for row in rows)
    figures = max(len(row[1]) for row in rows)
    return [f"  {label:<{labels}}  {figure:>{figures}}  {remark}".rstrip()
            for label, figure, remark in rows]


def wrapped(sentence, indent="    "):
    """A sentence in lines; a figure stays with its unit."""
    whole = re.sub(r"(?<=\d) (?=s\b|unit)", "\u00a0", sentence)
    return textwrap.fill(whole, 96, initial_indent="  ",
                         subsequent_indent=indent).replace("\u00a0", " ")


def _cut(line, width):
    """As many of the things in a list as there is room for."""
    return line if len(line) <= width else line[:width - 3].rpartition(", ")[0] + ", …"


def goods_rows(products):
    """A line for each product, the names of the columns first. What was oversold is told against
    the budget, where there is one."""
    rows = [("product", "mode", "restocked", "sold", "left", "leased", "oversold")]
    for p in products:
        budget = p["oversell_budget_units"]
        rows.append((p["name"], p["mode"], str(p["restocked"]), str(p["sold"]), str(p["unsold"]),
                     str(p["leased"]),
                     f"{p['oversold_units']} of {budget}" if budget else str(p["oversold_units"])))
    return rows


def text(summary):
    """The summary for a person; the verdict comes last."""
    s = summary
    latency = s["latency_ms"]
    rows = [
        ("time", f"{s['seconds']:.1f} s", f"{s['wall_seconds']:.1f} s on the wall"),
        ("orders", str(s["requests"]), f"{s['requests_per_second']:.1f} a second"),
        ("units sold", str(s["sold_units"]), f"{s['goods_per_second']:.1f} a second"),
        ("refused", str(s["refused"]), "orders: not enough to sell"),
        ("oversold", str(s["oversold"]), f"orders, {s['oversell_percent']:.1f} % of all; "
                                         f"{s['missing_units']} units short"),
        ("resent", str(s["resent"]), ""),
    ]
    if s["without_backup"]:
        rows.append(("alone", str(s["without_backup"]), "times that a trader went on without a backup"))
    rows += [(f"latency {name}", f"{latency[name]:.1f} ms", "")
             for name in ("p50", "p99", "max") if latency[name] is not None]
    cpu = s["cpu_percent"]
    rows += [
        ("CPU", f"{cpu['all']:.1f} %", "of a core: " + ", ".join(
            f"{role} {cpu[role]:.1f}" for role in ("warehouse", "trader", "peer", "buyer", "seller")
            if role in cpu)),
        ("buyers spent", money(s["spent_cents"]), ""),
        ("sellers earned", money(s["earned_cents"]), ""),
        ("commissions", money(s["commission_cents"]), ""),
    ]
    goods = goods_rows(s["products"])
    shown = goods[:21]
    widths = [max(len(row[column]) for row in shown) for column in range(len(goods[0]))]
    who = [f"{s[role]} {role[:-1] if s[role] == 1 else role}"
           for role in ("traders", "buyers", "sellers")]
    if "elected" in s:
        count = s["elected"]["peers"]
        who[0] = f"{count} peers that elect traders" if count > 1 else "one peer that elects itself"
    lines = [f"A market of {who[0]}, {who[1]} and {who[2]} ({s['mode']}, seed {s['seed']})", ""]
    lines += table(rows) + [""]
    lines += ["  " + "  ".join([cell.ljust(width) for cell, width in zip(row[:2], widths)] + [
        cell.rjust(width) for cell, width in zip(row[2:], widths[2:])]) for row in shown]
    if len(goods) > len(shown):
        lines.append(f"  … and {len(goods) - len(shown)} more in summary.json")
    if "elected" in s:
        lines += [""] + [wrapped(told) for told in elections.sentences(s["elected"])]
    if s["faults"]:
        lines += [""] + [wrapped(aftermath.sentence(fault)) for fault in s["faults"]]
    if "scenario" in s:
        lines += ["", f"Scenario {s['scenario']['name']}:"]
        lines += [wrapped(told.strip(), " " * 10) for told in
                  verdicts.lines(s["scenario"]["verdict"])]
    if "scenario" in s and s.get("decided", {}).get("shown"):
        lines += ["", "  How the traders had them decided:"]
        lines += [wrapped(_cut(decided.shortened(line), 180)) for line in s["decided"]["shown"]]
    return "\n".join(lines + ["", f"Kept in {s['run_dir']}"] + verdict(s)) + "\n"
