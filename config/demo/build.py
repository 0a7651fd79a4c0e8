"""Builds the demonstration world through the services, once; every later run only finds it there."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils import timezone
from django.utils.crypto import get_random_string

from applications.models import PartnerApplication
from applications.services.applications import create_application
from applications.services.lifecycle import deprecate_application, publish_application, suspend_application
from applications.services.review import (
    approve_application,
    claim_application,
    reject_application,
    request_changes,
    submit_application,
)
from common.audit import acting_as
from common.principal import SYSTEM, Principal, Role
from config.demo.world import ACME, COMPANIES, GLOBEX, SUBSCRIPTIONS, Application, Company
from integrations.models import Integration
from integrations.services.integrations import create_integration
from partners.models import Partner, User
from partners.selectors import principal_of_staff
from partners.services.contacts import add_contact
from partners.services.members import add_member
from partners.services.partners import activate_partner, create_partner, deactivate_partner, suspend_partner
from webhooks.models import WebhookEndpoint
from webhooks.services.endpoints import register_webhook, update_webhook

PASSWORD = "treaty-demo-password"  # noqa: S105 (printed on the banner of a demonstration)
ADMIN_EMAIL = "admin@treaty.example"
STAFF: tuple[tuple[str, str], ...] = ((ADMIN_EMAIL, "Dana Dow"), ("reviewer@treaty.example", "Rashid Rao"))
PEOPLE: tuple[tuple[Company, str, str, Role], ...] = (
    (ACME, "owner", "Alice Ames", Role.OWNER),
    (ACME, "developer", "Bob Brand", Role.DEVELOPER),
    (ACME, "billing", "Bea Bloom", Role.BILLING),
    (ACME, "viewer", "Vera Voss", Role.VIEWER),
    (GLOBEX, "owner", "Charlie Cole", Role.OWNER),
)
IN_REVIEW_OR_LATER = frozenset(PartnerApplication.Status.values) - {"draft"}
APPROVED_FIRST = frozenset({"approved", "published", "suspended", "deprecated"})


def build_world(receiver_url: str) -> None:
    """Make what is missing. Endpoints answer at `receiver_url`, which may have moved since the last run."""
    with acting_as(SYSTEM):
        staff = [ensure_user(email, name, staff=True) for email, name in STAFF]
        for company in COMPANIES:
            if not Partner.objects.filter(partner_name=company.name).exists():
                build_company(company, principal_of_staff(staff[-1]))
        for company, mailbox, name, role in PEOPLE:
            ensure_member(company, mailbox, name, role)
        for partner_name, app_name, events in SUBSCRIPTIONS:
            ensure_endpoint(partner_name, app_name, list(events), receiver_url)


def ensure_user(email: str, name: str, *, staff: bool = False) -> User:
    """A person who can sign in with the demo's password."""
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create(
            email=email, password=hashed_password(), name=name, is_staff=staff, is_superuser=staff
        )
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


@cache
def hashed_password() -> str:
    """Of everybody. It is no secret, so its hash need not take its time; Django makes a stronger one at a sign-in."""
    return PBKDF2PasswordHasher().encode(PASSWORD, get_random_string(22), iterations=1)


def ensure_member(company: Company, mailbox: str, name: str, role: Role) -> None:
    """A member of a company's team."""
    partner = Partner.objects.get(partner_name=company.name)
    user = ensure_user(f"{mailbox}@{company.domain}", name)
    if not user.memberships.filter(partner=partner).exists():
        add_member(partner=partner, user=user, role=role, actor=SYSTEM)


def build_company(company: Company, reviewer: Principal) -> None:
    """A partner with its contact and applications, in the state the world gives it."""
    partner = create_partner(
        partner_name=company.name,
        partner_type=company.partner_type,
        tier=company.tier,
        website=f"https://{company.domain}",
        description=company.description,
        country=company.country,
        city=company.city,
        support_email=f"support@{company.domain}",
        actor=SYSTEM,
    )
    add_contact(
        partner=partner,
        contact_name=f"{company.name.split()[0]} Partnerships",
        email=f"partnerships@{company.domain}",
        role="Partnerships",
        is_primary=True,
        actor=SYSTEM,
    )
    if company.status != "pending":
        partner = activate_partner(partner=partner, actor=SYSTEM)
    for application in company.applications:
        build_application(partner, company, application, reviewer)
    if company.status == "suspended":
        suspend_partner(partner=partner, reason=company.reason, actor=SYSTEM)
    if company.status == "inactive":
        deactivate_partner(partner=partner, actor=SYSTEM)


def build_application(partner: Partner, company: Company, plan: Application, reviewer: Principal) -> None:
    """An application that went through the review as far as planned."""
    application = create_application(
        partner=partner,
        app_name=plan.name,
        description=plan.description,
        permissions=list(plan.permissions),
        permission_purposes=dict.fromkeys(plan.permissions, f"{plan.name} needs it: {plan.description}"),
        data_access={"retentionDays": 90, "storedIn": company.country, "sharedWithThirdParties": False},
        security_info={"encryptionAtRest": True, "incidentContact": f"security@{company.domain}"},
        homepage_url=f"https://{company.domain}/{plan.name.lower().replace(' ', '-')}",
        privacy_policy_url=f"https://{company.domain}/privacy",
        support_url=f"https://{company.domain}/support",
        redirect_uris=[f"https://{company.domain}/oauth/callback"],
        actor=SYSTEM,
    )
    if plan.status in IN_REVIEW_OR_LATER:
        submit_application(application=application, note="First version.", actor=SYSTEM)
    if plan.status in APPROVED_FIRST:
        approve_application(application=application, comments="Checked in the sandbox.", actor=SYSTEM)
    decide(application, plan, reviewer)


def decide(application: PartnerApplication, plan: Application, reviewer: Principal) -> None:
    """The last step of its story so far."""
    steps: dict[str, Any] = {
        "in_review": lambda: claim_application(application=application, actor=reviewer),
        "changes_requested": lambda: request_changes(application=application, comments=plan.reason, actor=SYSTEM),
        "rejected": lambda: reject_application(application=application, reason=plan.reason, actor=SYSTEM),
        "published": lambda: publish_application(application=application, actor=SYSTEM),
        "suspended": lambda: suspend_application(application=application, reason=plan.reason, actor=SYSTEM),
        "deprecated": lambda: publish_and_deprecate(application),
    }
    if plan.status in steps:
        steps[plan.status]()


def publish_and_deprecate(application: PartnerApplication) -> None:
    """On its way out: three months are left."""
    publish_application(application=application, actor=SYSTEM)
    sunset = timezone.now().date() + timedelta(days=90)
    deprecate_application(application=application, sunset_date=sunset, actor=SYSTEM)


def ensure_integration(application: PartnerApplication, environment: str = "live") -> Integration:
    """The application's integration in `environment`."""
    found = Integration.objects.filter(application=application, environment=environment).order_by("id").first()
    return found or create_integration(
        application=application,
        integration_name=f"{application.app_name} {'production' if environment == 'live' else 'sandbox'}",
        integration_type=Integration.Type.WEBHOOK,
        environment=environment,
        config={"region": "us-east-1", "batchSize": 50},
        actor=SYSTEM,
    )


def ensure_endpoint(partner_name: str, app_name: str, events: list[str], receiver_url: str) -> None:
    """The endpoint of an application's integration at the demo's receiver."""
    application = PartnerApplication.objects.get(partner__partner_name=partner_name, app_name=app_name)
    integration = ensure_integration(application)
    path = f"/hooks/{integration.id.hex}"
    url = f"{receiver_url}{path}"
    found = next((e for e in integration.webhooks.all() if urlsplit(e.endpoint_url).path == path), None)
    if found is None:
        register_webhook(
            integration=integration,
            endpoint_url=url,
            subscribed_events=events,
            description="Events into our system",
            actor=SYSTEM,
        )
    elif found.endpoint_url != url:
        update_webhook(webhook=found, endpoint_url=url, actor=SYSTEM)


def demo_endpoints() -> list[WebhookEndpoint]:
    """The endpoints at the demo's receiver."""
    return [
        endpoint
        for endpoint in WebhookEndpoint.objects.select_related("integration", "partner").order_by("id")
        if urlsplit(endpoint.endpoint_url).path == f"/hooks/{endpoint.integration_id.hex}"
    ]


@contextlib.contextmanager
def explicit_times(*models: Any) -> Any:
    """Let `created_at` and `updated_at` of `models` be written as given: history has its own times."""
    fields = [model._meta.get_field(name) for model in models for name in ("created_at", "updated_at")]
    before = [(field.auto_now, field.auto_now_add) for field in fields]
    for field in fields:
        field.auto_now = field.auto_now_add = False
    try:
        yield
    finally:
        for field, (auto_now, auto_now_add) in zip(fields, before, strict=True):
            field.auto_now, field.auto_now_add = auto_now, auto_now_add
