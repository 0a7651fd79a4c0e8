"""The wire format, judged by those who will receive it: Node, the Standard Webhooks library, and Svix's own vector."""

from __future__ import annotations

import base64
import json
import subprocess
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from common.javascript_json import MAX_SAFE_INTEGER
from webhooks.engine.messages import Claim, Endpoint, build_request
from webhooks.payload import data_text, envelope, signed_body
from webhooks.signing import body_signature, generate_secret, standard_signature

# The function of the documentation, to the letter, over every delivery.
VERIFY = """
const crypto = require('crypto');
function verifyWebhookSignature(payload, signature, secret) {
  const expected = crypto
    .createHmac('sha256', secret)
    .update(JSON.stringify(payload))
    .digest('hex');

  return crypto.timingSafeEqual(
    Buffer.from(signature),
    Buffer.from(`sha256=${expected}`)
  );
}
const deliveries = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const verdicts = deliveries.map(({body, secret}) => {
  const {signature, ...payload} = JSON.parse(body);
  const last = Object.keys(JSON.parse(body)).pop() === 'signature';
  return last && verifyWebhookSignature(payload, signature, secret);
});
process.stdout.write(JSON.stringify(verdicts));
"""

texts = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
names = texts | st.integers(0, 2**33).map(str) | st.sampled_from(["signature", "__proto__", "id", "😀"])
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5), max_leaves=15
)
payloads = st.dictionaries(names, values, max_size=6)
EVENT_ID = uuid.UUID("01a20b6e-0000-7000-8000-000000000001")
MOMENT = datetime(2024, 1, 1, 12, 0, tzinfo=UTC)


def content_of(payload: dict[str, Any]) -> str:
    """The signed part of a lead.created with `payload`."""
    return envelope(event_id=EVENT_ID, event_name="lead.created", happened_at=MOMENT, data=data_text(payload))


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.large_base_example, HealthCheck.data_too_large]
)
@given(st.lists(payloads, min_size=20, max_size=40))
def test_the_documented_function_verifies_every_payload_in_node(batch: list[dict[str, Any]]) -> None:
    secret = generate_secret()
    deliveries = [{"body": signed_body(content_of(payload), secret)[0].decode(), "secret": secret} for payload in batch]
    result = subprocess.run(
        ["node", "-e", VERIFY], input=json.dumps(deliveries), capture_output=True, check=True, encoding="utf-8"
    )
    assert json.loads(result.stdout) == [True] * len(batch)


def test_the_body_to_the_byte() -> None:
    body, signature = signed_body(content_of({"id": "lead_123", "score": 1.0, "2": "é", "1": None}), "whsec_abc")
    assert body == (
        b'{"id":"evt_01a20b6e000070008000000000000001","event":"lead.created","timestamp":"2024-01-01T12:00:00Z",'
        b'"data":{"1":null,"2":"\xc3\xa9","id":"lead_123","score":1},"signature":"' + signature.encode() + b'"}'
    )


def test_the_vector_svix_publishes() -> None:
    signature = standard_signature(
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
        keys=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def claim_with(keys: tuple[str, ...], **fields: Any) -> Claim:
    """A claimed delivery whose endpoint has these secrets."""
    endpoint = Endpoint(
        id=uuid.uuid4(),
        url="https://partner.com/hook",
        environment="live",
        secrets=keys,
        usable=True,
        failing=False,
        custom_headers=fields.pop("custom_headers", {}),
        max_in_flight=None,
        max_per_second=None,
    )
    defaults: dict[str, Any] = {"kind": "event", "attempt_number": 2, "attempt_limit": 5}
    return Claim(
        delivery_id=uuid.uuid4(),
        event_id=EVENT_ID,
        endpoint_id=endpoint.id,
        token=uuid.uuid4(),
        endpoint=endpoint,
        event_name="lead.created",
        content=content_of({"name": "Zoë"}),
        **{**defaults, **fields},
    )


def headers_of(lines: Any) -> dict[str, str]:
    """Header lines as a mapping."""
    return dict(line.split(": ", 1) for line in lines)


def test_the_official_library_verifies() -> None:
    secret = generate_secret()
    request = build_request(claim_with((secret,)))
    assert request.body is not None
    headers = headers_of(request.headers)
    assert Webhook(secret).verify(request.body, headers)["data"] == {"name": "Zoë"}
    assert headers["X-Webhook-Id"] == headers["webhook-id"] == f"evt_{EVENT_ID.hex}"
    assert (headers["X-Webhook-Attempt"], headers["X-Webhook-Event"]) == ("2", "lead.created")
    assert headers["Content-Type"] == "application/json"


def test_both_secrets_sign_during_a_rotation() -> None:
    new, old = generate_secret(), generate_secret()
    request = build_request(claim_with((new, old)))
    assert request.body is not None
    headers = headers_of(request.headers)
    for secret in (new, old):
        assert Webhook(secret).verify(request.body, headers)["event"] == "lead.created"
    body = json.loads(request.body)
    unsigned = request.body.decode().rpartition(',"signature":')[0] + "}"
    assert body["signature"] == body_signature(unsigned.encode(), new) == headers["X-Webhook-Signature"]


@pytest.mark.parametrize(("kind", "header"), [("replay", "X-Webhook-Replay"), ("test", "X-Webhook-Test")])
def test_replays_and_tests_say_so(kind: str, header: str) -> None:
    assert headers_of(build_request(claim_with((generate_secret(),), kind=kind)).headers)[header] == "true"
    assert header not in headers_of(build_request(claim_with((generate_secret(),))).headers)


def test_values_of_custom_headers_are_sent_and_not_recorded() -> None:
    claim = claim_with((generate_secret(),), custom_headers={"X-Token": "t0ken"})
    assert "X-Token: t0ken" in build_request(claim).headers
    assert "t0ken" not in claim.request_headers
    assert "X-Token: [hidden]" in claim.request_headers


def test_secrets_are_whsec_and_32_bytes() -> None:
    secret = generate_secret()
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret[6:])) == 32
    assert generate_secret() != secret
