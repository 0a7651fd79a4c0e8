"""The request log in the portal and in the admin."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.models import PartnerApplication
from authn.models import ApiCall, ApiKey
from common.partitions import uuid7_floor
from partners.models import Partner, User
from tests.conftest import make_application

NOW = timezone.now


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def add_call(partner: Partner, *, seconds_ago: float = 1, **fields: Any) -> ApiCall:
    """A metered call."""
    at = max(timezone.now() - timedelta(seconds=seconds_ago), timezone.now().replace(hour=0, minute=0, second=0))
    floor = uuid7_floor(at).int
    values = {
        "id": uuid.UUID(int=floor | (uuid.uuid4().int & ((1 << 61) - 1))), "at": at, "partner_id": partner.id,
        "request_id": uuid.uuid4().hex, "method": "GET", "route": "/api/keys", "status": 200, "duration_ms": 12.3,
        "response_bytes": 2048, "address": "203.0.113.8",
        "headers": '{"Authorization":"Bearer [redacted]","User-Agent":"acme/1.0 <b>"}',
    }  # fmt: skip
    return ApiCall.objects.create(**{**values, **fields})


@pytest.fixture
def calls(acme: Partner, globex: Partner, acme_key: str) -> dict[str, ApiCall]:
    """Calls of Acme, each different in one thing, and one of Globex."""
    key = ApiKey.objects.get()
    own = {"credential_id": key.id, "application_id": key.application_id}
    return {
        "plain": add_call(acme, seconds_ago=6, **own),
        "refused": add_call(acme, seconds_ago=5, status=403, route="/api/webhooks", **own),
        "limited": add_call(acme, seconds_ago=4, status=429, **own),
        "failed": add_call(acme, seconds_ago=3, status=503, route="/api/partners", **own),
        "sandbox": add_call(acme, seconds_ago=2, environment="test", route="/api/events", credential_id=uuid.uuid4()),
        "stranger": add_call(globex, seconds_ago=1),
    }


def shown(page: Any) -> set[str]:
    return set(re.findall(r'href="/requests/([0-9a-f-]{36})"', page.content.decode()))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"plain", "refused", "limited", "failed", "sandbox"}),
        ("status=2xx", {"plain", "sandbox"}),
        ("status=4xx", {"refused", "limited"}),
        ("status=429", {"limited"}),
        ("status=5xx", {"failed"}),
        ("route=/api/web", {"refused"}),
        ("environment=test", {"sandbox"}),
        ("hours=1&status=5xx", {"failed"}),
        ("credential=KEY", {"plain", "refused", "limited", "failed"}),
        ("request=REQUEST", {"refused"}),
        ("request=STRANGER", set()),
        ("status=9xx&hours=x&credential=y", {"plain", "refused", "limited", "failed", "sandbox"}),
    ],
)
def test_search(alice: User, calls: dict[str, ApiCall], query: str, expected: set[str]) -> None:
    query = query.replace("KEY", str(ApiKey.objects.get().id)).replace("REQUEST", calls["refused"].request_id)
    query = query.replace("STRANGER", calls["stranger"].request_id)
    page = signed_in(alice).get(f"/requests?{query}")
    assert page.status_code == 200
    assert shown(page) == {str(calls[name].id) for name in expected}
    assert ("No call matches" in page.content.decode()) is (not expected)


def test_without_calls_the_page_says_what_to_do(alice: User) -> None:
    assert "No calls yet" in signed_in(alice).get(reverse("calls")).content.decode()


def test_pages_follow_each_other(alice: User, acme: Partner) -> None:
    made = [str(add_call(acme, seconds_ago=120 - number).id) for number in range(60)]
    browser = signed_in(alice)
    first = browser.get("/requests?status=2xx")
    assert shown(first) == set(made[10:])
    older = re.search(r'href="(\?[^"]*before=[^"]*)"', first.content.decode())
    assert older is not None
    assert "status=2xx" in older[1]
    second = browser.get("/requests" + older[1].replace("&amp;", "&"))
    assert shown(second) == set(made[:10])


def test_one_call(alice: User, calls: dict[str, ApiCall], application: PartnerApplication) -> None:
    text = signed_in(alice).get(reverse("call", args=[calls["limited"].id])).content.decode()
    key = ApiKey.objects.get()
    parts = [calls["limited"].request_id, str(key), application.app_name, "Refused by a limit", "2.0"]
    for part in [*parts, "203.0.113.8", "Bearer [redacted]", "acme/1.0 &lt;b&gt;"]:
        assert part in text
    assert reverse("key", args=[key.id]) in text


def test_a_stranger_s_call_is_not_there(alice: User, calls: dict[str, ApiCall]) -> None:
    assert signed_in(alice).get(reverse("call", args=[calls["stranger"].id])).status_code == 404


def test_the_chart_shows_what_limits_refused(alice: User, charlie: User, calls: dict[str, ApiCall]) -> None:
    assert "1 call answered 429 in the last 24 hours" in signed_in(alice).get("/requests").content.decode()
    assert "answered 429" not in signed_in(charlie).get("/requests").content.decode()


def test_the_key_page_leads_to_its_calls(alice: User, calls: dict[str, ApiCall]) -> None:
    key = ApiKey.objects.get()
    assert f"/requests?credential={key.id}" in signed_in(alice).get(reverse("key", args=[key.id])).content.decode()


def test_staff_search_all_of_it(dana: User, calls: dict[str, ApiCall]) -> None:
    browser = signed_in(dana)
    address = reverse("admin:authn_apicall_changelist")

    def found(query: str) -> int:
        page = browser.get(f"{address}?{query}")
        assert page.status_code == 200
        return int(page.context["cl"].result_count)

    assert found("") == 6
    assert found(f"q={calls['refused'].request_id}") == 1
    assert found(f"q={calls['stranger'].partner_id}") == 1
    assert found(f"q={ApiKey.objects.get().id}") == 4
    assert found("q=/api/web") == 1
    assert found("status=5xx") == 1
    assert found("hours=1&status=4xx") == 2
    listed = browser.get(address).content.decode()
    page = browser.get(reverse("admin:authn_apicall_change", args=[calls["refused"].pk])).content.decode()
    assert "Acme Insurance Tech" in listed
    for name in ("Acme Insurance Tech", "Quote Sync", str(ApiKey.objects.get())):
        assert f">{name}</a>" in page


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({"partner_id": uuid.UUID(int=1)}, "partner_id"),
        ({"request_id": "abc"}, "request_id"),
        ({"credential_id": uuid.UUID(int=2)}, "credential_id"),
        ({"partner_id": uuid.UUID(int=1), "status__gte": 500, "status__lt": 600}, "partner_id"),
    ],
)
def test_every_search_is_served_by_an_index(acme: Partner, query: dict[str, Any], index: str) -> None:
    other = make_application(acme).partner
    for number in range(40):
        add_call(other, seconds_ago=number)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = ApiCall.objects.filter(**query).order_by("-id")[:51].explain()
    assert "Seq Scan" not in plan, plan
    assert "Index Cond" in plan, plan
    assert f"_{index}_" in plan, plan


def test_time_reads_only_the_partitions_it_needs(acme: Partner) -> None:
    plan = ApiCall.objects.filter(partner_id=acme.id, id__gte=uuid7_floor(timezone.now())).explain()
    yesterday = timezone.now() - timedelta(days=1)
    assert f"p{yesterday:%Y%m%d}" not in plan
    assert f"p{timezone.now():%Y%m%d}" in plan
