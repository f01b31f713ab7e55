"""Souk in sync mode, by its own bench: a warehouse and a trader as processes of their own."""

import json
import os

from souk_peers.processes import Failure, run


def read_report(text):
    """A run of what `souk bench --json` says."""
    try:
        told = json.loads(text)
        return {"orders_per_s": float(told["orders_per_s"]),
                "p50_us": float(told["latency_us"]["p50"]),
                "p99_us": float(told["latency_us"]["p99"]),
                "problems": ([] if told["conserved"] is True else ["souk verify finds a fault"])
                + ([f"{told['refused']} orders were refused"] if told["refused"] else [])}
    except (ValueError, KeyError, TypeError):
        raise Failure(f"souk bench said what is no report: {text[:200]!r}") from None


class Souk:
    key = "souk"
    name = "Souk sync, 1 trader"
    guarantee = "idempotent, durable when answered, double-entry ledger"
    outstanding_most = None

    def __init__(self, folder, program):
        self._folder = folder
        self._program = program

    def check(self):
        if not os.access(self._program, os.X_OK):
            raise Failure(f"{self._program} is not there: make")

    def measure(self, cell, orders):
        """The bench warms the market up by itself, and verifies its store."""
        words = ["--clients", str(cell.connections), "--window", str(cell.window), "--mode", "sync",
                 "--transport", "ipc"]
        count = orders.of_warm_up(cell)
        if orders.fixed is None:
            warm = self._bench(words, count)
            count = orders.of_rate(cell, warm["orders_per_s"])
        else:
            count = orders.of_rate(cell, 0)
        return {"orders": count, **self._bench(words, count)}

    def _bench(self, words, count):
        return read_report(run([self._program, "bench", *words, "--orders", str(count), "--json",
                                "--dir", self._folder]))

    def close(self):
        """What the bench has started it has stopped."""
