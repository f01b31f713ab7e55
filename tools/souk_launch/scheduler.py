"""Brings about the faults that were asked for, starts again what is to come back, and notes what
the nodes say of it."""

import contextlib
import heapq
import itertools
import signal
import subprocess

from souk_launch.sales import Sales

WAREHOUSE_BACK_US = 1_000_000  # of market time: a market goes on without a trader, not without it
LOOK_AGAIN_US = 100_000        # whether a node that was asked to stop has ended
LEADER_US = 10_000             # whether a trader was elected that is to be hurt
REAP_S = 5.0                   # longer than the kernel needs to end a process

DEATH_NOTICED = ("suspected", "taking", "failed", "left")


class Happening:
    """A fault and what came of it: moments on the monotonic clock, None where it did not happen."""

    def __init__(self, fault):
        self.fault = fault
        self.at = None
        self.was_dead = False   # already then: nobody has anything to notice
        self.detected = None    # another trader told that this one is suspected, or gone
        self.taken_over = None  # its backup told that everything of it is settled
        self.answered = None    # a client was answered by another trader than it had asked first
        self.back = None        # the node goes on, or serves again
        self.why_not = "the market closed before"
        self.node = None        # which it befell
        self.next_life = None   # the Node that was started in its place
        self.led = False        # a peer: it led the others as their trader

    @property
    def name(self):
        """Of the node; whom "trader" meant is known once it was struck."""
        return self.node.name if self.node else self.fault.name

    def settled(self):
        """When the market went on as well as it could."""
        return next((moment for moment in (self.taken_over, self.back, self.answered, self.at)
                     if moment is not None), None)


class Scheduler:
    """`scale` is market seconds in one of the wall; `sync`: nothing is sold from caches;
    `first_number (node, nodes)` is where a client goes on that takes this one's place, of all;
    `elections` are those of a market of peers, else None."""

    def __init__(self, faults, fleet, scale, sync, first_number, say, elections=None):
        self.happenings = [Happening(fault) for fault in faults]
        self.sales = None  # what buyers told since the market opened
        self._fleet = fleet
        self._scale = scale
        self._sync = sync
        self._say = say
        self._first_number = first_number
        self._elections = elections
        self._due = []     # a heap of (when, its place in line, action, happening)
        self._places = itertools.count()
        if faults:
            fleet.listener = self.hear

    def crash_of(self, role, number):
        """Where this node is to kill itself in its first life; None: nowhere."""
        return next((h.fault.crash for h in self.happenings if h.fault.crash is not None
                     and (h.fault.role, h.fault.number) == (role, number)), None)

    def begin(self, now):
        """The market is open: from now on faults are timed."""
        self.sales = Sales(now)
        for happening in self.happenings:
            if happening.fault.crash is None:
                self._plan(now, happening.fault.at_us, self._strike, happening)

    def wait_s(self, now):
        """How long nothing is due; None: for ever."""
        return max(self._due[0][0] - now, 0.0) if self._due else None

    def brings_back(self, role):
        """Whether a node of this role will be started again."""
        roles = (role,) if self._elections is None else ("peer", "trader")
        return any(happening.fault.role in roles and (
            action == self._start_again or happening.fault.what == "restart")
                   for _, _, action, happening in self._due)

    def step(self, now):
        """Does what is due, and looks what has come of what was done."""
        if not self.happenings:
            return
        self._note_crashes(now)
        while self._due and self._due[0][0] <= now:
            _, _, action, happening = heapq.heappop(self._due)
            action(now, happening)
        for happening in self.happenings:
            node = happening.next_life
            if happening.back is None and node is not None and node.ready is not None:
                happening.back = node.ready_at

    def close(self, now):
        """Before all are asked to stop: nobody sleeps, and the warehouse serves, since the others
        end in peace only with it."""
        self._note_crashes(now)
        for happening in self.happenings:
            if happening.fault.what == "pause":
                self._go_on(now, happening)
        back = next((h for _, _, action, h in sorted(self._due) if h.fault.role == "warehouse"
                     and (action == self._start_again or h.fault.what == "restart")), None)
        self._due = []
        if back is not None:
            self._start_again(now, back)

    def hear(self, now, node, told):
        """A report of a node, other than that it serves."""
        if "units" in told and node.does == "buyer" and self.sales is not None:
            self.sales.tell(node, now, told["units"], since=node.ready_at)
        if self._elections is not None:
            self._hear_peer(now, told)
            return
        mine = [h for h in self.happenings
                if h.at is not None and h.fault.role == "trader" and not h.was_dead]
        if told.get("event") == "recovered":
            newest = max(mine, key=lambda h: h.at, default=None)
            for happening in mine:
                due = happening is newest if self._sync else happening.taken_over is not None
                if happening.answered is None and due:
                    happening.answered = now
        elif told.get("event") == "member" and told.get("state") in DEATH_NOTICED:
            of_it = [h for h in mine if h.fault.number == told.get("trader")]
            newest = max(of_it, key=lambda h: h.at, default=None)
            # One that goes on and leaves when the market ends was not noticed by that.
            if newest is not None and (told["state"] != "left" or newest.back is None):
                newest.detected = newest.detected or now
            if newest is not None and told["state"] == "failed":
                newest.taken_over = newest.taken_over or now

    def _hear_peer(self, now, told):
        """What became of a leader that was hurt: the others stood, one serves, it answers."""
        newest = max((h for h in self.happenings if h.led), key=lambda h: h.at, default=None)
        if newest is None:
            return
        news = told.get("news") if told.get("event") == "election" else told.get("event")
        if news == "stands":
            newest.detected = newest.detected or now
        elif news == "serves":
            newest.taken_over = newest.taken_over or now
        elif news == "recovered":
            newest.answered = newest.answered or now

    def _plan(self, now, in_us, action, happening):
        when = now + in_us / 1e6 / self._scale
        heapq.heappush(self._due, (when, next(self._places), action, happening))

    def _newest(self, happening):
        """The node in its last life; None: it is a trader, and no peer was elected yet."""
        role, number = happening.fault.role, happening.fault.number
        if happening.node is not None:
            role, number = happening.node.role, happening.node.id
        elif role == "trader" and number == 0:
            role, number = "peer", self._elections.leader()
        return next((node for node in reversed(self._fleet.nodes)
                     if (node.role, node.id) == (role, number)), None)

    def _strike(self, now, happening):
        fault = happening.fault
        node = self._newest(happening)
        if node is None:
            happening.why_not = "nobody was elected"
            self._plan(now, LEADER_US, self._strike, happening)
            return
        runs = node.process.poll() is None
        if not runs and fault.what != "restart":
            happening.why_not = "it did not run"
            return
        happening.at, happening.node, happening.was_dead = now, node, not runs
        self._say(fault.text + (f": {node.name}" if node.name != fault.name else ""))
        if self._elections is not None and node.role == "peer":
            happening.led = runs and self._elections.leader() == node.id
            self._elections.forget(node.id)
        if fault.what == "stop":
            node.asked = True
            node.process.send_signal(signal.SIGTERM)
        elif fault.what == "pause":
            node.process.send_signal(signal.SIGSTOP)
            self._plan(now, fault.for_us, self._go_on, happening)
        elif runs:
            node.doomed = True
            node.process.kill()
        if fault.what == "restart":
            self._plan(now, fault.for_us, self._start_again, happening)
        elif fault.what in ("kill", "stop"):
            self._bring_warehouse_back(now, happening)

    def _go_on(self, now, happening):
        """After a pause. Whoever was killed in it stays dead."""
        node = happening.node
        if node is not None and happening.back is None and node.process.poll() is None:
            node.process.send_signal(signal.SIGCONT)
            happening.back = now

    def _note_crashes(self, now):
        for happening in self.happenings:
            if happening.fault.crash is None or happening.at is not None:
                continue
            node = next((node for node in self._fleet.nodes if node.crashed() and (
                node.role, node.id) == (happening.fault.role, happening.fault.number)), None)
            if node is not None:
                happening.at = node.ended_at
                self._say(happening.fault.text)
                self._bring_warehouse_back(now, happening)

    def _bring_warehouse_back(self, now, happening):
        restart_to_come = any(h.fault.what == "restart" and h.fault.role == "warehouse"
                              and h.at is None for h in self.happenings)
        if happening.fault.role == "warehouse" and not restart_to_come:
            self._plan(now, WAREHOUSE_BACK_US, self._start_again, happening)

    def _start_again(self, now, happening):
        before = self._newest(happening)
        if before.process.poll() is None and not (before.doomed or before.asked):
            return  # Another fault has brought it back already.
        if before.doomed:
            with contextlib.suppress(subprocess.TimeoutExpired):
                before.process.wait(REAP_S)
        if before.process.poll() is None:  # Until then its files and ports are its own.
            self._plan(now, LOOK_AGAIN_US, self._start_again, happening)
            return
        flags = []
        if before.does in ("buyer", "seller"):
            flags = ["--first-number", str(self._first_number(before, self._fleet.nodes))]
        happening.next_life = self._fleet.start(before.role, before.id, *flags,
                                                life=before.life + 1, does=before.does)
        self._say(f"{before.name} is started again")
