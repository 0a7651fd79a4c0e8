"""GET /api/partners and GET /api/partners/{id}."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from partners.models import Partner, User
from tests.conftest import make_key, make_partner

Api = Callable[..., APIClient]


def names(client: APIClient, query: str = "") -> list[str]:
    response = client.get(f"/api/partners{query}")
    assert response.status_code == 200, response.json()
    return [row["partnerName"] for row in response.json()["data"]]


def test_staff_see_everyone_newest_first(api: Api, dana: User, acme: Partner, globex: Partner) -> None:
    assert names(api(dana)) == ["Globex Data", "Acme Insurance Tech"]


def test_core_services_see_everyone(api: Api, service_key: str, acme: Partner, globex: Partner) -> None:
    assert names(api(service_key)) == ["Globex Data", "Acme Insurance Tech"]


def test_member_and_key_see_their_own(api: Api, alice: User, acme_key: str, globex: Partner) -> None:
    assert names(api(alice)) == ["Acme Insurance Tech"]
    assert names(api(acme_key)) == ["Acme Insurance Tech"]


def test_detail_of_own_partner(api: Api, bob: User, acme: Partner) -> None:
    data = api(bob).get(f"/api/partners/{acme.id}").json()["data"]
    assert data == {
        "id": str(acme.id),
        "partnerName": "Acme Insurance Tech",
        "partnerType": "technology",
        "status": "active",
        "tier": "premium",
        "tierRequested": "",
        "website": "",
        "description": "",
        "legalName": "",
        "registrationNumber": "",
        "taxId": "",
        "country": "",
        "street": "",
        "postalCode": "",
        "city": "",
        "region": "",
        "supportEmail": "",
        "phone": "",
        "suspensionReason": "",
        "suspendedAt": None,
        "activatedAt": None,
        "createdAt": acme.created_at.isoformat().replace("+00:00", "Z"),
        "updatedAt": acme.updated_at.isoformat().replace("+00:00", "Z"),
    }


def test_stranger_sees_nothing(api: Api, charlie: User, globex_key: str, acme: Partner) -> None:
    assert api(charlie).get(f"/api/partners/{acme.id}").status_code == 404
    assert api(globex_key).get(f"/api/partners/{acme.id}").status_code == 404


def test_key_without_a_manage_scope_may_not_read(api: Api, application: PartnerApplication, acme: Partner) -> None:
    reader = api(make_key(application, scopes=frozenset({"read:leads"})))
    for path in ("/api/partners", f"/api/partners/{acme.id}", f"/api/partners/{acme.id}/contacts"):
        response = reader.get(path)
        assert (response.status_code, response.json()["code"]) == (403, "insufficient_scope")


@pytest.mark.parametrize("key", ["not-a-uuid", "818b1e99-fd8a-4bd7-962b-37acb8e65a45"])
def test_unknown_id(api: Api, dana: User, key: str) -> None:
    assert api(dana).get(f"/api/partners/{key}").status_code == 404


def test_deleted_partner_is_absent(api: Api, dana: User, acme: Partner) -> None:
    Partner.objects.update(deleted_at=datetime.now(tz=UTC), status="inactive")
    assert names(api(dana)) == []
    assert api(dana).get(f"/api/partners/{acme.id}").status_code == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?status=pending", ["Pied Piper"]),
        ("?status=pending&status=active", ["Pied Piper", "Globex Data", "Acme Insurance Tech"]),
        ("?tier=basic", ["Pied Piper"]),
        ("?partnerType=data", ["Globex Data"]),
        ("?country=us", ["Pied Piper"]),
        ("?search=ACME", ["Acme Insurance Tech"]),
        ("?search=tech+acme", ["Acme Insurance Tech"]),
        ("?search=piper.test", ["Pied Piper"]),
        ("?search=%25", []),
        ("?search=nothing", []),
        ("?tier=premium&partnerType=technology", ["Acme Insurance Tech"]),
        ("?ordering=partnerName", ["Acme Insurance Tech", "Globex Data", "Pied Piper"]),
        ("?ordering=-createdAt", ["Pied Piper", "Globex Data", "Acme Insurance Tech"]),
    ],
)
def test_filters(api: Api, dana: User, acme: Partner, globex: Partner, query: str, expected: list[str]) -> None:
    globex.partner_type = "data"
    globex.save()
    make_partner("Pied Piper", status="pending", tier="basic", website="https://piper.test", country="US")
    assert names(api(dana), query) == expected


def test_filter_by_creation(api: Api, dana: User, acme: Partner, globex: Partner) -> None:
    middle = datetime(2026, 3, 1, tzinfo=UTC)
    Partner.objects.filter(pk=acme.pk).update(created_at=middle - timedelta(seconds=1))
    Partner.objects.filter(pk=globex.pk).update(created_at=middle)
    assert names(api(dana), "?createdAfter=2026-03-01T00:00:00Z") == ["Globex Data"]
    assert names(api(dana), "?createdBefore=2026-03-01T00:00:00Z") == ["Acme Insurance Tech"]


@pytest.mark.parametrize(
    "query", ["?status=gold", "?createdAfter=yesterday", "?colour=red", "?ordering=taxId", "?limit=0", "?search=%00"]
)
def test_bad_filters_are_refused(api: Api, dana: User, query: str) -> None:
    assert api(dana).get(f"/api/partners{query}").status_code == 400


def test_pages(api: Api, dana: User, acme: Partner, globex: Partner) -> None:
    first = api(dana).get("/api/partners?limit=1").json()
    assert [row["partnerName"] for row in first["data"]] == ["Globex Data"]
    second = api(dana).get(f"/api/partners?limit=1&cursor={first['pagination']['nextCursor']}").json()
    assert [row["partnerName"] for row in second["data"]] == ["Acme Insurance Tech"]
    assert second["pagination"]["nextCursor"] is None
