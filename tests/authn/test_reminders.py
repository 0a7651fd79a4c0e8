"""Reminders of keys that are old, or about to expire."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from authn.actors import remind_key_owners
from authn.models import ApiKey
from authn.services.reminders import remind_of_keys
from partners.models import OutboundMail, User


def mails() -> list[tuple[str, str]]:
    return list(OutboundMail.objects.order_by("recipient").values_list("kind", "recipient"))


def age(**fields: Any) -> None:
    ApiKey.objects.update(**fields)


def test_a_key_of_90_days_is_told_of_every_30_days(acme_key: str, alice: User, bob: User, charlie: User) -> None:
    now = timezone.now()
    age(created_at=now - timedelta(days=89, hours=23))
    assert remind_of_keys() == 0
    age(created_at=now - timedelta(days=90, minutes=1))
    history = ApiKey.objects.get().events  # type: ignore[attr-defined]  # (pghistory's relation)
    before = history.count()
    remind_key_owners.fn()
    assert history.count() == before
    assert mails() == [("key_rotation_due", "alice@acme.test"), ("key_rotation_due", "bob@acme.test")]
    assert remind_of_keys() == 0
    age(reminded_at=now - timedelta(days=29))
    assert remind_of_keys() == 0
    age(reminded_at=now - timedelta(days=31))
    assert remind_of_keys() == 1
    assert len(mails()) == 4


def test_a_key_that_expires_is_told_of_once(acme_key: str, alice: User) -> None:
    now = timezone.now()
    age(created_at=now - timedelta(days=76), expires_at=now + timedelta(days=15))
    assert remind_of_keys() == 0
    age(expires_at=now + timedelta(days=13))
    assert remind_of_keys() == 1
    assert remind_of_keys() == 0
    assert mails() == [("key_expiring", "alice@acme.test")]
    expires = f"{now + timedelta(days=13):%-d %B %Y}"
    assert OutboundMail.objects.get().context["expires"] == expires


@pytest.mark.parametrize("status", ["revoked", "rotated", "expired"])
def test_keys_that_do_not_work_are_left_alone(acme_key: str, alice: User, status: str) -> None:
    age(created_at=timezone.now() - timedelta(days=100), status=status)
    assert remind_of_keys() == 0
    assert mails() == []


def test_keys_of_core_services_are_nobody_s_to_rotate_here(service_key: str) -> None:
    age(created_at=timezone.now() - timedelta(days=100))
    assert remind_of_keys() == 0
