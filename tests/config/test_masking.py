from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest
import structlog

from config.logs import logging_config
from config.masking import MASK, mask_text, mask_value

KEY = "sk_" + "a1B2c3D4" * 4 + "abcdef"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"key {KEY} used", f"key sk_{MASK} used"),
        (f"test key tk_{KEY[3:]}", f"test key tk_{MASK}"),
        ("secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", f"secret whsec_{MASK}"),
        ("Authorization: Bearer abc.def-123", f"Authorization: Bearer {MASK}"),
        ("basic dXNlcjpwYXNz", f"basic {MASK}"),
        ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", f"token {MASK}"),
        ("postgres://treaty:hunter2@db/treaty", f"postgres://treaty:{MASK}@db/treaty"),
        ("redis://:hunter2@valkey:6379/0", f"redis://:{MASK}@valkey:6379/0"),
        ("grant client_secret=abc&code=xyz&state=1", f"grant client_secret={MASK}&code={MASK}&state=1"),
        ("from john.doe@example.com to jane@sub.example.org", "from j…@example.com to j…@sub.example.org"),
        ("ssn 078-05-1120", f"ssn {MASK}"),
        ("lead 0190b3f2-7d3c-7d15-8f2e-1f2e3d4c5b6a created", "lead 0190b3f2-7d3c-7d15-8f2e-1f2e3d4c5b6a created"),
        ("GET /api/partners 200 in 12.5 ms", "GET /api/partners 200 in 12.5 ms"),
        ("2026-11-24T03:00:00Z", "2026-11-24T03:00:00Z"),
    ],
)
def test_mask_text(text: str, masked: str) -> None:
    assert mask_text(text) == masked


def test_values_of_secret_names_are_masked_at_every_depth() -> None:
    value = {
        "payload": {"firstName": "John", "last_name": "Doe", "insuranceType": "auto", "contacts": [{"phone": "555"}]},
        "Authorization": "anything",
        "webhook_secret": "anything",
        "password": "",
        "token_type": "Bearer",
        "count": 3,
        "ratio": 0.5,
        "missing": None,
        "body": b"key " + KEY.encode(),
    }
    assert mask_value(value) == {
        "payload": {"firstName": MASK, "last_name": MASK, "insuranceType": "auto", "contacts": [{"phone": MASK}]},
        "Authorization": MASK,
        "webhook_secret": MASK,
        "password": "",
        "token_type": "Bearer",
        "count": 3,
        "ratio": 0.5,
        "missing": None,
        "body": f"key sk_{MASK}",
    }


@pytest.fixture
def log() -> io.StringIO:
    """What the configured handler writes, as JSON lines."""
    return io.StringIO()


def handler(stream: io.StringIO) -> logging.Handler:
    config = logging_config(log_format="json", level="INFO")
    formatter: dict[str, Any] = dict(config["formatters"]["structured"])
    formatter.pop("()")
    result = logging.StreamHandler(stream)
    result.setFormatter(structlog.stdlib.ProcessorFormatter(**formatter))
    return result


def test_both_kinds_of_loggers_are_masked_tracebacks_included(log: io.StringIO) -> None:
    output = handler(log)
    root = logging.getLogger()
    root.addHandler(output)
    structlog.contextvars.bind_contextvars(request_id="req-1", principal="alice@acme.test")
    try:
        structlog.get_logger("treaty.test").warning("sign_in", email="bob@acme.test", password="hunter2")
        try:
            int(f"bad key {KEY}")
        except ValueError:
            logging.getLogger("library").exception("failed for %s", "carol@acme.test")
    finally:
        structlog.contextvars.clear_contextvars()
        root.removeHandler(output)
    first, second = [json.loads(line) for line in log.getvalue().splitlines()]
    assert {key: first[key] for key in ("event", "email", "password", "principal", "request_id", "level")} == {
        "event": "sign_in",
        "email": "b…@acme.test",
        "password": MASK,
        "principal": "a…@acme.test",
        "request_id": "req-1",
        "level": "warning",
    }
    assert second["event"] == "failed for c…@acme.test"
    assert (
        second["exception"].splitlines()[-1]
        == f"ValueError: invalid literal for int() with base 10: 'bad key sk_{MASK}'"
    )
    assert KEY not in log.getvalue()
