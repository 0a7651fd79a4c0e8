"""The guarded client against hostile servers."""

from __future__ import annotations

import datetime as dt
import os
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django.fixtures import Settings

from common.http import MAX_BODY_BYTES, Request, Response, Transfer, fetch
from common.http_pool import Sender
from tests.receivers import Answer, Receiver, close, drip, flood, hang, header_flood, reply, reset


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that answers 200."""
    server = Receiver()
    yield server
    server.stop()


def test_a_plain_answer(receiver: Receiver) -> None:
    receiver.answer = reply(201, b"made", X_Answer="yes")
    response = fetch(receiver.url, method="POST", body=b'{"a":1}', headers=["Content-Type: application/json"])
    assert (response.status, response.body, response.error, response.ok) == (201, b"made", "", True)
    assert response.headers["x-answer"] == "yes"
    request = receiver.requests[0]
    assert (request.method, request.path, request.body) == ("POST", "/hook", b'{"a":1}')
    assert request.headers["user-agent"].startswith("Treaty-Webhooks/")


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answer = reply(302, Location="http://169.254.169.254/latest/meta-data")
    response = fetch(receiver.url)
    assert (response.status, response.ok, len(receiver.requests)) == (302, False, 1)


def test_an_inside_address_is_refused_when_dialled(receiver: Receiver, settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    transfer = Transfer()
    transfer.prepare(Request(receiver.url))
    with pytest.raises(Exception, match="connect"):
        transfer.curl.perform()
    assert transfer.response(7).error == "blocked_address"
    assert receiver.connections == 0
    transfer.curl.close()


def test_a_name_that_resolves_inside_is_refused_when_dialled(settings: Settings) -> None:
    # The rebinding case: the name passed the check of the URL, what it resolves to does not pass the check of the dial.
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    sender = Sender()
    transfer = Transfer()
    transfer.curl.setopt(transfer.curl.RESOLVE, ["rebinding.example.com:443:10.0.0.1"])
    sender.idle.append(transfer)
    sender.submit(Request("https://rebinding.example.com/"), "context")
    assert [(context, response.error) for context, response in wait(sender, 1)] == [("context", "blocked_address")]
    sender.close()


HOSTILE = [(hang, "timeout"), (drip, "timeout"), (reset, "connection_reset"), (close, "empty_reply")]


@pytest.mark.parametrize(("answer", "error"), HOSTILE)
def test_hostile_answers(receiver: Receiver, answer: Answer, error: str) -> None:
    receiver.answer = answer
    started = time.monotonic()
    response = fetch(receiver.url, timeout=0.5)
    assert (response.error, response.ok) == (error, False)
    assert time.monotonic() - started < 1.5


def test_a_huge_body_is_cut_at_the_cap(receiver: Receiver) -> None:
    receiver.answer = flood
    response = fetch(receiver.url)
    assert (response.status, response.ok, response.truncated, len(response.body)) == (200, True, True, MAX_BODY_BYTES)


def test_headers_without_end(receiver: Receiver) -> None:
    receiver.answer = header_flood
    response = fetch(receiver.url, timeout=5)
    assert response.error
    assert len(response.raw_headers) <= MAX_BODY_BYTES


def test_nobody_listens(receiver: Receiver) -> None:
    receiver.stop()
    assert fetch(receiver.url).error == "connection_refused"


def self_signed(directory: Path) -> ssl.SSLContext:
    """A server context whose certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(tz=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = directory / "server.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_an_untrusted_certificate_is_refused(tmp_path: Path) -> None:
    receiver = Receiver(context=self_signed(tmp_path))
    assert fetch(receiver.url).error == "tls_failed"
    assert receiver.requests == []
    receiver.stop()


def test_proxies_of_the_environment_are_ignored(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "http_proxy", "http://127.0.0.1:1")
    assert fetch(receiver.url).status == 200


def wait(sender: Sender, count: int, timeout: float = 10.0) -> list[tuple[object, Response]]:
    """Run `sender` until `count` requests are done."""
    results: list[tuple[object, Response]] = []
    deadline = time.monotonic() + timeout
    while len(results) < count and time.monotonic() < deadline:
        results += sender.run(0.5)
    return results


def test_the_pool_sends_many_over_few_connections(receiver: Receiver) -> None:
    sender = Sender()
    for _ in range(10):
        for number in range(20):
            sender.submit(Request(receiver.url, body=b"{}"), number)
        results = wait(sender, 20)
        assert sorted(str(context) for context, _ in results) == sorted(map(str, range(20)))
        assert {response.status for _, response in results} == {200}
    assert receiver.connections <= 20
    assert len(receiver.requests) == 200
    assert (sender.in_flight, len(sender.idle)) == (0, 20)
    sender.close()


def test_a_hanging_request_does_not_hold_up_the_others(receiver: Receiver) -> None:
    hanging = Receiver(answer=hang)
    sender = Sender()
    sender.submit(Request(hanging.url, body=b"{}", timeout=1), "slow")
    sender.submit(Request(receiver.url, body=b"{}"), "quick")
    results = wait(sender, 2)
    assert [(context, response.error) for context, response in results] == [("quick", ""), ("slow", "timeout")]
    sender.close()
    hanging.stop()
