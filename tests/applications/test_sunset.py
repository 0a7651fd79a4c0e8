"""The last days of a deprecated application."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from applications.services.lifecycle import deprecate_application, suspend_application
from applications.services.sunset import stop_application, stop_due_applications, warn_of_sunsets
from applications.sunset import due_warning, notice_headers
from common.principal import Principal
from partners.models import User
from partners.models.mail import OutboundMail
from tests.applications.helpers import events_of, status_of
from tests.conftest import make_key

Api = Callable[..., APIClient]
TODAY = date(2026, 6, 1)


@pytest.fixture
def approved(approved: PartnerApplication) -> PartnerApplication:
    """Its keys may read applications."""
    approved.approved_permissions = ["manage:applications"]
    approved.save()
    return approved


@pytest.fixture
def ending(approved: PartnerApplication, as_alice: Principal) -> PartnerApplication:
    day = timezone.now().date() + timedelta(days=60)
    return deprecate_application(application=approved, sunset_date=day, actor=as_alice)


def set_day(application: PartnerApplication, days: int) -> None:
    PartnerApplication.objects.filter(pk=application.pk).update(
        sunset_date=timezone.now().date() + timedelta(days=days)
    )


def mails(kind: str) -> list[str]:
    return list(OutboundMail.objects.filter(kind=kind).order_by("recipient").values_list("recipient", flat=True))


def test_headers() -> None:
    deprecated = datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert notice_headers(deprecated, date(2026, 7, 1)) == (
        ("Deprecation", "@1777636800"),
        ("Sunset", "Wed, 01 Jul 2026 00:00:00 GMT"),
    )
    assert notice_headers(None, date(2026, 7, 1)) == (("Sunset", "Wed, 01 Jul 2026 00:00:00 GMT"),)
    assert notice_headers(deprecated, None) == ()


@pytest.mark.parametrize(
    ("left", "warned", "due"),
    [
        (60, None, None),
        (31, None, None),
        (30, None, 30),
        (29, 30, None),
        (8, None, 30),
        (7, 30, 7),
        (7, 7, None),
        (3, None, 7),
        (1, 7, 1),
        (1, 1, None),
        (0, None, None),
        (-5, 7, None),
    ],
)
def test_which_warning_is_due(left: int, warned: int | None, due: int | None) -> None:
    assert due_warning(TODAY + timedelta(days=left), TODAY, warned) == due


def test_answers_to_its_keys_say_when_it_ends(
    api: Api, approved: PartnerApplication, as_alice: Principal, bob: User
) -> None:
    key, path = make_key(approved), f"/api/applications/{approved.id}"
    before = api(key).get(path)
    assert not before.has_header("Sunset")
    assert not before.has_header("Deprecation")
    day = timezone.now().date() + timedelta(days=60)
    assert api(bob).post(f"{path}/deprecate", {"sunsetDate": day.isoformat()}).status_code == 200
    after = api(key).get(path)
    assert after.status_code == 200
    assert after["Sunset"] == f"{day:%a, %d %b %Y} 00:00:00 GMT"
    approved.refresh_from_db()
    assert approved.deprecated_at is not None
    assert after["Deprecation"] == f"@{int(approved.deprecated_at.timestamp())}"
    assert not api(bob).get(path).has_header("Sunset")


def test_it_stops_on_the_day(api: Api, ending: PartnerApplication, bob: User) -> None:
    key = make_key(ending)
    assert stop_due_applications() == 0
    assert api(key).get("/api/applications").status_code == 200
    set_day(ending, 0)
    assert stop_due_applications() == 1
    ending.refresh_from_db()
    assert ending.stopped_at is not None
    assert status_of(ending) == "deprecated"
    assert events_of(ending)[-1] == "application.stopped"
    assert mails("application_stopped") == ["alice@acme.test", "bob@acme.test"]
    assert stop_due_applications() == 0
    assert events_of(ending).count("application.stopped") == 1


@pytest.mark.django_db(transaction=True)
def test_a_key_stops_with_it(api: Api, ending: PartnerApplication) -> None:
    key = make_key(ending)
    assert api(key).get("/api/applications").status_code == 200
    set_day(ending, 0)
    stop_due_applications()
    assert api(key).get("/api/applications").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_stop_it_once(ending: PartnerApplication) -> None:
    set_day(ending, -1)
    start, stopped = threading.Barrier(3), []

    def stop() -> None:
        start.wait()
        stopped.append(stop_application(ending.pk))
        connection.close()

    threads = [threading.Thread(target=stop) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(stopped) == [False, False, True]
    assert events_of(ending).count("application.stopped") == 1


def test_a_suspended_one_is_left_alone(ending: PartnerApplication, as_dana: Principal) -> None:
    suspend_application(application=ending, reason="Leaks.", actor=as_dana)
    set_day(ending, 0)
    assert stop_due_applications() == 0
    assert not stop_application(ending.pk)


def test_warnings_are_sent_once_each(ending: PartnerApplication, bob: User) -> None:
    assert warn_of_sunsets() == 0
    for days, sent in ((30, 1), (29, 0), (7, 1), (5, 0), (1, 1), (1, 0), (0, 0)):
        set_day(ending, days)
        assert warn_of_sunsets() == sent, days
    assert len(mails("application_sunset")) == 6
