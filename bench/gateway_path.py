"""What the gateway check costs: `/internal/authorize` for a service behind nginx against a bare Django view.

Both run under the same server (granian, one worker, threads as `manage.py up` has them) in one run, in turns; every
key is warm. The check resolves the key, takes from its bucket, looks the route's scope up and meters the call.

    python -m bench.gateway_path [--seconds 5] [--rounds 3]
"""

from __future__ import annotations

import argparse
import sys

from bench.load import get_request
from bench.report import verdict
from bench.request_path import (
    SEED_OURS,
    Case,
    Way,
    metered_calls,
    metered_verdict,
    options_of,
    prepared_services,
    run_cases,
    seed,
)

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


def measure(options: argparse.Namespace) -> bool:
    """Run both and print them; whether the target holds."""
    with prepared_services() as environment:
        keys = seed(SEED_OURS, environment)[:ACTIVE_KEYS]
        ways: list[Way] = [
            ("bare Django view", "bench.request_apps.bare:application", [get_request("/api/ping", {})]),
            ("Treaty: gateway check", "config.wsgi:application", [check_request(key) for key in keys]),
        ]
        return report(*run_cases(ways, environment, options), metered=metered_calls(environment))


def report(bare: Case, ours: Case, *, metered: int) -> bool:
    """Print the table and the verdict."""
    print(f"{'':<46}{'req/s':>9}{'x bare':>8}{'CPU us':>9}{'x bare CPU':>11}{'p50 / p99 ms':>16}")
    for case in (bare, ours):
        print(case.line(bare))
    held = [
        verdict("times a bare view, by CPU", bare.cpu / ours.cpu, TARGET),
        verdict("times a bare view, by req/s", ours.per_second / bare.per_second, TARGET),
        metered_verdict(ours, metered),
    ]
    return all(held)


if __name__ == "__main__":
    sys.exit(0 if measure(options_of(__doc__)) else 1)
