"""A market as a topology: a dict in the shape of schemas/topology.schema.json."""

import copy
import json
import os
import random
import tempfile

from souk_launch import peers, schema, selling
from souk_launch.options import DEFAULTS, DURATION_US

CLIENTS_MAX = 16384
VECTOR_MAX = 64
IPC_PATH_MAX = 107  # bytes of a unix socket's path
STORE = "warehouse.db"


class MarketError(Exception):
    """This market cannot be opened; says why."""


def market_of(options):
    """The market that the options ask for, its endpoints still open, times not yet scaled."""
    if options.topology is not None:
        market = read(options.topology)
    elif options.elect:
        market = peers.skeleton(options, options.products or DEFAULTS["products"])
    else:
        shape = {name: DEFAULTS[name] if getattr(options, name) is None else getattr(options, name)
                 for name in ("traders", "buyers", "sellers", "products")}
        market = _skeleton(**shape)
    strangers = selling.apply(market, options.mode, options.product, options.topology is None)
    if strangers:
        raise MarketError(f"--product: '{strangers[0]}' is not among the products of "
                          f"{options.topology}")
    given = {name: getattr(options, name) for name in DEFAULTS
             if getattr(options, name) is not None}
    _behave(market, given, override=True)
    wrong = peers.behave(market, options)
    if wrong:
        raise MarketError(wrong)
    _behave(market, DEFAULTS, override=False)
    if options.seed is not None:
        market["seed"] = options.seed
    if options.trace:
        market["trace"] = True
    market.setdefault("seed", random.SystemRandom().randrange(2**31))
    market["warehouse"]["store"] = STORE
    for trader in market["traders"]:
        trader["journal"] = f"trader-{trader['id']}.journal"
    check(market)
    return {key: market[key] for key in schema.topology_schema()["properties"] if key in market}


def read(path):
    """The topology in a file, held against its schema."""
    def once(pairs):
        keys = [key for key, _ in pairs]
        for key in keys:
            if keys.count(key) > 1:
                raise MarketError(f"{path}: {key} stands there twice")
        return dict(pairs)

    try:
        with open(path, encoding="utf-8") as file:
            market = json.load(file, object_pairs_hook=once)
        schema.check(market, schema.topology_schema())
    except OSError as error:
        raise MarketError(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise MarketError(f"{path}: is no JSON: {error}") from error
    except schema.SchemaError as error:
        raise MarketError(f"{path}: {error}") from error
    for role in ("traders", "buyers", "sellers"):
        market.setdefault(role, [])  # An elected market may leave them out.
    return market


def _skeleton(traders, buyers, sellers, products):
    """Who takes part: the warehouse is node 0, then traders, buyers, sellers."""
    return {
        "version": 1,
        "warehouse": {"rep": "tcp://127.0.0.1:*", "pub": "tcp://127.0.0.1:*"},
        "products": [{"name": name} for name in products],
        "traders": [{"id": 1 + index, "router": "tcp://127.0.0.1:*", "pub": "tcp://127.0.0.1:*"}
                    for index in range(traders)],
        "buyers": [{"id": 1 + traders + index} for index in range(buyers)],
        "sellers": [{"id": 1 + traders + buyers + index} for index in range(sellers)],
    }


def _put(target, override, **values):
    for key, value in values.items():
        if override or key not in target:
            target[key] = value


def _product(name, which, index, names):
    """The product of the client at `index` in its list."""
    if which == "spread":
        return names[index % len(names)]
    if which != "random" and which not in names:
        raise MarketError(f"{name}: '{which}' is not among the products: {', '.join(names)}")
    return which


def _behave(market, values, override):
    """Writes settings into the market: over what is there, or only where nothing is."""
    names = [product["name"] for product in market["products"]]
    for name in ("order_by", "trader_choice"):
        if name in values:
            _put(market, override, **{name: values[name]})
    if "ping_every" in values:
        _put(market, override, ping_every_us=values["ping_every"])
    if "invalidation" in values:
        _put(market, override, invalidation=values["invalidation"] == "on")
    if "commission" in values:
        _put(market["warehouse"], override, commission_percent=values["commission"])
    for index, (_, buyer) in enumerate(clients_of(market, "buyer")):
        _behave_buyer(buyer, index, names, values, override)
    for index, (_, seller) in enumerate(clients_of(market, "seller")):
        _behave_seller(seller, index, names, values, override)


def _behave_buyer(buyer, index, names, values, override):
    if "buyer_product" in values:
        wanted = _product("--buyer-product", values["buyer_product"], index, names)
        _put(buyer, override, product=wanted)
    if "quantity" in values:
        _put(buyer, override, quantity_min=values["quantity"][0],
             quantity_max=values["quantity"][1])
    for name, key in (("on_refusal", "on_refusal"), ("all_or_nothing", "all_or_nothing"),
                      ("think_time", "think_time_us"), ("orders", "orders"),
                      ("window", "window")):
        if name in values:
            _put(buyer, override, **{key: values[name]})


def _behave_seller(seller, index, names, values, override):
    if "seller_product" in values:
        wanted = _product("--seller-product", values["seller_product"], index, names)
        _put(seller, override, product=wanted)
    if "price" in values:
        _put(seller, override, price_cents_min=values["price"][0],
             price_cents_max=values["price"][1])
    if "restock" in values:
        _put(seller, override, quantity_min=values["restock"][0],
             quantity_max=values["restock"][1])
    for name, key in (("restock_every", "every_us"), ("restock_when", "restock_when"),
                      ("restock_what", "restock_what")):
        if name in values:
            _put(seller, override, **{key: values[name]})


def check(market):
    """Raises MarketError when nodes would refuse it, or when it is too small for a bazaar."""
    if peers.elected(market):
        wrong = peers.contradiction(market, selling.modes(market))
        if wrong:
            raise MarketError(wrong)
    else:
        _check_size(market)
    if market["order_by"] == "vector" and len(peers_of(market)) > VECTOR_MAX:
        raise MarketError(f"--order-by: vector is for at most {VECTOR_MAX} peers "
                          f"(traders, buyers and sellers), not {len(peers_of(market))}")
    try:
        schema.check(market, schema.topology_schema())
    except schema.SchemaError as error:
        raise MarketError(str(error)) from error
    wrong = selling.contradiction(market)
    if wrong:
        raise MarketError(wrong)
    _check_names(market)


def _check_size(market):
    missing = []
    for kind, least in (("trader", 2), ("buyer", 1), ("seller", 1)):
        there = len(market[kind + "s"])
        if there < least:
            missing.append(f"{least - there} more {kind}" if there else
                           f"{'two' if least == 2 else 'a'} {kind}{'s' if least == 2 else ''}")
    if missing:
        raise MarketError(f"missing: {' and '.join(missing)}. The smallest bazaar has four peers "
                          "(two traders, a buyer, a seller)")
    clients = len(market["buyers"]) + len(market["sellers"])
    if clients > CLIENTS_MAX:
        raise MarketError(f"at most {CLIENTS_MAX} buyers and sellers, not {clients}")


def _check_names(market):
    names = [product["name"] for product in market["products"]]
    for name in names:
        if names.count(name) > 1:
            raise MarketError(f"products: {name} stands there twice")
    taken = set()
    for _, node in peers_of(market):
        if node["id"] in taken:
            raise MarketError(f"the id {node['id']} is taken twice")
        taken.add(node["id"])
    for role in ("buyer", "seller"):
        for number, client in clients_of(market, role):
            if client["product"] not in names + ["random"]:
                raise MarketError(f"{role} {number}: {client['product']} is not among the products")
            for low, high in (("quantity_min", "quantity_max"),
                              ("price_cents_min", "price_cents_max")):
                if low in client and client[low] > client[high]:
                    raise MarketError(f"{role} {number}: {low} is above {high}")


def peers_of(market):
    """(role, node) of traders, then buyers, then sellers; of peers, where those elect."""
    return [(role, node) for role in ("trader", "buyer", "seller", "peer")
            for node in market.get(role + "s", [])]


def clients_of(market, role):
    """(id, how it behaves) of all that are a "buyer" or a "seller"."""
    return ([(client["id"], client) for client in market[role + "s"]]
            + [(peer["id"], peer[role]) for peer in market.get("peers", []) if role in peer])


def names_of(market):
    """What its nodes are called."""
    return (["warehouse"] + ["trader"] * peers.elected(market)
            + [f"{role}-{node['id']}" for role, node in peers_of(market)])


def mode_of(market):
    """What its products are sold with: a mode, or mixed."""
    modes = selling.modes(market)
    return modes[0] if len(modes) == 1 else "mixed"


def run_of(options, market):
    """Microseconds of market time that it is open for; None: until all buyers are done."""
    if options.duration is not None:
        return options.duration
    buyers = clients_of(market, "buyer")
    return None if buyers and all(buyer["orders"] for _, buyer in buyers) else DURATION_US


def scaled(market, scale):
    """The same market with every interval divided by `scale`; what is not 0 does not become 0."""
    result = copy.deepcopy(market)
    for node, key in ([(buyer, "think_time_us") for _, buyer in clients_of(result, "buyer")]
                      + [(seller, "every_us") for _, seller in clients_of(result, "seller")]
                      + [(peer, "sick_at_us") for peer in result.get("peers", [])
                         if "sick_at_us" in peer]
                      + [(part, "recover_after_us") for part in [result.get("election", {})]
                         if "recover_after_us" in part]):
        node[key] = max(round(node[key] / scale), 1) if node[key] else 0
    return result


def put_endpoints(market, transport, folder):
    """Gives every node new endpoints. Returns the folder of their sockets: None for tcp; a short
    temporary one, which outlives the run, where `folder` is too long a path for a socket."""
    if transport == "tcp":
        def place(_):
            return "tcp://127.0.0.1:*"
        sockets = None
    else:
        longest = max((f"{role}-{node['id']}-router.sock" for role, node in peers_of(market)),
                      key=len)
        sockets = os.path.abspath(folder)
        if len(os.fsencode(os.path.join(sockets, longest))) > IPC_PATH_MAX:
            sockets = tempfile.mkdtemp(prefix="souk-", dir="/tmp")

        def place(name):
            return "ipc://" + os.path.join(sockets, name + ".sock")
    market["warehouse"].update(rep=place("warehouse-rep"), pub=place("warehouse-pub"))
    for trader in market["traders"]:
        trader.update(router=place(f"trader-{trader['id']}-router"),
                      pub=place(f"trader-{trader['id']}-pub"))
    if peers.elected(market):
        peers.put_endpoints(market, None if transport == "tcp" else place)
    return sockets


def transport_of(options, market):
    """How the nodes are to be reached; None: as the market says already."""
    if options.transport is not None:
        return options.transport
    unknown = any(peer[key].endswith(":*") for peer in market.get("peers", [])
                  for key in ("router", "pub"))  # Peers must know each other's from the start.
    if options.topology is not None and not unknown:
        return None
    return "ipc" if peers.elected(market) else "tcp"


def write(market, path):
    """Writes the topology whole or not at all, one node a line."""
    parts = []
    for key, value in market.items():
        text = json.dumps(value)
        if isinstance(value, list) and value:
            text = "[\n    " + ",\n    ".join(json.dumps(item) for item in value) + "\n  ]"
        parts.append(f"  {json.dumps(key)}: {text}")
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(parts) + "\n}\n")
    os.replace(path + ".new", path)
