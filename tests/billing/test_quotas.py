"""Monthly quotas: counted exactly, warned of once, and a stop where the tier says so."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from authn.gateway.authorize import Asked, check
from authn.metering import STREAM
from authn.models import ApiKey, MonthlyCalls
from authn.quotas import calls_of_month, month_of, next_month, quota_of, start_of
from authn.services.oauth import client_credentials_grant, create_client
from authn.snapshots import snapshots
from billing.services.metering import drain_stream, stream_client
from billing.services.quotas import count_towards_quotas, recount_month
from billing.services.usage import add_usage
from billing.tally import Tally, tally_calls
from common.principal import SYSTEM
from partners.models import OutboundMail, Partner, User
from partners.services.partners import update_partner
from tests.billing.test_meter import call_at
from tests.conftest import make_key, make_partner

Api = Callable[..., APIClient]


@pytest.fixture
def quota(settings: Settings) -> Callable[..., None]:
    """Sets the quota of the premium tier, which Acme has."""

    def set_quota(calls: int, *, overage: bool = False) -> None:
        tier = {**settings.TIERS["premium"], "monthly_calls": calls, "overage": overage}
        settings.TIERS = {**settings.TIERS, "premium": tier}

    settings.CREDENTIAL_SNAPSHOT_SECONDS = 5.0
    snapshots.clear()
    return set_quota


@pytest.fixture
def meter(db: None, django_capture_on_commit_callbacks: Any) -> Iterator[Callable[[], None]]:
    """Does what the meter does next."""
    client = stream_client()
    client.delete(STREAM)

    def run() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            while drain_stream(client):
                pass

    yield run
    client.close()


def mails() -> list[tuple[str, str]]:
    return list(OutboundMail.objects.order_by("id").values_list("kind", "recipient"))


def use(partner: Partner, calls: int, *, month: date | None = None) -> None:
    MonthlyCalls.objects.update_or_create(
        partner_id=partner.id, month=month or month_of(timezone.now()), defaults={"calls": calls}
    )


def test_live_calls_count_and_others_do_not(
    api: Api, acme: Partner, application: PartnerApplication, acme_key: str, meter: Callable[[], None]
) -> None:
    for _ in range(3):
        api(acme_key).get("/api/keys")
    api(make_key(application, environment="test")).get("/api/keys")
    ApiKey.objects.filter(environment="live").update(rate_limit=1)
    snapshots.clear()
    assert api(acme_key).get("/api/keys").status_code == 429
    meter()
    assert calls_of_month(acme.id) == 3


def test_a_warning_at_four_fifths_and_a_stop_at_the_end(
    api: Api, acme: Partner, alice: User, bob: User, acme_key: str, quota: Any, meter: Callable[[], None]
) -> None:
    quota(10)
    browser = api(acme_key)
    for _ in range(7):
        assert browser.get("/api/keys").status_code == 200
    meter()
    assert mails() == []
    browser.get("/api/keys")
    meter()
    assert mails() == [("quota_warning", "alice@acme.test")]
    browser.get("/api/keys")
    meter()
    assert browser.get("/api/keys").status_code == 200
    meter()
    assert mails() == [("quota_warning", "alice@acme.test"), ("quota_reached", "alice@acme.test")]
    for _ in range(3):
        refused = browser.get("/api/keys")
        assert (refused.status_code, refused.json()["code"]) == (429, "quota_exceeded")
        left = (start_of(next_month(month_of(timezone.now()))) - timezone.now()).total_seconds()
        assert abs(int(refused["Retry-After"]) - left) < 5
        assert "X-RateLimit-Limit" in refused
    meter()
    assert calls_of_month(acme.id) == 10
    assert len(mails()) == 2


def test_with_overage_calls_go_on(
    api: Api, acme: Partner, alice: User, acme_key: str, quota: Any, meter: Callable[[], None]
) -> None:
    quota(2, overage=True)
    for _ in range(4):
        assert api(acme_key).get("/api/keys").status_code == 200
        meter()
    assert calls_of_month(acme.id) == 4
    assert [kind for kind, _ in mails()] == ["quota_reached"]
    assert OutboundMail.objects.get().context["overage"] is True


def test_the_sandbox_goes_on(
    api: Api, acme: Partner, application: PartnerApplication, acme_key: str, quota: Any
) -> None:
    quota(5)
    use(acme, 5)
    assert api(acme_key).get("/api/keys").status_code == 429
    assert api(make_key(application, environment="test")).get("/api/keys").status_code == 200


def test_tokens_and_the_gateway_stop_too(
    api: Api, acme: Partner, application: PartnerApplication, acme_key: str, quota: Any
) -> None:
    quota(5)
    issued = create_client(application=application, name="Sync", allowed_flows=["client_credentials"], actor=SYSTEM)
    secret = issued.client_secret or ""
    token = client_credentials_grant(client_id=issued.client.client_id, client_secret=secret)["access_token"]
    use(acme, 5)
    assert api(token).get("/api/keys").json()["code"] == "quota_exceeded"
    asked = {"HTTP_AUTHORIZATION": f"Bearer {acme_key}", "HTTP_X_ORIGINAL_URI": "/leads", "REMOTE_ADDR": "127.0.0.1"}
    status, headers = check(asked, Asked(asked, "a-request"))
    assert status == 429
    assert dict(headers)["X-Treaty-Reason"] == "quota_exceeded"
    assert int(dict(headers)["Retry-After"]) > 0


def test_a_higher_tier_lifts_the_stop_at_once(
    api: Api, acme: Partner, acme_key: str, quota: Any, django_capture_on_commit_callbacks: Any
) -> None:
    quota(5)
    use(acme, 5)
    assert api(acme_key).get("/api/keys").status_code == 429
    with django_capture_on_commit_callbacks(execute=True):
        update_partner(partner=acme, tier="enterprise", actor=SYSTEM)
    assert api(acme_key).get("/api/keys").status_code == 200


def test_a_new_month_starts_at_zero(api: Api, acme: Partner, acme_key: str, quota: Any) -> None:
    quota(5)
    this = month_of(timezone.now())
    use(acme, 5, month=(start_of(this) - timedelta(days=1)).date().replace(day=1))
    assert api(acme_key).get("/api/keys").status_code == 200
    use(acme, 5)
    snapshots.clear()
    for _ in range(2):
        assert api(acme_key).get("/api/keys").status_code == 429
    # The month turns while the snapshot is fresh: nothing is read again.
    (snapshot,) = snapshots.values()
    object.__setattr__(snapshot.credential, "stopped_until", time.time() - 1)
    assert api(acme_key).get("/api/keys").status_code == 200


def test_calls_are_counted_for_the_month_they_were_made_in(acme: Partner, alice: User, quota: Any) -> None:
    quota(2)
    last = datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)
    own = {"partner_id": acme.id, "application_id": None}
    add_usage(tally_calls([call_at(last, **own), call_at(last + timedelta(seconds=1), **own), call_at(last, **own)]))
    rows = MonthlyCalls.objects.order_by("month").values_list("month", "calls")
    assert list(rows) == [(date(2026, 2, 1), 2), (date(2026, 3, 1), 1)]
    assert mails() == []


@pytest.mark.parametrize(
    ("month", "after"), [(date(2026, 1, 1), date(2026, 2, 1)), (date(2026, 12, 1), date(2027, 1, 1))]
)
def test_the_month_after(month: date, after: date) -> None:
    assert next_month(month) == after


@pytest.mark.django_db(transaction=True)
def test_two_meters_at_once_count_exactly_and_mail_once(quota: Any) -> None:
    quota(100)
    partner = make_partner("Acme")
    user = User.objects.create_user("alice@acme.test", "correct horse battery")
    partner.members.create(user=user, role="owner")
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    errors: list[Exception] = []

    def add() -> None:
        try:
            for _ in range(20):
                with transaction.atomic():
                    count_towards_quotas({(partner.id, None, "live", hour): Tally(calls=3)})
        except Exception as error:  # noqa: BLE001 (the main thread reports it)
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert calls_of_month(partner.id) == 240
    assert sorted(kind for kind, _ in mails()) == ["quota_reached", "quota_warning"]


def test_a_recount_takes_hourly_usage(acme: Partner) -> None:
    now = timezone.now()
    add_usage(tally_calls([call_at(now, partner_id=acme.id), call_at(now, partner_id=acme.id, environment="test")]))
    MonthlyCalls.objects.update(calls=77)
    assert recount_month(partner_id=acme.id, month=month_of(now)) == 1
    assert calls_of_month(acme.id) == 1


def test_the_portal_shows_where_it_stands(acme: Partner, alice: User, quota: Any) -> None:
    quota(1000)
    use(acme, 850)
    browser = Client()
    browser.force_login(alice)
    usage = browser.get(reverse("usage")).content.decode()
    assert "850 of 1,000" in usage
    assert "85 % of this month&#x27;s calls are used" in usage or "85 % of this month's calls are used" in usage
    assert f"At this pace {quota_of(acme.id, 'premium').forecast:,}"[:12] in usage
    assert "85 % of this month" in browser.get(reverse("portal_home")).content.decode()
    assert "850 of 1,000" in browser.get(reverse("limits")).content.decode()
    use(acme, 1000)
    assert "Live calls are refused" in browser.get(reverse("usage")).content.decode()
    assert "calls are used up" in browser.get(reverse("portal_home")).content.decode()
    quota(1000, overage=True)
    assert "let through and billed" in browser.get(reverse("usage")).content.decode()


def test_the_api_shows_the_quota(
    quota: Callable[..., None],
    api: Api,
    alice: User,
    dana: User,
    service_key: str,
    acme: Partner,
    globex: Partner,
    acme_key: str,
) -> None:
    quota(100)
    use(acme, 42)

    def shown(caller: User | str, query: str = "") -> Any:
        return api(caller).get(f"/api/billing/usage{query}").json()["data"]["quota"]

    own = shown(alice)
    assert own.pop("forecast") >= 42
    assert own == {
        "used": 42,
        "limit": 100,
        "overage": False,
        "resetsAt": f"{next_month(month_of(timezone.now()))}T00:00:00Z",
    }
    assert shown(acme_key)["used"] == shown(dana, f"?partnerId={acme.id}")["used"] == 42
    assert shown(dana, f"?partnerId={globex.id}")["used"] == 0
    # Nobody's, the sandbox's, a stranger's.
    assert [shown(dana), shown(alice, "?environment=test"), shown(alice, f"?partnerId={globex.id}")] == [None] * 3
