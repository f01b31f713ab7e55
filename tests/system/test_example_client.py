"""A stranger's client in live markets, and every message of those markets, held against the schemas
and the rules of protocol.md by a validator that is not Souk's.

Wants pyzmq and python3-jsonschema (make deps-test). Where the running Python lacks them Debian's
own runs these tests, and where that lacks them, too, they fail."""

import json
import os
import subprocess
import sys
import unittest

from market import BOUND_S
from tapped import CLIENT, MISSING, TappedMarket, run_elsewhere

SEED = int(os.environ.get("SOUK_SEED") or 0)  # of the buyers' choices
ORDERS = 20     # of the example, in a whole market
STRANGER = 999  # the test itself, as a client

# What must have gone by, whatever the mode.
COMMON = {"buy", "receipt", "restock", "restocked", "sold", "order_status", "lot_status", "lot",
          "ping", "pong", "error", "join", "view", "commit", "committed", "invalidation", "sale",
          "member"}
CACHED = COMMON | {"snapshot", "stock", "oversold", "oversell", "claim"}


def load_tests(_loader, tests, _pattern):
    if MISSING:
        return unittest.TestSuite([unittest.FunctionTestCase(lambda: run_elsewhere(__file__))])
    return tests


class Traffic(TappedMarket):
    def ask(self, trader, *messages):
        """What the trader answers to the messages of a client that is the test."""
        import zmq
        context = zmq.Context()
        try:
            socket = context.socket(zmq.DEALER)
            socket.linger = 0
            socket.rcvtimeo = int(1000 * BOUND_S)
            socket.connect(self.traders[trader].split(",")[0])
            answers = []
            for message in messages:
                socket.send(message)
                answers.append(json.loads(socket.recv()))
            return answers
        finally:
            context.destroy()

    def ask_everything(self):
        """What no buyer or seller of the market asks, and what nobody should."""
        def message(kind, clock, **fields):
            return json.dumps({"type": kind, "v": 1, "from": STRANGER, "clock": clock,
                               **fields}).encode()

        good = [message("ping", 1),
                message("order_status", 2, number=1),
                message("restock", 3, number=1, product="fish", quantity=3, price_cents=250,
                        vector=[[STRANGER, 1]]),
                message("lot_status", 4, number=1)]
        self.wrong |= {
            message("buy", 5, number=2, product="salt", quantity="two"),
            message("buy", 6, number=2, product="Salt", quantity=2),
            message("buy", 7, number=2, product="salt", quantity=2.0),
            message("buy", 8, number=2, product="salt", quantity=2, haste=True),
            message("sell", 9, number=2),
            b'{"type":"ping","v":1,"from":999,"clock":10,"clock":11}',
            b'{"type":"ping","v":1,"from":999',
        }
        kinds = [answer["type"] for answer in self.ask(1, *good)]
        self.assertEqual(kinds, ["pong", "receipt", "restocked", "lot"])
        for answer in self.ask(2, *sorted(self.wrong)):
            self.assertEqual((answer["type"], answer["reason"]), ("error", "bad_request"))

    def run_market(self, mode, kinds, *flags):
        traders = self.open_market("--mode", mode, *flags)
        bound = [] if mode == "sync" else ["--bound"]
        sellers = [self.seller(9, "--every", "20ms", "--quantity", 4, *bound)]
        buyers = [self.buyer(20 + i, "--think-time", "5ms", "--quantity", "1-2", "--window", 1 + i,
                             "--seed", SEED + i, *bound) for i in range(3)]
        orders = [1 + n % 3 for n in range(ORDERS)]
        examples = [self.start_example("--id", 700 + i, "--restock", 6, 3, "--price", 99 + i,
                                       "--buy", *orders) for i in range(2)]
        self.ask_everything()
        for i, process in enumerate(examples):
            self.assert_answered(700 + i, self.end_example(process)[0])
        self.wait_for_kinds(kinds)
        for node in buyers + sellers + traders:
            node.stop()
        self.verify()
        self.assert_sound()

    def assert_answered(self, node, answers):
        """Each of the example's requests has the answer that the store has; its clock and its token
        go on, and each request knows what the answers before it told."""
        numbers = [answer["number"] for answer in answers]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 2 + ORDERS)))
        self.assertEqual([answer["type"] for answer in answers[:2]], ["restocked"] * 2)
        told = {}
        for answer in answers[2:]:
            status = answer.get("status", "oversold")
            told[answer["number"]] = status, answer["units"], answer["amount_cents"]
        rows = self.ask_store(
            "SELECT number, status, units, amount_cents FROM orders WHERE buyer = ?", node)
        self.assertEqual({row[0]: row[1:] for row in rows}, told)
        requests = [request for request in self.sent(node, "buy", "restock")
                    if request["attempt"] == 1]
        self.assertEqual([request["number"] for request in requests], numbers)
        for answer, request in zip(answers, requests[1:]):
            self.assertGreater(request["clock"], answer["clock"])
            self.assertGreaterEqual(request["seen"][0], answer.get("seen", [0])[0])

    def test_all_that_travels_in_a_sync_market_is_as_the_page_says(self):
        self.run_market("sync", COMMON)

    def test_all_that_travels_in_a_cached_market_is_as_the_page_says(self):
        self.run_market("cached", CACHED)

    def test_all_that_travels_in_causal_order_between_stale_caches_is_as_the_page_says(self):
        self.run_market("cached", CACHED, "--order-by", "vector", "--invalidation", "off")
        vectors = [message["vector"] for record, message in self.judge.messages
                   if record.way == "reply" and "vector" in message]
        self.assertIn([STRANGER, 1], sum(vectors, []))


class Trouble(TappedMarket):
    def kind_of(self, record):
        return json.loads(record.frames[-1])["type"] if record.way == "reply" else ""

    def lose_first(self, *kinds):
        """The first reply of each of these kinds to a client is lost."""
        left = list(kinds)

        def loses(record):
            kind = self.kind_of(record)
            if record.wire == 0 or kind not in left:
                return False
            left.remove(kind)
            return True
        self.tap.loses = loses

    def test_the_example_asks_again_under_the_same_number_and_stays_with_its_trader(self):
        self.lose_first("restocked", "receipt")
        self.open_market("--mode", "sync")
        answers, _ = self.example("--id", 700, "--number", 41, "--restock", 5, "--buy", 2)
        self.assertEqual([(answer["number"], answer["type"]) for answer in answers],
                         [(41, "restocked"), (42, "receipt")])
        for number, kind in ((41, "restock"), (42, "buy")):
            went = self.sent(700, kind)
            self.assertEqual([(message["number"], message["attempt"]) for message in went],
                             [(number, 1), (number, 2)])
            self.assertEqual({record.wire for record, message in self.judge.messages
                              if message in went}, {1 + number % 2})
        self.assertEqual(self.ask_store("SELECT sum (quantity) FROM lots"), [(5,)])
        self.assertEqual(self.ask_store("SELECT number, units FROM orders"), [(42, 2)])
        self.assert_sound()

    def oversell(self, *example_traders):
        """Node 700 brings a unit to trader 1, and buys it at trader 2: trader 1, that is told of
        nothing, sells it once more, to node 701."""
        self.open_market("--mode", "cached", "--invalidation", "off")
        answers, _ = self.example("--id", 700, "--number", 2, "--restock", 1, "--buy", 1)
        self.assertEqual((answers[1]["status"], answers[1]["units"]), ("sold", 1))
        (answer,), _ = self.example("--id", 701, "--buy", 1, traders=example_traders)
        self.assertEqual((answer["units"], answer["missing"], answer["amount_cents"]), (0, 1, 0))
        rows = self.ask_store("SELECT status FROM orders WHERE buyer = 701")
        self.assertEqual(rows, [("oversold",)])
        self.assert_sound()
        return answer

    def test_the_example_is_told_that_its_order_was_oversold(self):
        self.assertIn(self.oversell(1)["type"], ("oversold", "oversell"))

    def test_the_example_hears_of_an_oversell_by_the_news_or_asks_where_the_reply_is_lost(self):
        self.tap.loses = lambda record: self.kind_of(record) == "oversold"
        self.assertIn(self.oversell(1)["type"], ("oversell", "receipt"))

    def test_the_example_asks_what_became_of_an_order_where_no_news_reach_it(self):
        self.tap.loses = lambda record: self.kind_of(record) == "oversold"
        deaf = f"ipc://{self.path('t1.tap')},ipc://{self.path('nobody')}"
        answer = self.oversell(deaf)
        self.assertEqual((answer["type"], answer["status"]), ("receipt", "oversold"))
        self.assertEqual(len(self.sent(701, "order_status")), 1)

    def test_the_example_backs_off_from_a_trader_that_is_busy(self):
        self.open_market("--mode", "sync", "--queue", 1)
        self.stock(2)

        def has_gone(text):
            return lambda: any(text in record.frames[-1] for record in self.tap.records)

        # The trader's only place is taken by an order whose commit does not arrive.
        self.tap.loses = lambda record: (record.wire, record.way) == (0, "request")
        first = self.buyer(20, "--orders", 1, "--timeout", "30s")
        self.wait_until("its commit", has_gone(b'["buy",20,'))
        trader = self.wire_of(20, "buy")
        process = self.start_example("--id", 700, "--buy", 1, traders=[trader])
        self.wait_until("busy", has_gone(b'"reason":"busy"'))
        self.tap.loses = lambda record: False
        self.assertEqual(self.end_example(process)[0][0]["status"], "sold")
        self.assertEqual(first.wait()["sold"], 1)
        attempts = [message["attempt"] for message in self.sent(700, "buy")]
        self.assertEqual(attempts, list(range(1, len(attempts) + 1)))
        self.assertGreater(len(attempts), 1)
        self.assert_sound()


class Ends(TappedMarket):
    """How the example ends where it gets no answer, or one that it can do nothing about."""

    def test_the_example_says_which_outcome_is_unknown_when_nobody_answers(self):
        _, told = self.example("--id", 700, "--number", 41, "--buy", 1, "--give-up", 0.1, status=1,
                               traders=[",".join(self.ends("nobody"))])
        self.assertRegex(told, "^example_client.py: buy 41: outcome unknown; --number 41 asks")

    def test_the_example_tells_the_error_that_it_is_given(self):
        self.open_market()
        for wrong, text in ((["--buy", 0], "bad_request: buy: quantity must be"),
                            (["--number", 0, "--buy", 1], "bad_request: buy: number must be"),
                            (["--product", "Salt", "--buy", 1], "bad_request: buy: product")):
            answers, told = self.example("--id", 700, *wrong, status=1)
            self.assertEqual(answers, [])
            self.assertIn(text, told)
        self.example("--id", 700, "--number", 1, "--restock", 2)
        self.assertIn("conflict", self.example("--id", 700, "--number", 1, "--buy", 2, status=1)[1])

    def test_the_example_explains_itself_and_refuses_what_it_cannot_do(self):
        done = subprocess.run([sys.executable, CLIENT, "--help"], capture_output=True, text=True,
                              check=True, timeout=BOUND_S)
        self.assertIn("\n  tools/example_client.py --id 700 --restock 5", done.stdout)
        for wrong in ([], ["--id", 700], ["--id", "x", "--buy", 1], ["--id", 1, "--buy", "x"]):
            self.assertIn("error:", self.example(*wrong, status=2, traders=["ipc://a,ipc://b"])[1])
        _, told = self.example("--id", 1, "--buy", 1, status=2, traders=["salt"])
        self.assertIn("--trader: ", told)

    def test_the_example_is_short(self):
        with open(CLIENT, encoding="utf-8") as file:
            self.assertLessEqual(len(file.readlines()), 110)


class TheJudge(unittest.TestCase):
    """What is broken is found: else all of the above would prove nothing."""

    GOOD = {
        "receipt": {"type": "receipt", "v": 1, "from": 1, "clock": 5, "number": 1, "status": "sold",
                    "product": "salt", "units": 2, "amount_cents": 20, "fills": [[9, 1, 2, 10]],
                    "seen": [3, [1, 1, 2], [2, 1, 1]]},
        "sale": {"type": "sale", "v": 1, "from": 0, "clock": 5, "epoch": 1, "seq": 4, "trader": 1,
                 "product": "salt", "sales": [[5, 1, 9, 1, 2, 10]]},
    }

    def judged(self, *messages, topic=b"sale.salt", frames=None):
        from tap import Record
        from traffic import Judge
        judge = Judge()
        for message in messages:
            body = message if isinstance(message, bytes) else json.dumps(message).encode()
            news = b'"sale"' in body or b'"socket"' in body
            judge.take(Record(0 if news else 1, "published" if news else "reply", b"",
                              frames or ((topic, body) if news else (body,)), False))
        return judge.problems

    def test_the_judge_finds_nothing_wrong_where_nothing_is(self):
        for message in self.GOOD.values():
            self.assertEqual(self.judged(message), [])
            later = {**message, "clock": 6, **({"seq": 5} if "seq" in message else {})}
            self.assertEqual(self.judged(message, later), [])

    def test_the_judge_finds_a_message_that_breaks_its_schema(self):
        for change in ({"type": "gift"}, {"v": 2}, {"units": -1}, {"units": "two"}, {"number": 0},
                       {"status": "stolen"}, {"product": "Salt"}, {"fills": [[9, 1, 2]]},
                       {"seen": []}, {"more": True}, {"clock": 2 ** 53}, {"from": 0}):
            self.assertEqual(len(self.judged({**self.GOOD["receipt"], **change})), 1, change)
        for name in ("type", "v", "from", "clock", "number", "status", "product", "units"):
            short = {key: value for key, value in self.GOOD["receipt"].items() if key != name}
            self.assertEqual(len(self.judged(short)), 1, name)
        sale = self.GOOD["sale"]
        for sales in ([], [[]], [[5, 1, 9, 1, 2]], [[5, 1, 9, 1, 0, 10]], 257 * sale["sales"]):
            self.assertEqual(len(self.judged({**sale, "sales": sales})), 1, sales)

    def test_the_judge_finds_what_no_schema_can_say(self):
        receipt, sale = self.GOOD["receipt"], self.GOOD["sale"]
        text = json.dumps(receipt).encode()
        for broken in (text[:-1], text + b"x", text.replace(b"20", b"20.0"),
                       text.replace(b"20", b"2e1"), text.replace(b'"v"', b'"v": 1, "v"'),
                       b"\xff" + text, b"[]"):
            self.assertEqual(len(self.judged(broken)), 1, broken)
        for change in ({"from": 2}, {"amount_cents": 21}, {"seen": [3, [2, 1, 1], [1, 1, 2]]}):
            self.assertEqual(len(self.judged({**receipt, **change})), 1, change)
        self.assertEqual(len(self.judged(receipt, receipt)), 1, "a clock that stands still")
        self.assertEqual(len(self.judged(receipt, frames=(b"", text))), 1)
        self.assertEqual(len(self.judged(sale, topic=b"sale.fish")), 1)
        for seq, epoch in ((4, 1), (6, 1), (5, 2)):
            later = {**sale, "clock": 6, "seq": seq, "epoch": epoch}
            self.assertEqual(len(self.judged(sale, later)), 1, (epoch, seq))

    def test_the_judge_knows_how_sockets_count(self):
        first = {"type": "socket", "v": 1, "from": 0, "clock": 5, "epoch": 0, "seq": 4,
                 "socket": "rep", "event": "accepted", "address": "ipc:///w", "error": ""}
        second = {**first, "clock": 6, "seq": 5}
        joined = {**first, "clock": 7, "epoch": 2, "seq": 1}
        self.assertEqual(self.judged(first, second, joined, topic=b"socket.0"), [])
        self.assertEqual(len(self.judged(first, topic=b"socket.1")), 1)
        for seq, epoch in ((4, 0), (6, 0), (2, 2)):
            later = {**first, "clock": 6, "seq": seq, "epoch": epoch}
            self.assertEqual(len(self.judged(first, later, topic=b"socket.0")), 1, (epoch, seq))


if __name__ == "__main__":
    unittest.main()
