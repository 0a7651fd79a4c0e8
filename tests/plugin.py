"""Embedded PostgreSQL and Valkey for the whole run, and the style sheet.

Loaded with -p, before pytest-django reads the settings. Migrating takes longer than most test files run, so a migrated
cluster is kept per state of the migrations and copied.
"""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from config import stylesheet
from config.environment import ROOT
from config.services import EmbeddedPostgres, EmbeddedService, EmbeddedValkey

TEMPLATES = ROOT / "var" / "test-clusters"
KEPT_TEMPLATES = 3
# They kill processes, or compare times.
ALONE = ("tests/webhooks/test_fairness.py", "tests/faults/", "tests/sdk/")


def fingerprint() -> str:
    """Changes with anything that decides what a migrated database holds."""
    sources = [ROOT / "requirements-dev.lock", ROOT / "config" / "settings.py", Path(__file__)]
    for pattern in (
        "*/migrations/*.py",
        "*/models/*.py",
        "common/*.py",
        "events/*.py",
        "*/apps.py",
        "config/services.py",
    ):
        sources += sorted(ROOT.glob(pattern))
    digest = sha256(str(datetime.now(tz=UTC).date()).encode())  # partitions are made from today on
    for path in sources:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def keep_bytecode() -> None:
    """Let the many processes that tests start find their modules compiled, whatever this one was told of the tree."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / "var" / "pycache"))


def new_directory() -> Path:
    """A throw-away data directory that PostgreSQL's own user can reach."""
    data_dir = Path(tempfile.mkdtemp(prefix="treaty-test-"))
    data_dir.chmod(0o755)
    (data_dir / "static").mkdir()  # WhiteNoise warns when it is absent
    return data_dir


def build_template(template: Path) -> None:
    """Migrate a fresh cluster's test database and keep the stopped cluster as `template`."""
    data_dir = new_directory()
    postgres = EmbeddedPostgres(data_dir)
    try:
        url = postgres.start()
        with postgres.connect("postgres") as connection:
            connection.execute("CREATE DATABASE test_treaty")
            connection.execute("ALTER SYSTEM SET fsync = off")  # tests kill processes, not machines
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "TREATY_DATA": str(data_dir)}
        environment["DATABASE_URL"] = url.rpartition("/")[0] + "/test_treaty"
        subprocess.run(
            [sys.executable, "-W", "ignore", "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env=environment,
            check=True,
        )
        postgres.stop()
        half_done = template.with_suffix(".new")
        shutil.rmtree(half_done, ignore_errors=True)
        half_done.mkdir(parents=True)
        subprocess.run(
            ["cp", "-a", str(postgres.data_dir), str(data_dir / "postgres.password"), str(half_done)], check=True
        )
        half_done.rename(template)
    finally:
        postgres.stop()
        shutil.rmtree(data_dir, ignore_errors=True)


def migrated_cluster() -> Path:
    """The template for the present state of the migrations, made first if need be."""
    TEMPLATES.mkdir(parents=True, exist_ok=True)
    template = TEMPLATES / fingerprint()
    with (TEMPLATES / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.is_dir():
            build_template(template)
        others = [path for path in TEMPLATES.iterdir() if path.is_dir() and path != template]
        for stale in sorted(others, key=lambda path: path.stat().st_mtime)[: -KEPT_TEMPLATES + 1]:
            shutil.rmtree(stale, ignore_errors=True)
    return template


def start_services() -> tuple[Path, list[EmbeddedService]]:
    """Start both servers in a throw-away directory and point the environment at them."""
    data_dir = new_directory()
    subprocess.run(["cp", "-a", f"{migrated_cluster()}/.", str(data_dir)], check=True)
    postgres = EmbeddedPostgres(data_dir)
    postgres.stop_signal = signal.SIGQUIT  # at once: nobody reads what it would still write
    services: list[EmbeddedService] = [postgres, EmbeddedValkey(data_dir)]
    os.environ["TREATY_DATA"] = str(data_dir)
    for name, service in zip(("DATABASE_URL", "REDIS_URL"), services, strict=True):
        os.environ[name] = service.start()
    return data_dir, services


def hear_interrupts() -> None:
    """A shell that runs this in the background has it ignore Ctrl-C, and with it every process that tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


hear_interrupts()
keep_bytecode()
stylesheet.build_if_stale()
data_directory, running_services = start_services()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--shots DIR`: photograph the pages the browser tests walk through."""
    parser.addoption("--shots", type=Path, help="directory for pictures of every portal page")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Use the migrated test database as it is."""
    config.option.reuse_db = True


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FileByFile:
    """Who runs what where there are several processes."""
    return FileByFile(config, log)


class FileByFile(LoadScopeScheduling):
    """Tests of one file run in one process, and those that need the machine to themselves one after the other."""

    def _split_scope(self, nodeid: str) -> str:
        """What is run together."""
        return "alone" if nodeid.startswith(ALONE) else nodeid.partition("::")[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that run alone go last, so that they are by then; browser tests, which take longest, before them."""
    items.sort(key=turn)


def turn(item: pytest.Item) -> tuple[bool, bool, float]:
    """When a test's turn comes; of its kind, those that may take longest first."""
    limit = item.get_closest_marker("timeout")
    is_long = item.get_closest_marker("e2e") is not None
    return item.nodeid.startswith(ALONE), is_long, -limit.args[0] if limit else 0.0


def pytest_collection_finish() -> None:
    """What is there now stays: the garbage collector need not look through it again and again."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_unconfigure() -> None:
    """Stop the servers and remove their data."""
    for service in running_services:
        service.stop()
    shutil.rmtree(data_directory, ignore_errors=True)
