"""`manage.py webhook_listen`, as a developer runs it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from common.http import fetch
from config.environment import ROOT
from events.models import EventType, PlatformEvent
from integrations.models import Integration
from tests.webhooks.conftest import make_endpoint
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.services.deliveries import process_pending_deliveries
from webhooks.services.ownership import challenge_endpoint
from webhooks.signing import generate_secret

Publish = Callable[..., PlatformEvent]
pytestmark = pytest.mark.django_db
SECRET = generate_secret()
GENUINE = "webhook-signature valid, signature in the body valid"


def listen(*arguments: str) -> subprocess.Popen[str]:
    """The command as a process."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "webhook_listen", *arguments],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONWARNINGS": "ignore"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class Listener:
    """A running one, and what it says."""

    def __init__(self) -> None:
        self.process = listen("--secret", SECRET, "--port", "0")
        assert self.process.stdout is not None
        self.output = self.process.stdout
        words, _, self.url = self.output.readline().strip().rpartition(" ")
        assert words == "Listening on"

    def printed(self) -> tuple[str, object]:
        """The next delivery: the line about it, and its body."""
        line = self.output.readline().strip()
        body = list(iter(self.output.readline, "}\n"))
        return line, json.loads("".join(body) + "}")


@pytest.fixture(scope="module")
def shared() -> Iterator[Listener]:
    """One for all tests of this module: it takes a moment to start."""
    listener = Listener()
    yield listener
    listener.process.kill()
    listener.process.communicate()


@pytest.fixture
def at_listener(shared: Listener, integration: Integration, lead_created: EventType) -> WebhookEndpoint:
    """Acme's endpoint, at the listener."""
    endpoint = make_endpoint(integration, shared.url)
    endpoint.webhook_secret = SECRET
    endpoint.save()
    return endpoint


def test_a_delivery_is_printed_and_verified(shared: Listener, at_listener: WebhookEndpoint, publish: Publish) -> None:
    event = publish(payload={"id": "lead_123", "name": "Zoë"})
    assert process_pending_deliveries() == 1
    assert WebhookDelivery.objects.get().status == "delivered"
    line, body = shared.printed()
    assert line == f"lead.created, attempt 1: {GENUINE}"
    assert isinstance(body, dict)
    assert (body["id"], body["data"]) == (event.public_id, {"id": "lead_123", "name": "Zoë"})


def test_a_bad_signature_is_named(shared: Listener, at_listener: WebhookEndpoint, publish: Publish) -> None:
    WebhookEndpoint.objects.update(webhook_secret=generate_secret())
    publish()
    assert process_pending_deliveries() == 1
    line, _ = shared.printed()
    assert line == "lead.created, attempt 1: webhook-signature INVALID, signature in the body INVALID"


def test_a_challenge_is_given_back_to_its_owner_alone(shared: Listener, at_listener: WebhookEndpoint) -> None:
    WebhookEndpoint.objects.update(unproven=True, webhook_secret=generate_secret())
    assert not challenge_endpoint(at_listener.pk)
    assert shared.printed()[0].startswith("webhook.challenge, attempt 1: webhook-signature INVALID")
    at_listener.refresh_from_db()
    assert at_listener.ownership_error == "HTTP 200 without the challenge"
    at_listener.webhook_secret = SECRET
    at_listener.save(update_fields=["webhook_secret"])
    assert challenge_endpoint(at_listener.pk)
    assert shared.printed()[0] == f"webhook.challenge, attempt 1: {GENUINE}"


def test_what_is_no_delivery_is_printed_too(shared: Listener) -> None:
    answer = fetch(shared.url, method="POST", body=b"\xff\x00")
    assert answer.status == 200
    assert shared.output.readline() == "?, attempt ?: not a signed delivery\n"
    assert shared.output.readline() == "/wA=\n"
    fetch(shared.url, method="POST", body=b"[" * 9000, headers=["X-Webhook-Challenge: true"])
    assert shared.output.readline() == "?, attempt ?: not a signed delivery\n"
    assert shared.output.readline().startswith("W1tb")


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = listen("--secret", SECRET, "--port", str(port))
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (1, "")
    assert errors.startswith(f"CommandError: Port {port} cannot be listened on: ")
    assert "Traceback" not in errors


def test_a_secret_that_is_none_is_named() -> None:
    process = listen("--secret", "whsec_!")
    assert process.communicate(timeout=60) == ("", "CommandError: A webhook secret is whsec_ and base64.\n")


def test_ctrl_c_stops_it() -> None:
    listener = Listener()
    listener.process.send_signal(signal.SIGINT)
    output, errors = listener.process.communicate(timeout=30)
    assert (listener.process.returncode, output.strip(), errors) == (0, "", "")
