"""A tap on a market's wires: small proxies between clients and traders, and between traders and the
warehouse, that pass every message on as it is and keep a copy; and a subscriber to every PUB. A
test may have it lose some, to see what is asked again. Wants pyzmq."""

import threading
from typing import NamedTuple

import zmq


class Record(NamedTuple):
    """One message that went by."""

    wire: str      # whose socket it came to, came from or was published by: that node's id
    way: str       # "request", "reply" or "published"
    peer: bytes    # the connection's routing id at that node; none where it was published
    frames: tuple  # all but routing ids
    lost: bool     # it was not passed on


class Tap:
    """Set up, started, and stopped once. `records` grows as messages come."""

    def __init__(self):
        self.records = []
        self.loses = lambda record: False  # which are not passed on
        self._context = zmq.Context()
        self._context.linger = 0
        self._takers = {}  # socket: takes what it has
        self._poller = zmq.Poller()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._stopper, stopped = self._context.socket(zmq.PAIR), self._context.socket(zmq.PAIR)
        stopped.bind("inproc://stop")
        self._stopper.connect("inproc://stop")
        self._add(stopped, None)

    def carry(self, wire, front, back):
        """Clients connect to `front`; each gets a connection of its own to `back`, so that the node
        there tells them apart by the routing ids that its ROUTER gives them. A REP is content with
        that too, since the delimiter is one of the frames that are passed on."""
        router = self._context.socket(zmq.ROUTER)
        router.rcvhwm = router.sndhwm = 0
        router.bind(front)
        backs = {}

        def request():
            peer, *frames = router.recv_multipart()
            if peer not in backs:
                backs[peer] = self._connect(zmq.DEALER, back)
                self._add(backs[peer], lambda: reply(peer, backs[peer].recv_multipart()))
            self._pass(Record(wire, "request", peer, tuple(frames), False), backs[peer], frames)

        def reply(peer, frames):
            self._pass(Record(wire, "reply", peer, tuple(frames), False), router, [peer, *frames])

        self._add(router, request)

    def listen(self, wire, pub):
        """Hears all that the node publishes."""
        sub = self._connect(zmq.SUB, pub)
        sub.subscribe("")
        self._add(sub, lambda: self.records.append(
            Record(wire, "published", b"", tuple(sub.recv_multipart()), False)))

    def start(self):
        self._thread.start()

    def stop(self):
        """All that it holds is closed; what it has recorded stays."""
        if self._thread.is_alive():
            self._stopper.send(b"")
            self._thread.join()
        self._context.destroy()

    def _connect(self, kind, endpoint):
        socket = self._context.socket(kind)
        socket.rcvhwm = socket.sndhwm = 0  # It loses nothing but what it is told to.
        socket.reconnect_ivl = 1  # ms: the node is not there yet, and is not to be missed.
        socket.connect(endpoint)
        return socket

    def _add(self, socket, take):
        self._takers[socket] = take
        self._poller.register(socket, zmq.POLLIN)

    def _pass(self, record, sink, frames):
        if self.loses(record):
            self.records.append(record._replace(lost=True))
            return
        self.records.append(record)
        sink.send_multipart(frames)

    def _run(self):
        while True:
            for socket, _ in self._poller.poll():
                take = self._takers[socket]
                if take is None:
                    return
                take()
