"""The usage page of the portal."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from applications.models import PartnerApplication
from authn.metering import LATENCY_BUCKETS_MS, bucket_of
from billing.models import PartnerUsage
from common.charts import last_hours
from partners.models import Partner, User
from tests.conftest import make_application


def use(application: PartnerApplication, metric: str, value: int, *, hours_ago: int = 0, **fields: object) -> None:
    PartnerUsage.objects.create(
        partner_id=application.partner_id,
        application_id=application.id,
        metric_name=metric,
        unit="calls",
        usage_date=last_hours()[-1] - timedelta(hours=hours_ago),
        metric_value=Decimal(value),
        **fields,
    )


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def test_it_adds_up_the_period(signed_in: Client, application: PartnerApplication, globex: Partner) -> None:
    use(application, "api_calls", 100)
    use(application, "api_errors", 4)
    use(application, "api_calls", 50, hours_ago=30)
    use(make_application(globex, "Globex Feed"), "api_calls", 7)
    day, week = (signed_in.get("/usage", {"days": days}).context for days in ("1", "7"))
    assert (day["totals"].calls, day["totals"].errors, day["totals"].error_rate) == (100, 4, 4.0)
    assert week["totals"].calls == 150
    assert [series["values"][-1] for series in day["chart"]["series"]] == [96, 4]
    assert sum(week["chart"]["series"][0]["values"]) == 146


def test_percentiles_come_from_merged_histograms(signed_in: Client, application: PartnerApplication) -> None:
    fast, slow = [0] * (len(LATENCY_BUCKETS_MS) + 1), [0] * (len(LATENCY_BUCKETS_MS) + 1)
    fast[bucket_of(10)], slow[bucket_of(900)] = 99, 1
    use(application, "response_time", 990, histogram=fast)
    use(application, "response_time", 900, hours_ago=1, histogram=slow)
    totals = signed_in.get("/usage").context["totals"]
    assert totals.p50_ms == pytest.approx(10, rel=0.2)
    assert totals.p95_ms == pytest.approx(10, rel=0.2)
    assert totals.p99_ms == pytest.approx(10, rel=0.2)


def test_filters_narrow_it(signed_in: Client, application: PartnerApplication, acme: Partner) -> None:
    other = make_application(acme, "Claims Desk")
    use(application, "api_calls", 3)
    use(application, "api_calls", 5, environment="test")
    use(other, "api_calls", 11)
    assert signed_in.get("/usage").context["totals"].calls == 19
    assert signed_in.get("/usage", {"environment": "test"}).context["totals"].calls == 5
    assert signed_in.get("/usage", {"application": str(other.id)}).context["totals"].calls == 11
    assert signed_in.get("/usage", {"application": "nonsense", "days": "999"}).context["totals"].calls == 19


def test_it_is_calm_without_calls(signed_in: Client) -> None:
    page = signed_in.get("/usage")
    assert page.context["totals"].p95_ms is None
    assert "No calls in this period" in page.content.decode()


def test_the_home_page_shows_the_last_day(signed_in: Client, application: PartnerApplication) -> None:
    use(application, "api_calls", 1234)
    use(application, "api_errors", 617)
    page = signed_in.get("/").content.decode()
    assert "1,234" in page
    assert "50.0 % failed" in page
