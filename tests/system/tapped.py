"""Markets whose every wire goes through a tap, with the example client in them. Wants pyzmq and
python3-jsonschema: where the running Python lacks them, Debian's own can run a test instead."""

import importlib.util
import json
import os
import re
import subprocess
import sys

from market import BOUND_S, ROOT, MarketTest, die_with_parent

CLIENT = os.path.join(ROOT, "tools", "example_client.py")
DEBIANS = "/usr/bin/python3"
ELSEWHERE = "SOUK_TEST_ELSEWHERE"  # set in the environment of a Python that another one has started
MISSING = [name for name in ("zmq", "jsonschema") if importlib.util.find_spec(name) is None]


def run_elsewhere(file):
    """The file's tests, by a Python that has the modules; fails where there is none."""
    if ELSEWHERE in os.environ or not os.access(DEBIANS, os.X_OK):
        raise AssertionError(f"{sys.executable} lacks {' and '.join(MISSING)}: make deps-test, or"
                             " apt-get install python3-zmq python3-jsonschema")
    folder, name = os.path.split(os.path.abspath(file))
    done = subprocess.run([DEBIANS, "-m", "unittest", "discover", "-s", folder, "-p", name],
                          env={**os.environ, ELSEWHERE: "1"}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False, preexec_fn=die_with_parent)
    if done.returncode != 0 or not re.search(r"^Ran [1-9]", done.stderr, re.M):
        raise AssertionError(f"{DEBIANS} says:\n{done.stdout}{done.stderr}")


class TappedMarket(MarketTest):
    """A market whose every wire goes through a tap."""

    def setUp(self):
        super().setUp()
        from tap import Tap
        from traffic import Judge
        self.judge = Judge()
        self.judged = 0
        self.wrong = set()  # what the test sends although it is wrong
        self.refused = []   # what the judge said of that
        self.tap = Tap()
        self.addCleanup(self.tap.stop)

    def open_market(self, *flags):
        """The warehouse and two traders, and a tap between all of them."""
        rep, pub = self.warehouse_ends
        tapped = f"ipc://{self.path('w.tap')}"
        self.tap.carry(0, tapped, rep)
        self.tap.listen(0, pub)
        for number in (1, 2):
            router, news = self.ends(f"t{number}")
            self.tap.carry(number, f"ipc://{self.path(f't{number}.tap')}", router)
            self.tap.listen(number, news)
        self.tap.start()
        self.warehouse()
        self.warehouse_ends = tapped, pub
        nodes = [self.trader(number, *flags) for number in (1, 2)]
        for number in (1, 2):
            news = self.ends(f"t{number}")[1]
            self.traders[number] = f"ipc://{self.path(f't{number}.tap')},{news}"
        self.warehouse_ends = rep, pub
        return nodes

    def start_example(self, *arguments, traders=(1, 2)):
        ends = [self.traders.get(trader, trader) for trader in traders]
        process = subprocess.Popen(
            [sys.executable, CLIENT, "--trader", *ends, *map(str, arguments)], text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=die_with_parent)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def end_example(self, process, status=0):
        """Its answers, and what it said besides."""
        said, told = process.communicate(timeout=BOUND_S)
        self.assertEqual(process.returncode, status, said + told)
        return [json.loads(line) for line in said.splitlines()], told

    def example(self, *arguments, status=0, **more):
        return self.end_example(self.start_example(*arguments, **more), status)

    def hear_all(self):
        """Judges what has come since; what was sent wrongly must be found to be wrong."""
        from traffic import Judge
        records = self.tap.records
        while self.judged < len(records):
            record = records[self.judged]
            self.judged += 1
            if record.frames[-1] in self.wrong:
                alone = Judge()
                alone.take(record)
                self.refused += alone.problems
            else:
                self.judge.take(record)

    def wait_for_kinds(self, kinds):
        def look():
            self.hear_all()
            return self.judge.problems or kinds <= set(self.judge.kinds)
        try:
            self.wait_until("all kinds of messages", look)
        except AssertionError as error:
            raise AssertionError(f"never seen: {kinds - set(self.judge.kinds)}") from error

    def assert_sound(self):
        """All that went by was as the page says."""
        self.tap.stop()
        self.hear_all()
        self.assertEqual(self.judge.problems, [])
        self.assertEqual(len(self.refused), len(self.wrong), self.refused)

    def sent(self, node, *kinds):
        """What the node has sent, of these kinds."""
        self.hear_all()
        return [message for record, message in self.judge.messages if record.way == "request"
                and message["from"] == node and message["type"] in kinds]


    def wire_of(self, node, kind):
        """The trader that the node has sent its first message of this kind."""
        self.hear_all()
        return next(record.wire for record, message in self.judge.messages
                    if (message["from"], message["type"]) == (node, kind))
