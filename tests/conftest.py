"""The cast of the tests: Alice owns Acme, Bob is Acme's developer, Charlie is a stranger at Globex, Dana is staff."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import hypothesis
import pytest
from django.conf import settings
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from authn.keys import digest, generate_key
from authn.models import ApiKey, ServiceAccount
from common.api.versions.registry import CURRENT
from common.principal import Principal, PrincipalKind, Role
from common.scopes import SCOPES
from partners.models import Partner, PartnerMember, User
from tests.flush import Flush
from tests.running import Platform
from tests.stack import Stack

# A busy machine is slow, which says nothing about the code.
hypothesis.settings.register_profile("treaty", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("treaty")

ALL_SCOPES = frozenset(SCOPES) - {"admin"}


def make_partner(name: str, **fields: str) -> Partner:
    """An active technology partner."""
    defaults = {"partner_type": Partner.Type.TECHNOLOGY, "status": Partner.Status.ACTIVE, "tier": Partner.Tier.PREMIUM}
    return Partner.objects.create(partner_name=name, **{**defaults, **fields})


def make_application(partner: Partner, name: str = "Quote Sync", **fields: object) -> PartnerApplication:
    """An approved application with every scope a partner can have, which has called before."""
    defaults = {
        "status": PartnerApplication.Status.APPROVED,
        "permissions": sorted(ALL_SCOPES),
        "approved_permissions": sorted(ALL_SCOPES),
        "api_version": CURRENT,
    }
    return PartnerApplication.objects.create(partner=partner, app_name=name, **{**defaults, **fields})


def give_role(user: User, role: str | None) -> None:
    """Give a member another role, None ends the membership; a partner keeps an owner, so another one joins first."""
    member = user.memberships.get()
    if not member.partner.members.filter(role=Role.OWNER).exclude(pk=member.pk).exists():
        second = User.objects.create_user(f"second-{user.email}", "correct horse battery")
        PartnerMember.objects.create(partner=member.partner, user=second, role=Role.OWNER)
    if role is None:
        member.delete()
    else:
        member.role = role
        member.save()


def portal_principal(user: User) -> Principal:
    """The principal of a member's portal session."""
    member = user.memberships.select_related("partner").get()
    return Principal(
        kind=PrincipalKind.USER,
        partner_id=member.partner_id,
        user_id=user.id,
        role=Role(member.role),
        tier=member.partner.tier,
    )


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix() -> None:
    """Every process of the tests has a PostgreSQL of its own, with the test database in it."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Empty the database faster than Django does."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        flush = Flush()

        def teardown(test: TransactionTestCase) -> None:
            flush.run(test)

        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


@pytest.fixture
def acme(db: None) -> Partner:
    """Alice's and Bob's partner."""
    return make_partner("Acme Insurance Tech")


@pytest.fixture
def globex(db: None) -> Partner:
    """Charlie's partner: a stranger to Acme."""
    return make_partner("Globex Data")


@pytest.fixture
def alice(acme: Partner) -> User:
    """Acme's owner."""
    user = User.objects.create_user("alice@acme.test", "correct horse battery", name="Alice Ames")
    PartnerMember.objects.create(partner=acme, user=user, role=Role.OWNER)
    return user


@pytest.fixture
def bob(acme: Partner) -> User:
    """Acme's developer."""
    user = User.objects.create_user("bob@acme.test", "correct horse battery", name="Bob Brand")
    PartnerMember.objects.create(partner=acme, user=user, role=Role.DEVELOPER)
    return user


@pytest.fixture
def charlie(globex: Partner) -> User:
    """Globex's owner."""
    user = User.objects.create_user("charlie@globex.test", "correct horse battery", name="Charlie Cole")
    PartnerMember.objects.create(partner=globex, user=user, role=Role.OWNER)
    return user


@pytest.fixture
def dana(db: None) -> User:
    """Staff."""
    return User.objects.create_superuser("dana@treaty.test", "correct horse battery", name="Dana Dow")


@pytest.fixture
def application(acme: Partner) -> PartnerApplication:
    """Acme's approved application."""
    return make_application(acme)


@pytest.fixture
def api() -> Callable[..., APIClient]:
    """`api(key)` has a Bearer credential, `api(user)` a portal session, `api()` nothing."""

    def client(caller: str | User | None = None) -> APIClient:
        browser = APIClient()
        if isinstance(caller, str):
            browser.credentials(HTTP_AUTHORIZATION=f"Bearer {caller}")
        elif caller is not None:
            browser.force_login(caller)
        return browser

    return client


def make_key(application: PartnerApplication, *, environment: str = "live", scopes: frozenset[str] = ALL_SCOPES) -> str:
    """A stored key of `application`; returns the key itself."""
    full_key = generate_key(environment)
    ApiKey.objects.create(
        partner=application.partner,
        application=application,
        key_value=digest(full_key, settings.API_KEY_PEPPER),
        key_prefix=full_key[:8],
        last_four=full_key[-4:],
        scopes=sorted(scopes),
        rate_limit=10_000,
        environment=environment,
    )
    return full_key


@pytest.fixture
def acme_key(application: PartnerApplication) -> str:
    """A live key of Acme's application with every partner scope."""
    return make_key(application)


@pytest.fixture
def globex_key(globex: Partner) -> str:
    """A live key of the stranger."""
    return make_key(make_application(globex, "Globex Feed"))


@pytest.fixture
def service_key(db: None) -> str:
    """A live key of the core platform."""
    account = ServiceAccount.objects.create(name="core")
    full_key = generate_key("live")
    ApiKey.objects.create(
        service_account=account,
        key_value=digest(full_key, settings.API_KEY_PEPPER),
        key_prefix=full_key[:8],
        last_four=full_key[-4:],
        rate_limit=1_000_000,
    )
    return full_key


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """`manage.py up --demo` with two web processes."""
    with Platform("--workers", "2", demo=True) as platform:
        platform.up()
        yield Stack(platform, json.loads((platform.directory / "demo.json").read_text(encoding="utf-8")))
