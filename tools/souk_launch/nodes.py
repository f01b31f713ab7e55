"""The processes of a market: starts them, reads what they tell, stops them, leaves none behind."""

import ctypes
import json
import os
import selectors
import signal
import subprocess
import time

LOG_LINES = 5
LOOK_S = 0.05
PR_SET_PDEATHSIG = 1  # linux/prctl.h

try:
    _prctl = ctypes.CDLL(None, use_errno=True).prctl
except AttributeError:
    _prctl = None  # Not Linux: nodes outlive a launcher that is killed.


def die_with_parent(parent):
    """For the child, before it becomes the program: the kernel kills it when its parent dies,
    however that happens."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def popen(command, **streams):
    """A child in a session of its own, so that ^C on the terminal does not reach it."""
    parent = os.getpid()
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True,
                            preexec_fn=lambda: die_with_parent(parent), **streams)


class Node:
    """One process and what it has told. A node that is started again is another Node, in its next
    life; all lives share a log."""

    def __init__(self, role, number, folder, life=1, does=None):
        self.role = role
        self.does = does or role  # what it does: a peer is a "buyer" or a "seller", others are
                                  # what they are called
        self.id = number
        self.life = life
        self.name = role if role == "warehouse" else f"{role}-{number}"
        self.log = os.path.join(folder, self.name + ".log")
        self.book = None      # a buyer's own book, a file of this life alone
        if self.does == "buyer":
            again = "" if life == 1 else f".{life}"
            self.book = os.path.join(folder, f"{self.name}.book{again}.csv")
        self.process = None
        self.ready = None     # its ready line
        self.ready_at = None  # when that came, on the monotonic clock
        self.told = {}        # its last progress line
        self.summary = None   # its last line, once it has ended cleanly
        self.news = []        # its reports but the ready line, until somebody takes them
        self.asked = False    # to stop
        self.doomed = False   # killed by a fault that was asked for
        self.crash = None     # POINT@N where it kills itself, as it was asked to
        self.ended_at = None  # when that was noticed, on the monotonic clock
        self.status = None    # exit status, once it has ended; negative: a signal
        self.fault = None     # why its end was no good one
        self._buffer = b""

    def ending(self):
        """Its end in words."""
        if self.status is not None and self.status < 0:
            try:
                return f"died: killed by {signal.Signals(-self.status).name}"
            except ValueError:
                return f"died: killed by signal {-self.status}"
        return f"died: exit status {self.status}"

    def crashed(self):
        """Whether it died at the point where it was asked to."""
        return self.crash is not None and self.status == -signal.SIGKILL and self.fault is None

    def cpu_seconds(self):
        """CPU that its threads have used so far; None where that cannot be told."""
        used = 0
        try:
            for task in os.listdir(f"/proc/{self.process.pid}/task"):
                with open(f"/proc/{self.process.pid}/task/{task}/schedstat") as file:
                    used += int(file.read().split()[0])  # in ns; see proc(5)
        except (OSError, ValueError, IndexError):
            return None  # It has ended, or this is not Linux.
        return used / 1e9

    def log_tail(self):
        """The last lines of its log."""
        try:
            with open(self.log, "rb") as file:
                file.seek(max(os.path.getsize(self.log) - 16384, 0))
                return file.read().decode("utf-8", "replace").splitlines()[-LOG_LINES:]
        except OSError:
            return []

    def take(self, data):
        """Bytes of its stdout."""
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            try:
                told = json.loads(line)
            except ValueError:
                continue
            event = told.get("event") if isinstance(told, dict) else None
            if event == "ready":
                self.ready = told
                self.ready_at = time.monotonic()
                continue
            if event == "progress":
                self.told = told
            elif event == "summary":
                self.summary = told
            if event is not None:
                self.news.append(told)

    def judge(self):
        """Sets `fault` when it has ended as it should not. A client may end by itself; a client or
        a trader says with status 1 that a request was left without an answer."""
        if self.doomed or self.crashed():
            return
        if self.asked and self.ready is None and self.status == -signal.SIGTERM:
            return  # It was asked before it could listen.
        client = self.role in ("buyer", "seller")
        fine = (0,) if self.role == "warehouse" else (0, 1)
        if self.fault is None and (self.status not in fine or self.summary is None
                                   or not (self.asked or client)):
            self.fault = self.ending()


class Fleet:
    """All nodes of a market. `say` is told, in words, what goes wrong."""

    def __init__(self, souk, folder, topology, interrupts, say):
        self.nodes = []
        self.say = say
        self._souk = souk
        self._folder = folder
        self._topology = topology
        self._interrupts = interrupts
        self.listener = None  # told (when, node, report), of all but ready lines
        self._selector = selectors.DefaultSelector()
        self._looked = 0.0
        self._now = 0.0

    def start(self, role, number, *flags, life=1, crash=None, does=None):
        """Starts the node; `flags` go over the topology, `crash` is where it is to kill itself."""
        node = Node(role, number, self._folder, life, does)
        node.crash = crash
        command = [self._souk, role, "--topology", self._topology, "--json", *flags]
        if role != "warehouse":
            command[2:2] = ["--id", str(number)]
        if node.book is not None:
            command += ["--book", node.book]
        if crash is not None:
            command += ["--crash", crash]
        with open(node.log, "ab") as log:
            node.process = popen(command, stdout=subprocess.PIPE, stderr=log)
        os.set_blocking(node.process.stdout.fileno(), False)
        self._selector.register(node.process.stdout, selectors.EVENT_READ, node)
        self.nodes.append(node)
        return node

    def pump(self, seconds):
        """Reads what nodes tell for up to `seconds`, and notices those that have ended."""
        ready = self._selector.select(seconds)
        # One moment for all that waits: what caused what cannot be told from the order of reading.
        self._now = time.monotonic()
        for key, _ in ready:
            self._read(key.data)
        if self._now - self._looked < LOOK_S:
            return  # Many nodes tell much; asking the kernel about each of them every time is dear.
        self._looked = self._now
        for node in self.nodes:
            if node.status is None and node.process.poll() is not None:
                while self._read(node):
                    pass
                node.process.stdout.close()
                node.status = node.process.returncode
                node.ended_at = node.ended_at or self._now
                node.judge()

    def _read(self, node):
        stdout = node.process.stdout
        if stdout.fileno() not in self._selector.get_map():
            return False
        try:
            data = os.read(stdout.fileno(), 65536)
        except BlockingIOError:
            return False
        if data:
            node.take(data)
            if self.listener is not None:
                for told in node.news:
                    self.listener(self._now, node, told)
            node.news.clear()
        else:
            self._selector.unregister(stdout)
            node.ended_at = self._now
            self._looked = 0.0
        return bool(data)

    def doing(self, what):
        """All lives of those that do this."""
        return [node for node in self.nodes if node.does == what]

    def running(self, *roles):
        return [node for node in self.nodes
                if node.status is None and (not roles or node.role in roles)]

    def died(self):
        return [node for node in self.nodes if node.fault is not None]

    def await_ready(self, nodes, seconds):
        """Waits until all of them serve. False when one has died, is late, or the user has had
        enough."""
        deadline = time.monotonic() + seconds
        while any(node.ready is None and node.status is None for node in nodes):
            if self._interrupts.count or self.died():
                return False
            if time.monotonic() > deadline:
                for node in nodes:
                    if node.ready is None and node.status is None:
                        node.fault = f"did not serve within {seconds:.0f} s"
                return False
            self.pump(0.1)
        return not self.died()

    def stop(self, nodes, seconds):
        """Asks them to stop; kills those that have not after `seconds`, or at a second ^C."""
        for node in nodes:
            node.asked = True
            node.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + seconds
        while any(node.status is None for node in nodes):
            left = deadline - time.monotonic()
            if left <= 0 or self._interrupts.count > 1:
                late = f"did not stop within {seconds:.0f} s"
                self._kill(nodes, late if left <= 0 else "cut short")
                return
            self.pump(min(left, 0.1))

    def _kill(self, nodes, why):
        slow = [node for node in nodes if node.status is None]
        for node in slow:
            if node.fault is None:
                node.fault = f"was killed: {why}"
                self.say(f"{node.name} {node.fault}")
            node.process.kill()
        while any(node.status is None for node in slow):
            self.pump(0.1)

    def kill(self):
        """Ends whatever runs, at once. For the way out of a mistake of our own."""
        for node in self.nodes:
            if node.process.poll() is None:
                node.process.kill()
                node.process.wait()
