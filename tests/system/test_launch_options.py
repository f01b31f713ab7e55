"""What tools/launch.py makes of its command line and of topology files, without a node."""

import contextlib
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))

from souk_launch import market as markets
from souk_launch import options as command_line
from souk_launch import schema

SOUK = ["--souk", "/bin/true"]  # any program will do: it is not started here


def parsed(*arguments):
    return command_line.parse([*SOUK, *arguments])


def market(*arguments):
    return markets.market_of(parsed(*arguments))


class Options(unittest.TestCase):
    def refused(self, *arguments):
        """What is said of a command line that ends with status 2."""
        stderr = io.StringIO()
        with contextlib.redirect_stderr(stderr), self.assertRaises(SystemExit) as ended:
            parsed(*arguments)
        self.assertEqual(ended.exception.code, 2, arguments)
        return stderr.getvalue()

    def test_times_are_read_in_every_unit(self):
        for text, microseconds in (("0.5s", 500_000), ("200ms", 200_000), ("2m", 120_000_000),
                                   ("50us", 50), ("1h", 3_600_000_000), ("0s", 0), ("0", 0),
                                   ("0.000001s", 1), ("1.25ms", 1250)):
            self.assertEqual(parsed("--think-time", text).think_time, microseconds, text)

    def test_what_is_no_time_is_refused_with_examples(self):
        for text in ("5x", "5", "s", "-1s", "1e3s", "", "0.5 s", "١s", "1.2.3s"):
            said = self.refused(f"--think-time={text}")
            self.assertIn(f"--think-time: '{text}' is no time; write 0.5s, 200ms or 2m", said)

    def test_an_interval_that_must_not_be_nothing_is_refused_as_0(self):
        for flag in ("--restock-every", "--duration"):
            self.assertIn(flag, self.refused(flag, "0s"))

    def test_quantities_are_one_number_or_a_range(self):
        self.assertEqual(parsed("--quantity", "3").quantity, (3, 3))
        self.assertEqual(parsed("--quantity", "1-5").quantity, (1, 5))
        self.assertEqual(parsed("--restock", "1-5").restock, (1, 5))
        for text in ("0", "5-1", "1-", "-5", "1-2-3", "1000001", "two"):
            self.assertIn("is no quantity", self.refused(f"--quantity={text}"))

    def test_prices_are_read_to_the_cent(self):
        for text, cents in (("10.00", (1000, 1000)), ("10-20", (1000, 2000)), ("0.01", (1, 1)),
                            ("19.99-20", (1999, 2000)), ("0.1", (10, 10)),
                            ("10000000", (10**9, 10**9))):
            self.assertEqual(parsed("--price", text).price, cents, text)
        for text in ("0", "1.005", "20-10", "-1", "10-", "1e3", "free", "10000000.01"):
            self.assertIn("is no price", self.refused(f"--price={text}"))

    def test_products_are_a_count_or_names(self):
        self.assertEqual(parsed("--products", "3").products, ["salt", "fish", "boar"])
        self.assertEqual(parsed("--products", "a,b-1,c_2").products, ["a", "b-1", "c_2"])
        many = parsed("--products", "1024").products
        self.assertEqual((len(many), len(set(many))), (1024, 1024))
        for text in ("0", "1025", "Salt", "a,,b", "a,a", "random", "a,spread", "x" * 64):
            self.refused(f"--products={text}")

    def test_counts_are_bounded(self):
        for flag, value in (("--traders", "257"), ("--traders", "-1"), ("--buyers", "1.5"),
                            ("--window", "0"), ("--window", "1025"), ("--orders", "0"),
                            ("--commission", "101"), ("--restock", "0"), ("--seed", str(2**53)),
                            ("--time-scale", "0"), ("--time-scale", "nan")):
            self.assertIn(flag, self.refused(f"{flag}={value}"))

    def test_words_are_told_when_none_fits(self):
        self.assertIn("'cached'", self.refused("--mode", "eventual"))

    def test_modes_are_read_with_their_settings(self):
        for text, part in (
                ("sync", {"mode": "sync"}),
                ("cached:flush=2", {"mode": "cached", "flush_count": 2}),
                ("batched:flush=5:flush-time=100ms:expiry=1s",
                 {"mode": "batched", "flush_count": 5, "flush_ms": 100, "expiry_ms": 1000}),
                ("escrow:flush-time=0:budget=10",
                 {"mode": "escrow", "flush_ms": 0, "oversell_budget": 10}),
                ("escrow:budget=5%", {"mode": "escrow", "oversell_budget": "5%"})):
            self.assertEqual(parsed("--mode", text).mode, part, text)
            self.assertEqual(parsed("--product", f"salt={text}").product, [("salt", part)])

    def test_what_is_no_mode_is_refused_with_what_would_do(self):
        for text, said in (
                ("", "'' is no mode; 'sync', 'cached', 'batched' and 'escrow' are"),
                ("escrow:", "'' is no setting; flush, flush-time, expiry and budget are"),
                ("escrow:flush", "'flush' wants a value"),
                ("sync:flush=5", "flush is for cached, batched and escrow, not for sync"),
                ("cached:expiry=1s", "expiry is for batched, not for cached"),
                ("batched:budget=1", "budget is for escrow, not for batched"),
                ("escrow:flush=513", "flush: '513' is out of bounds; from 1 to 512 it may be"),
                ("escrow:flush-time=1.5ms", "'1.5ms' must be whole milliseconds, from 0ms to 60s"),
                ("escrow:flush-time=61s", "'61s' must be whole milliseconds"),
                ("escrow:flush-time=5", "'5' is no time"),
                ("batched:expiry=0s", "'0s' must be whole milliseconds, from 1ms to 60s"),
                ("escrow:budget=101%", "'101%' must be units, 0 to 1000000, or 0% to 100%"),
                ("escrow:budget=1000001", "must be units"), ("escrow:budget=-1", "must be units"),
                ("escrow:budget=05", "must be units")):
            self.assertIn(said, self.refused(f"--mode={text}"))
            self.assertIn(said, self.refused(f"--product=salt={text}"))
        for text, said in (("salt", "'salt' wants a mode"), ("=sync", "'' is no product"),
                           ("Salt=sync", "is no product"), ("random=sync", "is no product")):
            self.assertIn(said, self.refused(f"--product={text}"))
        self.assertIn("salt is there twice",
                      self.refused("--product", "salt=sync", "--product", "salt=cached"))

    def test_flags_are_not_guessed_from_their_beginning(self):
        self.assertIn("--dura", self.refused("--dura", "5s"))

    def test_a_program_that_is_not_there_is_refused(self):
        self.assertIn("build it with make", self.refused("--souk", "/no/such/souk"))

    def test_who_takes_part_cannot_be_said_beside_a_file(self):
        for name in ("traders", "buyers", "sellers", "products"):
            said = self.refused("--topology", "market.json", f"--{name}", "3")
            self.assertIn(f"--{name}: the market of --topology is settled", said)

    def test_help_begins_with_examples(self):
        stdout = io.StringIO()
        with contextlib.redirect_stdout(stdout), self.assertRaises(SystemExit) as ended:
            parsed("--help")
        self.assertEqual(ended.exception.code, 0)
        self.assertTrue(stdout.getvalue().startswith("examples:"))

    def test_the_examples_of_the_help_can_be_given(self):
        for line in command_line.EXAMPLES.splitlines():
            if line.strip().startswith("tools/launch.py"):
                parsed(*line.strip().split("   ")[0].split()[1:])

    def test_small_bazaars_are_refused_as_a_program(self):
        for flags, missing in (
                (["--traders", "1"], "missing: 1 more trader."),
                (["--buyers", "0"], "missing: a buyer."),
                (["--sellers", "0"], "missing: a seller."),
                (["--traders", "0", "--buyers", "0", "--sellers", "0"],
                 "missing: two traders and a buyer and a seller.")):
            with tempfile.TemporaryDirectory() as folder:
                ended = subprocess.run(
                    [sys.executable, os.path.join(ROOT, "tools", "launch.py"), *SOUK, *flags],
                    cwd=folder, capture_output=True, text=True, check=False)
                self.assertEqual(os.listdir(folder), [], "a refused run leaves nothing behind")
            self.assertEqual(ended.returncode, 2)
            self.assertEqual(ended.stdout, "")
            self.assertIn(missing, ended.stderr)
            self.assertIn("four peers (two traders, a buyer, a seller)", ended.stderr)


class Market(unittest.TestCase):
    def refused(self, *arguments):
        with self.assertRaises(markets.MarketError) as raised:
            market(*arguments)
        return str(raised.exception)

    def in_file(self, document):
        """The path of a file with this topology (or text) in it."""
        file = tempfile.NamedTemporaryFile("w", suffix=".json", delete=False, encoding="utf-8")
        self.addCleanup(os.unlink, file.name)
        with file:
            file.write(document if isinstance(document, str) else json.dumps(document))
        return file.name

    def test_ids_count_from_the_warehouse_over_traders_and_buyers_to_sellers(self):
        built = market("--traders", "3", "--buyers", "2", "--sellers", "1")
        self.assertEqual([(role, node["id"]) for role, node in markets.peers_of(built)],
                         [("trader", 1), ("trader", 2), ("trader", 3), ("buyer", 4), ("buyer", 5),
                          ("seller", 6)])

    def test_every_flag_arrives_in_the_topology(self):
        built = market(
            "--mode", "cached", "--order-by", "lamport", "--trader-choice", "round-robin",
            "--invalidation", "off", "--seed", "7", "--commission", "5", "--products", "salt,boar",
            "--buyer-product", "boar", "--quantity", "2-4", "--all-or-nothing", "--on-refusal",
            "switch", "--think-time", "20ms", "--window", "9", "--orders", "11",
            "--seller-product", "random", "--restock", "6-9", "--restock-every", "3s",
            "--restock-when", "sold-out", "--restock-what", "each", "--price", "1-2")
        self.assertEqual((built["mode"], built["order_by"], built["trader_choice"],
                          built["invalidation"], built["seed"]),
                         ("cached", "lamport", "round-robin", False, 7))
        self.assertEqual(built["warehouse"]["commission_percent"], 5)
        self.assertEqual(built["products"], [{"name": "salt"}, {"name": "boar"}])
        for buyer in built["buyers"]:
            self.assertEqual(buyer, {
                "id": buyer["id"], "product": "boar", "quantity_min": 2, "quantity_max": 4,
                "on_refusal": "switch", "all_or_nothing": True, "think_time_us": 20_000,
                "orders": 11, "window": 9})
        for seller in built["sellers"]:
            self.assertEqual(seller, {
                "id": seller["id"], "product": "random", "price_cents_min": 100,
                "price_cents_max": 200, "quantity_min": 6, "quantity_max": 9,
                "every_us": 3_000_000, "restock_when": "sold-out", "restock_what": "each"})

    def test_a_product_is_sold_as_it_was_said_and_added_where_it_is_not_there(self):
        built = market("--product", "fish=escrow:budget=5%", "--mode", "batched:flush=3",
                       "--product", "boar=sync")
        self.assertEqual((built["mode"], built["flush_count"]), ("batched", 3))
        self.assertEqual(built["products"], [
            {"name": "salt"}, {"name": "fish", "mode": "escrow", "oversell_budget": "5%"},
            {"name": "boar", "mode": "sync"}])
        self.assertEqual(markets.mode_of(built), "mixed")
        schema.check(built, schema.topology_schema())

    def test_flags_replace_how_a_file_sells_with_its_settings(self):
        built = market("--mode", "escrow:flush=9:budget=5", "--product", "fish=escrow:budget=1%")
        path = self.in_file(built)
        self.assertEqual(market("--topology", path)["products"], built["products"])
        taken = market("--topology", path, "--mode", "cached")
        self.assertEqual((taken["mode"], "oversell_budget" in taken, "flush_count" in taken),
                         ("cached", False, False))
        self.assertEqual(taken["products"], [{"name": "salt"}, {"name": "fish"}])
        taken = market("--topology", path, "--product", "fish=sync")
        self.assertEqual(taken["oversell_budget"], 5)
        self.assertEqual(taken["products"][1], {"name": "fish", "mode": "sync"})
        self.assertIn("'boar' is not among the products",
                      self.refused("--topology", path, "--product", "boar=sync"))

    def test_spread_gives_each_client_the_next_product(self):
        built = market("--buyer-product", "spread", "--buyers", "3")
        self.assertEqual([buyer["product"] for buyer in built["buyers"]],
                         ["salt", "fish", "salt"])
        self.assertEqual([seller["product"] for seller in built["sellers"]], ["salt", "fish"])

    def test_an_unknown_product_is_refused_by_name(self):
        self.assertIn("--buyer-product: 'boar' is not among the products: salt, fish",
                      self.refused("--buyer-product", "boar"))

    def test_vector_order_is_for_64_peers(self):
        market("--order-by", "vector", "--buyers", "60", "--sellers", "2")
        self.assertIn("at most 64 peers",
                      self.refused("--order-by", "vector", "--buyers", "61", "--sellers", "2"))

    def test_buyers_and_sellers_are_bounded_together(self):
        self.assertIn("at most 16384", self.refused("--buyers", "10000", "--sellers", "6385"))

    def test_a_seed_is_drawn_when_none_is_given(self):
        self.assertNotEqual(market()["seed"], market()["seed"])
        self.assertEqual(market("--seed", "0")["seed"], 0)

    def test_what_is_built_keeps_to_the_schema(self):
        generator = random.Random(1)
        for _ in range(50):
            built = market(
                "--traders", str(generator.randint(2, 20)), "--buyers",
                str(generator.randint(1, 20)), "--sellers", str(generator.randint(1, 20)),
                "--products", str(generator.randint(1, 30)), "--mode",
                generator.choice(("sync", "cached", "batched:flush=7", "escrow:budget=5%")))
            scaled = markets.scaled(built, generator.choice((0.01, 1.0, 7.3, 1000.0)))
            markets.put_endpoints(scaled, generator.choice(("tcp", "ipc")), "/tmp/run")
            schema.check(scaled, schema.topology_schema())

    def test_time_scale_divides_think_time_and_restock_interval(self):
        built = market("--think-time", "1s", "--restock-every", "10us")
        scaled = markets.scaled(built, 4.0)
        self.assertEqual(scaled["buyers"][0]["think_time_us"], 250_000)
        self.assertEqual(scaled["sellers"][0]["every_us"], 2)
        self.assertEqual(markets.scaled(built, 1000.0)["sellers"][0]["every_us"], 1)
        self.assertEqual(built["buyers"][0]["think_time_us"], 1_000_000)
        idle = market("--think-time", "0s")
        self.assertEqual(markets.scaled(idle, 4.0)["buyers"][0]["think_time_us"], 0)

    def test_a_run_lasts_as_long_as_was_asked(self):
        for flags, microseconds in (([], 20_000_000), (["--duration", "3s"], 3_000_000),
                                    (["--orders", "5"], None),
                                    (["--orders", "5", "--duration", "3s"], 3_000_000)):
            options = parsed(*flags)
            self.assertEqual(markets.run_of(options, markets.market_of(options)), microseconds)

    def test_a_file_keeps_what_it_says_and_gets_the_rest(self):
        built = market("--seed", "3")
        built["buyers"][0] = {"id": 3, "think_time_us": 1}
        built["traders"][0]["router"] = "tcp://127.0.0.1:5555"
        built["products"][1]["mode"] = "cached"
        taken = market("--topology", self.in_file(built))
        self.assertEqual(taken["buyers"][0]["think_time_us"], 1)
        self.assertEqual(taken["buyers"][0]["window"], 1)
        self.assertEqual(taken["traders"][0]["router"], "tcp://127.0.0.1:5555")
        self.assertEqual(taken["products"][1]["mode"], "cached")
        self.assertEqual(taken["seed"], 3)

    def test_flags_go_over_the_file(self):
        built = market("--seed", "3")
        built["products"][1]["mode"] = "sync"
        taken = market("--topology", self.in_file(built), "--mode", "cached", "--seed", "4",
                       "--think-time", "7us", "--invalidation", "off")
        self.assertEqual(markets.mode_of(taken), "cached")
        self.assertEqual(taken["seed"], 4)
        self.assertFalse(taken["invalidation"])
        self.assertEqual([buyer["think_time_us"] for buyer in taken["buyers"]], [7] * 6)

    def test_broken_files_are_refused_with_the_place(self):
        built = market()

        def but(change):
            copy = json.loads(json.dumps(built))
            change(copy)
            return copy

        for document, said in (
                ("{", "is no JSON"), ("[]", "must be of the type object"),
                ("[" * 100_000, "is no JSON"), ('{"version": 1, "version": 1}', "twice"),
                (but(lambda m: m.pop("traders")), "traders is missing"),
                (but(lambda m: m.update(colour=1)), "colour is not known"),
                (but(lambda m: m["buyers"][2].update(orders=-1)), "buyers[2].orders: must be at"),
                (but(lambda m: m["buyers"][2].update(orders=1.0)), "buyers[2].orders: must be of"),
                (but(lambda m: m["buyers"][2].update(orders=True)), "buyers[2].orders: must be of"),
                (but(lambda m: m["buyers"][1].pop("quantity_min")), "quantity_max needs"),
                (but(lambda m: m["buyers"][1].update(quantity_min=9)), "quantity_min is above"),
                (but(lambda m: m["buyers"][1].update(id=1)), "the id 1 is taken twice"),
                (but(lambda m: m["buyers"][1].update(product="boar")), "boar is not among"),
                (but(lambda m: m["products"].append({"name": "salt"})), "salt stands there twice"),
                (but(lambda m: m["products"].append({"name": "random"})), "must not be random"),
                (but(lambda m: m["warehouse"].update(rep="udp://x:1")),
                 "warehouse.rep: must match"),
                (but(lambda m: m["products"][1].update(oversell_budget=5)),
                 "products[1].oversell_budget: is for escrow; this is sold in sync mode"),
                (but(lambda m: m.update(mode="escrow", oversell_budget="5")),
                 "oversell_budget: must be of the type integer, or must match"),
                (but(lambda m: m.update(mode="escrow", oversell_budget=-1)),
                 "oversell_budget: must be at least 0, or must be of the type string"),
                (but(lambda m: m["traders"].pop()), "missing: 1 more trader"),
                (but(lambda m: m["sellers"].clear()), "missing: a seller")):
            self.assertIn(said, self.refused("--topology", self.in_file(document)))
        self.assertIn("No such file", self.refused("--topology", "/no/such/file"))

    def test_sockets_stay_in_the_run_folder_where_their_paths_are_short_enough(self):
        built = market()
        self.assertEqual(markets.put_endpoints(built, "ipc", "/tmp/run"), "/tmp/run")
        self.assertEqual(built["traders"][1]["router"], "ipc:///tmp/run/trader-2-router.sock")
        folder = markets.put_endpoints(built, "ipc", "/tmp/" + "long" * 30)
        self.addCleanup(os.rmdir, folder)
        endpoints = [built["warehouse"]["rep"], built["warehouse"]["pub"]] + [
            trader[key] for trader in built["traders"] for key in ("router", "pub")]
        self.assertEqual(len(set(endpoints)), 6)
        for endpoint in endpoints:
            self.assertLessEqual(len(endpoint.removeprefix("ipc://")), 107)
            self.assertTrue(endpoint.startswith("ipc://" + folder))

    def test_a_topology_is_written_as_it_is(self):
        built = market("--buyers", "3")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "topology.json")
            markets.write(built, path)
            self.assertEqual(markets.read(path), built)
            self.assertEqual(os.listdir(folder), ["topology.json"])


if __name__ == "__main__":
    unittest.main()
