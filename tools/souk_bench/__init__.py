"""What tools/bench.py is made of.

    cells    what is measured: which mode with how much outstanding, in which market
    table    medians of the runs, as tables for people
    asked    figures that the market is to reach, held against the runs

A run is what `souk bench --json` tells. Runs are kept by cell, a list in the order of the rounds.
"""
