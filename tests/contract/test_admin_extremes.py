"""What lists by day and the audit answer to the ends of what a query can say: a page, or back to the list."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from partners.models import User

pytestmark = pytest.mark.django_db

NUMBERS = ["-1", "0", "10000", "99999", "2147483648", "9" * 30, "9" * 5000, "1e400"]
DATED = [
    (f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist", str(model_admin.date_hierarchy))
    for model, model_admin in admin.site._registry.items()  # noqa: SLF001 (the only list of what is registered)
    if model_admin.date_hierarchy
]


@pytest.fixture
def desk(client: Client, dana: User) -> Client:
    """Dana's browser."""
    client.force_login(dana)
    return client


@pytest.mark.parametrize(("name", "field"), DATED)
def test_years_and_days(desk: Client, name: str, field: str) -> None:
    days = [{"year": year} for year in ("1", "9999", *NUMBERS)]
    days += [{"year": year, "month": "12", "day": "31"} for year in ("1", "9999")]
    days += [{"year": "2026", "month": number} for number in NUMBERS]
    days += [{"year": "2026", "month": "12", "day": number} for number in NUMBERS]
    for day in days:
        query = {f"{field}__{part}": value for part, value in day.items()}
        assert desk.get(reverse(name), query).status_code in {200, 302}, query


def test_there_is_a_list_by_day() -> None:
    assert DATED


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "10000-01-01", "9" * 5000])
def test_the_audit(desk: Client, day: str) -> None:
    for part in ("since", "before"):
        for time in ("00:00:00", "23:59:59.999999", ""):
            query = {f"{part}_0": day, f"{part}_1": time}
            assert desk.get(reverse("admin:partners_partner_audit"), query).status_code == 200, query
    for after in (f"{day}T00:00:00+14:00~partners.partner~1", f"{day}T23:59:59-14:00~x~{'9' * 9}"):
        assert desk.get(reverse("admin:partners_partner_audit"), {"after": after}).status_code == 200, after
