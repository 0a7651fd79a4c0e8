"""What must not grow: the memory of the delivery process, and the cost of a delivery in a table of millions.

Memory: one process delivers 200,000; its resident memory after every 20,000. Cost: one process delivers 10,000 out of a
table of 10 thousand, 500 thousand and 5 million rows; CPU of its PostgreSQL connections for each delivery, beside
that of the process: others' work and the machine's speed move that far less than deliveries per second.

    python -m bench.endurance [--deliveries 200000] [--rows 10000 500000 5000000]
"""

from __future__ import annotations

import argparse
import statistics
import sys
from typing import Any

from bench.delivery_world import (
    add_backlog,
    add_history,
    check_delivered,
    clear,
    delivering,
    execute,
    make_due,
    make_world,
    until_delivered,
)
from bench.instance import Instance
from bench.report import bound, line
from bench.sink import sink

SAMPLES = 10
FLAT_MEMORY = 1.1  # the last sample against the second: the first still fills the caches, a burst may widen a buffer
FLAT_COST = 1.25  # the fullest table against the emptiest
BATCH = 10_000
FILLING = 500_000  # rows a statement


def memory(instance: Instance, event: Any, deliveries: int) -> bool:
    """Deliver in SAMPLES parts; print the memory after each, and whether it is flat."""
    clear()
    add_backlog(deliveries, event)
    execute("VACUUM ANALYZE webhooks_webhookdelivery")
    samples: list[float] = []
    part = deliveries // SAMPLES
    with delivering(instance) as (process,):
        before = process.memory_mib
        line("at rest", f"{before:.1f} MiB")
        for number in range(1, SAMPLES + 1):
            committed = make_due(part)
            elapsed = until_delivered() - committed
            samples.append(process.memory_mib)
            line(f"after {number * part:,}", f"{samples[-1]:.1f} MiB", f"{part / elapsed:,.0f}/s")
    check_delivered(part * SAMPLES)
    slope = statistics.linear_regression(range(2, SAMPLES + 1), samples[1:]).slope / part * 1024 * 1000
    line("slope from the second sample on", f"{slope:+.1f} KiB", "per 1,000 deliveries")
    return bound(
        f"times the memory after {2 * part:,}, after {SAMPLES * part:,}", samples[-1] / samples[1], FLAT_MEMORY
    )


def fill(rows: int) -> None:
    """Delivered rows, as many as make the table `rows` long, and no housekeeping left to do."""
    execute("ALTER TABLE webhooks_webhookdelivery SET (autovacuum_enabled = off)")
    there = execute("SELECT count(*) FROM webhooks_webhookdelivery")[0][0]
    while there < rows:
        count = min(FILLING, rows - there)
        add_history(count)
        there += count
    execute("ALTER TABLE webhooks_webhookdelivery RESET (autovacuum_enabled)")
    execute("VACUUM (FREEZE, ANALYZE) webhooks_webhookdelivery")
    execute("CHECKPOINT")  # what filling left to write is not the deliveries' cost


def cost(instance: Instance, event: Any, sizes: list[int]) -> bool:
    """Deliver a batch from tables of each size; print the CPU of a delivery, and whether PostgreSQL's part is flat."""
    clear()
    costs: list[float] = []
    for rows in sizes:
        fill(max(0, rows - BATCH))
        add_backlog(BATCH, event)
        execute("ANALYZE webhooks_webhookdelivery")
        with delivering(instance) as (process,):
            before = process.cpu_seconds
            committed = make_due()
            elapsed = until_delivered() - committed
            own, postgres = (
                (after - earlier) / BATCH * 1e6 for earlier, after in zip(before, process.cpu_seconds, strict=True)
            )
        costs.append(postgres / own)
        ((there,),) = execute("SELECT count(*) FROM webhooks_webhookdelivery")
        line(
            f"{there:,} rows",
            f"{own + postgres:.0f} us CPU",
            f"each, {postgres:.0f} of it PostgreSQL's; {BATCH / elapsed:,.0f}/s",
        )
    # The sender does the same whatever the table holds: its share tells how fast the machine was at that moment.
    growth = costs[-1] / costs[0]
    return bound(f"times PostgreSQL's CPU beside the sender's, {sizes[-1]:,} rows to {sizes[0]:,}", growth, FLAT_COST)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deliveries", type=int, default=200_000)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 500_000, 5_000_000])
    options = parser.parse_args()
    with Instance() as instance, sink() as url:
        import django

        django.setup()
        event = make_world(url)
        print(f"Memory of one delivery process over {options.deliveries:,} deliveries")
        held = [memory(instance, event, options.deliveries)]
        print("Cost of a delivery by the rows in the table, sender and its PostgreSQL connections together")
        held.append(cost(instance, event, options.rows))
    sys.exit(not all(held))


if __name__ == "__main__":
    main()
