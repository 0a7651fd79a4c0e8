"""Suspicious activity: what is noticed, from when on it is flagged, and what staff do about it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from authn import sightings, valkey
from authn.actors import look_for_abuse
from authn.keys import generate_key
from authn.models import ApiCall, ApiKey, SuspiciousActivity
from authn.services.suspicion import decide_suspicion, find_suspicious_activity, flag, revoke_suspicious_key
from common.errors import ForbiddenError, TransitionError
from common.partitions import uuid7_floor
from common.principal import SYSTEM, Principal, PrincipalKind
from partners.models import OutboundMail, Partner, User
from partners.selectors import principal_of_staff
from tests.conftest import portal_principal

Api = Callable[..., APIClient]
Kind = SuspiciousActivity.Kind


@pytest.fixture(autouse=True)
def _fresh_hour(settings: Settings) -> None:
    """Nobody was seen yet, and little is suspicious."""
    settings.SUSPICION = {
        "failures_per_network": 4,
        "failures_per_prefix": 3,
        "networks_per_key": 3,
        "volume_calls": 10,
        "volume_factor": 5,
    }
    for key in valkey.command("KEYS", "treaty:failed:*") + valkey.command("KEYS", "treaty:used:*"):
        valkey.command("DEL", key)
    sightings.Told.seen.clear()


def ask(api: Api, key: str, address: str) -> int:
    return int(api(key).get("/api/keys", REMOTE_ADDR=address).status_code)


def open_flags() -> list[tuple[str, str]]:
    return sorted(SuspiciousActivity.objects.filter(status="open").values_list("kind", "subject"))


def test_bad_credentials_from_one_network(api: Api, dana: User, db: None) -> None:
    for _ in range(3):
        assert ask(api, generate_key("live"), "203.0.113.5") == 401
    assert find_suspicious_activity() == []
    ask(api, "nonsense", "203.0.113.5")
    (found,) = find_suspicious_activity()
    assert (found.kind, found.subject, found.evidence) == (Kind.FAILED_FROM_NETWORK, "203.0.113.5", {"failures": 4})
    mail = OutboundMail.objects.get()
    assert (mail.kind, mail.recipient) == ("suspicious_activity", "dana@treaty.test")
    assert mail.context["evidence"] == "failures: 4"


def test_bad_credentials_with_the_prefix_of_a_key(api: Api, acme: Partner, acme_key: str) -> None:
    bad = acme_key[:-1] + ("0" if acme_key[-1] != "0" else "1")
    for number in range(2):
        ask(api, bad, f"203.0.113.{number}")
    assert find_suspicious_activity() == []
    ask(api, bad, "203.0.113.9")
    (found,) = find_suspicious_activity()
    assert (found.kind, found.subject, found.evidence) == (Kind.FAILED_FOR_PREFIX, acme_key[:8], {"failures": 3})
    assert (found.api_key, found.partner) == (ApiKey.objects.get(), acme)


def test_a_key_used_from_many_networks(api: Api, acme: Partner, acme_key: str) -> None:
    for address in ("203.0.113.1", "203.0.113.1", "2001:db8:0:1::1", "2001:db8:0:1::2"):
        assert ask(api, acme_key, address) == 200
    assert find_suspicious_activity() == []
    assert ask(api, acme_key, "2001:db8:0:2::1") == 200
    (found,) = find_suspicious_activity()
    assert (found.kind, found.api_key, found.partner) == (Kind.MANY_NETWORKS, ApiKey.objects.get(), acme)
    assert found.evidence == {"count": 3, "networks": ["2001:db8:0:1::/64", "2001:db8:0:2::/64", "203.0.113.1"]}


def test_a_key_from_its_usual_place_costs_nothing(api: Api, acme_key: str) -> None:
    ask(api, acme_key, "203.0.113.1")
    key = ApiKey.objects.get()
    name = f"treaty:used:{key.id.hex}:{sightings.current_hour()}"
    valkey.command("DEL", name)
    ask(api, acme_key, "203.0.113.1")
    assert valkey.command("EXISTS", name) == 0


def add_calls(key: ApiKey, count: int, *, minutes_ago: float) -> None:
    at = timezone.now() - timedelta(minutes=minutes_ago)
    floor = uuid7_floor(at).int
    ApiCall.objects.bulk_create(
        ApiCall(
            id=uuid.UUID(int=floor | (uuid.uuid4().int & ((1 << 61) - 1))), at=at, partner_id=key.partner_id,
            credential_id=key.id, request_id="r", method="GET", route="/api/keys", status=200, duration_ms=1,
        )
        for _ in range(count)
    )  # fmt: skip


def test_sudden_volume(acme_key: str) -> None:
    ApiKey.objects.update(created_at=timezone.now() - timedelta(days=30))
    key = ApiKey.objects.get()
    add_calls(key, 9, minutes_ago=5)
    assert find_suspicious_activity() == []
    add_calls(key, 1, minutes_ago=5)
    (found,) = find_suspicious_activity()
    assert (found.kind, found.api_key) == (Kind.SUDDEN_VOLUME, key)
    assert found.evidence == {"calls_last_hour": 10, "usual_per_hour": 0.0}


def test_a_busy_key_is_not_sudden(acme_key: str, settings: Settings) -> None:
    settings.SUSPICION = {**settings.SUSPICION, "volume_factor": 2}
    ApiKey.objects.update(created_at=timezone.now() - timedelta(hours=3))
    key = ApiKey.objects.get()
    add_calls(key, 10, minutes_ago=90)
    add_calls(key, 10, minutes_ago=95)
    add_calls(key, 19, minutes_ago=5)
    assert find_suspicious_activity() == []
    add_calls(key, 1, minutes_ago=5)
    assert [found.kind for found in find_suspicious_activity()] == [Kind.SUDDEN_VOLUME]


def test_an_open_finding_is_brought_up_to_date_and_told_once(dana: User) -> None:
    first = flag(Kind.FAILED_FROM_NETWORK, "203.0.113.5", failures=4)
    assert first is not None
    assert flag(Kind.FAILED_FROM_NETWORK, "203.0.113.5", failures=9) is None
    first.refresh_from_db()
    assert first.evidence == {"failures": 9}
    assert OutboundMail.objects.count() == 1


def test_what_was_judged_is_quiet_for_a_day(dana: User) -> None:
    row = flag(Kind.FAILED_FROM_NETWORK, "203.0.113.5", failures=4)
    assert row is not None
    decide_suspicion(suspicion=row, status="dismissed", note="Our own test", actor=principal_of_staff(dana))
    row.refresh_from_db()
    assert (row.status, row.note, row.decided_by) == ("dismissed", "Our own test", dana)
    assert flag(Kind.FAILED_FROM_NETWORK, "203.0.113.5", failures=4) is None
    assert flag(Kind.FAILED_FROM_NETWORK, "203.0.113.6", failures=4) is not None
    SuspiciousActivity.objects.update(decided_at=timezone.now() - timedelta(hours=25))
    assert flag(Kind.FAILED_FROM_NETWORK, "203.0.113.5", failures=4) is not None
    with pytest.raises(TransitionError):
        decide_suspicion(suspicion=row, status="resolved", actor=SYSTEM)


def test_partners_do_not_judge(alice: User) -> None:
    row = flag(Kind.FAILED_FROM_NETWORK, "203.0.113.5", failures=4)
    assert row is not None
    with pytest.raises(ForbiddenError):
        decide_suspicion(suspicion=row, status="dismissed", actor=portal_principal(alice))
    row.refresh_from_db()
    assert row.status == "open"


def test_revoking_the_key_resolves_the_finding(acme_key: str, dana: User) -> None:
    key = ApiKey.objects.get()
    row = flag(Kind.MANY_NETWORKS, str(key), key=key, count=40)
    assert row is not None
    staff = Principal(kind=PrincipalKind.STAFF, user_id=dana.id, label=dana.email)
    revoke_suspicious_key(suspicion=row, reason="Shared with others", actor=staff)
    key.refresh_from_db()
    row.refresh_from_db()
    assert (key.status, key.revoked_reason) == ("revoked", "Shared with others")
    assert (row.status, row.note) == ("resolved", "Key revoked: Shared with others")
    assert row.events.count() == 2  # type: ignore[attr-defined]  # (pghistory's relation)


def test_valkey_away_the_rest_is_still_looked_at(acme_key: str, valkey_away: None) -> None:
    key = ApiKey.objects.get()
    add_calls(key, 10, minutes_ago=5)
    assert [found.kind for found in find_suspicious_activity()] == [Kind.SUDDEN_VOLUME]


def test_the_job(api: Api, dana: User, db: None) -> None:
    for _ in range(4):
        ask(api, "nonsense", "203.0.113.77")
    look_for_abuse.fn()
    assert open_flags() == [("failed_from_network", "203.0.113.77")]


@pytest.mark.parametrize(
    ("act", "status", "key_status"),
    [("revoke", "resolved", "revoked"), ("resolve", "resolved", "active"), ("dismiss", "dismissed", "active")],
)
def test_staff_judge_in_the_admin(acme_key: str, dana: User, act: str, status: str, key_status: str) -> None:
    key = ApiKey.objects.get()
    row = flag(Kind.MANY_NETWORKS, str(key), key=key, count=40, networks=["203.0.113.1"])
    assert row is not None
    browser = Client()
    browser.force_login(dana)
    listed = browser.get(reverse("admin:authn_suspiciousactivity_changelist"))
    assert row.subject in listed.content.decode()
    page = browser.get(reverse("admin:authn_suspiciousactivity_change", args=[row.pk])).content.decode()
    assert "203.0.113.1" in page
    address = f"/admin/authn/suspiciousactivity/{row.pk}/{act}/"
    assert "Reason" in (asked := browser.get(address).content.decode()) or "Note" in asked
    assert browser.post(address, {"reason": ""}).status_code == 200
    assert open_flags() == [(Kind.MANY_NETWORKS, str(key))]
    assert browser.post(address, {"reason": "Looked into it"}).status_code == 302
    row.refresh_from_db()
    key.refresh_from_db()
    assert (row.status, key.status) == (status, key_status)
    assert row.decided_by == dana


def test_staff_revoke_a_key_with_a_reason_and_find_it_by_its_prefix(acme_key: str, dana: User) -> None:
    key = ApiKey.objects.get()
    browser = Client()
    browser.force_login(dana)
    found = browser.get(reverse("admin:authn_apikey_changelist"), {"q": acme_key[:8]}).content.decode()
    assert str(key) in found
    address = f"/admin/authn/apikey/{key.pk}/revoke/"
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"reason": "Asked for by telephone"}).status_code == 302
    key.refresh_from_db()
    assert (key.status, key.revoked_reason) == ("revoked", "Asked for by telephone")
    event = key.events.order_by("pgh_id").last()  # type: ignore[attr-defined]  # (pghistory's relation)
    assert event.revoked_reason == "Asked for by telephone"
