"""What tools/bench_peers.py is made of.

    processes   starts, runs and stops programs; says what went wrong with their last words
    souk        Souk itself, by `souk bench`
    redis       Redis with a script for an order (order.lua), by redis-benchmark
    postgres    PostgreSQL with a function for an order (order.sql), by pgbench
    books       whether what a peer has on its disk adds up
    disk        the disk that they all write to
    table       medians of the runs, as a table and as JSON

A peer has `key`, `name`, `guarantee`, the `outstanding_most` that it is meant for (or None), and
three calls: check () fails when it is not installed, measure () opens it on an empty store, runs
one cell and returns a run, close () leaves nothing of it behind.
"""
