"""What is measured: cells, each a call of souk bench, and the tables in which they stand."""

from collections import namedtuple

# `traders` that clients use; `scarce`: the market is nearly sold out.
Cell = namedtuple("Cell", "mode outstanding traders scarce")
Table = namedtuple("Table", "title cells tells_traders")

CLIENTS = {1: (1, 1), 50: (50, 1), 800: (50, 16), 3200: (50, 64)}  # outstanding: clients, window
ORDERS = {1: 4000, 50: 60000, 800: 200000, 3200: 300000}           # outstanding: in a run
QUICK = 4        # a quick run has so many times fewer
ROOM = 4         # but as many as are outstanding so many times
SCARCE_TRADERS = 4
HOT_TRADERS = (1, 2, 4)
PLAIN = ("sync", "cached", "batched", "escrow")

MODES = {  # what souk bench is told, and what it is called
    "sync": (("--mode", "sync"), "sync"),
    "cached": (("--mode", "cached"), "cached"),
    "batched": (("--mode", "batched"), "batched"),
    "escrow": (("--mode", "escrow"), "escrow"),
    "cached-backup": (("--mode", "cached", "--backup"), "cached, backup"),
    "escrow-backup": (("--mode", "escrow", "--backup"), "escrow, backup"),
    "cached-dead": (("--mode", "cached", "--kill-trader", "2"), "cached, one of two dead"),
}
_PLENTY = {
    "sync": (1, 50, 800, 3200),
    "cached": (1, 50, 800, 3200),
    "batched": (1, 50, 800),
    "escrow": (1, 50, 800, 3200),
    "cached-backup": (1, 50, 800),
    "escrow-backup": (1, 50, 800),
    "cached-dead": (50, 800),
}


def tables(markets, modes, outstanding):
    """The tables of these markets, with the cells of these modes and this much outstanding."""
    every = {
        "plenty": Table("Plenty of stock, one trader",
                        [Cell(mode, each, 1, False) for mode in MODES for each in _PLENTY[mode]],
                        False),
        "nearly-sold-out": Table(f"Nearly sold out, {SCARCE_TRADERS} traders",
                                 [Cell(mode, each, SCARCE_TRADERS, True)
                                  for mode in PLAIN for each in (50, 800)], False),
        "hot": Table("One hot product through several traders",
                     [Cell(mode, 800, traders, False)
                      for mode in PLAIN for traders in HOT_TRADERS], True),
    }
    chosen = [every[market]._replace(cells=[cell for cell in every[market].cells
                                            if cell.mode in modes
                                            and cell.outstanding in outstanding])
              for market in markets]
    return [table for table in chosen if table.cells]


MARKETS = ("plenty", "nearly-sold-out", "hot")


def in_order(chosen):
    """Every cell of the tables once; what is compared is measured one after the other."""
    cells = dict.fromkeys(cell for table in chosen for cell in table.cells)
    return sorted(cells, key=lambda cell: (cell.scarce, cell.traders, cell.outstanding))


def sync_of(cell):
    """The cell that this one is held against."""
    return cell._replace(mode="sync")


def orders(cell, quick, fixed=None):
    """How many are measured; as many as are outstanding at least."""
    if fixed:
        return max(fixed, cell.outstanding)
    return max(ORDERS[cell.outstanding] // (QUICK if quick else 1), ROOM * cell.outstanding)


def words(cell):
    """What souk bench is told of the cell, but for the orders."""
    clients, window = CLIENTS[cell.outstanding]
    traders = 2 if cell.mode == "cached-dead" else cell.traders  # One of them dies.
    return [*MODES[cell.mode][0], "--traders", str(traders), "--clients", str(clients), "--window",
            str(window), *(["--market", "nearly-sold-out"] if cell.scarce else [])]


def name(cell, tells_traders=True):
    """In words: 'escrow, 2 traders'."""
    count = f", {cell.traders} trader{'s' if cell.traders > 1 else ''}" if tells_traders else ""
    return MODES[cell.mode][1] + count
