"""How products are sold, as a trader and a warehouse are told it: what is wrong is refused, by both
alike, with what would do."""

import json
import subprocess
import unittest

from market import BOUND_S, SOUK, MarketTest

COMMANDS = (["trader", "--id", "1"], ["warehouse"])


class Mistakes(MarketTest):
    def refused(self, says, *flags):
        for command in COMMANDS:
            with self.subTest(command=command[0], flags=flags):
                ended = subprocess.run([SOUK, *command, *flags], cwd=self.folder, text=True,
                                       stdin=subprocess.DEVNULL, capture_output=True, check=False,
                                       timeout=BOUND_S)
                self.assertEqual((ended.returncode, ended.stdout), (2, ""), ended.stderr)
                first = ended.stderr.splitlines()[0]
                self.assertTrue(first.startswith(f"souk {command[0]}: "), first)
                self.assertIn(says, first)

    def market(self, **product):
        """The path of a topology with this one product, fish."""
        path = self.path("market.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "warehouse": {"rep": "ipc://a", "pub": "ipc://b"},
                       "products": [{"name": "fish", **product}],
                       "traders": [{"id": 1, "router": "ipc://c", "pub": "ipc://d"}],
                       "buyers": [], "sellers": []}, file)
        return path

    def test_a_mode_that_is_none_is_refused(self):
        self.refused("--mode: 'fast' must be sync, cached, batched or escrow", "--mode", "fast")
        self.refused("--product salt: 'fast' must be", "--product", "salt=fast")

    def test_a_setting_that_is_none_or_of_another_mode_is_refused(self):
        self.refused("--mode: flush: '0' must be", "--mode", "escrow:flush=0")
        self.refused("--mode: flush-time: '1h' is too long", "--mode", "cached:flush-time=1h")
        self.refused("--mode: 'colour' is no setting", "--mode", "escrow:colour=5")
        self.refused("--mode: 'flush' wants a value", "--mode", "escrow:flush")
        self.refused("--product salt: budget is for escrow, not for cached", "--product",
                     "salt=cached:budget=5")

    def test_a_product_that_is_none_or_there_twice_is_refused(self):
        self.refused("'salt' wants a mode: write NAME=", "--product", "salt")
        self.refused("'Salt' is no product", "--product", "Salt=sync")
        self.refused("salt is there twice", "--product", "salt=sync", "--product", "salt=sync")

    def test_a_topology_with_a_setting_of_another_mode_is_refused(self):
        path = self.market(mode="cached", oversell_budget="5%")
        self.refused("products[0].oversell_budget: is for escrow; this is sold in cached mode",
                     "--topology", path)

    def test_a_product_that_the_topology_does_not_have_is_refused(self):
        path = self.market(mode="escrow", oversell_budget="5%")
        self.refused("'boar' is not among the products", "--topology", path, "--product",
                     "boar=sync")


if __name__ == "__main__":
    unittest.main()
