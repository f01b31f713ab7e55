#!/usr/bin/python3
"""A client of a Souk market to copy from: brings lots and buys, as schemas/protocol.md tells.

  tools/example_client.py --id 700 --restock 5 --price 250 --buy 2 1
  tools/example_client.py --id 701 --buy 1 1 1 --trader ipc://a,ipc://b ipc://c,ipc://d

Prints final answers as JSON. Exit status 1: one failed or is unknown; 2: called wrongly.
"""
import argparse, json, random, signal, sys, time, zmq  # Debian: python3-zmq, /usr/bin/python3

class Client:
    def __init__(self, node, traders, give_up_s):
        self.node, self.give_up_s, context = node, give_up_s, zmq.Context.instance()
        self.clock, self.version, self.counts = 0, 0, {}  # Lamport's clock; the causal token
        self.own = {"v": 1, "from": node}  # in every message; and its market, once it is known
        self.firsts = {}  # the id and the epoch of each trader, as its last pong says
        self.traders, self.news = [], context.socket(zmq.SUB)
        self.news.subscribe(f"oversell.{node}")
        for router, _, pub in (ends.partition(",") for ends in traders):
            self.traders.append(context.socket(zmq.DEALER))  # one each: who has got what is known
            self.traders[-1].linger = 1000  # ms
            self.traders[-1].connect(router)
            self.news.connect(pub)

    def receive(self, until):
        """The next message for this node, from anywhere; None when none has come until then."""
        while (wait_s := until - time.monotonic()) > 0:
            for socket in zmq.select([self.news, *self.traders], [], [], wait_s)[0][:1]:
                *topic, body = socket.recv_multipart()
                if topic in ([], [b"oversell.%d" % self.node]):  # not one that only begins so
                    message = json.loads(body)
                    self.clock = max(self.clock, message["clock"]) + 1
                    if message["type"] == "pong":
                        self.firsts[socket] = message["from"], message.get("epoch", 0)
                    if "market" in message:
                        self.own.setdefault("market", message["market"])
                    version, *counts = message.get("seen", [0])
                    self.version = max(self.version, version)
                    for trader, *count in counts:  # [epoch, count]: the epoch decides first
                        self.counts[trader] = max(self.counts.get(trader, [0, 0]), count)
                    return message

    def send(self, trader, **message):
        self.clock += 1
        trader.send(json.dumps({**message, **self.own, "clock": self.clock}).encode())

    def ask(self, trader, request):
        """Asks, again and again, until there is a final answer, and returns that."""
        kind, number, attempt, accepted = request["type"], request["number"], 0, False
        wait_s, end = 1, time.monotonic() + self.give_up_s
        self.send(trader, type="ping")  # who is it, in which epoch? Else it promises nothing
        while trader not in self.firsts and self.receive(min(time.monotonic() + wait_s, end)):
            pass
        request["first"], request["first_epoch"] = self.firsts.get(trader, (0, 0))
        while time.monotonic() < end:
            if accepted:  # by now the final answer should be here, or is lost
                self.send(trader, type="order_status", number=number)
            else:
                attempt += 1
                seen = [self.version, *([node, *self.counts[node]] for node in sorted(self.counts))]
                self.send(trader, **request, attempt=attempt, seen=seen)
            until = time.monotonic() + wait_s
            while answer := self.receive(min(until, end)):
                if answer.get("number", "reason" in answer and number) != number:
                    continue  # of another request, or told already
                word = answer.get("reason") or answer.get("status") or answer["type"]
                if word in ("busy", "unavailable", "pending"):
                    until = time.monotonic() + wait_s * random.uniform(0.2, 0.6)
                elif word == "accepted":
                    accepted, until = True, time.monotonic() + 2 * wait_s
                elif word == "unknown":  # its trader died with what it had promised: order again
                    accepted, until = False, 0
                elif answer["type"] == "error":
                    raise ValueError(f"{kind} {number}: {word}: {answer['text']}")
                else:
                    return answer
            wait_s = min(8, 2 * wait_s)
        raise TimeoutError(f"{kind} {number}: outcome unknown; --number {number} asks for it again")

def main():
    parser = argparse.ArgumentParser(usage="example_client.py --id N ...", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add, usual = parser.add_argument, "tcp://127.0.0.1:5560,tcp://127.0.0.1:5561"
    add("--id", type=int, required=True, help="its node id, 1 to 65535, nobody else's")
    add("--trader", nargs="+", default=[usual], metavar="ROUTER,PUB", help=f"each one's ({usual})")
    add("--product", default="salt", help="what it brings and buys (salt)")
    add("--restock", nargs="+", type=int, default=[], metavar="UNITS", help="lots, brought first")
    add("--price", type=int, default=1000, metavar="CENTS", help="of a unit it brings (1000)")
    add("--buy", nargs="+", type=int, default=[], metavar="UNITS", help="orders, one by one")
    add("--number", type=int, default=time.time_ns() // 1000, help="of the first request (now)")
    add("--give-up", type=float, default=60, metavar="SECONDS", help="a request may take (60)")
    options = parser.parse_args()
    if not options.restock + options.buy:
        parser.error("nothing to do: say --restock or --buy")
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    lots = [("restock", {"quantity": n, "price_cents": options.price}) for n in options.restock]
    orders = [("buy", {"quantity": units}) for units in options.buy]
    try:
        client = Client(options.id, options.trader, options.give_up)
        for number, (kind, request) in enumerate(lots + orders, options.number):
            request.update(type=kind, number=number, product=options.product)
            answer = client.ask(client.traders[number % len(client.traders)], request)
            print(json.dumps(answer), flush=True)
    except zmq.ZMQError as error:
        parser.error(f"--trader: {error}")
    except (TimeoutError, ValueError) as error:
        sys.exit(f"example_client.py: {error}")

if __name__ == "__main__":
    main()
