"""SEC013: the security validation sends endpoints a well and a badly signed test."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer

import pytest
from django.db import connections

from applications.models import ApplicationCheckRun, PartnerApplication
from applications.services.review import submit_application
from applications.services.validation import run_security_validation
from common.errors import InvalidFieldsError
from common.principal import SYSTEM
from config.management.commands.demo_receiver import Receiver as DemoReceiver
from partners.models import Partner
from tests.conftest import make_application
from tests.receivers import Answer, Received, Receiver, hang, reply
from tests.webhooks.conftest import make_endpoint, make_integration
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.signing import body_signature, standard_signature

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def endpoint(application: PartnerApplication, receiver: Receiver) -> WebhookEndpoint:
    return make_endpoint(make_integration(application), receiver.url)


def verifies(request: Received, secret: str) -> bool:
    """What a careful partner does: both signatures have to hold."""
    body = json.loads(request.body)
    given = body.pop("signature")
    content = request.body.partition(b',"signature":"')[0] + b"}"
    standard = standard_signature(
        message_id=request.headers["webhook-id"],
        timestamp=int(request.headers["webhook-timestamp"]),
        body=request.body,
        keys=[secret],
    )
    return (
        body_signature(content, secret) == given == request.headers["x-webhook-signature"]
        and request.headers["webhook-signature"] == standard
    )


def careful(secret: str, good: Answer | None = None, bad: Answer | None = None) -> Answer:
    """Answer a good signature one way and a bad one another."""

    def answer(connection: socket.socket, request: Received) -> bool:
        taken = verifies(request, secret)
        return ((good or reply(200)) if taken else (bad or reply(401)))(connection, request)

    return answer


def finding(application: PartnerApplication) -> dict[str, str]:
    run: ApplicationCheckRun = run_security_validation(application=application, actor=SYSTEM)
    return next(row for row in run.findings if row["id"] == "SEC013")


def test_an_endpoint_that_verifies_passes(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    receiver.answer = careful(endpoint.webhook_secret)
    row = finding(endpoint.integration.application)
    assert (row["outcome"], row["severity"]) == ("passed", "error")
    assert len(receiver.requests) == 2
    assert sorted(verifies(request, endpoint.webhook_secret) for request in receiver.requests) == [False, True]
    assert {request.headers["x-webhook-test"] for request in receiver.requests} == {"true"}
    assert {request.headers["x-webhook-event"] for request in receiver.requests} == {"webhook.test"}
    assert not WebhookDelivery.objects.exists()
    assert not WebhookAttempt.objects.exists()


def test_an_endpoint_that_takes_anything_blocks_submission(acme: Partner, receiver: Receiver) -> None:
    draft = make_application(acme, status="draft", permissions=["read:leads"], approved_permissions=[])
    make_endpoint(make_integration(draft, environment="test"), receiver.url)
    row = finding(draft)
    assert (row["outcome"], row["severity"]) == ("failed", "error")
    assert row["detail"] == f"{receiver.url} took a delivery with a bad signature"
    with pytest.raises(InvalidFieldsError, match="SEC013") as refusal:
        submit_application(application=draft, actor=SYSTEM)
    assert list(refusal.value.errors) == ["webhooks"]
    draft.refresh_from_db()
    assert draft.status == "draft"


@pytest.mark.parametrize(
    ("good", "bad", "severity", "says"),
    [
        (reply(403), reply(403), "error", "answered 403 to a good signature"),
        (reply(301, Location="https://acme.test/"), reply(401), "error", "answered 301 to a good signature"),
        (reply(503), reply(401), "warning", "answered 503 to a good signature"),
        (reply(429), reply(429), "warning", "answered 429 to a good signature"),
        (reply(200), reply(500), "warning", "answered 500 to a bad signature"),
        (reply(200), reply(302, Location="/login"), "warning", "answered 302 to a bad signature"),
        (reply(500), reply(200), "error", "took a delivery with a bad signature"),
        (hang, reply(401), "warning", "did not answer (timeout)"),
    ],
)
def test_other_answers(
    endpoint: WebhookEndpoint,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    good: Answer,
    bad: Answer,
    severity: str,
    says: str,
) -> None:
    monkeypatch.setattr("webhooks.services.probes.TIMEOUT_SECONDS", 0.5)
    receiver.answer = careful(endpoint.webhook_secret, good, bad)
    row = finding(endpoint.integration.application)
    assert (row["outcome"], row["severity"]) == ("failed", severity)
    assert row["detail"] == f"{receiver.url} {says}"


def test_inside_addresses_are_never_called(application: PartnerApplication) -> None:
    make_endpoint(make_integration(application), "https://169.254.169.254/hook?token=secret")
    row = finding(application)
    assert (row["outcome"], row["severity"]) == ("failed", "error")
    assert row["detail"].startswith("https://169.254.169.254/hook: ")
    assert "secret" not in row["detail"]


def test_only_active_endpoints_of_the_application_are_asked(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    application = endpoint.integration.application
    other = make_application(application.partner, "Other")
    make_endpoint(make_integration(other), receiver.url)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(active=False)
    row = finding(application)
    assert (row["outcome"], row["detail"]) == ("skipped", "There are no webhook endpoints to probe.")
    assert receiver.requests == []


class Parting(DemoReceiver):
    """Leaves no database connection behind."""

    def finish(self) -> None:
        super().finish()
        connections.close_all()


def test_the_demo_receiver_passes(application: PartnerApplication, demo_receiver: Callable[[str], str]) -> None:
    integration = make_integration(application)
    make_endpoint(integration, demo_receiver(integration.id.hex))
    for _ in range(3):  # a busy answer to one message in forty must not be given to a test
        assert finding(application)["outcome"] == "passed"


@pytest.fixture
def demo_receiver() -> Iterator[Callable[[str], str]]:
    """The receiver of the demonstration on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Parting)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield lambda path: f"http://127.0.0.1:{server.server_address[1]}/hooks/{path}"
    server.shutdown()
    server.server_close()
