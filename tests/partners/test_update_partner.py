"""PUT and PATCH /api/partners/{id}."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from partners.models import Partner, User
from tests.conftest import make_partner

Api = Callable[..., APIClient]
Names = Callable[[], list[str]]


def test_owner_changes_the_profile(api: Api, alice: User, acme: Partner, published: Names, last_event: Any) -> None:
    response = api(alice).patch(f"/api/partners/{acme.id}", {"website": "https://acme.test", "legalName": "Acme Inc."})
    assert response.status_code == 200
    acme.refresh_from_db()
    assert (acme.website, acme.legal_name, acme.partner_name) == (
        "https://acme.test",
        "Acme Inc.",
        "Acme Insurance Tech",
    )
    assert published() == ["partner.updated"]
    assert last_event().payload["changedFields"] == ["website", "legalName"]


def test_put_replaces(api: Api, alice: User, acme: Partner) -> None:
    Partner.objects.update(website="https://old.test", description="Old")
    body = {"partnerName": "Acme", "partnerType": "technology", "description": "New"}
    assert api(alice).put(f"/api/partners/{acme.id}", body).status_code == 200
    acme.refresh_from_db()
    assert (acme.partner_name, acme.website, acme.description, acme.tier) == ("Acme", "", "New", "premium")


def test_put_needs_the_required_fields(api: Api, alice: User, acme: Partner) -> None:
    response = api(alice).put(f"/api/partners/{acme.id}", {"website": "https://acme.test"})
    assert {row["field"] for row in response.json()["errors"]} == {"partnerName", "partnerType"}
    acme.refresh_from_db()
    assert acme.website == ""


def test_no_change_says_nothing(api: Api, alice: User, acme: Partner, published: Names) -> None:
    assert api(alice).patch(f"/api/partners/{acme.id}", {"partnerName": "Acme Insurance Tech"}).status_code == 200
    assert published() == []


@pytest.mark.parametrize(
    ("body", "code"),
    [({"tier": "enterprise"}, "tier_is_staffs"), ({"partnerType": "data"}, "partner_type_is_staffs")],
)
def test_owner_may_not_decide_about_themselves(
    api: Api, alice: User, acme: Partner, published: Names, body: dict[str, str], code: str
) -> None:
    response = api(alice).patch(f"/api/partners/{acme.id}", body)
    assert (response.status_code, response.json()["code"]) == (403, code)
    acme.refresh_from_db()
    assert (acme.tier, acme.partner_type) == ("premium", "technology")
    assert published() == []


def test_owner_chooses_the_type_while_pending(api: Api, alice: User, acme: Partner) -> None:
    Partner.objects.update(status="pending")
    assert api(alice).patch(f"/api/partners/{acme.id}", {"partnerType": "data"}).status_code == 200


@pytest.mark.parametrize("status", ["suspended", "inactive"])
def test_owner_of_a_stopped_partner_may_not(api: Api, alice: User, acme: Partner, status: str) -> None:
    Partner.objects.update(status=status)
    response = api(alice).patch(f"/api/partners/{acme.id}", {"website": "https://acme.test"})
    assert (response.status_code, response.json()["code"]) == (403, f"partner_{status}")


def test_status_is_no_field(api: Api, alice: User, dana: User, acme: Partner) -> None:
    for user in (alice, dana):
        response = api(user).patch(f"/api/partners/{acme.id}", {"status": "inactive"})
        assert response.status_code == 400
    acme.refresh_from_db()
    assert acme.status == "active"


def test_staff_change_tier_and_type(api: Api, dana: User, acme: Partner) -> None:
    response = api(dana).patch(f"/api/partners/{acme.id}", {"tier": "basic", "partnerType": "strategic"})
    assert response.status_code == 200
    acme.refresh_from_db()
    assert (acme.tier, acme.partner_type) == ("basic", "strategic")


def test_developer_key_and_stranger_may_not(
    api: Api, bob: User, charlie: User, acme_key: str, acme: Partner, published: Names
) -> None:
    body = {"website": "https://evil.test"}
    assert api(bob).patch(f"/api/partners/{acme.id}", body).status_code == 403
    assert api(acme_key).patch(f"/api/partners/{acme.id}", body).status_code == 403
    assert api(charlie).patch(f"/api/partners/{acme.id}", body).status_code == 404
    acme.refresh_from_db()
    assert acme.website == ""
    assert published() == []


def test_tax_id_is_checked_against_the_country_on_file(api: Api, alice: User, acme: Partner) -> None:
    Partner.objects.update(country="DE", tax_id="DE136695976")
    client = api(alice)
    assert client.patch(f"/api/partners/{acme.id}", {"taxId": "12-1234567"}).status_code == 400
    assert client.patch(f"/api/partners/{acme.id}", {"country": "US"}).status_code == 400
    assert client.patch(f"/api/partners/{acme.id}", {"country": "US", "taxId": "121234567"}).status_code == 200
    acme.refresh_from_db()
    assert acme.tax_id == "12-1234567"


def test_raising_to_enterprise_takes_two_people(api: Api, acme: Partner, dana: User, alice: User) -> None:
    path = f"/api/partners/{acme.id}"
    first = api(dana).patch(path, {"tier": "enterprise"})
    data = first.json()["data"]
    assert (first.status_code, data["tier"], data["tierRequested"]) == (200, "premium", "enterprise")
    again = api(dana).patch(path, {"tier": "enterprise"})
    assert (again.status_code, again.json()["code"]) == (409, "four_eyes")
    withdrawn = api(dana).patch(path, {"tier": "premium"}).json()["data"]
    assert (withdrawn["tier"], withdrawn["tierRequested"]) == ("premium", "")
    api(dana).patch(path, {"tier": "enterprise"})
    insider = User.objects.create_superuser("insider@treaty.test", "correct horse battery")
    acme.members.create(user=insider, role="viewer")
    assert api(insider).patch(path, {"tier": "enterprise"}).status_code == 403
    erin = User.objects.create_superuser("erin@treaty.test", "correct horse battery")
    data = api(erin).patch(path, {"tier": "enterprise"}).json()["data"]
    assert (data["tier"], data["tierRequested"]) == ("enterprise", "")


def test_a_pending_partner_is_raised_by_one(api: Api, dana: User, db: None) -> None:
    partner = make_partner("Initech", status="pending", tier="basic")
    assert api(dana).patch(f"/api/partners/{partner.id}", {"tier": "enterprise"}).json()["data"]["tier"] == "enterprise"


def test_other_changes_leave_the_wish_alone(api: Api, acme: Partner, dana: User, alice: User) -> None:
    api(dana).patch(f"/api/partners/{acme.id}", {"tier": "enterprise"})
    assert (
        api(alice).patch(f"/api/partners/{acme.id}", {"city": "Austin"}).json()["data"]["tierRequested"] == "enterprise"
    )
