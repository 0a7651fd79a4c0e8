"""/api/partners/{id}/members and /invitations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from partners.models import Invitation, OutboundMail, Partner, PartnerMember, User

Api = Callable[..., APIClient]


def roles(partner: Partner) -> dict[str, str]:
    return dict(partner.members.values_list("user__email", "role"))


def member(user: User) -> PartnerMember:
    return user.memberships.get()


def test_members_are_listed_to_their_own(
    api: Api, alice: User, bob: User, charlie: User, acme: Partner, acme_key: str
) -> None:
    path = f"/api/partners/{acme.id}/members"
    rows = api(bob).get(path).json()["data"]
    assert [(row["name"], row["email"], row["role"]) for row in rows] == [
        ("Alice Ames", "alice@acme.test", "owner"),
        ("Bob Brand", "bob@acme.test", "developer"),
    ]
    assert api(acme_key).get(path).status_code == 200
    assert api(charlie).get(path).status_code == 404
    one = api(bob).get(f"{path}/{member(alice).id}").json()["data"]
    assert (one["userId"], one["partnerId"]) == (str(alice.id), str(acme.id))
    assert api(charlie).get(f"/api/partners/{member(charlie).partner_id}/members/{member(alice).id}").status_code == 404


@pytest.mark.parametrize("method", ["put", "patch"])
def test_an_owner_changes_a_role(api: Api, alice: User, bob: User, acme: Partner, method: str) -> None:
    path = f"/api/partners/{acme.id}/members/{member(bob).id}"
    response = getattr(api(alice), method)(path, {"role": "billing"})
    assert (response.status_code, response.json()["data"]["role"]) == (200, "billing")
    assert roles(acme)["bob@acme.test"] == "billing"
    wrong = getattr(api(alice), method)(path, {"role": "emperor"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "role")
    last = getattr(api(alice), method)(f"/api/partners/{acme.id}/members/{member(alice).id}", {"role": "viewer"})
    assert (last.status_code, last.json()["code"]) == (409, "last_owner")
    assert roles(acme) == {"alice@acme.test": "owner", "bob@acme.test": "billing"}


def test_others_change_nobody(api: Api, alice: User, bob: User, charlie: User, acme: Partner, acme_key: str) -> None:
    path = f"/api/partners/{acme.id}/members/{member(alice).id}"
    for caller, status in ((bob, 403), (acme_key, 403), (charlie, 404), (None, 401)):
        client = api(caller) if caller else api()
        assert client.patch(path, {"role": "viewer"}).status_code == status
        assert client.delete(path).status_code == status
        assert client.post(f"{path}/transfer").status_code == status
    assert roles(acme) == {"alice@acme.test": "owner", "bob@acme.test": "developer"}


def test_anyone_leaves_and_an_owner_removes(api: Api, alice: User, bob: User, acme: Partner, dana: User) -> None:
    path = f"/api/partners/{acme.id}/members"
    assert api(bob).delete(f"{path}/{member(bob).id}").status_code == 204
    assert api(alice).delete(f"{path}/{member(alice).id}").json()["code"] == "last_owner"
    assert roles(acme) == {"alice@acme.test": "owner"}


def test_ownership_is_handed_over(api: Api, alice: User, bob: User, acme: Partner, dana: User) -> None:
    path = f"/api/partners/{acme.id}/members"
    assert api(alice).post(f"{path}/{member(alice).id}/transfer").status_code == 400
    assert api(dana).post(f"{path}/{member(bob).id}/transfer").status_code == 403
    response = api(alice).post(f"{path}/{member(bob).id}/transfer")
    assert (response.status_code, response.json()["data"]["role"]) == (200, "owner")
    assert roles(acme) == {"alice@acme.test": "developer", "bob@acme.test": "owner"}


def test_an_invitation_from_first_to_last(api: Api, alice: User, bob: User, acme: Partner) -> None:
    path = f"/api/partners/{acme.id}/invitations"
    created = api(alice).post(path, {"email": "New@Acme.test", "role": "viewer"})
    data: dict[str, Any] = created.json()["data"]
    assert (created.status_code, created["Location"]) == (201, f"{path}/{data['id']}")
    assert (data["email"], data["role"], data["status"], data["isExpired"]) == (
        "new@acme.test",
        "viewer",
        "open",
        False,
    )
    assert data["invitedBy"] == "alice@acme.test"
    assert "token" not in str(data).lower()
    assert OutboundMail.objects.filter(kind="invitation", recipient="new@acme.test").count() == 1

    sent_again = api(alice).post(f"{path}/{data['id']}/resend").json()["data"]
    assert sent_again["timesSent"] == 2
    assert api(bob).get(f"{path}?status=open").json()["data"][0]["id"] == data["id"]
    revoked = api(alice).post(f"{path}/{data['id']}/revoke").json()["data"]
    assert revoked["status"] == "revoked"
    again = api(alice).post(f"{path}/{data['id']}/revoke")
    assert (again.status_code, again.json()["code"]) == (409, "invitation_revoked")
    assert api(bob).get(f"{path}?status=open").json()["data"] == []


def test_who_may_not_invite(api: Api, alice: User, bob: User, charlie: User, acme: Partner, acme_key: str) -> None:
    path = f"/api/partners/{acme.id}/invitations"
    body = {"email": "new@acme.test", "role": "owner"}
    assert api(bob).post(path, body).status_code == 403
    assert api(acme_key).post(path, body).status_code == 403
    assert api(charlie).post(path, body).status_code == 404
    assert api(alice).post(path, {"email": "bob@acme.test", "role": "owner"}).json()["code"] == "already_member"
    assert not Invitation.objects.exists()
