"""The value of transactions: reported in a currency, added up by currency, shown as revenue."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from billing.measures import check_measure, minor_digits
from billing.models import PartnerUsage, UsageReport
from billing.services.usage import track_usage
from common.errors import InvalidError
from common.ids import uuid7
from common.principal import Principal, PrincipalKind
from common.replica import ReplicaRouter
from partners.models import Partner, PartnerMember, User
from tests.conftest import make_application

Api = Callable[..., APIClient]
SERVICE = Principal(kind=PrincipalKind.SERVICE, label="service core")


def report(application: PartnerApplication, value: str, unit: str, key: str, **changes: Any) -> dict[str, Any]:
    return {
        "partnerId": str(application.partner_id), "appId": str(application.id), "metricName": "transaction_value",
        "value": value, "unit": unit, "idempotencyKey": key, **changes,
    }  # fmt: skip


def earn(application: PartnerApplication, value: str, unit: str, *, days: int = 0, environment: str = "live") -> None:
    track_usage(
        partner_id=application.partner_id,
        application_id=application.id,
        metric_name="transaction_value",
        value=Decimal(value),
        unit=unit,
        idempotency_key=str(uuid7()),
        environment=environment,
        used_at=timezone.now() - timedelta(days=days),
        actor=SERVICE,
    )


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("USD", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("XXX", None), ("XAU", None), ("usd", None), ("", None)],
)  # fmt: skip
def test_decimals_of_currencies(currency: str, digits: int | None) -> None:
    assert minor_digits(currency) == digits


@pytest.mark.parametrize(
    ("value", "currency"),
    [("0", "USD"), ("0.01", "USD"), ("1.50", "USD"), ("7", "JPY"), ("0.001", "KWD"), ("999999999999999999.99", "EUR")],
)  # fmt: skip
def test_money_that_can_be_paid(value: str, currency: str) -> None:
    check_measure(metric_name="transaction_value", value=Decimal(value), unit=currency)


@pytest.mark.parametrize(
    ("metric", "value", "unit", "field", "code"),
    [("transaction_value", "0.001", "USD", "value", "too_precise"),
     ("transaction_value", "0.5", "JPY", "value", "too_precise"),
     ("transaction_value", "0.0001", "KWD", "value", "too_precise"),
     ("transaction_value", "1", "usd", "unit", "unknown_currency"),
     ("transaction_value", "1", "dollars", "unit", "unknown_currency"),
     ("transaction_value", "1", "XTS", "unit", "unknown_currency"),
     ("data_processed", "1", "MB", "unit", "wrong_unit")],
)  # fmt: skip
def test_measures_that_are_refused(metric: str, value: str, unit: str, field: str, code: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        check_measure(metric_name=metric, value=Decimal(value), unit=unit)
    assert (refusal.value.field, refusal.value.code) == (field, code)


def test_a_refused_report_leaves_nothing(api: Api, service_key: str, application: PartnerApplication) -> None:
    for changes, field in (
        ({"unit": "usd"}, "unit"),
        ({"value": "1.005"}, "value"),
        ({"value": "-0.01"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"value": "1000000000000000000"}, "value"),
        ({"metricName": "data_processed", "unit": "MB"}, "unit"),
    ):
        response = api(service_key).post("/api/billing/usage", report(application, "1", "USD", "k") | changes)
        assert (response.status_code, response.json()["errors"][0]["field"]) == (400, field)
    assert not UsageReport.objects.exists()
    assert not PartnerUsage.objects.exists()


def test_two_currencies_in_one_hour_are_two_figures(
    api: Api, service_key: str, application: PartnerApplication, bob: User
) -> None:
    at = timezone.now().isoformat()
    reports = [("1000.25", "USD", "a"), ("234.25", "USD", "b"), ("70", "JPY", "c"), ("234.25", "USD", "b")]
    codes = [
        api(service_key).post("/api/billing/usage", report(application, *one, usedAt=at)).status_code for one in reports
    ]
    assert codes == [201, 201, 201, 200]
    api(service_key).post("/api/billing/usage", report(application, "5", "EUR", "t", environment="test"))
    rows = PartnerUsage.objects.filter(environment="live").order_by("unit")
    assert [(row.unit, row.metric_value, row.sample_count) for row in rows] == [
        ("JPY", Decimal(70), 1),
        ("USD", Decimal("1234.5"), 2),
    ]
    expected = {
        "days": 30,
        "live": [{"currency": "JPY", "amount": "70"}, {"currency": "USD", "amount": "1234.50"}],
        "test": [{"currency": "EUR", "amount": "5.00"}],
    }
    for path in (f"applications/{application.id}", f"partners/{application.partner_id}"):
        assert api(bob).get(f"/api/{path}/statistics").json()["data"]["revenue"] == expected
    lines = api(bob).get("/api/billing/usage?metricName=transaction_value").json()["data"]["usage"]
    assert [(line["unit"], line["value"]) for line in lines] == [("JPY", "70.000000"), ("USD", "1234.500000")]


def test_any_metric_keeps_its_units_apart(api: Api, service_key: str, acme: Partner) -> None:
    for unit, key in (("leads", "1"), ("batches", "2"), ("leads", "3")):
        body = {"partnerId": str(acme.id), "metricName": "scored", "value": "2", "unit": unit, "idempotencyKey": key}
        assert api(service_key).post("/api/billing/usage", body).status_code == 201
    assert dict(PartnerUsage.objects.values_list("unit", "metric_value")) == {"batches": 2, "leads": 4}


def test_an_application_s_revenue_is_its_own_and_of_30_days(
    api: Api, application: PartnerApplication, globex: Partner, bob: User, charlie: User
) -> None:
    other = make_application(application.partner, "Claims Desk")
    stranger = make_application(globex, "Globex Feed")
    earn(application, "10", "USD", days=29)
    earn(application, "1000", "USD", days=31)
    earn(other, "20", "USD")
    earn(stranger, "40", "USD")
    amounts = {
        path: api(bob).get(f"/api/{path}/statistics").json()["data"]["revenue"]["live"]
        for path in (f"applications/{application.id}", f"partners/{application.partner_id}")
    }
    assert list(amounts.values()) == [
        [{"currency": "USD", "amount": "10.00"}],
        [{"currency": "USD", "amount": "30.00"}],
    ]
    assert api(charlie).get(f"/api/applications/{application.id}/statistics").status_code == 404


def test_sums_beyond_a_report_s_largest_value_stay_exact(api: Api, application: PartnerApplication, bob: User) -> None:
    for _ in range(3):
        earn(application, "999999999999999999.99", "USD")
    revenue = api(bob).get(f"/api/applications/{application.id}/statistics").json()["data"]["revenue"]
    assert revenue["live"] == [{"currency": "USD", "amount": "2999999999999999999.97"}]
    [line] = api(bob).get("/api/billing/usage").json()["data"]["usage"]
    assert line["value"] == "2999999999999999999.970000"


@pytest.mark.django_db(transaction=True)
def test_reports_at_once_all_count_and_one_key_counts_once(application: PartnerApplication) -> None:
    at = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    start = threading.Barrier(6)
    errors: list[Exception] = []

    def send(number: int) -> None:
        try:
            start.wait(10)
            for key in ("shared", f"own-{number}"):
                track_usage(
                    partner_id=application.partner_id,
                    application_id=application.id,
                    metric_name="transaction_value",
                    value=Decimal("0.10"),
                    unit="USD" if number % 2 or key == "shared" else "EUR",
                    idempotency_key=key,
                    used_at=at,
                    actor=SERVICE,
                )
        except Exception as error:  # noqa: BLE001 (the main thread reports it)
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert UsageReport.objects.count() == 7
    assert dict(PartnerUsage.objects.values_list("unit", "metric_value")) == {
        "EUR": Decimal("0.3"),
        "USD": Decimal("0.4"),
    }


def test_the_page_of_an_application(
    client: Client, application: PartnerApplication, charlie: User, acme: Partner
) -> None:
    viewer = User.objects.create_user("vera@acme.test", "correct horse battery")
    PartnerMember.objects.create(partner=acme, user=viewer, role="viewer")
    client.force_login(viewer)
    path = reverse("application_statistics", args=[application.id])
    empty = client.get(path).content.decode()
    assert "No revenue yet" in empty
    assert "No calls yet" in empty
    earn(application, "1234567.5", "USD")
    earn(application, "9", "JPY", environment="test")
    page = client.get(path)
    assert {panel["template"]: panel["figures"] for panel in page.context["wide"]}[
        "billing/statistics/revenue.html"
    ] == {
        "days": 30,
        "live": [{"currency": "USD", "amount": "1234567.50"}],
        "test": [{"currency": "JPY", "amount": "9"}],
    }
    assert "1,234,567.50" in page.content.decode()
    client.force_login(charlie)
    assert client.get(path).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_figures_are_read_from_the_replica(
    application: PartnerApplication, api: Api, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    earn(application, "3", "USD")
    reader, asked = api(bob), []
    choose = ReplicaRouter.db_for_read

    def noting(router: ReplicaRouter, model: type[Model], **hints: Any) -> str | None:
        chosen = choose(router, model, **hints)
        if model is PartnerUsage:
            asked.append(chosen)
        return chosen

    monkeypatch.setattr(ReplicaRouter, "db_for_read", noting)
    monkeypatch.setitem(settings.DATABASES, "replica", settings.DATABASES["default"])
    connections["replica"] = connection  # where the rows of this test are
    try:
        for path in (
            f"/api/applications/{application.id}/statistics",
            f"/api/partners/{application.partner_id}/statistics",
            "/api/billing/usage",
        ):
            asked.clear()
            assert reader.get(path).status_code == 200
            assert set(asked) == {"replica"}
    finally:
        del connections["replica"]


def test_staff_see_the_figures_in_the_admin(client: Client, application: PartnerApplication, dana: User) -> None:
    earn(application, "12.5", "USD")
    earn(application, "9", "JPY")
    client.force_login(dana)
    page = client.get(f"/admin/applications/partnerapplication/{application.id}/change/").content.decode()
    for line in (
        "submissions: total 0, median review seconds none",
        "submissions, by status: none",
        "calls, live: total 0, errors 0, rate limited 0",
        "revenue: days 30",
        "revenue, live: JPY 9, USD 12.50",
        "revenue, test: none",
        "installs: organizations 0",
    ):
        assert line in page, line
