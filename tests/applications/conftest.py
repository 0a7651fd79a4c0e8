"""Principals of the cast, and applications in every state, reached the way a partner and a reviewer reach it."""

from __future__ import annotations

import pytest

from applications.models import PartnerApplication
from applications.services.applications import create_application
from applications.services.review import approve_application, submit_application
from common.principal import Principal
from partners.models import Partner, User
from partners.selectors import principal_of_member, principal_of_staff


@pytest.fixture
def as_alice(alice: User) -> Principal:
    return principal_of_member(alice.memberships.select_related("partner", "user").get())


@pytest.fixture
def as_charlie(charlie: User) -> Principal:
    return principal_of_member(charlie.memberships.select_related("partner", "user").get())


@pytest.fixture
def as_dana(dana: User) -> Principal:
    return principal_of_staff(dana)


@pytest.fixture
def erin(db: None) -> User:
    """A second reviewer."""
    return User.objects.create_superuser("erin@treaty.test", "correct horse battery", name="Erin East")


@pytest.fixture
def as_erin(erin: User) -> Principal:
    return principal_of_staff(erin)


@pytest.fixture
def draft(acme: Partner, as_alice: Principal) -> PartnerApplication:
    return create_application(
        partner=acme, app_name="Lead Router", description="Routes leads.", permissions=["read:leads"], actor=as_alice
    )


@pytest.fixture
def submitted(draft: PartnerApplication, as_alice: Principal) -> PartnerApplication:
    return submit_application(application=draft, actor=as_alice)


@pytest.fixture
def approved(submitted: PartnerApplication, as_dana: Principal) -> PartnerApplication:
    return approve_application(application=submitted, actor=as_dana)


@pytest.fixture
def risky(acme: Partner, as_alice: Principal) -> PartnerApplication:
    """Waits for the first of two reviewers."""
    created = create_application(
        partner=acme, app_name="Claims Desk", permissions=["read:claims", "write:claims"], actor=as_alice
    )
    return submit_application(application=created, actor=as_alice)
