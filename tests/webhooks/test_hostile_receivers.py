"""What deliveries come to at receivers that mean no good."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from common.http import MAX_BODY_BYTES, Transfer
from events.models import PlatformEvent
from integrations.models import Integration
from tests.common.test_http import self_signed
from tests.receivers import Answer, Received, Receiver, close, drip, flood, hang, header_flood, reply, reset
from tests.webhooks.conftest import eventually, make_endpoint
from webhooks.engine.process import DeliveryProcess
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.services.deliveries import process_pending_deliveries

Publish = Callable[..., PlatformEvent]
DEADLINE = 1.0


def assert_failed(error: str, status: int | None) -> WebhookAttempt:
    """The one delivery failed for this reason and waits for its second attempt; the attempt."""
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.attempt_number, delivery.response_status) == ("pending", 1, status)
    assert delivery.last_error.startswith(error)
    assert delivery.next_retry_at is not None
    assert 120 <= (delivery.next_retry_at - delivery.updated_at).total_seconds() <= 132
    attempt = delivery.attempts.get()
    assert (attempt.succeeded, attempt.response_status) == (False, status)
    return attempt


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "error", "status"),
    [
        (hang, "timeout", None),
        (drip, "timeout", 200),
        (reset, "connection_reset", None),
        (close, "empty_reply", None),
        (header_flood, "connection_reset: Too large response headers", 200),
        (reply(302, Location="http://169.254.169.254/latest/meta-data"), "HTTP 302", 302),
    ],
    ids=["hang", "drip", "reset", "close", "header flood", "redirect to metadata"],
)
def test_a_hostile_answer_is_a_failed_attempt(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, answer: Answer, error: str, status: int | None
) -> None:
    receiver.answer = answer
    publish()
    started = time.monotonic()
    assert process_pending_deliveries(deadline=DEADLINE) == 1
    assert time.monotonic() - started < DEADLINE + 4
    attempt = assert_failed(error, status)
    assert len(receiver.requests) == 1
    assert max(len(attempt.response_body), len(attempt.response_headers)) <= MAX_BODY_BYTES


@pytest.mark.django_db
def test_a_flood_is_taken_for_its_status_and_cut(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    receiver.answer = flood
    publish()
    process_pending_deliveries()
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.response_status, delivery.last_error) == ("delivered", 200, "")
    attempt = delivery.attempts.get()
    assert (attempt.succeeded, attempt.error, attempt.response_body) == (True, "", "y" * MAX_BODY_BYTES)


@pytest.mark.django_db
def test_a_certificate_that_nobody_vouches_for(
    tmp_path: Path, integration: Integration, receiver: Receiver, publish: Publish
) -> None:
    impostor = Receiver(context=self_signed(tmp_path))
    make_endpoint(integration, impostor.url)
    publish()
    process_pending_deliveries()
    impostor.stop()
    assert_failed("tls_failed", None)
    assert impostor.requests == []


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["", "https://10.0.0.1/", "https://169.254.169.254/", "https://[::ffff:127.0.0.1]/"])
def test_an_inside_address_is_not_dialled(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, settings: Settings, url: str
) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    WebhookEndpoint.objects.update(endpoint_url=url or receiver.url)
    publish()
    assert process_pending_deliveries() == 1
    attempt = assert_failed("blocked_address", None)
    assert "is not an address the platform calls" in attempt.error_detail
    assert receiver.connections == 0


@pytest.mark.django_db(transaction=True)
def test_a_name_that_moves_inside_between_two_dials(
    integration: Integration, receiver: Receiver, publish: Publish
) -> None:
    def once(client: socket.socket, request: Received) -> bool:
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        return False

    receiver.answer = once
    place = f"rebinding.example.com:{receiver.port}"
    make_endpoint(integration, f"http://{place}/hook")
    process = DeliveryProcess()
    transfer = Transfer()
    process.sender.idle.append(transfer)  # the one handle that both deliveries take
    transfer.curl.setopt(transfer.curl.RESOLVE, [f"{place}:127.0.0.1"])  # which the tests' settings allow
    thread = threading.Thread(target=process.run)
    thread.start()
    try:
        publish()
        eventually(lambda: WebhookDelivery.objects.filter(status="delivered").count() == 1)
        transfer.curl.setopt(transfer.curl.RESOLVE, [f"-{place}", f"{place}:10.0.0.1"])
        second = publish()
        eventually(lambda: WebhookAttempt.objects.filter(succeeded=False).count() == 1)
    finally:
        process.stop()
        thread.join(15)
    delivery = WebhookDelivery.objects.get(event=second)
    assert delivery.last_error.startswith("blocked_address")
    assert delivery.attempts.get().error_detail == "10.0.0.1 is not an address the platform calls"
    assert (len(receiver.requests), receiver.connections) == (1, 1)
