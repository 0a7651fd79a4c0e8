"""The usage summary over the API, and usage reported by core services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from billing.models import PartnerUsage, UsageReport
from billing.services.usage import add_usage
from billing.tally import tally_calls
from common.ids import uuid7
from partners.models import Partner, User
from tests.billing.test_meter import call_at

Api = Callable[..., APIClient]


@pytest.fixture
def usage(acme: Partner, application: PartnerApplication, globex: Partner) -> None:
    now = timezone.now()
    own = {"partner_id": acme.id, "application_id": application.id}
    calls = [
        *(call_at(now - timedelta(hours=2), **own, duration_ms=10.0) for _ in range(98)),
        *(call_at(now - timedelta(hours=2), **own, duration_ms=1000.0, status=500) for _ in range(2)),
        call_at(now - timedelta(days=3), **own),
        call_at(now - timedelta(hours=2), **own, status=429),
        call_at(now - timedelta(hours=2), **own, environment="test"),
        call_at(now - timedelta(hours=2), partner_id=globex.id),
    ]
    add_usage(tally_calls(calls))


def test_totals_and_percentiles(api: Api, alice: User, usage: None) -> None:
    start = (timezone.now() - timedelta(days=1)).isoformat()
    response = api(alice).get("/api/billing/usage", {"startDate": start})
    assert response.status_code == 200
    totals = response.json()["data"]["totals"]
    p50, p99 = totals.pop("p50Ms"), totals.pop("p99Ms")
    assert 8.4 <= p50 <= 11.9
    assert 840 <= p99 <= 1190
    del totals["p95Ms"]
    assert totals == {"calls": 100, "errors": 2, "errorRate": 2.0, "rateLimited": 1, "dataBytes": 10_000}


def test_by_day_metric_and_application(api: Api, alice: User, usage: None, application: PartnerApplication) -> None:
    rows = api(alice).get("/api/billing/usage?metricName=api_calls").json()["data"]["usage"]
    assert sorted(row["value"] for row in rows) == ["1.000000", "100.000000"]
    assert {row["appId"] for row in rows} == {None}
    rows = api(alice).get("/api/billing/usage?metricName=api_calls&byApplication=true&groupBy=month").json()
    assert {row["appId"] for row in rows["data"]["usage"]} == {str(application.id)}
    test = api(alice).get("/api/billing/usage?environment=test").json()["data"]["totals"]
    assert test["calls"] == 1


def test_another_partner_s_usage_is_not_there(api: Api, alice: User, dana: User, globex: Partner, usage: None) -> None:
    query = f"/api/billing/usage?partnerId={globex.id}"
    assert api(alice).get(query).json()["data"]["totals"]["calls"] == 0
    assert api(dana).get(query).json()["data"]["totals"]["calls"] == 1


@pytest.mark.parametrize(
    "query",
    ["groupBy=year", "startDate=soon", "partnerId=x", "colour=red",
     "startDate=2026-02-01T00:00:00Z&endDate=2026-01-01T00:00:00Z",
     "startDate=2020-01-01T00:00:00Z&endDate=2026-01-01T00:00:00Z",
     "endDate=0001-01-01T00:00:00Z", "startDate=9999-12-31T00:00:00Z"],
)  # fmt: skip
def test_bad_queries(api: Api, alice: User, query: str) -> None:
    assert api(alice).get(f"/api/billing/usage?{query}").status_code == 400


def report(partner: Partner, **changes: Any) -> dict[str, Any]:
    return {
        "partnerId": str(partner.id), "metricName": "leads_scored", "value": "12.5", "unit": "leads",
        "idempotencyKey": "job-1", **changes,
    }  # fmt: skip


def test_a_report_counts_once(api: Api, service_key: str, alice: User, acme: Partner) -> None:
    first = api(service_key).post("/api/billing/usage", report(acme))
    assert first.status_code == 201
    summary = api(alice).get(first["Location"])
    assert [line["value"] for line in summary.json()["data"]["usage"]] == ["12.500000"]
    again = api(service_key).post("/api/billing/usage", report(acme, value="12.500"))
    assert (again.status_code, again.json()["data"]) == (200, first.json()["data"])
    api(service_key).post("/api/billing/usage", report(acme, idempotencyKey="job-2"))
    row = PartnerUsage.objects.get()
    assert (row.metric_name, float(row.metric_value), row.sample_count) == ("leads_scored", 25.0, 2)


@pytest.mark.parametrize(
    "changes",
    [{"value": "99"}, {"metricName": "leads_sold"}, {"unit": "pieces"}, {"environment": "test"},
     {"usedAt": "2026-01-01T00:00:00Z"}, {"appId": "its own"}],
)  # fmt: skip
def test_a_key_that_said_something_else_is_refused(
    api: Api, service_key: str, acme: Partner, application: PartnerApplication, changes: dict[str, str]
) -> None:
    api(service_key).post("/api/billing/usage", report(acme))
    if "appId" in changes:
        changes = {"appId": str(application.id)}
    refusal = api(service_key).post("/api/billing/usage", report(acme, **changes))
    assert (refusal.status_code, refusal.json()["code"]) == (422, "idempotency_key_reused")
    assert [row["field"] for row in refusal.json()["errors"]] == ["idempotencyKey"]
    assert [(row.metric_name, float(row.value)) for row in UsageReport.objects.all()] == [("leads_scored", 12.5)]
    assert [float(row.metric_value) for row in PartnerUsage.objects.all()] == [12.5]


def test_the_same_report_in_a_later_hour_is_the_same(api: Api, service_key: str, acme: Partner) -> None:
    first = api(service_key).post("/api/billing/usage", report(acme))
    UsageReport.objects.update(usage_date="2026-01-01T00:00:00Z")
    again = api(service_key).post("/api/billing/usage", report(acme))
    assert (first.status_code, again.status_code) == (201, 200)
    assert PartnerUsage.objects.get().sample_count == 1


def test_only_services_report(api: Api, alice: User, acme_key: str, acme: Partner) -> None:
    assert api(alice).post("/api/billing/usage", report(acme)).status_code == 403
    assert api(acme_key).post("/api/billing/usage", report(acme)).status_code == 403
    assert not UsageReport.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"metricName": "api_calls"}, "metricName"), ({"partnerId": str(uuid7())}, "partnerId"),
     ({"appId": str(uuid7())}, "appId"), ({"value": "-1"}, "value"), ({"metricName": "Bad Name"}, "metricName")],
)  # fmt: skip
def test_bad_reports(api: Api, service_key: str, acme: Partner, changes: dict[str, Any], field: str) -> None:
    response = api(service_key).post("/api/billing/usage", report(acme, **changes))
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, field)
    assert not UsageReport.objects.exists()


def test_a_partner_with_usage_is_not_deleted(api: Api, service_key: str, dana: User, globex: Partner) -> None:
    assert api(service_key).post("/api/billing/usage", report(globex)).status_code == 201
    refusal = api(dana).delete(f"/api/partners/{globex.id}")
    assert (refusal.status_code, refusal.json()["code"]) == (409, "partner_in_use")
    assert "it has usage" in refusal.json()["detail"]
    globex.refresh_from_db()
    assert globex.deleted_at is None
