"""What a key costs: a key-authenticated, limited, metered GET against a bare Django view and against the usual stack.

All three answer the same JSON under the same server (granian, one worker, threads as `manage.py up` has them) in one
run, in turns. CPU time per request and the ratios are what to compare between machines; requests per second depend on
the neighbours.

    python -m bench.request_path [--seconds 5] [--rounds 3]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from urllib.parse import unquote, urlsplit

import psycopg
import redis

from bench.load import Result, get_request, run_load
from bench.report import verdict
from bench.servers import ROOT, WebServer, services
from config.runner.programs import BLOCKING_THREADS

STORED_KEYS = 10_000
ACTIVE_KEYS = 100
CONNECTIONS = 16

SEED_OURS = """
import sys
from django.conf import settings
from authn.keys import digest, generate_key
from authn.models import ApiKey
from tests.conftest import make_application, make_partner
keys = []
rows = []
for number in range(100):
    application = make_application(make_partner(f"Partner {number}"))
    for _ in range(int(sys.argv[1]) // 100):
        key = generate_key("live")
        keys.append(key)
        rows.append(ApiKey(partner=application.partner, application=application, rate_limit=10_000_000,
                           key_prefix=key[:8], key_value=digest(key, settings.API_KEY_PEPPER), last_four=key[-4:],
                           scopes=["read:leads"]))
ApiKey.objects.bulk_create(rows)
print("\\n".join(keys))
"""

SEED_PEER = """
import sys
import bench.request_apps.peer
from django.core.management import call_command
from rest_framework_api_key.models import APIKey
call_command("migrate", verbosity=0)
rows, keys = [], []
for number in range(int(sys.argv[1])):
    row = APIKey(name=str(number))
    keys.append(APIKey.objects.assign_key(row))
    rows.append(row)
APIKey.objects.bulk_create(rows)
print("\\n".join(keys))
"""


def seed(script: str, environment: dict[str, str]) -> list[str]:
    """Run a script that stores keys, and return those that will be used."""
    program = "import django\n" + ("django.setup()\n" if script is SEED_OURS else "") + script
    output = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, str(STORED_KEYS)],
        env=environment, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE,
    ).stdout  # fmt: skip
    return output.split()[:: STORED_KEYS // ACTIVE_KEYS]


def prepare(environment: dict[str, str]) -> dict[str, str]:
    """Migrate ours, and give the peer a database of its own in the same server."""
    url = urlsplit(environment["DATABASE_URL"])
    host = unquote(url.hostname or "")
    with psycopg.connect(
        host=host, user=url.username, password=url.password, dbname="treaty", autocommit=True
    ) as connection:
        connection.execute("CREATE DATABASE peer")
    environment |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PEER_DATABASE_URL": environment["DATABASE_URL"].rsplit("/", 1)[0] + "/peer",
        "PEER_DATABASE_HOST": host,
        "PREMIUM_RATE_LIMIT": "10000000",  # the partners' tier: every call is to be answered
    }
    migrate = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, env=environment, cwd=ROOT, check=True)
    return environment


class Case:
    """One way to answer, and what it cost."""

    def __init__(
        self, name: str, target: str, requests: list[bytes], environment: dict[str, str], threads: int, cpu: int | None
    ) -> None:
        self.name = name
        self.requests = requests
        self.server = WebServer(target, environment, threads=threads, cpu=cpu)
        self.results: list[Result] = []
        self.cpu_us: list[float] = []

    def round(self, seconds: float) -> None:
        """One measured round."""
        before = self.server.cpu_seconds()
        result = run_load(self.server.port, self.requests, seconds=seconds, connections=CONNECTIONS)
        if set(result.statuses) != {200}:
            raise SystemExit(f"{self.name}: expected 200 alone, got {result.statuses}")
        self.results.append(result)
        self.cpu_us.append((self.server.cpu_seconds() - before) / result.requests * 1e6)

    @property
    def per_second(self) -> float:
        return median(result.per_second for result in self.results)

    @property
    def cpu(self) -> float:
        return median(self.cpu_us)

    def line(self, bare: Case) -> str:
        p50, p99 = (median(result.percentile_ms(share) for result in self.results) for share in (0.5, 0.99))
        return (
            f"{self.name:<46}{self.per_second:>9,.0f}{self.per_second / bare.per_second:>8.2f}{self.cpu:>9,.0f}"
            f"{bare.cpu / self.cpu:>11.2f}{p50:>8.2f} /{p99:>6.2f}"
        )


def server_cpu() -> int | None:
    """The CPU of the server under test, so that the load and the services have the others."""
    cpus = sorted(os.sched_getaffinity(0))
    return cpus[0] if len(cpus) > 1 else None


SERVER_CPU = server_cpu()  # before this process leaves it


def stay_off_the_server() -> None:
    """Keep the load client, and the services it starts from here on, off the CPU of the server under test."""
    cpus = os.sched_getaffinity(0)
    if len(cpus) > 1:
        os.sched_setaffinity(0, cpus - {min(cpus)})


# Name, target and requests of one way to answer.
Way = tuple[str, str, list[bytes]]


@contextmanager
def prepared_services() -> Iterator[dict[str, str]]:
    """Migrated services; they, and the load that is made from here, stay off the CPU of the server under test."""
    own_cpus = os.sched_getaffinity(0)
    stay_off_the_server()
    try:
        with services() as environment:
            yield prepare(environment)
    finally:
        os.sched_setaffinity(0, own_cpus)


def run_cases(ways: Sequence[Way], environment: dict[str, str], options: argparse.Namespace) -> list[Case]:
    """Start a server for each way to answer, warm it up, and measure all of them in turns."""
    cases: list[Case] = []
    try:
        for name, target, requests in ways:
            cases.append(Case(name, target, requests, environment, options.threads, SERVER_CPU))
        for case in cases:
            run_load(case.server.port, case.requests, seconds=2, connections=CONNECTIONS)
        for _ in range(options.rounds):
            for case in cases:
                case.round(options.seconds)
    finally:
        for case in cases:
            case.server.stop()
    return cases


def metered_calls(environment: dict[str, str]) -> int:
    """How many calls the usage stream holds."""
    return int(redis.Redis.from_url(environment["REDIS_URL"]).xlen("treaty:calls"))


def metered_verdict(ours: Case, metered: int) -> bool:
    """Print whether every answered call was metered."""
    answered = sum(result.requests for result in ours.results)
    print(
        f"  {'ok  ' if metered >= answered else 'MISS'} {metered:,} calls metered of {answered:,} answered while timed"
    )
    return metered >= answered


def options_of(description: str | None) -> argparse.Namespace:
    """What the command line says of rounds, seconds and threads."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=BLOCKING_THREADS)
    return parser.parse_args()


def measure(options: argparse.Namespace) -> bool:
    """Run everything and print it; whether the targets hold."""
    with prepared_services() as environment:
        our_keys, peer_keys = seed(SEED_OURS, environment), seed(SEED_PEER, environment)
        ways: list[Way] = [
            ("bare Django view", "bench.request_apps.bare:application", [get_request("/api/ping", {})]),
            ("Treaty: key, limit, meter, in DRF", "bench.request_apps.ours:application",
             [get_request("/api/ping", {"Authorization": f"Bearer {key}"}) for key in our_keys]),
            ("DRF + api-key + throttle on the same Valkey", "bench.request_apps.peer:application",
             [get_request("/api/ping", {"Authorization": f"Api-Key {key}"}) for key in peer_keys]),
        ]  # fmt: skip
        cases = run_cases(ways, environment, options)
        return report(cases, metered_calls(environment))


def report(cases: list[Case], metered: int) -> bool:
    """Print the table and the verdict."""
    bare, ours, peer = cases
    print(f"{'':<46}{'req/s':>9}{'x bare':>8}{'CPU us':>9}{'x bare CPU':>11}{'p50 / p99 ms':>16}")
    for case in cases:
        print(case.line(bare))
    held = [
        verdict("of a bare view, by CPU", bare.cpu / ours.cpu, 0.40),
        verdict("of a bare view, by req/s", ours.per_second / bare.per_second, 0.40),
        verdict("times the usual stack, by CPU", peer.cpu / ours.cpu, 4.0),
        verdict("times the usual stack, by req/s", ours.per_second / peer.per_second, 4.0),
        metered_verdict(ours, metered),
    ]
    return all(held)


if __name__ == "__main__":
    sys.exit(0 if measure(options_of(__doc__)) else 1)
