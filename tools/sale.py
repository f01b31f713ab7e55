#!/usr/bin/env python3
"""One sale of one product, in virtual time: how soon is it answered by few traders, and by many?

  tools/sale.py                          a million units through 1, 4, 16 and 100 traders
  tools/sale.py --mode sync --traders 1,100
  tools/sale.py --outstanding 50         no sale: ample stock and one trader, sync and escrow
  tools/sale.py --json > runs.json

Buyers ask until all is sold. The table tells when the last unit was told to a buyer, and when the
warehouse had sold it; how many times as fast as in the first row that is; and who was at work all
the time, which is what the sale had to wait for. Services take what they were measured to take,
and between traders and warehouse each letter takes 1 ms. What is not an option here goes to
souk-sim (souk-sim --experiment --help). Exit status: 0; 1, a run failed; 2, a wrong call.
"""
import argparse
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import scale

SERVICES = ("--products", "1", "--sellers", "0", "--think-time", "0", "--message-cost", "8us",
            "--item-cost", "4us", "--fsync", "100us-300us", "--client-latency", "50us",
            "--warehouse-latency", "1ms", "--timeout", "60s")
SALE = ("--buyers", "10000", "--window", "4", "--traders-each", "1", "--queue", "65536",
        "--stock", "1000000", "--warm-up", "0", "--duration", "60s")
AMPLE = ("--traders", "1", "--stock", "1000000", "--warm-up", "200ms", "--duration", "1s")


def seconds(value):
    return "-" if value is None else f"{value:.3g}"


def times(value, first):
    return f"{value / first:.1f}" if value and first else "-"


def sale_row(result, first):
    sale = result["sale"]
    told, settled = sale["last_told_s"], sale["last_settled_s"]
    work = result["at_work"]
    return (seconds(told), times(first["sale"]["last_told_s"], told), seconds(settled),
            scale.milliseconds(result["first_answer_us"]["p50"]),
            scale.number(result["oversold"]["missing_units"]),
            scale.number(result["messages_per_order"]["trader_warehouse"]),
            scale.percent(work["warehouse"]), scale.percent(work["traders"]),
            scale.percent(work["busiest_trader"]))


def ample_row(result, first):
    return (scale.number(result["orders_per_s"]),
            times(result["orders_per_s"], first["orders_per_s"]),
            scale.milliseconds(result["final_answer_us"]["p50"]),
            scale.number(result["messages_per_order"]["trader_warehouse"]),
            scale.percent(result["at_work"]["warehouse"]),
            scale.percent(result["at_work"]["traders"]))


SALE_COLUMNS = ("last unit told s", "times as fast", "last settled s", "p50 ms", "oversold",
                "warehouse messages/order", "warehouse at work %", "traders at work %",
                "busiest trader %")
AMPLE_COLUMNS = ("orders/s", "times as many", "p50 ms", "warehouse messages/order",
                 "warehouse at work %", "trader at work %")


def plan(arguments):
    """(name of the first column, the others, what makes a row, [(first cell, options)])."""
    if arguments.outstanding:
        rows = [(mode, (*AMPLE, "--buyers", str(arguments.outstanding), "--mode", mode))
                for mode in arguments.mode or ("sync", "escrow")]
        return "mode", AMPLE_COLUMNS, ample_row, rows
    rows = [(f"{mode}, {traders}", (*SALE, "--mode", mode, "--traders", traders))
            for mode in arguments.mode or ("escrow",) for traders in arguments.traders]
    return "mode, traders", SALE_COLUMNS, sale_row, rows


def words(text):
    parts = text.split(",")
    if not all(parts):
        raise argparse.ArgumentTypeError(f"'{text}' must be like 1,4,16")
    return parts


def read_arguments():
    parser = argparse.ArgumentParser(
        usage="tools/sale.py [--traders N,...] [--mode MODE,...] [--outstanding N] [--jobs N] "
              "[--json] [souk-sim's options]",
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False)
    parser.add_argument("--traders", type=words, default=words("1,4,16,100"), metavar="N,...",
                        help="how many sell it (1,4,16,100)")
    parser.add_argument("--mode", type=words, metavar="MODE,...",
                        help="how it is sold (escrow; with --outstanding, sync,escrow)")
    parser.add_argument("--outstanding", type=int, default=0, metavar="N",
                        help="orders that wait at once: one trader, ample stock")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N",
                        help="runs at once; each takes 1 GB (one for each processor)")
    parser.add_argument("--json", action="store_true", help="each run's JSON, a line each")
    parser.add_argument("--souk-sim", metavar="PATH",
                        default=os.environ.get("SOUK_SIM")
                        or os.path.join(scale.ROOT, "build", "souk-sim"),
                        help="the program ($SOUK_SIM, or build/souk-sim)")
    arguments, options = parser.parse_known_args()
    if arguments.jobs < 1:
        parser.error("--jobs: at least 1")
    if arguments.outstanding < 0:
        parser.error("--outstanding: at least 1, or 0 for a sale")
    return arguments, options


def print_header(name, columns):
    scale.print_row([name, *columns])
    print("|" + "---|" * (1 + len(columns)), flush=True)


def main():
    arguments, options = read_arguments()
    name, columns, row, rows = plan(arguments)
    first = None
    with ThreadPoolExecutor(max_workers=arguments.jobs) as pool:
        runs = [pool.submit(scale.run, arguments.souk_sim, [*SERVICES, *given, *options])
                for _, given in rows]
        try:
            for (cell, _), future in zip(rows, runs):
                result, error, status = future.result()
                if error:
                    print(f"sale.py: {error}", file=sys.stderr)
                    return status if status in (1, 2) else 1
                if arguments.json:
                    print(json.dumps(result), flush=True)
                    continue
                if first is None:
                    print_header(name, columns)
                first = first or result
                scale.print_row([cell, *row(result, first)])
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
