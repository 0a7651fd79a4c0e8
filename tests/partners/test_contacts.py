"""/api/partners/{id}/contacts: exactly one is primary."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from rest_framework.test import APIClient

from common.principal import SYSTEM
from partners.models import Partner, PartnerContact, User
from partners.services.contacts import MAX_CONTACTS, add_contact
from tests.conftest import make_partner

Api = Callable[..., APIClient]
BODY = {"contactName": "Ann Archer", "email": "ann@acme.test", "phone": "+1 415-555-2671", "role": "technical"}


def add(partner: Partner, name: str, *, is_primary: bool = False) -> PartnerContact:
    return add_contact(
        partner=partner, contact_name=name, email=f"{name}@acme.test", is_primary=is_primary, actor=SYSTEM
    )


def primaries(partner: Partner) -> list[str]:
    return list(partner.contacts.filter(is_primary=True).values_list("contact_name", flat=True))


def test_the_first_contact_is_primary(api: Api, alice: User, acme: Partner) -> None:
    response = api(alice).post(f"/api/partners/{acme.id}/contacts", BODY)
    contact = PartnerContact.objects.get()
    assert response.status_code == 201
    assert response["Location"] == f"/api/partners/{acme.id}/contacts/{contact.id}"
    data = response.json()["data"]
    assert (data["contactName"], data["phone"], data["isPrimary"]) == ("Ann Archer", "+14155552671", True)
    assert data["partnerId"] == str(acme.id)


def test_naming_another_primary_takes_over(acme: Partner) -> None:
    add(acme, "ann")
    add(acme, "ben")
    assert primaries(acme) == ["ann"]
    add(acme, "cat", is_primary=True)
    assert primaries(acme) == ["cat"]


def test_list_and_detail(api: Api, bob: User, acme: Partner, globex: Partner) -> None:
    ann, _ = add(acme, "ann"), add(globex, "gus")
    response = api(bob).get(f"/api/partners/{acme.id}/contacts")
    assert [row["contactName"] for row in response.json()["data"]] == ["ann"]
    assert api(bob).get(f"/api/partners/{acme.id}/contacts/{ann.id}").json()["data"]["email"] == "ann@acme.test"


def test_update(api: Api, alice: User, acme: Partner) -> None:
    ann, ben = add(acme, "ann"), add(acme, "ben")
    path = f"/api/partners/{acme.id}/contacts"
    assert api(alice).patch(f"{path}/{ben.id}", {"isPrimary": True, "role": "billing"}).status_code == 200
    assert primaries(acme) == ["ben"]
    response = api(alice).patch(f"{path}/{ben.id}", {"isPrimary": False})
    assert (response.status_code, response.json()["code"]) == (409, "primary_contact_required")
    body = {"contactName": "Ann", "email": "a@acme.test"}
    assert api(alice).put(f"{path}/{ann.id}", body).json()["data"]["contactName"] == "Ann"


def test_delete(api: Api, alice: User, acme: Partner) -> None:
    ann, ben = add(acme, "ann"), add(acme, "ben")
    path = f"/api/partners/{acme.id}/contacts"
    response = api(alice).delete(f"{path}/{ann.id}")
    assert (response.status_code, response.json()["code"]) == (409, "primary_contact_required")
    assert acme.contacts.count() == 2
    assert api(alice).delete(f"{path}/{ben.id}").status_code == 204
    assert api(alice).delete(f"{path}/{ann.id}").status_code == 204
    assert acme.contacts.count() == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "x"}, "email"),
        ({"contactName": " "}, "contactName"),
        ({"contactName": "x" * 151}, "contactName"),
        ({"phone": "phone"}, "phone"),
        ({"isPrimary": "maybe"}, "isPrimary"),
        ({"partnerId": "x"}, "partnerId"),
    ],
)
def test_bad_input(api: Api, alice: User, acme: Partner, change: dict[str, Any], field: str) -> None:
    response = api(alice).post(f"/api/partners/{acme.id}/contacts", {**BODY, **change})
    assert response.status_code == 400
    assert [row["field"] for row in response.json()["errors"]] == [field]
    assert acme.contacts.count() == 0


def test_who_may_not(api: Api, bob: User, charlie: User, acme_key: str, acme: Partner) -> None:
    contact = add(acme, "ann")
    path = f"/api/partners/{acme.id}/contacts"
    for caller, status in ((bob, 403), (acme_key, 403), (charlie, 404), (None, 401)):
        client = api(caller)
        assert client.post(path, BODY).status_code == status
        assert client.patch(f"{path}/{contact.id}", {"role": "x"}).status_code == status
        assert client.delete(f"{path}/{contact.id}").status_code == status
    assert api(charlie).get(path).status_code == 404
    assert list(acme.contacts.values_list("contact_name", "role")) == [("ann", "")]


def test_a_contact_of_another_partner_is_absent(api: Api, alice: User, acme: Partner, globex: Partner) -> None:
    gus = add(globex, "gus")
    assert api(alice).get(f"/api/partners/{acme.id}/contacts/{gus.id}").status_code == 404


def test_bound(api: Api, alice: User, acme: Partner) -> None:
    for number in range(MAX_CONTACTS):
        add(acme, f"c{number}")
    response = api(alice).post(f"/api/partners/{acme.id}/contacts", BODY)
    assert (response.status_code, response.json()["code"]) == (409, "too_many_contacts")


def test_the_database_refuses_two_primaries(acme: Partner) -> None:
    add(acme, "ann")
    with pytest.raises(IntegrityError):
        PartnerContact.objects.create(partner=acme, contact_name="ben", email="b@acme.test", is_primary=True)


def test_two_primaries_at_once(transactional_db: None) -> None:
    partner = make_partner("Initech")
    barrier = threading.Barrier(4)
    failures: list[Exception] = []

    def name_primary(number: int) -> None:
        barrier.wait()
        try:
            add(partner, f"c{number}", is_primary=True)
        except Exception as error:  # noqa: BLE001 (shown by the assertion)
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=name_primary, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert partner.contacts.count() == 4
    assert len(primaries(partner)) == 1


@transaction.atomic
def take_the_primary_away(partner: Partner, change: str) -> None:
    primary = partner.contacts.filter(is_primary=True)
    if change == "update":
        primary.update(is_primary=False)
    else:
        primary.delete()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_keeps_a_primary_contact(acme: Partner, change: str) -> None:
    add(acme, "ann")
    add(acme, "ben")
    with pytest.raises(IntegrityError, match="one contact of a partner is primary"):
        take_the_primary_away(acme, change)
    assert primaries(acme) == ["ann"]
