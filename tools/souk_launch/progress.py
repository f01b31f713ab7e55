"""What is shown while a market runs: news, and a line that is redrawn in place."""

import os
import shutil
import sys


def totals(buyers):
    """Sums over what the buyers have told last: their summaries, or else their progress."""
    sums = dict.fromkeys(("requests", "units", "refused", "oversold"), 0)
    for buyer in buyers:
        told = buyer.summary or buyer.told
        for key in sums:
            sums[key] += told.get(key, 0)
    return sums


def line(seconds, sums):
    rate = sums["units"] / seconds if seconds > 0 else 0.0
    return (f"{seconds:6.1f} s  {sums['requests']} orders  {sums['units']} units sold  "
            f"{sums['refused']} refused  {sums['oversold']} oversold  {rate:.1f} units/s")


class Progress:
    """On stderr; the line only where that is a terminal, and nothing but faults when quiet."""

    def __init__(self, quiet, stream=None):
        self._stream = stream or sys.stderr
        self._quiet = quiet
        self._live = not quiet and self._stream.isatty()
        self._shown = False

    def _write(self, text):
        """A reader that has gone, or a full disk, must not end the market."""
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            self._live = False
            self._stream = open(os.devnull, "w", encoding="utf-8")

    def show(self, seconds, buyers):
        if self._live:
            width = shutil.get_terminal_size().columns - 1
            self._write("\r\x1b[K" + line(seconds, totals(buyers))[:width])
            self._shown = True

    def clear(self):
        if self._shown:
            self._write("\r\x1b[K")
            self._shown = False

    def news(self, text):
        if not self._quiet:
            self.fault(text)

    def fault(self, text):
        self.clear()
        self._write(f"launch.py: {text}\n")
