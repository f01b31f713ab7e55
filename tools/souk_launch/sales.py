"""What was sold when, as far as buyers told."""

import math

BIN_S = 0.1
SHORTEST_S = 1.0  # Buyers tell twice a second what they have; a shorter time has no rate.


class Sales:
    """Units that buyers told of, each time spread evenly over the time since they told before. It
    grows with the time and not with the buyers. Moments are on the monotonic clock."""

    def __init__(self, began):
        self._began = began
        self._bins = []  # units of each BIN_S since then
        self._last = {}  # buyer: (when, how many it had)

    def tell(self, buyer, now, units, since=None):
        """This many units has the buyer now; it began with none at `since`."""
        before, had = self._last.get(buyer, (since or self._began, 0))
        self._last[buyer] = now, units
        begin, end = self._place(min(before, now)), self._place(now)
        self._bins += [0.0] * (math.floor(end) + 1 - len(self._bins))
        if begin == end:
            self._bins[math.floor(end)] += units - had
            return
        for place in range(math.floor(begin), math.floor(end) + 1):
            part = min(end, place + 1) - max(begin, place)
            self._bins[place] += (units - had) * part / (end - begin)

    def _place(self, moment):
        return max(moment - self._began, 0.0) / BIN_S

    def rate(self, stretch, scale=1.0):
        """Units a market second, of which `scale` make one of the wall, from the first to the
        second moment of the stretch; None where that is too short to tell."""
        if stretch is None or stretch[1] - stretch[0] < SHORTEST_S:
            return None
        begin, end = (self._place(moment) for moment in stretch)
        units = sum(count * max(min(end, place + 1) - max(begin, place), 0.0)
                    for place, count in enumerate(self._bins))
        return round(units / (stretch[1] - stretch[0]) / scale, 3)
