"""What schemas/ and protocol.md say of a market's messages, held against those that went by. Shares
nothing with Souk's own codec: the schemas are read by python3-jsonschema, the rest is told here."""

import functools
import json
import os
import re

import jsonschema

SCHEMAS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "schemas")
WAREHOUSE = 0
CLIENT_BYTES = 65536
BATCH_BYTES = 1048576


@functools.lru_cache
def load_schemas():
    """A validator for each type of message."""
    validators = {}
    for name in sorted(os.listdir(SCHEMAS)):
        kind = name.removesuffix(".schema.json")
        if kind == name or kind == "topology":
            continue
        with open(os.path.join(SCHEMAS, name), encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(schema)
        validators[kind] = jsonschema.Draft202012Validator(schema)
    return validators


def read_strictly(data):
    """The object that the bytes are; ValueError where they break a rule of the page for JSON."""
    def refuse(text):
        raise ValueError(f"{text} is no integer as it should be written")

    def integer(text):
        return int(text) if re.fullmatch("0|[1-9][0-9]*", text) else refuse(text)

    def members(pairs):
        if len(dict(pairs)) < len(pairs):
            raise ValueError(f"a key twice in {[key for key, _ in pairs]}")
        return dict(pairs)

    message = json.loads(data.decode("utf-8"), parse_float=refuse, parse_int=integer,
                         parse_constant=refuse, object_pairs_hook=members)
    if not isinstance(message, dict) or "\0" in data.decode("utf-8"):
        raise ValueError("not one object")
    return message


def ascend(tuples):
    return all(a[0] < b[0] for a, b in zip(tuples, tuples[1:]))


class Judge:
    """Takes the records of a tap, one by one in their order; `problems` tells what was wrong, and
    `kinds` how many of each type there were."""

    def __init__(self):
        self.problems = []
        self.kinds = {}
        self.messages = []  # (record, message) of all that could be read
        self._validators = load_schemas()
        self._clocks = {}   # (wire, peer, way) or (wire, topic): the latest clock there
        self._senders = {}  # (wire, peer): the client behind it
        self._asked = {}    # (wire, peer, number or batch): the clock of the request
        self._seqs = {}     # (wire, topic): the latest (epoch, seq)
        self._versions = {}  # wire: the latest version published

    def take(self, record):
        try:
            message = read_strictly(record.frames[-1])
        except ValueError as error:
            self._say(record, str(error))
            return
        kind = message.get("type")
        if kind not in self._validators:
            self._say(record, "there is no schema of this type")
            return
        for error in self._validators[kind].iter_errors(message):
            self._say(record, f"{error.json_path}: {error.message}")
            return
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        self.messages.append((record, message))
        self._judge_frames(record)
        self._judge_sender(record, message)
        self._judge_clock(record, message)
        self._judge_lists(record, message)
        if record.way == "published":
            self._judge_published(record, message)

    def _say(self, record, text):
        self.problems.append(f"{record.way} at {record.wire}: {text}: {record.frames}")

    def _expect(self, record, holds, text):
        if not holds:
            self._say(record, text)

    def _judge_frames(self, record):
        frames = record.frames
        if record.way == "published":
            self._expect(record, len(frames) == 2, "not a topic and a message")
        elif record.wire == WAREHOUSE:
            self._expect(record, len(frames) == 2 and frames[0] == b"", "not delimiter and message")
        else:
            self._expect(record, len(frames) == 1, "not one frame")
        bound = BATCH_BYTES if record.wire == WAREHOUSE else CLIENT_BYTES
        self._expect(record, len(frames[-1]) <= bound, "too long")

    def _judge_sender(self, record, message):
        """A node speaks for itself, and a connection is one client's."""
        if record.way == "request":
            client = self._senders.setdefault((record.wire, record.peer), message["from"])
            self._expect(record, message["from"] == client, f"not from {client}")
        else:
            self._expect(record, message["from"] == record.wire, f"not from {record.wire}")

    def _judge_clock(self, record, message):
        """Lamport's: each is above the one before, and an answer above its request."""
        topic = record.frames[0] if record.way == "published" else b""
        place = (record.wire, record.way, record.peer, topic)
        before = self._clocks.get(place, 0)
        self._expect(record, message["clock"] > before, f"the clock was at {before}")
        self._clocks[place] = message["clock"]
        named = message.get("number", message.get("batch", message.get("nonce")))
        request = (record.wire, record.peer, named)
        if record.way == "request":
            self._asked.setdefault(request, message["clock"])
        elif record.way == "reply" and request in self._asked:
            self._expect(record, message["clock"] > self._asked[request],
                         "the answer is not after its request")

    def _judge_lists(self, record, message):
        """Nodes ascend; what a receipt adds up to."""
        self._expect(record, ascend(message.get("seen", [0])[1:]), "seen does not ascend")
        for name in ("vector", "traders"):
            self._expect(record, ascend(message.get(name, [])), f"{name} does not ascend")
        if message.get("status", message["type"]) in ("sold", "oversold") and "number" in message:
            fills = message.get("fills", [])
            told = message["units"], message["amount_cents"]
            held = sum(fill[2] for fill in fills), sum(fill[2] * fill[3] for fill in fills)
            self._expect(record, held == told, f"the fills are {held}")

    def _judge_published(self, record, message):
        """The topic is what the message says, and (epoch, seq) counts by one in it."""
        if message["type"] == "oversell":
            who = message["trader"] if record.wire == WAREHOUSE else message["buyer"]
            topic = f"oversell.{who}"
            self._expect(record, record.wire in (WAREHOUSE, message["trader"]), "not its oversell")
        elif message["type"] == "socket":
            topic = f"socket.{record.wire}"
        elif message["type"] == "member":
            topic = f"member.{message['trader']}"
        else:
            topic = {"invalidation": "stock", "sale": "sale", "recall": "recall"}.get(
                message["type"], "no topic")
            topic += "." + message.get("product", "")
        self._expect(record, record.frames[0] == topic.encode(), f"the topic is not {topic}")
        place = record.wire, topic
        epoch, seq = self._seqs.get(place, (message["epoch"], message["seq"] - 1))
        told = message["epoch"], message["seq"]
        # A trader's sockets, and news of others, are there before it has joined, and count again
        # from then on.
        joined = (message["type"] in ("socket", "member") and message["epoch"] > epoch
                  and message["seq"] == 1)
        self._expect(record, joined or told == (epoch, seq + 1), f"({epoch}, {seq}) came before")
        self._seqs[place] = message["epoch"], message["seq"]
        if message["type"] == "invalidation":
            version = self._versions.get(record.wire, message["version"] - 1)
            self._expect(record, message["version"] == version + 1, f"version {version} was before")
            self._versions[record.wire] = message["version"]
