"""Intervals as people write them."""

import argparse
import re
from decimal import Decimal

UNITS_US = {"us": 1, "ms": 1000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000}


def interval(text):
    """Microseconds of '0.5s', '200ms', '2m'; a bare 0 needs no unit."""
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(us|ms|s|m|h)", text)
    if text == "0":
        return 0
    if not found:
        raise argparse.ArgumentTypeError(f"'{text}' is no time; write 0.5s, 200ms or 2m")
    return round(Decimal(found[1]) * UNITS_US[found[2]])


def positive_interval(text):
    value = interval(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no time to wait; write 0.5s, 200ms or 2m")
    return value


def interval_between(least, most):
    """A reader of intervals from `least` to `most`, both as they are written."""
    def read(text):
        value = interval(text)
        if not interval(least) <= value <= interval(most):
            raise argparse.ArgumentTypeError(
                f"'{text}' is out of bounds; from {least} to {most} it may be")
        return value
    return read
