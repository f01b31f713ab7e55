"""kill -9 of the warehouse under load: every order has one outcome for ever, and what was told is
what the store says. The moments are random; SOUK_SEED repeats a run's choice of them."""

import os
import random
import socket
import threading
import time
import unittest

from market import MarketTest

SEED = int(os.environ.get("SOUK_SEED") or random.SystemRandom().randrange(10 ** 6))
KILLS = 6
BUYERS = 4
ORDERS = 1200


class KilledWarehouse(MarketTest):
    def run_market(self, mode):
        chance = random.Random(SEED)
        bound = [] if mode == "sync" else ["--bound"]
        warehouse = self.warehouse("--log", "quiet")
        traders = [self.trader(number, "--mode", mode, "--log", "quiet") for number in (1, 2)]
        # Less comes than is asked for, so that orders are refused (and oversold), too.
        seller = self.seller(9, "--every", "20ms", "--quantity", 20, "--log", "quiet", *bound)
        buyers = [self.buyer(20 + i, "--orders", ORDERS, "--window", 8, "--quantity", "1-3",
                             "--log", "quiet", *bound) for i in range(BUYERS)]
        share = BUYERS * ORDERS // (KILLS + 1)
        for kill in range(KILLS):
            orders = kill * share + chance.randrange(1, share)
            self.wait_until(f"{orders} orders", lambda orders=orders: self.ask_store(
                "SELECT count (*) >= ? FROM orders", orders)[0][0])
            time.sleep(chance.uniform(0, 0.01))  # Any moment will do, in a batch or between.
            warehouse.kill()
            warehouse = self.warehouse("--log", "quiet")
        summaries = [buyer.wait(0) for buyer in buyers]
        book = seller.stop()
        self.assertEqual((book["open"], book["gave_up"], book["failed"]), (0, 0, 0))
        self.assertEqual(self.ask_store("SELECT count (*), sum (quantity) FROM lots"),
                         [(book["restocked"], book["units"])])
        for trader in traders:
            trader.stop()
        warehouse.stop()
        for summary in summaries:
            self.assertEqual(summary["requests"], ORDERS)
        self.assert_books_agree(summaries)
        self.assertGreater(sum(summary["units"] for summary in summaries), 0)
        return summaries

    def test_a_sync_market_outlives_a_warehouse_that_is_killed_again_and_again(self):
        with self.subTest(seed=SEED):
            summaries = self.run_market("sync")
            self.assertEqual(sum(summary["oversold"] for summary in summaries), 0)

    def test_a_cached_market_outlives_a_warehouse_that_is_killed_again_and_again(self):
        with self.subTest(seed=SEED):
            self.run_market("cached")


class Wire:
    """A wire between a trader and the warehouse that can lose all that the warehouse answers."""

    def __init__(self, path, warehouse_path):
        self.warehouse_path = warehouse_path
        self.losing = False
        self.lost = 0
        self._open = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                trader, _ = self._listener.accept()
            except OSError:
                return
            warehouse = socket.socket(socket.AF_UNIX)
            try:
                warehouse.connect(self.warehouse_path)
            except OSError:  # It is not there: the trader will come again.
                trader.close()
                warehouse.close()
                continue
            self._open += [trader, warehouse]
            for source, sink, may_lose in ((trader, warehouse, False), (warehouse, trader, True)):
                threading.Thread(target=self._carry, args=(source, sink, may_lose),
                                 daemon=True).start()

    def _carry(self, source, sink, may_lose):
        try:
            while data := source.recv(65536):
                if may_lose and self.losing:
                    self.lost += len(data)
                else:
                    sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        for end in [self._listener, *self._open]:
            end.close()


class KilledBetweenTheDiskAndTheReply(MarketTest):
    def count_orders(self):
        return self.ask_store("SELECT count (*) FROM orders")[0][0]

    def more_orders(self):
        """Whether more orders are stored than now."""
        now = self.count_orders()
        return lambda: self.count_orders() > now

    def run_market(self, mode):
        bound = [] if mode == "sync" else ["--bound"]
        warehouse = self.warehouse()
        real = self.path("w.1")
        wire = Wire(self.path("wire"), real)
        self.addCleanup(wire.close)
        self.warehouse_ends = f"ipc://{self.path('wire')}", self.warehouse_ends[1]
        self.trader(1, "--mode", mode)
        self.stock(100000, *bound)
        buyer = self.buyer(20, "--window", 4, "--think-time", "5ms", "--log", "quiet", *bound)
        for _ in range(3):
            self.wait_until("an order", self.more_orders())  # The trader is connected.
            # What was answered is on the disk, and its answer on no wire any more.
            wire.losing = True
            self.wait_until("a batch whose answer was lost", lambda: wire.lost)
            warehouse.kill()
            wire.losing = False
            wire.lost = 0
            self.warehouse_ends = f"ipc://{real}", self.warehouse_ends[1]
            warehouse = self.warehouse()
        self.wait_until("an order", self.more_orders())
        summary = buyer.stop()
        self.assertEqual((summary["sold"], summary["units"]), 2 * (summary["requests"],))
        self.assert_books_agree([summary])

    def test_a_sync_order_that_was_stored_and_not_answered_is_answered_once(self):
        self.run_market("sync")

    def test_a_cached_order_that_was_stored_and_not_answered_is_settled_once(self):
        self.run_market("cached")


if __name__ == "__main__":
    unittest.main()
