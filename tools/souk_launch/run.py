"""One market from its first node to its last, and the proof behind it."""

import json
import os
import signal
import subprocess
import time

from souk_launch import books, peers
from souk_launch import market as markets
from souk_launch.elections import Elections
from souk_launch.nodes import Fleet, popen
from souk_launch.scheduler import Scheduler

READY_S = 10.0
READY_EACH_S = 0.05    # more for each node: many start slower than few
STOP_CLIENTS_S = 10.0  # they wait up to 5 s for what is open
STOP_TRADERS_S = 10.0
STOP_WAREHOUSE_S = 10.0
LOOK_S = 0.1


class Interrupts:
    """Counts ^C, SIGTERM and SIGHUP: the first one stops the market, a second one cuts it off."""

    def __init__(self):
        self.count = 0

    def install(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, _number, _frame):
        self.count += 1


class Run:
    """What happened."""

    def __init__(self, market, folder):
        self.market = market
        self.folder = folder
        self.nodes = []         # each life of a node that was started again is one
        self.elections = Elections(market)  # what peers told of them
        self.happenings = []    # what came of each fault
        self.sales = None       # when how much was sold, if there were faults
        self.began = 0.0        # when it was open, on the monotonic clock
        self.wall_seconds = 0.0
        self.cpu_seconds = {}   # by role, of nodes that lived while the market was open
        self.stopped_by = None  # "duration", "orders", "signal" or "death"
        self.proof = None       # what verify said; None: nothing to be understood
        self.orders = None      # the buyers' books against the ledger; None: could not be told
        self.missing = {}       # by product, units that were sold and were not there
        self.money = {}         # what the store says of it; empty: not known
        self.died = []          # (name, id, why)


def open_and_close(market, folder, options, duration_us, interrupts, progress):
    """Runs the market for `duration_us` of market time (None: until its buyers are done) in
    `folder`, with the faults of the options. Returns the Run. No node outlives the call, whatever
    happens."""
    run = Run(market, folder)
    path = os.path.join(folder, "topology.json")
    store = os.path.join(folder, markets.STORE)
    fleet = Fleet(options.souk, folder, path, interrupts, progress.fault)
    scheduler = Scheduler(
        options.fault, fleet, options.time_scale, markets.mode_of(market) == "sync",
        lambda node, nodes: _first_number(store, market, node, nodes), progress.news,
        run.elections if peers.elected(market) else None)
    fleet.listener = lambda *heard: _hear(scheduler, run.elections, *heard)
    run.nodes, run.happenings = fleet.nodes, scheduler.happenings
    try:
        progress.news(f"opening a market of {1 + len(markets.peers_of(market))} nodes in {folder}")
        if _open(fleet, market, path, scheduler):
            progress.news("the market is open")
            _trade(fleet, run, duration_us, options.time_scale, interrupts, progress, scheduler)
        run.stopped_by = run.stopped_by or ("signal" if interrupts.count else "death")
        progress.clear()
        early = _tell_deaths(fleet, progress)
        scheduler.close(time.monotonic())
        trading = [node for node in fleet.running("peer") if run.elections.trades(node.id)]
        fleet.stop([node for node in fleet.running("buyer", "seller", "peer")
                    if node not in trading], STOP_CLIENTS_S)
        fleet.stop(fleet.running("trader", "peer"), STOP_TRADERS_S)
        fleet.stop(fleet.running("warehouse"), STOP_WAREHOUSE_S)
        _tell_deaths(fleet, progress, but=early)
    finally:
        fleet.kill()
    run.sales = scheduler.sales
    run.died = [(node.name, node.id, node.fault) for node in fleet.died()]
    run.proof = verify(options.souk, store, os.path.join(folder, "verify.log"), interrupts,
                       progress)
    run.orders = _compare_orders(store, run.nodes, progress)
    run.missing = _of_store(books.missing_units, store, progress)
    run.money = _of_store(books.money, store, progress)
    return run


def _first_number(store, market, node, nodes):
    """Where a client goes on that takes this one's place."""
    if node.role == "peer":
        return peers.first_number(node.life + 1)
    return books.first_number(store, market, node, nodes)


def _hear(scheduler, elections, now, node, told):
    elections.hear(now, node, told)
    scheduler.hear(now, node, told)


def _compare_orders(store, nodes, progress):
    """The buyers' books against the ledger; None where that cannot be done."""
    kept = [(node.id, node.book) for node in nodes
            if node.book is not None and os.path.exists(node.book)]
    if not kept or not os.path.exists(store):
        return None
    try:
        return books.compare(store, kept)
    except books.BookError as error:
        progress.fault(str(error))
        return None


def _of_store(read, store, progress):
    """What `read` has of the store; nothing where that cannot be done."""
    if not os.path.exists(store):
        return {}
    try:
        return read(store)
    except books.BookError as error:
        progress.fault(str(error))
        return {}


def _open(fleet, market, path, scheduler):
    """Starts the nodes, each behind those whose endpoints it must know. False: not all serve."""
    markets.write(market, path)
    seconds = READY_S + READY_EACH_S * (1 + len(markets.peers_of(market)))

    def start(role, number, does=None):
        return fleet.start(role, number, crash=scheduler.crash_of(role, number), does=does)

    warehouse = start("warehouse", 0)
    if not fleet.await_ready([warehouse], seconds):
        return False
    _adopt(market["warehouse"], warehouse)
    markets.write(market, path)
    traders = [(trader, start("trader", trader["id"])) for trader in market["traders"]]
    if not fleet.await_ready([node for _, node in traders], seconds):
        return False
    for trader, node in traders:
        _adopt(trader, node)
    markets.write(market, path)
    clients = [start(role, client["id"]) for role in ("seller", "buyer")
               for client in market[role + "s"]]
    clients += [start("peer", peer["id"], peers.kind(peer)) for peer in market.get("peers", [])]
    return fleet.await_ready(clients, seconds)


def _adopt(entry, node):
    """Keeps where the node really listens."""
    endpoints = node.ready.get("endpoints", {})
    for key in ("rep", "router", "pub"):
        if key in entry and key in endpoints:
            entry[key] = endpoints[key]


def _trade(fleet, run, duration_us, scale, interrupts, progress, scheduler):
    began = min(node.ready_at for node in fleet.nodes if node.does in ("buyer", "seller"))
    run.began = began
    wall = None if duration_us is None else duration_us / 1e6 / scale
    used = {node: node.cpu_seconds() for node in fleet.nodes}
    scheduler.begin(began)
    while not run.stopped_by:
        now = time.monotonic()
        elapsed = now - began
        scheduler.step(now)
        if interrupts.count:
            run.stopped_by = "signal"
        elif fleet.died():
            run.stopped_by = "death"
        elif _all_bought(fleet, run.elections, scheduler):
            run.stopped_by = "orders"
        elif wall is not None and elapsed >= wall:
            run.stopped_by = "duration"
        else:
            progress.show(elapsed * scale, fleet.doing("buyer"))
            waits = (LOOK_S, scheduler.wait_s(now), None if wall is None else wall - elapsed)
            fleet.pump(min(wait for wait in waits if wait is not None))
    run.wall_seconds = time.monotonic() - began
    for node in fleet.nodes:
        now, before = node.cpu_seconds(), used.get(node, 0.0)
        if now is not None and before is not None:
            run.cpu_seconds[node.role] = run.cpu_seconds.get(node.role, 0.0) + now - before


def _all_bought(fleet, elections, scheduler):
    """Whether no buyer will order anything more."""
    buyers = [node for node in fleet.doing("buyer") if node.status is None]
    if scheduler.brings_back("buyer"):
        return False
    if elections.peers == 0:
        return not buyers
    # A peer does not end by itself. Without buyers there is nothing to wait for but the time.
    return bool(buyers) and elections.finished(node.id for node in buyers)


def _tell_deaths(fleet, progress, but=()):
    died = [node for node in fleet.died() if node not in but]
    for node in died:
        if not node.fault.startswith("was killed: "):  # which was told when it was done
            progress.fault(f"{node.name} {node.fault}; the end of {node.log}:")
            for text in node.log_tail():
                progress.fault(f"    {text}")
    return died


def verify(souk, store, log_path, interrupts, progress):
    """What `souk verify` says of the store; None when it says nothing that can be understood."""
    if not os.path.exists(store):
        progress.fault("the warehouse left no store; there is nothing to verify")
        return None
    with open(log_path, "wb") as log:
        process = popen([souk, "verify", store, "--json"], stdout=subprocess.PIPE, stderr=log)
        before = interrupts.count
        while True:
            try:
                told, _ = process.communicate(timeout=0.2)
                break
            except subprocess.TimeoutExpired:
                if interrupts.count > max(before, 1):
                    process.kill()
    try:
        proof = json.loads(told)
        if isinstance(proof, dict) and isinstance(proof.get("conserved"), bool):
            # The status is for scripts, the object for us; where they differ, believe neither.
            return {**proof, "conserved": proof["conserved"] and process.returncode == 0}
    except ValueError:
        pass
    progress.fault(f"souk verify could not be understood (exit status {process.returncode}); "
                   f"see {log_path}")
    return None
