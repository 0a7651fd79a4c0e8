"""POST /api/partners."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from common.errors import ForbiddenError
from common.principal import SYSTEM, Principal
from partners.models import Partner, User
from partners.services.partners import create_partner

Api = Callable[..., APIClient]
Names = Callable[[], list[str]]


def test_staff_creates_a_pending_basic_partner(api: Api, dana: User, published: Names, last_event: Any) -> None:
    response = api(dana).post("/api/partners", {"partnerName": "Initech", "partnerType": "data"})
    assert response.status_code == 201
    data = response.json()["data"]
    partner = Partner.objects.get()
    assert response["Location"] == f"/api/partners/{partner.id}"
    assert (data["id"], data["status"], data["tier"]) == (str(partner.id), "pending", "basic")
    assert published() == ["partner.created"]
    assert last_event().partner_id == partner.id
    assert last_event().payload == {
        "id": str(partner.id),
        "partnerName": "Initech",
        "partnerType": "data",
        "status": "pending",
        "tier": "basic",
    }


def test_every_field_is_kept(api: Api, dana: User) -> None:
    body = {
        "partnerName": "Initech",
        "partnerType": "service",
        "tier": "enterprise",
        "website": "https://initech.test",
        "description": "Claims triage",
        "legalName": "Initech LLC",
        "registrationNumber": "HRB 1",
        "taxId": "12-1234567",
        "country": "US",
        "street": "1 Main St",
        "postalCode": "10001",
        "city": "New York",
        "region": "NY",
        "supportEmail": "help@initech.test",
        "phone": "+14155552671",
    }
    data = api(dana).post("/api/partners", body).json()["data"]
    assert {name: data[name] for name in body} == body


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"partnerName": ""}, "partnerName"),
        ({"partnerName": "x" * 201}, "partnerName"),
        ({"partnerName": None}, "partnerName"),
        ({"partnerType": "wizard"}, "partnerType"),
        ({"tier": "gold"}, "tier"),
        ({"status": "active"}, "status"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"website": "ftp://initech.test"}, "website"),
        ({"supportEmail": "nobody"}, "supportEmail"),
        ({"country": "XX"}, "country"),
        ({"country": "US", "taxId": "12"}, "taxId"),
        ({"country": "DE", "taxId": "DE136695977"}, "taxId"),
        ({"phone": "call me"}, "phone"),
        ({"shoeSize": 44}, "shoeSize"),
        ({"description": "a\u0000b"}, "description"),
    ],
)
def test_bad_input_is_named_and_creates_nothing(
    api: Api, dana: User, change: dict[str, Any], field: str, published: Names
) -> None:
    response = api(dana).post("/api/partners", {"partnerName": "Initech", "partnerType": "data", **change})
    assert response.status_code == 400
    assert [row["field"] for row in response.json()["errors"]] == [field]
    assert Partner.objects.count() == 0
    assert published() == []


@pytest.mark.parametrize("missing", ["partnerName", "partnerType"])
def test_name_and_type_are_required(api: Api, dana: User, missing: str) -> None:
    body = {"partnerName": "Initech", "partnerType": "data"}
    del body[missing]
    response = api(dana).post("/api/partners", body)
    assert response.status_code == 400
    assert response.json()["errors"] == [{"field": missing, "code": "required", "message": "This field is required."}]


def test_owner_may_not(api: Api, alice: User, published: Names) -> None:
    response = api(alice).post("/api/partners", {"partnerName": "Initech", "partnerType": "data"})
    assert (response.status_code, response.json()["code"]) == (403, "insufficient_scope")
    assert Partner.objects.count() == 1
    assert published() == []


def test_key_may_not(api: Api, acme_key: str) -> None:
    assert api(acme_key).post("/api/partners", {"partnerName": "I", "partnerType": "data"}).status_code == 403
    assert Partner.objects.count() == 1


def test_anonymous_may_not(api: Api, db: None) -> None:
    assert api().post("/api/partners", {"partnerName": "I", "partnerType": "data"}).status_code == 401


def test_only_staff_set_a_tier(db: None, owner: Principal) -> None:
    with pytest.raises(ForbiddenError):
        create_partner(partner_name="Initech", partner_type="data", tier="premium", actor=owner)
    assert create_partner(partner_name="Initech", partner_type="data", tier="premium", actor=SYSTEM).tier == "premium"
