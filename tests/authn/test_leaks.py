"""Leaked credentials: reports of secret scanners, and revocation by whoever holds one."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from authn.keys import generate_key
from authn.models import ApiKey, OAuthClient, OAuthToken
from authn.services.oauth import client_credentials_grant, create_client
from authn.services.principals import validate_api_key
from common.principal import SYSTEM
from events.models import PlatformEvent
from partners.models import OutboundMail, User

Api = Callable[..., APIClient]
SCANNER = ec.generate_private_key(ec.SECP256R1())
STRANGER = ec.generate_private_key(ec.SECP256R1())
PATH = "/api/keys/leaked"
SEEN_AT = "https://github.com/acme/site/blob/main/.env"


@pytest.fixture(autouse=True)
def _known_scanner(settings: Settings) -> None:
    settings.LEAK_SCANNER_KEYS = {
        "scanner-1": SCANNER.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    }


def signature(body: bytes, key: ec.EllipticCurvePrivateKey = SCANNER) -> str:
    return base64.b64encode(key.sign(body, ec.ECDSA(SHA256()))).decode()


def findings(*tokens: str) -> bytes:
    return json.dumps(
        [{"token": token, "type": "treaty_api_key", "url": SEEN_AT, "source": "content"} for token in tokens]
    ).encode()


def report(body: bytes, *, signed: str | None = None, identifier: str = "scanner-1") -> Any:
    return APIClient().generic(
        "POST",
        PATH,
        body.decode(),
        content_type="application/json",
        HTTP_GITHUB_PUBLIC_KEY_IDENTIFIER=identifier,
        HTTP_GITHUB_PUBLIC_KEY_SIGNATURE=signature(body) if signed is None else signed,
    )


def verdict(token: str, label: str) -> dict[str, str]:
    return {
        "token_hash": hashlib.sha256(token.encode()).hexdigest(),
        "token_type": "treaty_api_key",
        "label": label,
    }


def mailed() -> list[tuple[str, str]]:
    return list(OutboundMail.objects.order_by("recipient").values_list("kind", "recipient"))


def test_a_reported_key_stops_at_once_and_its_people_are_told(
    api: Api, acme_key: str, globex_key: str, alice: User, bob: User, charlie: User,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    for _ in range(3):
        assert api(acme_key).get("/api/keys").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        response = report(findings(acme_key))
    assert (response.status_code, response.json()) == (200, [verdict(acme_key, "true_positive")])
    assert api(acme_key).get("/api/keys").status_code == 401
    assert api(globex_key).get("/api/keys").status_code == 200
    key = ApiKey.objects.get(key_prefix=acme_key[:8], last_four=acme_key[-4:])
    assert (key.status, key.revoked_reason) == ("revoked", f"Found in public: {SEEN_AT}")
    assert mailed() == [("key_leaked", "alice@acme.test"), ("key_leaked", "bob@acme.test")]
    context = OutboundMail.objects.first().context  # type: ignore[union-attr]  # (there is one)
    assert acme_key not in json.dumps(context)
    assert (context["what"], context["place"]) == (f"API key {key}", SEEN_AT)
    event = PlatformEvent.objects.get(event_type__event_name="key.revoked")
    assert (event.partner_id, event.payload["status"]) == (key.partner_id, "revoked")
    audit = key.events.order_by("pgh_id").last()  # type: ignore[attr-defined]  # (pghistory's relation)
    assert audit.status == "revoked"
    assert audit.pgh_context.metadata["principal"] == "secret scanner scanner-1"
    assert audit.pgh_context.metadata["ip"] == "127.0.0.1"


def test_a_replayed_report_changes_nothing(acme_key: str, alice: User) -> None:
    body = findings(acme_key)
    signed = signature(body)
    first = report(body, signed=signed)
    revoked_at = ApiKey.objects.get().updated_at
    second = report(body, signed=signed)
    assert second.json() == first.json() == [verdict(acme_key, "true_positive")]
    assert ApiKey.objects.get().updated_at == revoked_at
    assert mailed() == [("key_leaked", "alice@acme.test")]
    assert PlatformEvent.objects.filter(event_type__event_name="key.revoked").count() == 1


@pytest.mark.parametrize(
    "signed",
    [
        "",
        "not base64!",
        base64.b64encode(b"nonsense").decode(),
        "of another body",
        "of another key",
    ],
)
def test_a_bad_signature_is_refused(acme_key: str, alice: User, signed: str) -> None:
    body = findings(acme_key)
    made = {"of another body": signature(body + b" "), "of another key": signature(body, STRANGER)}
    response = report(body, signed=made.get(signed, signed))
    assert response.status_code == 401
    assert response.json()["code"] == "invalid_signature"
    assert ApiKey.objects.get().status == "active"
    assert mailed() == []


def test_an_unknown_scanner_is_refused_alike(acme_key: str) -> None:
    body = findings(acme_key)
    assert report(body, identifier="scanner-2").json()["code"] == "invalid_signature"
    assert APIClient().post(PATH, json.loads(body), format="json").status_code == 401
    assert ApiKey.objects.get().status == "active"


def test_nobody_may_report_where_no_scanner_is_known(acme_key: str, settings: Settings) -> None:
    settings.LEAK_SCANNER_KEYS = {}
    assert report(findings(acme_key)).status_code == 401
    assert ApiKey.objects.get().status == "active"


def test_what_is_not_ours_is_a_false_positive(acme_key: str) -> None:
    unknown = generate_key("live")
    response = report(findings("ghp_something", unknown, acme_key[:-1] + "!", acme_key))
    labels = [row["label"] for row in response.json()]
    assert labels == ["false_positive", "false_positive", "false_positive", "true_positive"]


def test_a_key_that_had_stopped_is_revoked_without_alarm(acme_key: str, alice: User) -> None:
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert report(findings(acme_key)).json() == [verdict(acme_key, "true_positive")]
    assert ApiKey.objects.get().status == "revoked"
    assert mailed() == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'[{"type": "treaty_api_key"}]', "[0].token"),
        (b'[{"token": "a"}]', "[0].type"),
        (b'{"token": "a", "type": "b"}', "nonFieldErrors"),
        (findings(*["ghp_x"] * 1001), ""),
    ],
)
def test_a_signed_body_of_another_shape_is_400(db: None, body: bytes, field: str) -> None:
    response = report(body)
    assert response.status_code == 400, response.json()
    assert response["Content-Type"] == "application/problem+json"


def test_as_many_as_a_report_may_hold(acme_key: str) -> None:
    response = report(findings(*["ghp_x"] * 999, acme_key))
    assert [row["label"] for row in response.json()].count("true_positive") == 1
    assert ApiKey.objects.get().status == "revoked"


def test_a_body_beyond_the_limit_is_413(db: None) -> None:
    assert report(b"[" + b" " * 1_100_000 + b"]").status_code == 413


def test_a_service_key_s_leak_is_told_to_staff(service_key: str, dana: User, alice: User) -> None:
    assert report(findings(service_key)).json() == [verdict(service_key, "true_positive")]
    assert ApiKey.objects.get().status == "revoked"
    assert mailed() == [("key_leaked", "dana@treaty.test")]


def token_of(client: OAuthClient, secret: str) -> str:
    return str(client_credentials_grant(client_id=client.client_id, client_secret=secret)["access_token"])


def test_an_access_token_and_a_client_secret_stop_too(
    api: Api, application: PartnerApplication, alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    issued = create_client(application=application, name="Sync", allowed_flows=["client_credentials"], actor=SYSTEM)
    assert issued.client_secret is not None
    token, second = (token_of(issued.client, issued.client_secret) for _ in range(2))
    assert api(token).get("/api/keys").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        assert report(findings(token)).json() == [verdict(token, "true_positive")]
    assert api(token).get("/api/keys").status_code == 401
    assert api(second).get("/api/keys").status_code == 200
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            answer = report(findings(issued.client_secret))
        assert answer.json() == [verdict(issued.client_secret, "true_positive")]
    issued.client.refresh_from_db()
    assert not issued.client.secret_matches(issued.client_secret)
    assert api(second).get("/api/keys").status_code == 401
    assert OAuthToken.objects.count() == 0
    assert [kind for kind, _ in mailed()] == ["key_leaked", "key_leaked"]


def test_whoever_holds_a_key_may_revoke_it(
    api: Api, acme_key: str, alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    assert api(acme_key).get("/api/keys").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        response = api().post("/api/keys/self-revoke", {"key": acme_key, "reason": "Committed by mistake"})
    assert (response.status_code, response.content) == (204, b"")
    assert api(acme_key).get("/api/keys").status_code == 401
    key = ApiKey.objects.get()
    assert (key.status, key.revoked_reason) == ("revoked", "Committed by mistake")
    assert validate_api_key(acme_key) is None
    (mail,) = OutboundMail.objects.all()
    assert (mail.kind, mail.recipient) == ("key_leaked", "alice@acme.test")
    assert "Committed by mistake" not in json.dumps(mail.context)
    audit = key.events.order_by("pgh_id").last()  # type: ignore[attr-defined]  # (pghistory's relation)
    assert audit.pgh_context.metadata["principal"] == "whoever held the credential"


@pytest.mark.parametrize(
    "key",
    ["ghp_x", "sk_short", generate_key("live"), "at_" + "a" * 46, "cs_" + "a" * 46],
    ids=["another's", "short", "unknown", "token", "secret"],
)
def test_the_answer_does_not_tell_what_it_was(db: None, key: str) -> None:
    response = APIClient().post("/api/keys/self-revoke", {"key": key})
    assert (response.status_code, response.content) == (204, b"")


def test_self_revocation_needs_a_key_in_full(acme_key: str) -> None:
    assert APIClient().post("/api/keys/self-revoke", {}).status_code == 400
    assert APIClient().post("/api/keys/self-revoke", {"key": acme_key, "more": 1}).status_code == 400
    assert APIClient().post("/api/keys/self-revoke", {"key": acme_key[:8]}).status_code == 204
    assert APIClient().get("/api/keys/self-revoke").status_code == 405
    assert ApiKey.objects.get().status == "active"
