"""The command line of launch.py: what it offers, and how its values are read."""

import argparse
import os
import re
from decimal import Decimal, InvalidOperation

from souk_launch import faults, peers, selling
from souk_launch.times import interval, interval_between, positive_interval

EXAMPLES = """\
examples:
  tools/launch.py                              a market of 20 seconds: six buyers, two traders
  tools/launch.py --mode cached --time-scale 10
                                               the same, sold from caches, in two seconds
  tools/launch.py --buyers 50 --think-time 0s --order-by lamport --quiet
  tools/launch.py --orders 100 --seed 7 --summary -
                                               each buyer makes 100 orders; one JSON object out
  tools/launch.py --topology market.json --mode sync
                                               the market of a file, in another mode
  tools/launch.py --mode cached --fault kill:trader-1@5s --fault pause:buyer-3@8s+2s
                                               a trader dies, and nothing is lost
  tools/launch.py --sellers 3 --product salt=sync --product fish=escrow --product boar=cached
                                               one market, three ways to sell
  tools/launch.py --mode escrow:budget=5% --quantity 1-5 --fault restart:trader-2@4s+1s
                                               leased units, at most 5 in a hundred oversold
  tools/launch.py --elect --peers 6 --fault kill:trader@5s
                                               peers elect a trader; it dies, and another is elected
  tools/launch.py --scenario kill-the-trader   the same, with a verdict; --scenario list: others
"""

EPILOGUE = """\
With --topology the market is the one of the file: flags that say how a market behaves go over
what the file says, for all of its nodes; --traders, --buyers, --sellers and --products contradict
it and are refused. Intervals and durations are in market time, which --time-scale makes run
faster; time-outs and latencies are not. The seed settles what buyers and sellers choose, not how
their messages meet.

How a product is sold is a mode, and settings behind it:
  sync                     answered when the warehouse has committed it
  cached                   at once from the trader's cache, written behind at once
  batched                  the same, written behind a few at a time
  escrow                   at once, from units that the warehouse has leased to the trader
  :flush=N                 decisions written behind together (cached 1, batched 5, escrow 128)
  :flush-time=TIME         how long one waits for the others (cached 0s, batched 100ms, escrow 5ms)
  :expiry=TIME             batched: an older cache decides nothing (500ms)
  :budget=N, :budget=N%     escrow: units that may be oversold, or percent of what was stocked (0)
These times are not scaled. With --topology, --mode goes over every mode and setting in the file,
and --product over one product of it; else --product adds one that is not there yet. Sellers bring
the first products of the list, one each, unless told otherwise: have as many as products.

Faults, as often as you like, in market time from when the market is open:
  kill:NODE@TIME           kill -9
  restart:NODE@TIME[+TIME] kill -9, and started again at once, or so much later
  stop:NODE@TIME           asked to stop (SIGTERM)
  pause:NODE@TIME+TIME     stopped for so long (SIGSTOP), then it goes on (SIGCONT)
  crash:trader-1:before-processing@N, crash:trader-1:after-processing@N
                           kills itself when the Nth order has come, or when its answer is to go
  crash:warehouse:before-commit@N, crash:warehouse:after-commit@N
                           the same, around the Nth commit
NODE is warehouse, trader-1, buyer-3, seller-9, peer-6 …; where peers elect, trader is whoever
leads them then. A warehouse that dies by a fault is started again
a second later, unless a restart of it is still to come. The summary tells of each fault when it
was noticed and taken over, and holds every buyer's book against the ledger, order by order.

With --elect the peers buy or sell, and elect traders among them, who then do neither; their sockets
are ipc unless --transport says else, and the market is sold in sync. It ends when each buyer that
is neither a trader nor sick for good has made its --orders, or after --duration.

--scenario NAME runs a market that is known, shows how it went and ends with a verdict: a line for
each thing that must hold. Flags beside it go over its settings.

exit status: 0 the market ended well; 1 a node died that should not, an order was lost or doubled,
more was oversold than a product's mode and budget allow, the store or a buyer's book is not as it
must be, or a scenario's verdict is against it; 2 the command line was wrong.
"""

# What a market is, when neither flags nor a file say.
DEFAULTS = {
    "traders": 2,
    "buyers": 6,
    "sellers": 2,
    "products": ["salt", "fish"],
    "quantity": (1, 1),
    "all_or_nothing": False,
    "restock": (5, 5),
    "restock_every": 5_000_000,
    "restock_when": "every",
    "restock_what": "same",
    "price": (1000, 1000),
    "commission": 20,
    "buyer_product": "random",
    "seller_product": "spread",
    "on_refusal": "keep",
    "think_time": 500_000,
    "orders": 0,
    "invalidation": "on",
    "order_by": "arrival",
    "trader_choice": "random",
    "window": 1,
    "ping_every": 250_000,
    "transport": "tcp",
}
DURATION_US = 20_000_000

# With a file, who takes part is settled; everything else may still be said.
OF_THE_FILE_ALONE = ("traders", "buyers", "sellers", "products", "elect", "peers", "roles")

GOODS = ("salt", "fish", "boar", "menhirs", "potion", "shields", "honey", "cheese", "beer",
         "bread", "mistletoe", "lyres")
PRODUCTS_MAX = 1024
INTEGER_MAX = 2**53 - 1


def whole(least, most=None):
    """A reader of whole numbers from `least` to `most`."""
    def read(text):
        bounds = f"from {least}" + (f" to {most}" if most is not None else "")
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise argparse.ArgumentTypeError(f"'{text}' is no whole number; {bounds} it may be")
        value = int(text)
        if value < least or value > (INTEGER_MAX if most is None else most):
            raise argparse.ArgumentTypeError(f"{value} is out of bounds; {bounds} it may be")
        return value
    return read


def quantities(text):
    """(1, 5) of '1-5', (3, 3) of '3'."""
    found = re.fullmatch(r"([0-9]{1,7})(?:-([0-9]{1,7}))?", text)
    low, high = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= low <= high <= 1_000_000:
        raise argparse.ArgumentTypeError(
            f"'{text}' is no quantity; write 1 or 1-5, at most 1000000")
    return low, high


def cents(text):
    try:
        value = Decimal(text) * 100 if re.fullmatch(r"[0-9]{1,8}(\.[0-9]{1,2})?", text) else 0
    except InvalidOperation:
        value = 0
    return int(value)


def prices(text):
    """Cents: (1000, 2000) of '10-20', (1050, 1050) of '10.50'."""
    low, dash, high = text.partition("-")
    bounds = cents(low), cents(high if dash else low)
    if not 1 <= bounds[0] <= bounds[1] <= 1_000_000_000:
        raise argparse.ArgumentTypeError(
            f"'{text}' is no price; write 10.00 or 10-20, from 0.01 to 10000000")
    return bounds


def product(text):
    if not re.fullmatch(r"[a-z0-9_-]{1,63}", text):
        raise argparse.ArgumentTypeError(
            f"'{text}' is no product; a name has 1 to 63 of a-z, 0-9, _ and -")
    return text


def goods(count):
    """The names of so many products."""
    return list(GOODS[:count]) + [f"goods-{n}" for n in range(len(GOODS) + 1, count + 1)]


def products(text):
    """A list of names, of '3' or of 'salt,fish,boar'."""
    if re.fullmatch(r"[0-9]{1,9}", text):
        if not 1 <= int(text) <= PRODUCTS_MAX:
            raise argparse.ArgumentTypeError(f"a market has 1 to {PRODUCTS_MAX} products")
        return goods(int(text))
    names = [product(name) for name in text.split(",")]
    for name in names:
        if name in ("random", "spread"):
            raise argparse.ArgumentTypeError(f"'{name}' stands for several products; name it else")
        if names.count(name) > 1:
            raise argparse.ArgumentTypeError(f"'{name}' stands there twice")
    if len(names) > PRODUCTS_MAX:
        raise argparse.ArgumentTypeError(f"a market has 1 to {PRODUCTS_MAX} products")
    return names


def scale(text):
    value = float(text) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text) else 0.0
    if not 0.01 <= value <= 1000:
        raise argparse.ArgumentTypeError(
            f"'{text}' is no scale; write 10 for ten times as fast, from 0.01 to 1000")
    return value


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and where to read on."""

    def error(self, message):
        message = re.sub(r"^argument ", "", message)
        self.exit(2, f"launch.py: {message}\nlaunch.py: --help shows what it can do\n")

    def format_help(self):
        return EXAMPLES + "\n" + super().format_help()


def parser_new():
    parser = Parser(
        prog="launch.py", allow_abbrev=False, epilog=EPILOGUE,
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(
            prog, max_help_position=32, width=96),
        description="Starts a market, watches it, stops it, proves that nothing was lost.")
    add_shape(parser.add_argument_group("who takes part"))
    add_behaviour(parser.add_argument_group("how they trade"))
    peers.add_options(parser.add_argument_group("elected markets"), whole)
    add_running(parser.add_argument_group("the run"))
    return parser


def add_shape(group):
    group.add_argument("--traders", metavar="N", type=whole(0, 256), help="at least 2 (2)")
    group.add_argument("--buyers", metavar="N", type=whole(0, 16383), help="at least 1 (6)")
    group.add_argument("--sellers", metavar="N", type=whole(0, 16383), help="at least 1 (2)")
    group.add_argument("--products", metavar="N|NAME,…", type=products,
                       help="how many, or their names (salt,fish)")


def add_behaviour(group):
    group.add_argument("--mode", metavar="MODE[:KEY=VALUE]", type=selling.policy,
                       help="how products are sold: sync, cached, batched or escrow; see below "
                            "(sync)")
    group.add_argument("--product", metavar="NAME=MODE", type=selling.product, action="append",
                       default=[], help="how this one is sold, such as salt=escrow:budget=10; "
                                        "once for each")
    group.add_argument("--order-by", choices=("arrival", "lamport", "vector"),
                       help="which waiting request a trader takes first (arrival)")
    group.add_argument("--invalidation", choices=("on", "off"),
                       help="caches are told what others have sold (on)")
    group.add_argument("--trader-choice", choices=("random", "round-robin"),
                       help="where a client sends its next request (random)")
    group.add_argument("--commission", metavar="PERCENT", type=whole(0, 100),
                       help="a trader's share of a sale (20)")
    group.add_argument("--buyer-product", metavar="NAME", type=product,
                       help="a name; random: another each time; spread: one each, in turn (random)")
    group.add_argument("--quantity", metavar="N|N-N", type=quantities,
                       help="units of an order, such as 1 or 1-5 (1)")
    group.add_argument("--all-or-nothing", action="store_true", default=None,
                       help="buyers take no part of an order")
    group.add_argument("--on-refusal", choices=("keep", "switch"),
                       help="keep asking, or take another product (keep)")
    group.add_argument("--think-time", metavar="TIME", type=interval,
                       help="from an answer to the next order (0.5s)")
    group.add_argument("--window", metavar="N", type=whole(1, 1024),
                       help="orders of one buyer that may wait at once (1)")
    group.add_argument("--seller-product", metavar="NAME", type=product,
                       help="what a seller begins with, as for buyers (spread)")
    group.add_argument("--restock", metavar="N|N-N", type=quantities,
                       help="units that a seller brings, such as 100 or 1-5 (5)")
    group.add_argument("--restock-every", metavar="TIME", type=positive_interval,
                       help="between restocks (5s)")
    group.add_argument("--restock-when", choices=("every", "sold-out"),
                       help="each interval, or when all is sold (every)")
    group.add_argument("--restock-what", choices=("same", "each", "random"),
                       help="the same product, each that it sold, or any (same)")
    group.add_argument("--price", metavar="P|P-P", type=prices,
                       help="of a unit, such as 10.00 or 10-20 (10.00)")
    group.add_argument("--ping-every", metavar="TIME", type=interval_between("1ms", "1m"),
                       help="quiet time before a trader asks whether another one lives; it is "
                            "suspected after three, not scaled (250ms); in "
                            "elected markets, whether the leader does (150ms)")


def add_running(group):
    group.add_argument("--duration", metavar="TIME", type=positive_interval,
                       help="how long to trade (20s; with --orders as long as they take)")
    group.add_argument("--orders", metavar="N", type=whole(1),
                       help="orders of each buyer; when all are done the run ends")
    group.add_argument("--fault", metavar="FAULT", type=faults.parse, action="append", default=[],
                       help="break it on purpose, such as kill:trader-1@5s; see below")
    group.add_argument("--scenario", metavar=("NAME", "N"), nargs="+",
                       help="a market that is known, with a verdict; list: which there are, all: "
                            "one after the other")
    group.add_argument("--times", metavar="N", type=whole(1, 1000),
                       help="run a scenario so often (1)")
    group.add_argument("--time-scale", metavar="X", type=scale, default=1.0,
                       help="market seconds in one second of the wall (1)")
    group.add_argument("--seed", metavar="N", type=whole(0),
                       help="of all that is drawn at random (drawn, and told)")
    group.add_argument("--topology", metavar="FILE", help="the market to run, as JSON")
    group.add_argument("--transport", choices=("tcp", "ipc"),
                       help="between the nodes, on this machine (tcp; elected markets: ipc)")
    group.add_argument("--run-dir", metavar="DIR",
                       help="for topology, store, logs and summary (a fresh one under runs/)")
    group.add_argument("--trace", action="store_true",
                       help="nodes write down every message, for souk trace")
    group.add_argument("--summary", metavar="FILE",
                       help="write the summary as JSON there too; -: to stdout and nothing else")
    group.add_argument("--quiet", action="store_true",
                       help="no progress, no news; the summary alone")
    group.add_argument("--souk", metavar="PATH", help="the program ($SOUK, or build/souk)")


def default_souk():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return os.environ.get("SOUK") or os.path.join(root, "build", "souk")


def parse(arguments):
    """The options; what was not given is None. Exits with status 2 on a mistake."""
    parser = parser_new()
    options = parser.parse_args(arguments)
    if options.topology is not None:
        for name in OF_THE_FILE_ALONE:
            if getattr(options, name) is not None:
                parser.error(f"--{name}: the market of --topology is settled; "
                             "change it in the file")
    wrong = peers.wrong(options)
    if wrong:
        parser.error(wrong)
    named = [name for name, _ in options.product]
    for name in named:
        if named.count(name) > 1:
            parser.error(f"--product: {name} is there twice")
    options.souk = os.path.abspath(options.souk or default_souk())
    if not os.access(options.souk, os.X_OK) or os.path.isdir(options.souk):
        parser.error(f"--souk: {options.souk} is no program; build it with make")
    return options
