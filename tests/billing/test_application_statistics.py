"""Calls among the statistics of an application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from billing.models import PartnerUsage
from partners.models import User


def test_calls_of_the_last_30_days(api: Callable[..., APIClient], application: PartnerApplication, bob: User) -> None:
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    for metric, environment, days, value in (
        ("api_calls", "live", 1, 40),
        ("api_calls", "live", 2, 2),
        ("api_errors", "live", 1, 3),
        ("api_calls", "test", 1, 7),
        ("api_calls", "live", 31, 999),
    ):
        PartnerUsage.objects.create(
            partner_id=application.partner_id,
            application_id=application.id,
            environment=environment,
            metric_name=metric,
            unit="calls",
            usage_date=now - timedelta(days=days),
            metric_value=value,
        )
    data = api(bob).get(f"/api/applications/{application.id}/statistics").json()["data"]
    assert data["calls"] == {
        "days": 30,
        "live": {"total": 42, "errors": 3, "rateLimited": 0},
        "test": {"total": 7, "errors": 0, "rateLimited": 0},
    }
