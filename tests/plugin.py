"""Embedded PostgreSQL and Valkey for the whole run, and the style sheet.

Loaded with -p, before pytest-django reads the settings.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from config import stylesheet
from config.services import EmbeddedPostgres, EmbeddedValkey


def start_services() -> tuple[Path, list[EmbeddedPostgres | EmbeddedValkey]]:
    """Start both servers in a throw-away directory and point the environment at them."""
    data_dir = Path(tempfile.mkdtemp(prefix="treaty-test-"))
    data_dir.chmod(0o755)
    (data_dir / "static").mkdir()  # WhiteNoise warns when it is absent
    services: list[EmbeddedPostgres | EmbeddedValkey] = [EmbeddedPostgres(data_dir), EmbeddedValkey(data_dir)]
    os.environ["TREATY_DATA"] = str(data_dir)
    for name, service in zip(("DATABASE_URL", "REDIS_URL"), services, strict=True):
        os.environ[name] = service.start()
    return data_dir, services


stylesheet.build_if_stale()
data_directory, running_services = start_services()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--shots DIR`: photograph the pages the browser tests walk through."""
    parser.addoption("--shots", type=Path, help="directory for pictures of every portal page")


def pytest_unconfigure() -> None:
    """Stop the servers and remove their data."""
    for service in running_services:
        service.stop()
    shutil.rmtree(data_directory, ignore_errors=True)
