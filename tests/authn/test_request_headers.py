"""What the request log keeps of headers and addresses."""

from __future__ import annotations

import json
from collections.abc import Callable

from rest_framework.test import APIClient

from authn.models import ApiCall
from authn.request_headers import caller_address, redacted_headers
from billing.services.metering import drain_stream, stream_client
from tests.authn.conftest import metered_calls


def test_secrets_are_left_out() -> None:
    kept = redacted_headers(
        {
            "HTTP_AUTHORIZATION": "Bearer sk_secret",
            "HTTP_COOKIE": "sessionid=secret",
            "HTTP_X_API_KEY": "secret",
            "HTTP_USER_AGENT": "acme/1.0\tü\n" + "x" * 300,
            "CONTENT_TYPE": "application/json",
        }
    )
    assert "secret" not in kept
    assert not set("\t\n") & set(kept)
    found = json.loads(kept)
    assert found["Authorization"] == "Bearer [redacted]"
    assert len(found["User-Agent"]) == 200
    assert set(found) == {"Authorization", "User-Agent", "Content-Type"}
    assert json.loads(redacted_headers({"HTTP_AUTHORIZATION": "sk_secret"})) == {"Authorization": "[redacted]"}


def test_the_address() -> None:
    assert caller_address({"REMOTE_ADDR": "203.0.113.1"}, lambda: "192.0.2.1") == "203.0.113.1"
    assert (
        caller_address({"REMOTE_ADDR": "203.0.113.1", "HTTP_X_FORWARDED_FOR": "x"}, lambda: "192.0.2.1") == "192.0.2.1"
    )
    assert caller_address({"REMOTE_ADDR": "a\tb c"}, lambda: None) == "abc"
    assert caller_address({}, lambda: None) == ""


def test_from_the_request_to_the_log(api: Callable[..., APIClient], acme_key: str, empty_stream: None) -> None:
    agent = 'acme\\1.0 "quoted" \\N ü\x01'
    api(acme_key).get("/api/keys", HTTP_USER_AGENT=agent, REMOTE_ADDR="2001:db8::7", HTTP_COOKIE="a=b")
    (call,) = metered_calls()
    client = stream_client()
    drain_stream(client)
    client.close()
    row = ApiCall.objects.get(id=call.id)
    assert row.address == "2001:db8::7"
    kept = dict(row.header_lines)
    assert (kept["Authorization"], kept["User-Agent"]) == ("Bearer [redacted]", agent)
    assert "Cookie" not in kept
