"""The buyers' own books against the ledger, order by order; and what numbers are used."""

import contextlib
import csv
import os
import sqlite3

COLUMNS = ["number", "product", "quantity", "status", "units", "missing", "amount_cents",
           "first_trader"]
BOUGHT = ("sold", "oversold")
REFUSED = ("out_of_stock", "too_many_lots")  # As the ledger calls it. Any other status is no end.
ANSWERS_KEPT = 1024                          # schemas/limits.h: LIMIT_ANSWERS
EXAMPLES = 3


class BookError(Exception):
    """A book, or the store, cannot be understood; says where."""


def read(path):
    """Yields (number, status, units, missing, amount_cents) of each order with an end. What was
    half written when its buyer was killed is no line."""
    with open(path, encoding="utf-8", newline="") as file:
        lines = csv.reader(line for line in file if line.endswith("\n"))
        for place, row in enumerate(lines, 1):
            if place == 1 and row != COLUMNS:
                raise BookError(f"{path}: the columns are {','.join(row)}, not "
                                f"{','.join(COLUMNS)}")
            if place == 1:
                continue
            try:
                if len(row) != len(COLUMNS):
                    raise ValueError
                figures = [int(row[at]) for at in (0, 4, 5, 6)]
            except ValueError:
                raise BookError(f"{path}, line {place}: is no order: {','.join(row)}") from None
            if row[3] in BOUGHT + REFUSED:
                yield (figures[0], row[3], *figures[1:])


def compare(store, books):
    """Holds what buyers were told, [(buyer, path of a book)], against the ledger of the store. A
    dict: `lost`, orders that were told and are not in the ledger, or not as told; `doubled`,
    orders of which it sold more than was told; `orders_compared`; `told` of each path, its lines;
    `examples`, in words. Orders that a buyer heard no end of are neither. Raises BookError."""
    told = {}
    try:
        with contextlib.closing(_open(store)) as ledger:
            ledger.execute("CREATE TEMP TABLE told (buyer INTEGER, number INTEGER, status TEXT,"
                           " units INTEGER, missing INTEGER, amount_cents INTEGER)")
            for buyer, path in books:
                before = ledger.total_changes
                ledger.executemany("INSERT INTO told VALUES (?, ?, ?, ?, ?, ?)",
                                   ((buyer, *line) for line in read(path)))
                told[path] = ledger.total_changes - before
            return {**_differences(ledger), "told": told}
    except (sqlite3.Error, OSError, ValueError, csv.Error) as error:
        raise BookError(f"the books could not be held against {store}: {error}") from error


def _open(store):
    """The store for reading alone; a connection that can still have tables of its own."""
    path = os.path.abspath(store).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def _differences(ledger):
    ledger.execute(
        "CREATE TEMP TABLE differing AS SELECT told.buyer, told.number, told.status AS told,"
        "  told.units AS told_units, orders.status AS sold, orders.units AS sold_units,"
        "  ifnull (orders.units > told.units, 0) AS doubled"
        " FROM told LEFT JOIN orders ON orders.buyer = told.buyer AND orders.number = told.number"
        " WHERE orders.number IS NULL OR orders.status != told.status"
        "  OR orders.units != told.units OR orders.missing != told.missing"
        "  OR orders.amount_cents != told.amount_cents")

    def count(question):
        return ledger.execute(question).fetchone()[0]

    examples = [
        f"order {number} of buyer {buyer}: told {told}, {told_units} units; in the ledger "
        + (f"{sold}, {sold_units} units" if sold is not None else "there is none")
        for buyer, number, told, told_units, sold, sold_units in ledger.execute(
            "SELECT buyer, number, told, told_units, sold, sold_units FROM differing"
            " ORDER BY buyer, number LIMIT ?", (EXAMPLES,))]
    return {
        "lost": count("SELECT count (*) FROM"
                      " (SELECT DISTINCT buyer, number FROM differing WHERE NOT doubled)"),
        "doubled": count("SELECT count (*) FROM"
                         " (SELECT DISTINCT buyer, number FROM differing WHERE doubled)"),
        "orders_compared": count("SELECT count (*) FROM (SELECT DISTINCT buyer, number FROM told)"),
        "examples": examples,
    }


def missing_units(store):
    """{product: units that were sold and were not there}, of the store. Raises BookError."""
    try:
        with contextlib.closing(_open(store)) as ledger:
            return dict(ledger.execute(
                "SELECT products.name, sum (missing) FROM orders"
                " JOIN products ON products.id = orders.product WHERE missing > 0 GROUP BY 1"))
    except sqlite3.Error as error:
        raise BookError(f"{store} cannot be read: {error}") from error


def money(store):
    """{"spent_cents", "earned_cents", "commission_cents"}: of all buyers, sellers and traders, by the
    sales of the store, whoever did what; "sellers", how many have sold. Raises BookError."""
    try:
        with contextlib.closing(_open(store)) as ledger:
            spent, commission, sellers = ledger.execute(
                "SELECT ifnull (sum (units * price_cents), 0), ifnull (sum (commission_cents), 0),"
                " count (DISTINCT seller) FROM fills").fetchone()
    except sqlite3.Error as error:
        raise BookError(f"{store} cannot be read: {error}") from error
    return {"spent_cents": spent, "earned_cents": spent - commission,
            "commission_cents": commission, "sellers": sellers}


def highest_number(store, role, client):
    """Of the requests of this buyer or seller that the store knows; 0 without any. Raises
    BookError."""
    table = "orders" if role == "buyer" else "lots"
    try:
        with contextlib.closing(_open(store)) as ledger:
            row = ledger.execute(f"SELECT number FROM {table} WHERE {role} = ?"
                                 " ORDER BY number DESC LIMIT 1", (client,)).fetchone()
    except sqlite3.Error as error:
        raise BookError(f"{store} cannot be read: {error}") from error
    return row[0] if row else 0


def first_number(store, market, node, nodes):
    """Above every number that this client can have used in its lives among `nodes`. The store may
    not know yet all that it asked, but a client's open numbers lie no further apart than the
    answers that are kept for it."""
    entry = next(entry for entry in market[node.role + "s"] if entry["id"] == node.id)
    told = sum((life.summary or life.told).get("requests", 0) for life in nodes
               if (life.role, life.id) == (node.role, node.id))
    used = max(highest_number(store, node.role, node.id), entry.get("first_number", 1) - 1 + told)
    return used + market["warehouse"].get("answers_kept", ANSWERS_KEPT) + 1
