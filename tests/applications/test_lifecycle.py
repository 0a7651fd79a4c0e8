"""Publish, suspend, resume, deprecate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from applications import registry
from applications.models import PartnerApplication
from applications.services.lifecycle import (
    deprecate_application,
    publish_application,
    resume_application,
    suspend_application,
)
from common.errors import ForbiddenError, InvalidError, TransitionError
from common.principal import Principal
from partners.models import User
from tests.applications.helpers import changes_of, events_of, status_of
from tests.conftest import make_key

Api = Callable[..., APIClient]


def test_publish(approved: PartnerApplication, as_alice: Principal) -> None:
    publish_application(application=approved, actor=as_alice)
    assert status_of(approved) == "published"
    assert events_of(approved)[-1] == "application.published"
    with pytest.raises(TransitionError) as refusal:
        publish_application(application=approved, actor=as_alice)
    assert refusal.value.code == "published_to_published"


def test_a_draft_is_not_published(draft: PartnerApplication, as_alice: Principal) -> None:
    with pytest.raises(TransitionError) as refusal:
        publish_application(application=draft, actor=as_alice)
    assert (refusal.value.code, status_of(draft)) == ("draft_to_published", "draft")


def test_suspension_keeps_the_reason_and_resuming_restores(
    approved: PartnerApplication, as_alice: Principal, as_dana: Principal
) -> None:
    publish_application(application=approved, actor=as_alice)
    suspend_application(application=approved, reason="Leaks data.", actor=as_dana)
    assert (status_of(approved), approved.status_reason) == ("suspended", "Leaks data.")
    assert not approved.allows("live")
    assert not approved.allows("test")
    with pytest.raises(ForbiddenError):
        resume_application(application=approved, actor=as_alice)
    resume_application(application=approved, reason="Fixed.", actor=as_dana)
    assert (status_of(approved), approved.allows("live")) == ("published", True)
    assert changes_of(approved)[-2:] == [
        ("published", "suspended", "dana@treaty.test", "Leaks data."),
        ("suspended", "published", "dana@treaty.test", "Fixed."),
    ]
    assert events_of(approved)[-2:] == ["application.suspended", "application.resumed"]


def test_only_staff_suspend(approved: PartnerApplication, as_alice: Principal) -> None:
    with pytest.raises(ForbiddenError):
        suspend_application(application=approved, reason="Mine.", actor=as_alice)
    assert status_of(approved) == "approved"


def test_nothing_to_resume(approved: PartnerApplication, as_dana: Principal) -> None:
    with pytest.raises(TransitionError) as refusal:
        resume_application(application=approved, actor=as_dana)
    assert refusal.value.code == "approved_to_resumed"


def test_deprecation_works_until_the_sunset(approved: PartnerApplication, as_alice: Principal) -> None:
    today = timezone.now().date()
    deprecate_application(application=approved, sunset_date=today + timedelta(days=30), actor=as_alice)
    assert (status_of(approved), approved.sunset_date) == ("deprecated", today + timedelta(days=30))
    assert approved.allows("live")
    approved.sunset_date = today
    assert not approved.allows("live")
    assert not approved.allows("test")


def test_operational_leaves_out_what_has_stopped(approved: PartnerApplication, as_alice: Principal) -> None:
    today = timezone.now().date()
    deprecate_application(application=approved, sunset_date=today + timedelta(days=1), actor=as_alice)
    assert PartnerApplication.objects.operational().exists()
    PartnerApplication.objects.update(sunset_date=today)
    assert not PartnerApplication.objects.operational().exists()


@pytest.mark.parametrize("days", [0, -1, 4 * 366])
def test_the_sunset_lies_ahead_within_reason(approved: PartnerApplication, as_alice: Principal, days: int) -> None:
    with pytest.raises(InvalidError) as refusal:
        deprecate_application(
            application=approved, sunset_date=timezone.now().date() + timedelta(days=days), actor=as_alice
        )
    assert refusal.value.field == "sunset_date"
    assert status_of(approved) == "approved"


def test_over_http(api: Api, approved: PartnerApplication, bob: User, dana: User) -> None:
    path = f"/api/applications/{approved.id}"
    PartnerApplication.objects.update(approved_permissions=["manage:applications"])
    key = make_key(approved)
    assert api(key).get(path).status_code == 200
    published = api(bob).post(f"{path}/publish")
    assert (published.status_code, published.json()["data"]["status"]) == (200, "published")
    assert api(bob).post(f"{path}/suspend", {"reason": "Mine."}).status_code == 403
    assert api(dana).post(f"{path}/suspend", {}).json()["errors"][0]["field"] == "reason"
    suspended = api(dana).post(f"{path}/suspend", {"reason": "Leaks."})
    assert (suspended.json()["data"]["status"], suspended.json()["data"]["statusReason"]) == ("suspended", "Leaks.")
    assert api(key).get(path).status_code == 401
    assert api(dana).post(f"{path}/resume").json()["data"]["status"] == "published"
    assert api(key).get(path).status_code == 200
    assert api(bob).post(f"{path}/deprecate", {}).json()["errors"][0]["field"] == "sunsetDate"
    day = (timezone.now() + timedelta(days=60)).date().isoformat()
    deprecated = api(bob).post(f"{path}/deprecate", {"sunsetDate": f"{day}T00:00:00Z"})
    assert (deprecated.json()["data"]["status"], deprecated.json()["data"]["sunsetDate"]) == ("deprecated", day)


def test_installers_are_told(
    approved: PartnerApplication, as_alice: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, date | None]] = []
    monkeypatch.setattr(registry, "installer_notices", [lambda app: told.append((app.status, app.sunset_date))])
    day = timezone.now().date() + timedelta(days=30)
    deprecate_application(application=approved, sunset_date=day, actor=as_alice)
    assert told == [("deprecated", day)]
