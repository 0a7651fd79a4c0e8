"""The official npm library of Standard Webhooks takes our deliveries."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.http import parse_headers
from config.environment import ROOT
from tests.webhooks.test_wire_format import EVENT_ID, content_of, payloads
from webhooks.engine.messages import Claim, Endpoint, build_request
from webhooks.signing import generate_secret

SCRIPTS = Path(__file__).with_name("npm")
pytestmark = pytest.mark.skipif(shutil.which("npm") is None, reason="Node is not on this machine")


@pytest.fixture(scope="session")
def home() -> Path:
    """The library, installed once into an ignored folder."""
    directory = ROOT / "var" / "contract" / "webhooks"
    directory.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "verify.mjs"):
        shutil.copy(SCRIPTS / name, directory / name)
    wanted = json.loads((SCRIPTS / "package.json").read_text())["dependencies"]["standardwebhooks"]
    installed = directory / "node_modules" / "standardwebhooks" / "package.json"
    if not installed.exists() or json.loads(installed.read_text())["version"] != wanted:
        command = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"]
        subprocess.run([*command, f"--cache={directory / 'cache'}"], cwd=directory, check=True, timeout=100)
    return directory


def delivery_of(payload: dict[str, Any], *secrets: str) -> dict[str, Any]:
    """A delivery as it goes over the wire, to a receiver that knows the last of `secrets`."""
    endpoint = Endpoint(
        id=uuid.uuid4(), url="https://partner.com/hook", environment="live", secrets=secrets, usable=True,
        failing=False, custom_headers={}, max_in_flight=None, max_per_second=None,
    )  # fmt: skip
    claim = Claim(
        uuid.uuid4(), EVENT_ID, endpoint.id, "event", 1, 5, uuid.uuid4(), endpoint, "lead.created", content_of(payload)
    )
    request = build_request(claim)
    assert request.body is not None
    return {
        "body": request.body.decode(),
        "headers": parse_headers("\n".join(request.headers)),
        "secret": secrets[-1],
    }


def judge(home: Path, deliveries: list[dict[str, Any]]) -> Any:
    """What the library says: taken as sent, taken when changed."""
    result = subprocess.run(
        ["node", "verify.mjs"],
        cwd=home,
        input=json.dumps(deliveries),
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return json.loads(result.stdout)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[
        HealthCheck.large_base_example, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture,
    ],
)  # fmt: skip
@given(batch=st.lists(payloads, min_size=20, max_size=40))
def test_the_npm_library_verifies_every_payload(home: Path, batch: list[dict[str, Any]]) -> None:
    secret = generate_secret()
    assert judge(home, [delivery_of(payload, secret) for payload in batch]) == [[True, False]] * len(batch)


def test_it_verifies_with_the_earlier_secret_during_a_rotation(home: Path) -> None:
    fresh, earlier = generate_secret(), generate_secret()
    stranger = {**delivery_of({"id": "lead_1"}, fresh), "secret": generate_secret()}
    assert judge(home, [delivery_of({"id": "lead_1"}, fresh, earlier), stranger]) == [[True, False], [False, False]]
