"""The WSGI handler's short way for machine calls that read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started

from applications.models import PartnerApplication
from config.handler import Handler

pytestmark = pytest.mark.django_db


@pytest.fixture
def signals() -> Iterator[list[str]]:
    """The request signals that were sent."""
    sent: list[str] = []

    def started(**_: Any) -> None:
        sent.append("started")

    def finished(**_: Any) -> None:
        sent.append("finished")

    request_started.connect(started)
    request_finished.connect(finished)
    yield sent
    request_started.disconnect(started)
    request_finished.disconnect(finished)


def call(
    path: str, *, key: str | None = None, method: str = "GET", chunked: bytes | None = None
) -> tuple[str, dict[str, str], bytes]:
    environ: dict[str, Any] = {
               "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "testserver",
               "SERVER_PORT": "80", "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(),
               "SCRIPT_NAME": ""}  # fmt: skip
    if key:
        environ["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    if chunked is not None:
        body_of = {"CONTENT_TYPE": "application/json", "HTTP_TRANSFER_ENCODING": "chunked"}
        environ |= {**body_of, "wsgi.input": io.BytesIO(chunked)}
    started: list[Any] = []
    answer = Handler()(environ, lambda status, headers: started.extend([status, dict(headers)]))
    body = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    return started[0], started[1], body


def test_a_read_with_a_key_takes_the_short_way(acme_key: str, signals: list[str]) -> None:
    status, headers, body = call("/api/keys", key=acme_key)
    assert status == "200 OK"
    assert headers["Content-Type"] == "application/json"
    assert headers["Content-Length"] == str(len(body))
    assert body.startswith(b'{"data":')
    assert signals == []


@pytest.mark.parametrize(("path", "status"), [("/api/nowhere", "404 Not Found"), ("/api/keys/x", "404 Not Found")])
def test_what_is_not_there_is_a_problem_there_too(acme_key: str, path: str, status: str, signals: list[str]) -> None:
    found, headers, _ = call(path, key=acme_key)
    assert found == status
    assert headers["Content-Type"] == "application/problem+json"
    assert signals == []


@pytest.mark.django_db(transaction=True)
def test_everything_else_takes_django_s_way(acme_key: str, signals: list[str]) -> None:
    assert call("/api/keys")[0] == "401 Unauthorized"
    assert call("/api/keys", key=acme_key, method="POST")[0] == "400 Bad Request"
    assert call("/healthz")[0] == "200 OK"
    assert signals == ["started", "finished"] * 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"appId": "%s", "name": "Tour", "scopes": ["read:leads"]}', "201 Created"),
        (b"", "400 Bad Request"),
        (b" " * 3 * 1024 * 1024, "413 Request Entity Too Large"),
        (b" " * 40 * 1024 * 1024, "413 Request Entity Too Large"),
    ],
)
def test_a_chunked_body_is_read_like_any_other(
    application: PartnerApplication, acme_key: str, body: bytes, status: str
) -> None:
    chunked = body.replace(b"%s", str(application.id).encode())
    found, _, answer = call("/api/keys", key=acme_key, method="POST", chunked=chunked)
    assert found == status, answer
