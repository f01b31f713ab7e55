"""souk transactions: what it prints of a journal, of several, and of one that is damaged."""

import json
import os
import subprocess
import unittest
import zlib

from market import BOUND_S, SOUK, MarketTest, die_with_parent

HEADER = "count,trader,product,buyer,completed\n"


def line(number, first, words):
    body = f"{number} {first} {words}".encode()
    return b"%08x %s\n" % (zlib.crc32(body), body)


def journal(trader, *records):
    """The bytes of a journal: each record was a write of its own."""
    return line(0, 0, f"journal 1 trader {trader}") + b"".join(
        line(n, n, words) for n, words in enumerate(records, 1))


def buy(kind, trader, write, buyer, promised=1):
    return f"{kind} buy {trader} {write} {buyer} {write} 1 salt 1 part {promised} {trader} 1"


OWN = ("joined 811 1 1 0", buy("decided", 1, 1, 5), buy("decided", 1, 2, 6),
       "decided restock 1 3 9 1 1 salt 5 100 1 1", buy("decided", 1, 4, 7, promised=0),
       buy("decided", 1, 5, 8), "settled 1 1")
BACKUP = ("joined 811 1 1 0", "copy 1 2 1 0", buy("copied", 1, 1, 5), "copy_settled 1 1",
          buy("copied", 1, 2, 6), buy("copied", 1, 5, 8), "sealed 1 2", "forwarded 1 5",
          "copy_end 1 2")


class Transactions(MarketTest):
    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return self.path(name)

    def run_on(self, *arguments):
        return subprocess.run([SOUK, "transactions", *arguments], capture_output=True, text=True,
                              check=False, timeout=BOUND_S, preexec_fn=die_with_parent)

    def printed(self, *arguments):
        ended = self.run_on(*arguments)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        return ended.stdout

    def test_promised_and_settled_orders_are_told_and_refused_ones_and_restocks_are_not(self):
        path = self.write("own", journal(1, *OWN))
        self.assertEqual(self.printed(path),
                         HEADER + "1,1,salt,5,TRUE\n2,1,salt,6,FALSE\n3,1,salt,8,FALSE\n")

    def test_a_backup_tells_what_it_forwarded(self):
        path = self.write("backup", journal(2, *BACKUP))
        self.assertEqual(self.printed(path), HEADER + "1,1,salt,6,FORWARD\n2,1,salt,8,FORWARD\n")

    def test_an_order_that_stands_in_several_files_is_told_once(self):
        own = self.write("own", journal(1, *OWN))
        anew = self.write("anew", journal(1, "joined 811 1 1 1", buy("decided", 1, 2, 6),
                                          buy("decided", 1, 5, 8), "settled 1 2"))
        backup = self.write("backup", journal(2, *BACKUP))
        self.assertEqual(self.printed(own, anew),
                         HEADER + "1,1,salt,5,TRUE\n2,1,salt,6,TRUE\n3,1,salt,8,FALSE\n")
        both = HEADER + "1,1,salt,5,TRUE\n2,1,salt,6,FORWARD\n3,1,salt,8,FORWARD\n"
        self.assertEqual(self.printed(own, backup), both)
        self.assertEqual(self.printed(backup, own), both)

    def test_what_the_warehouse_had_when_its_trader_joined_again_is_settled(self):
        path = self.write("own", journal(1, *OWN, "joined 811 2 1 2"))
        self.assertEqual(self.printed(path),
                         HEADER + "1,1,salt,5,TRUE\n2,1,salt,6,TRUE\n3,1,salt,8,FALSE\n")

    def test_what_was_void_is_not_told_and_a_new_life_counts_anew(self):
        path = self.write("own", journal(1, *OWN, "void 1 0", "joined 811 3 3 0",
                                         buy("decided", 1, 1, 8), "settled 1 1"))
        self.assertEqual(self.printed(path), HEADER + "1,1,salt,5,TRUE\n2,1,salt,8,TRUE\n")

    def test_it_is_told_as_json(self):
        path = self.write("own", journal(1, *OWN))
        rows = [json.loads(text) for text in self.printed(path, "--json").splitlines()]
        self.assertEqual(rows[1], {"count": 2, "trader": 1, "product": "salt", "buyer": 6,
                                   "completed": "FALSE", "number": 2, "units": 1, "epoch": 1,
                                   "write": 2})

    def test_a_damaged_file_is_an_error_that_says_where_and_nothing_is_printed(self):
        good = self.write("good", journal(1, *OWN))
        data = bytearray(journal(1, *OWN))
        data[len(journal(1, *OWN[:2])) + 20] ^= 1
        ended = self.run_on(good, self.write("bad", data))
        self.assertEqual((ended.returncode, ended.stdout), (1, ""))
        self.assertIn(f"line 4 (byte {len(journal(1, *OWN[:2]))}) is damaged", ended.stderr)

    def test_a_file_that_is_missing_or_no_journal_is_an_error(self):
        for path in (self.path("none"), self.write("text", b"no journal\n"), self.folder):
            ended = self.run_on(path)
            self.assertEqual((ended.returncode, ended.stdout), (1, ""), path)
            self.assertIn(path, ended.stderr)

    def test_an_unfinished_write_is_left_out_and_said_so(self):
        path = self.write("torn", journal(1, *OWN)[:-3])
        ended = self.run_on(path)
        self.assertEqual(ended.returncode, 0)
        self.assertIn("unfinished", ended.stderr)
        self.assertEqual(ended.stdout.count("FALSE"), 3)


class Lives(MarketTest):
    """A trader and its journal, as processes."""

    def test_a_trader_is_refused_a_journal_that_another_process_has_or_that_is_damaged(self):
        self.warehouse()
        trader = self.trader(1)
        other = self.trader(2, "--journal", self.journal(1), ready=False)
        other.wait(1)
        self.assertIn("in use by another process", "\n".join(other.log))
        trader.stop()
        with open(self.journal(1), "r+b") as file:
            file.seek(20)
            file.write(b"x")
        again = self.trader(1, ready=False)
        again.wait(1)
        self.assertIn("journal", "\n".join(again.log))

    def test_a_trader_that_is_killed_goes_on_from_its_journal(self):
        self.warehouse()
        self.trader(1, "--mode", "cached").kill()
        self.trader(1, "--mode", "cached")
        market = str(self.ask_store("SELECT market FROM warehouse")[0][0])
        with open(self.journal(1), encoding="ascii") as file:
            joins = [text.split()[4:] for text in file if " joined " in text]
        # Another epoch, in which its writes go on to be counted as since the first one.
        self.assertEqual(joins, [[market, "1", "1", "0"], [market, "2", "1", "0"]])

    def test_a_trader_crashes_where_it_is_asked_to(self):
        self.warehouse()
        self.trader(1)
        self.stock(5)
        for number, point in ((1, "before-processing@2"), (2, "after-processing@2")):
            self.traders.clear()
            trader = self.trader(10 + number, "--crash", point)
            buyer = self.buyer(500 + number, "--orders", "2")
            self.assertEqual(trader.process.wait(BOUND_S), -9)
            buyer.kill()
            sold = self.ask_store("SELECT number FROM orders WHERE buyer = ? ORDER BY number",
                                  500 + number)
            self.assertEqual([row[0] for row in sold], [1, 2][:number])

    def test_the_warehouse_crashes_where_it_is_asked_to(self):
        for batches, point in ((1, "before-commit@2"), (2, "after-commit@2")):
            if os.path.exists(self.store):
                for name in os.listdir(self.folder):
                    os.unlink(self.path(name))
            warehouse = self.warehouse("--crash", point)
            trader = self.trader(1)
            self.stock(1)  # A commit of its own, since it was answered.
            seller = self.seller(901, "--quantity", 1, "--restocks", 1, "--every", "1ms")
            self.assertEqual(warehouse.process.wait(BOUND_S), -9)
            seller.kill()
            trader.kill()
            self.assertEqual(self.ask_store("SELECT count (*) FROM lots"), [(batches,)])

    def test_a_crash_point_that_is_none_is_a_wrong_call(self):
        for role, text in (("trader", "before-commit@1"), ("trader", "after-processing"),
                           ("trader", "after-processing@0"), ("warehouse", "after-commit@1x")):
            ended = subprocess.run([SOUK, role, "--id" if role == "trader" else "--store", "1",
                                    "--crash", text], capture_output=True, text=True,
                                   check=False, timeout=BOUND_S, cwd=self.folder)
            self.assertEqual(ended.returncode, 2)
            self.assertIn(f"--crash: '{text}' must be", ended.stderr)


if __name__ == "__main__":
    unittest.main()
