"""Whole markets of real processes: sound in every mode and order, through restarts, and with
nodes that are not welcome."""

import os
import re
import resource
import unittest

from market import MarketTest


class SoundMarkets(MarketTest):
    def run_market(self, mode, *trader_flags, buyer_flags=(), buyers=3, orders=40):
        self.warehouse()
        for number in (1, 2):
            self.trader(number, "--mode", mode, *trader_flags)
        bound = [] if mode == "sync" else ["--bound"]
        sellers = [self.seller(9, "--every", "20ms", "--quantity", 7, "--price", "1-3", *bound),
                   self.seller(10, "--when", "sold-out", "--every", "20ms", *bound)]
        summaries = [buyer.wait() for buyer in [
            self.buyer(20 + i, "--orders", orders, "--window", 1 + 3 * i, *bound, *buyer_flags)
            for i in range(buyers)]]
        for seller in sellers:
            summary = seller.stop()
            self.assertEqual((summary["open"], summary["failed"]), (0, 0))
            rows = self.ask_store("SELECT count (*), sum (quantity) FROM lots WHERE seller = ?",
                                  summary["node"])
            self.assertEqual(rows, [(summary["restocked"], summary["units"])])
        for summary in summaries:
            self.assertEqual(summary["requests"], orders)
        self.assert_books_agree(summaries)
        return summaries

    def test_a_sync_market_is_sound_and_never_oversells(self):
        summaries = self.run_market("sync")
        self.assertGreater(sum(summary["units"] for summary in summaries), 0)
        self.assertEqual(sum(summary["oversold"] for summary in summaries), 0)

    def test_a_cached_market_is_sound(self):
        summaries = self.run_market("cached")
        self.assertGreater(sum(summary["units"] for summary in summaries), 0)

    def test_a_cached_market_without_invalidation_is_sound(self):
        self.run_market("cached", "--invalidation", "off")

    def test_a_market_that_orders_by_lamport_clocks_is_sound(self):
        self.run_market("sync", "--order-by", "lamport")

    def test_a_market_that_orders_by_vector_clocks_is_sound(self):
        self.run_market("cached", "--order-by", "vector")

    def test_a_market_with_a_tiny_queue_and_tiny_batches_is_sound(self):
        # Longer than two requests' worth of answers, so that `busy` is met and lived through.
        self.run_market("sync", "--queue", 2, "--batch", 1, "--in-flight", 1)

    def test_a_market_of_quantity_ranges_gives_parts(self):
        self.run_market("sync", buyer_flags=["--quantity", "1-5"])
        rows = self.ask_store("SELECT DISTINCT quantity FROM orders")
        self.assertEqual({row[0] for row in rows}, {1, 2, 3, 4, 5})

    def test_a_market_of_all_or_nothing_gives_no_parts(self):
        self.run_market("sync", buyer_flags=["--quantity", "3-9", "--all-or-nothing"])
        rows = self.ask_store("SELECT count (*) FROM orders WHERE units NOT IN (0, quantity)")
        self.assertEqual(rows, [(0,)])

    def test_a_market_over_tcp_gets_free_ports_and_tells_them(self):
        warehouse = self.node("warehouse", "--store", self.store, "--rep", "tcp://127.0.0.1:*",
                              "--pub", "tcp://127.0.0.1:*", "--json")
        ends = warehouse.report("ready")["endpoints"]
        trader = self.node("trader", "--id", 1, "--router", "tcp://127.0.0.1:*", "--pub",
                           "tcp://127.0.0.1:*", "--warehouse", ends["rep"], "--warehouse-pub",
                           ends["pub"], "--mode", "cached", "--json")
        own = trader.report("ready")["endpoints"]
        for endpoint in (*ends.values(), *own.values()):
            self.assertRegex(endpoint, r"^tcp://127\.0\.0\.1:[0-9]+$")
        self.traders[1] = f"{own['router']},{own['pub']}"
        self.stock(30)
        self.assert_books_agree([self.buyer(20, "--orders", 40, "--bound").wait()])


class Choices(MarketTest):
    def setUp(self):
        super().setUp()
        self.warehouse()
        self.trader(1)

    def test_a_buyer_that_is_refused_keeps_asking_for_the_same(self):
        summary = self.buyer(20, "--products", "salt,fish", "--orders", 8).wait()
        self.assertEqual(summary["refused"], 8)
        rows = self.ask_store("SELECT count (*) FROM products WHERE name = 'fish'")
        self.assertEqual(rows, [(0,)])

    def test_a_buyer_that_is_refused_switches_to_what_there_is(self):
        self.client("seller", 9, "--product", "fish", "--quantity", 50, "--restocks", 1,
                    "--every", "1ms").wait()
        summary = self.buyer(20, "--products", "salt,fish", "--on-refusal", "switch",
                             "--orders", 20).wait()
        self.assertEqual((summary["refused"], summary["sold"]), (1, 19))
        self.assert_books_agree([summary])

    def test_a_seller_that_waits_until_it_is_sold_out_brings_more_only_then(self):
        seller = self.seller(9, "--when", "sold-out", "--quantity", 3, "--every", "10ms",
                             "--restocks", 3)
        buyer = self.buyer(20, "--think-time", "5ms")
        self.wait_until("three lots sold", lambda: self.ask_store(
            "SELECT sum (quantity - unsold) >= 7 FROM lots")[0][0])
        self.assertEqual(seller.wait()["restocked"], 3)
        self.assert_books_agree([buyer.stop()])

    def test_a_seller_of_each_product_it_has_sold_brings_them_all(self):
        self.client("seller", 9, "--product", "salt", "--products", "salt,fish", "--what",
                    "random", "--restocks", 12, "--every", "1ms", "--seed", 3).wait()
        rows = self.ask_store("SELECT name FROM products ORDER BY name")
        self.assertEqual(rows, [("fish",), ("salt",)])
        seller = self.client("seller", 10, "--product", "salt", "--products", "salt,fish",
                             "--what", "each", "--restocks", 3, "--every", "10ms")
        self.assertEqual(seller.wait()["restocked"], 3)


class Restarts(MarketTest):
    def test_a_warehouse_that_is_restarted_under_load_loses_nothing(self):
        for mode in ("sync", "cached"):
            with self.subTest(mode=mode):
                self.store = self.path(f"{mode}.db")
                self.warehouse_ends = self.ends(f"w-{mode}")
                self.traders = {}
                warehouse = self.warehouse()
                flags = [] if mode == "sync" else ["--bound"]
                traders = [self.trader(number, "--mode", mode) for number in (1, 2)]
                self.stock(1500, *flags)
                buyers = [self.buyer(20 + i, "--orders", 400, "--window", 4, *flags)
                          for i in range(3)]
                for done in (150, 500, 900):
                    self.wait_until(f"{done} orders", lambda done=done: self.ask_store(
                        "SELECT count (*) >= ? FROM orders", done)[0][0])
                    warehouse.stop()
                    warehouse = self.warehouse()
                self.assert_books_agree([buyer.wait() for buyer in buyers])
                self.assertEqual(self.verify()["orders"], 1200)
                for trader in traders:
                    trader.stop()
                warehouse.stop()

    def test_a_trader_that_is_killed_and_restarted_in_sync_mode_loses_nothing(self):
        self.warehouse()
        trader = self.trader(1)
        self.trader(2)
        self.stock(500)
        buyers = [self.buyer(20 + i, "--orders", 300, "--window", 4, "--timeout", "200ms")
                  for i in range(3)]
        for done in (100, 300, 500):
            self.wait_until(f"{done} orders", lambda done=done: self.ask_store(
                "SELECT count (*) >= ? FROM orders", done)[0][0])
            trader.kill()
            trader = self.trader(1)
        self.assert_books_agree([buyer.wait() for buyer in buyers])
        self.assertEqual(self.verify()["orders"], 900)

    def test_a_market_keeps_its_id_for_as_long_as_its_store(self):
        warehouse = self.warehouse()
        market = warehouse.report("ready")["market"]
        self.assertEqual(self.ask_store("SELECT market FROM warehouse"), [(market,)])
        warehouse.kill()
        self.assertEqual(self.warehouse().report("ready")["market"], market)
        self.store += ".other"
        self.warehouse_ends = self.ends("other")
        self.assertNotEqual(self.warehouse().report("ready")["market"], market)

    def test_a_client_that_goes_on_with_the_next_number_after_its_own_restart_is_served(self):
        self.warehouse()
        self.trader(1)
        self.stock(10)
        self.buyer(20, "--orders", 5).wait()
        again = self.buyer(20, "--orders", 5, "--first-number", 6).wait()
        self.assertEqual((again["sold"], again["failed"]), (5, 0))
        self.assertEqual(self.verify()["sold_units"], 10)

    def test_a_client_that_begins_anew_at_one_gets_its_old_answers_or_a_conflict(self):
        self.warehouse()
        self.trader(1)
        self.stock(10)
        self.buyer(20, "--orders", 5).wait()
        same = self.buyer(20, "--orders", 5).wait()
        self.assertEqual((same["sold"], same["units"]), (5, 5))
        other = self.buyer(20, "--orders", 2, "--quantity", 2).wait()
        self.assertEqual((other["sold"], other["failed"]), (0, 2))
        self.assertEqual(self.verify()["sold_units"], 5)


class Disk(MarketTest):
    def test_a_store_without_room_refuses_for_as_long_and_loses_nothing(self):
        for number, mode in enumerate(("sync", "cached"), 1):
            with self.subTest(mode=mode):
                self.store = self.path(f"{mode}.db")
                self.warehouse_ends = self.ends(mode)
                self.traders = {}
                bound = [] if mode == "sync" else ["--bound"]
                warehouse = self.warehouse()
                self.trader(number, "--mode", mode)
                self.stock(300, *bound)
                buyers = [self.buyer(20 + i, "--orders", 150, "--window", 4, "--think-time",
                                     "1ms", *bound) for i in range(2)]
                self.wait_until("20 orders", lambda: self.ask_store(
                    "SELECT count (*) >= 20 FROM orders")[0][0])
                pid = warehouse.process.pid
                _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, most))
                warehouse.wait_log("refused: the store has no room", 3)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))
                self.assert_books_agree([buyer.wait() for buyer in buyers])
                self.assertEqual(self.verify()["orders"], 300)

    def test_a_journal_without_room_promises_nothing_for_as_long_and_loses_nothing(self):
        self.warehouse()
        trader = self.trader(1, "--mode", "cached")
        self.stock(300, "--bound")
        buyers = [self.buyer(20 + i, "--orders", 150, "--window", 4, "--think-time", "1ms",
                             "--bound") for i in range(2)]
        self.wait_until("20 orders", lambda: self.ask_store(
            "SELECT count (*) >= 20 FROM orders")[0][0])
        pid = trader.process.pid
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (os.path.getsize(self.journal(1)), most))
        trader.wait_log("nothing is told: the journal has no room", 3)
        buyers[0].wait_log("unavailable")
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))
        promised = sum("accepted" in line for line in buyers[0].log)
        self.assert_books_agree([buyer.wait() for buyer in buyers])
        self.assertGreater(sum("accepted" in line for line in buyers[0].log), promised)
        self.assertEqual(self.verify()["orders"], 300)
        trader.stop()

    def test_a_warehouse_that_finds_no_room_at_its_start_ends_and_harms_nothing(self):
        warehouse = self.warehouse()
        self.trader(1)
        self.stock(5)
        warehouse.kill()
        full = self.warehouse(ready=False, limit_bytes=4096)
        full.wait(1)
        self.assertIn(self.store, full.log[-1])
        self.warehouse()
        self.stock(5, number=901)


class Unwelcome(MarketTest):
    def test_a_second_warehouse_on_a_store_is_refused(self):
        self.warehouse()
        self.trader(1)
        self.warehouse_ends = self.ends("other")
        second = self.warehouse(ready=False)
        second.wait(1)
        self.assertIn("in use by another warehouse", second.log[-1])
        self.warehouse_ends = self.ends("w")
        self.stock(5)

    def test_of_two_traders_with_one_id_the_older_one_is_fenced(self):
        self.warehouse()
        older = self.trader(1)
        self.stock(60)
        ends = self.traders[1]
        buyer = self.buyer(20, "--orders", 50, "--think-time", "5ms", "--timeout", "100ms")
        self.wait_until("an order", lambda: self.ask_store("SELECT 1 FROM orders LIMIT 1"))
        router, pub = self.ends("newer")
        rep, news = self.warehouse_ends
        newer = self.node("trader", "--id", 1, "--router", router, "--pub", pub, "--warehouse",
                          rep, "--warehouse-pub", news, "--json")
        newer.report("ready")
        older.wait(1)
        self.assertIn("another process has joined as this trader", "\n".join(older.log))
        # The buyer still knocks where nobody is: the newer one on the older's ends lets it go on.
        self.traders[1] = ends
        newest = self.trader(1)
        self.assertEqual(buyer.wait()["sold"], 50)
        self.assertEqual(self.verify()["sold_units"], 50)
        newest.stop()

    def test_a_trader_that_would_take_the_ends_of_a_living_one_is_refused(self):
        self.warehouse()
        self.trader(1)
        for number in (1, 2):
            router, pub = self.ends("t1")
            rep, news = self.warehouse_ends
            second = self.node("trader", "--id", number, "--router", router, "--pub", pub,
                               "--warehouse", rep, "--warehouse-pub", news, "--json")
            second.wait(1)
            self.assertIn("in use", second.log[-1])
        self.stock(5)


class Logs(MarketTest):
    def test_what_happens_is_told_in_lines_that_a_person_can_read(self):
        warehouse = self.warehouse()
        trader = self.trader(1, "--mode", "cached", "--log", "messages")
        self.stock(5, "--price", "2.50", "--bound")
        # Which epoch its trader is in a buyer learns with the first answer: that is the warehouse's.
        buyer = self.buyer(20, "--orders", 2, "--quantity", 2, "--bound")
        buyer.wait()
        trader.stop()
        warehouse.stop()
        for node in (warehouse, trader, buyer):
            for line in node.log:
                self.assertRegex(line, r"^\d\d:\d\d:\d\d\.\d{3} \S.*[^\s,;]$")
                self.assertTrue(line.isprintable(), line)
        self.assert_told(buyer.log, "buyer 20 asks for 2 salt (order 1)",
                         "receipt to 20: order 1 sold, 2 salt for 5.00 (2 at 2.50 from 900",
                         "receipt to 20: order 2 accepted, 2 salt promised",
                         "receipt to 20: order 2 sold, 2 salt for 5.00 (2 at 2.50 from 900")
        self.assert_told(trader.log, "trader 1 asks to join", "trader 1 is in epoch 1",
                         "seller 900 restocks 5 salt at 2.50 (lot 1)", "trader 1 asks for a snapshot",
                         "trader 1 commits batch", "the warehouse publishes: ")
        self.assert_told(warehouse.log, "trader 1 asks to join", "trader 1 is in epoch 1")

    def assert_told(self, log, *lines):
        for line in lines:
            self.assertTrue(any(re.sub(r"^\S+ ", "", told).startswith(line) for told in log),
                            f"'{line}' is not in\n" + "\n".join(log))

    def test_who_holds_what_in_escrow_is_told(self):
        warehouse = self.warehouse("--mode", "escrow")
        trader = self.trader(1, "--mode", "escrow")
        self.stock(5, "--bound")
        # The first order, of which no trader knows which epoch it is for, is the warehouse's.
        self.buyer(20, "--orders", 2, "--bound").wait()
        trader.wait_log("trader 1 gives back 3 salt, holds no more (lease 2)")
        trader.wait_log("trader 1 holds 0 salt (lease 2)")
        for node in (trader, warehouse):
            self.assert_told(node.log, "trader 1 asks for ",
                             "trader 1 holds 4 salt: 4 of 900's lot 1 (lease 1)",
                             "trader 1 gives back 3 salt", "trader 1 holds 0 salt (lease 2)")

    def test_quiet_nodes_say_nothing(self):
        warehouse = self.warehouse("--log", "quiet")
        trader = self.trader(1, "--log", "quiet")
        self.stock(3, "--log", "quiet")
        trader.stop()
        warehouse.stop()
        self.assertEqual(warehouse.log + trader.log, [])


if __name__ == "__main__":
    unittest.main()
