"""What the gateway check costs: `/internal/authorize` for a service behind nginx against a bare Django view.

Both run under the same server (granian, one worker, one thread) in one run, in turns; every key is warm. The check
resolves the key, takes from its bucket, looks the route's scope up and meters the call.

    python -m bench.gateway_path [--seconds 5] [--rounds 3]
"""

from __future__ import annotations

import argparse
import os
import sys

import redis

from bench.load import get_request, run_load
from bench.request_path import CONNECTIONS, SEED_OURS, Case, prepare, seed, server_cpu, stay_off_the_server
from bench.servers import services

TARGET = 1.7
# Few enough that each is warm even while the machine is busy: a snapshot is read again every five seconds.
ACTIVE_KEYS = 10
TARGET_PATH = "/core/leads/7"


def check_request(key: str) -> bytes:
    """What nginx asks."""
    headers = {
        "Authorization": f"Bearer {key}",
        "X-Original-Method": "GET",
        "X-Original-URI": TARGET_PATH,
        "X-Forwarded-For": "203.0.113.9",
    }
    return get_request("/internal/authorize", headers)


def measure(seconds: float, rounds: int, threads: int) -> bool:
    """Run both and print them; whether the target holds."""
    own_cpus, cpu = os.sched_getaffinity(0), server_cpu()
    stay_off_the_server()
    with services() as environment:
        prepare(environment)
        keys = seed(SEED_OURS, environment)[:ACTIVE_KEYS]
        cases: list[Case] = []
        try:
            for name, target, requests in (
                ("bare Django view", "bench.request_apps.bare:application", [get_request("/api/ping", {})]),
                ("Treaty: gateway check", "config.wsgi:application", [check_request(key) for key in keys]),
            ):
                cases.append(Case(name, target, requests, environment, threads, cpu))
            for case in cases:
                run_load(case.server.port, case.requests, seconds=2, connections=CONNECTIONS)
            for _ in range(rounds):
                for case in cases:
                    case.round(seconds)
            metered = redis.Redis.from_url(environment["REDIS_URL"]).xlen("treaty:calls")
        finally:
            os.sched_setaffinity(0, own_cpus)
            for case in cases:
                case.server.stop()
    return report(*cases, metered=int(metered))


def report(bare: Case, ours: Case, *, metered: int) -> bool:
    """Print the table and the verdict."""
    answered = sum(result.requests for result in ours.results)
    print(f"{'':<46}{'req/s':>9}{'x bare':>8}{'CPU us':>9}{'x bare CPU':>11}{'p50 / p99 ms':>16}")
    for case in (bare, ours):
        print(case.line(bare))
    held = metered >= answered
    for name, value in (
        ("times a bare view, by CPU", bare.cpu / ours.cpu),
        ("times a bare view, by req/s", ours.per_second / bare.per_second),
    ):
        held &= value >= TARGET
        print(f"  {'ok  ' if value >= TARGET else 'MISS'} {value:5.2f} {name} (>= {TARGET})")
    print(
        f"  {'ok  ' if metered >= answered else 'MISS'} {metered:,} calls metered of {answered:,} answered while timed"
    )
    return held


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    sys.exit(0 if measure(options.seconds, options.rounds, options.threads) else 1)


if __name__ == "__main__":
    main()
