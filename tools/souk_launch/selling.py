"""How products are sold: the words of --mode and --product, and what they make of a market."""

import argparse
import re

from souk_launch.times import interval

MODES = ("sync", "cached", "batched", "escrow")
# By the words of the command line: the key in a topology, and the modes that have such a setting.
SETTINGS = {
    "flush": ("flush_count", ("cached", "batched", "escrow")),
    "flush-time": ("flush_ms", ("cached", "batched", "escrow")),
    "expiry": ("expiry_ms", ("batched",)),
    "budget": ("oversell_budget", ("escrow",)),
}
KEYS = tuple(key for key, _ in SETTINGS.values())
MILLISECONDS_MAX = 60_000


def _bad(text):
    raise argparse.ArgumentTypeError(text)


def _listed(words):
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _count(name, text, least, most):
    if not re.fullmatch(r"[0-9]{1,7}", text) or not least <= int(text) <= most:
        _bad(f"{name}: '{text}' is out of bounds; from {least} to {most} it may be")
    return int(text)


def _milliseconds(name, text, least):
    value = interval(text)
    if value % 1000 or not least <= value // 1000 <= MILLISECONDS_MAX:
        _bad(f"{name}: '{text}' must be whole milliseconds, from {least}ms to 60s")
    return value // 1000


def _budget(text):
    """10 of '10', '5%' of '5%': as it stands in a topology."""
    if re.fullmatch(r"(100|[1-9]?[0-9])%", text):
        return text
    if not re.fullmatch(r"0|[1-9][0-9]{0,6}", text) or int(text) > 1_000_000:
        _bad(f"budget: '{text}' must be units, 0 to 1000000, or 0% to 100%")
    return int(text)


def _setting(mode, word):
    """(key, value) of 'budget=10', for this mode."""
    name, equals, value = word.partition("=")
    if name not in SETTINGS:
        _bad(f"'{name}' is no setting; {_listed(list(SETTINGS))} are")
    key, modes = SETTINGS[name]
    if not equals:
        _bad(f"'{name}' wants a value; write {name}=VALUE")
    if mode not in modes:
        _bad(f"{name} is for {_listed(modes)}, not for {mode}")
    if key == "flush_count":
        return key, _count(name, value, 1, 512)
    if key == "oversell_budget":
        return key, _budget(value)
    return key, _milliseconds(name, value, 1 if key == "expiry_ms" else 0)


def policy(text):
    """The part of a topology that 'escrow:budget=10' stands for."""
    mode, *words = text.split(":")
    if mode not in MODES:
        _bad(f"'{mode}' is no mode; {_listed([repr(name) for name in MODES])} are")
    return {"mode": mode, **dict(_setting(mode, word) for word in words)}


def product(text):
    """(name, part of a topology) of 'salt=escrow:budget=10'."""
    name, equals, rest = text.partition("=")
    if not re.fullmatch(r"[a-z0-9_-]{1,63}", name) or name in ("random", "spread"):
        _bad(f"'{name}' is no product; a name has 1 to 63 of a-z, 0-9, _ and -")
    if not equals:
        _bad(f"'{name}' wants a mode; write {name}=escrow:budget=10")
    return name, policy(rest)


def apply(market, rest, products, adds):
    """Writes into the market how it sells: `rest` (None: nothing was said) is for all but the
    `products`. Those that it does not have are added; the names of those that may not are
    returned."""
    if rest is not None:
        for part in [market, *market["products"]]:
            for key in ("mode", *KEYS):
                part.pop(key, None)
        market.update(rest)
    market.setdefault("mode", "sync")
    strangers = []
    for name, part in products:
        entry = next((entry for entry in market["products"] if entry["name"] == name), None)
        if entry is None and not adds:
            strangers.append(name)
        elif entry is None:
            market["products"].append({"name": name, **part})
        else:
            entry.clear()
            entry.update({"name": name, **part})
    return strangers


def of(market, entry):
    """The mode of a product, and its settings as far as they are given."""
    if "mode" in entry:
        return {key: entry[key] for key in ("mode", *KEYS) if key in entry}
    return {key: part[key] for part in (market, entry) for key in ("mode", *KEYS) if key in part}


def contradiction(market):
    """What is given to a mode that has no such setting, in words; None: nothing."""
    places = [("", market)] + [(f"products[{index}].", {**entry, "mode": of(market, entry)["mode"]})
                               for index, entry in enumerate(market["products"])]
    for path, part in places:
        for key, modes in SETTINGS.values():
            if key in part and part["mode"] not in modes:
                return f"{path}{key}: is for {_listed(modes)}; this is sold in {part['mode']} mode"
    return None


def modes(market):
    """Of all its products, each once."""
    return sorted({of(market, entry)["mode"] for entry in market["products"]}, key=MODES.index)


def budget_units(selling, restocked):
    """How many units may be oversold, of so many that were stocked; None: any number."""
    if selling["mode"] in ("cached", "batched"):
        return None
    budget = selling.get("oversell_budget", 0)
    return restocked * int(budget[:-1]) // 100 if isinstance(budget, str) else budget
