"""Members: roles, leaving, handing over; a partner keeps an owner, whatever happens at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from common.errors import ConflictError, ForbiddenError, InvalidError, LimitError
from common.principal import SYSTEM, Principal, Role
from common.scopes import ROLE_SCOPES
from partners.models import OutboundMail, Partner, PartnerMember, User
from partners.selectors import principal_of_member
from partners.services.members import add_member, change_role, remove_member, transfer_ownership
from tests.conftest import make_partner

Names = Callable[[], list[str]]


def roles(partner: Partner) -> dict[str, str]:
    return dict(partner.members.values_list("user__email", "role"))


@pytest.fixture
def eve(db: None) -> User:
    return User.objects.create_user("eve@new.test", "correct horse battery", name="Eve Earl")


def test_add(acme: Partner, owner: Principal, eve: User, published: Names, last_event: Any) -> None:
    add_member(partner=acme, user=eve, role="viewer", actor=owner)
    assert roles(acme) == {"alice@acme.test": "owner", "eve@new.test": "viewer"}
    assert published() == ["user.created"]
    assert last_event().partner_id == acme.id
    assert last_event().payload == {
        "id": str(eve.id),
        "email": "eve@new.test",
        "name": "Eve Earl",
        "role": "viewer",
    }
    with pytest.raises(ConflictError, match="already belongs"):
        add_member(partner=acme, user=eve, role="owner", actor=owner)


def test_add_refusals(acme: Partner, developer: Principal, stranger: Principal, eve: User, settings: Any) -> None:
    for actor in (developer, stranger):
        with pytest.raises(ForbiddenError):
            add_member(partner=acme, user=eve, role="viewer", actor=actor)
    with pytest.raises(InvalidError):
        add_member(partner=acme, user=eve, role="admin", actor=SYSTEM)
    settings.TIERS = {**settings.TIERS, "premium": {**settings.TIERS["premium"], "members": 1}}
    with pytest.raises(LimitError):
        add_member(partner=acme, user=eve, role="viewer", actor=SYSTEM)
    assert roles(acme) == {"bob@acme.test": "developer"}


def test_change_role(acme: Partner, owner: Principal, bob: User, published: Names, last_event: Any) -> None:
    member = bob.memberships.get()
    change_role(member=member, role="billing", actor=owner)
    assert roles(acme)["bob@acme.test"] == "billing"
    assert published() == ["user.role_changed"]
    assert (last_event().payload["role"], last_event().payload["previousRole"]) == ("billing", "developer")
    mail = OutboundMail.objects.get()
    assert (mail.kind, mail.recipient) == ("member_role_changed", "bob@acme.test")
    assert change_role(member=member, role="billing", actor=owner).role == "billing"
    assert published() == ["user.role_changed"]


def test_the_last_owner_stays(acme: Partner, owner: Principal, alice: User, published: Names) -> None:
    member = alice.memberships.get()
    for leave in (
        lambda: change_role(member=member, role="viewer", actor=owner),
        lambda: remove_member(member=member, actor=owner),
        lambda: remove_member(member=member, actor=SYSTEM),
    ):
        with pytest.raises(ConflictError) as caught:
            leave()
        assert caught.value.code == "last_owner"
    assert roles(acme) == {"alice@acme.test": "owner"}
    assert published() == []


def test_a_member_leaves(acme: Partner, owner: Principal, developer: Principal, bob: User, last_event: Any) -> None:
    remove_member(member=bob.memberships.get(), actor=developer)
    assert roles(acme) == {"alice@acme.test": "owner"}
    assert (last_event().payload["role"], last_event().payload["previousRole"]) == (None, "developer")


def test_who_removes_whom(acme: Partner, developer: Principal, stranger: Principal, alice: User, bob: User) -> None:
    for actor, member in ((developer, alice), (stranger, bob)):
        with pytest.raises(ForbiddenError):
            remove_member(member=member.memberships.get(), actor=actor)
    assert len(roles(acme)) == 2


def test_transfer(acme: Partner, owner: Principal, bob: User, developer: Principal) -> None:
    with pytest.raises(ForbiddenError):
        transfer_ownership(partner=acme, to=bob.memberships.get(), actor=developer)
    transfer_ownership(partner=acme, to=bob.memberships.get(), actor=owner)
    assert roles(acme) == {"alice@acme.test": "developer", "bob@acme.test": "owner"}


def test_transfer_to_a_stranger_or_oneself(acme: Partner, owner: Principal, alice: User, charlie: User) -> None:
    for user in (alice, charlie):
        with pytest.raises(InvalidError):
            transfer_ownership(partner=acme, to=user.memberships.get(), actor=owner)


def two_owners() -> list[PartnerMember]:
    partner = make_partner("Initech")
    return [
        PartnerMember.objects.create(
            partner=partner, user=User.objects.create_user(f"owner{number}@initech.test"), role=Role.OWNER
        )
        for number in range(2)
    ]


def at_once(work: list[Callable[[], object]]) -> list[str]:
    """Run all of `work` at the same moment, each on its own connection; the outcomes, sorted."""
    barrier = threading.Barrier(len(work))
    outcomes: list[str] = []

    def run(job: Callable[[], object]) -> None:
        barrier.wait()
        try:
            job()
            outcomes.append("done")
        except ConflictError as error:
            outcomes.append(error.code)
        except IntegrityError:
            outcomes.append("constraint")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_two_last_owners_leave_at_once(transactional_db: None) -> None:
    members = two_owners()
    actors = [principal_of_member(member) for member in members]
    outcomes = at_once(
        [
            lambda: remove_member(member=members[0], actor=actors[0]),
            lambda: change_role(member=members[1], role="viewer", actor=actors[1]),
        ]
    )
    assert outcomes == ["done", "last_owner"]
    assert PartnerMember.objects.filter(role=Role.OWNER).count() == 1


def test_the_database_keeps_an_owner_too(transactional_db: None) -> None:
    """Past every service: two deletions in two transactions at once."""
    members = two_owners()
    outcomes = at_once([member.delete for member in members])
    assert outcomes == ["constraint", "done"]
    assert PartnerMember.objects.filter(role=Role.OWNER).count() == 1


def test_an_owner_cannot_be_deleted_as_a_user(transactional_db: None) -> None:
    first, second = two_owners()
    first.user.delete()
    with pytest.raises(IntegrityError, match="at least one owner"), transaction.atomic():
        second.user.delete()
    assert PartnerMember.objects.get() == second


def test_a_partner_goes_with_its_members(transactional_db: None) -> None:
    two_owners()
    Partner.objects.all().delete()
    assert PartnerMember.objects.count() == 0


def test_roles_are_nested_as_documented() -> None:
    assert ROLE_SCOPES["viewer"] < ROLE_SCOPES["developer"] < ROLE_SCOPES["owner"]
    assert ROLE_SCOPES["billing"] < ROLE_SCOPES["owner"]
