"""The admin in a real browser: Unfold needs a looser policy, and must not need more than that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import expect

from applications.models import CannedReason
from authn.models import ApiKey, ServiceAccount
from authn.oauth.admin import HiddenAdmin
from authn.services.oauth import client_credentials_grant, create_client
from authn.services.suspicion import flag
from common.principal import SYSTEM
from config.backoffice import SECTION_OF_APP
from config.demo.build import build_world
from config.demo.world import ACME
from events.services.catalogue import initialize_standard_events
from partners.models import Partner, User
from partners.services.agreements import create_agreement
from partners.services.invitations import invite_member
from partners.services.verification import submit_item
from tests.conftest import make_key
from tests.e2e import world
from tests.e2e.conftest import PHONE, OpenPage
from tests.e2e.inspection import inspect, name_of
from tests.partners.test_verification import ANSWERS

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
REGISTERED = list(admin.site._registry.items())  # noqa: SLF001 (the only list of what is registered)
WITH_DETAIL = {"partners", "applications", "authn"}
# Whose page shows most.
BEST: dict[str, dict[str, Any]] = {
    "Partner": {"partner_name": ACME.name},
    "PartnerApplication": {"app_name": "Quote Sync"},
    "ApplicationVersion": {"app_name": "Renewal Radar"},
    "VerificationItem": {"key": "tax_id"},
}


def build_office() -> None:
    """The demonstration's companies, and what they leave out."""
    initialize_standard_events()
    build_world("http://127.0.0.1:9/")
    world.yesterday_partitions()
    acme = Partner.objects.get(partner_name=ACME.name)
    owner = acme.members.filter(role="owner").select_related("user").get().user
    application = acme.applications.filter(status="published").first()
    assert application is not None
    make_key(application)
    world.add_calls(application)
    world.add_clients(application, owner)
    world.add_conversation(acme.applications.get(app_name="Renewal Radar"), owner)
    client = create_client(
        application=application, name="Nightly sync", allowed_flows=["client_credentials"], actor=SYSTEM
    )
    client_credentials_grant(client_id=client.client.client_id, client_secret=str(client.client_secret))
    key = ApiKey.objects.get()
    flag("many_networks", f"{key}", key=key, networks=34, examples=["203.0.113.0/24", "2001:db8::/48"])
    ServiceAccount.objects.create(name="Core policy service", scopes=["read:policies"])
    invite_member(partner=acme, email="eve@new.test", role="viewer", actor=SYSTEM)
    create_agreement(partner=acme, agreement_type="msa", actor=SYSTEM)
    submit_item(partner=acme, key="tax_id", answer=ANSWERS["tax_id"], actor=SYSTEM)
    CannedReason.objects.create(title="Purpose missing", body="Say of every scope what you need it for.")


def pages() -> list[str]:
    """Each list, and of the apps that work through their pages the row that shows most."""
    found = ["/admin/", "/admin/partners/partner/audit/", "/admin/partners/outboundmail/previews/"]
    for model, page in REGISTERED:
        if model._meta.app_label not in SECTION_OF_APP or isinstance(page, HiddenAdmin):
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found.append(reverse(f"{name}_changelist"))
        rows = page.model.objects.order_by("-pk")
        row = rows.filter(**BEST.get(model.__name__, {})).first()
        if row is not None and model._meta.app_label in WITH_DETAIL:
            found.append(reverse(f"{name}_change", args=[row.pk]))
    return found


@pytest.mark.timeout(600)  # with --shots, each page is looked at three times
def test_every_page_of_the_admin(open_page: OpenPage, dana: User, shots: Path | None) -> None:
    """They open and fit a phone. With --shots axe looks too, in both themes: Unfold's own parts are known to it."""
    build_office()
    page = open_page("/admin/", user=dana, viewport=PHONE)
    expect(page.get_by_text("Applications to review")).to_be_visible()
    problems = []
    for path in pages():
        answer = page.goto(path)
        assert answer is not None
        if not answer.ok:
            problems.append(f"{path}: {answer.status}")
        elif shots:
            found = inspect(page, name_of(path), shots, reload=True)
            # Unfold's scrolling lists and tabs are landmarks without names.
            problems += [problem for problem in found if "landmark-unique" not in problem]
        elif (width := page.evaluate("document.documentElement.scrollWidth")) > PHONE["width"]:
            problems.append(f"{path}: {width} px wide")
    assert problems == []


def test_staff_sign_in_where_everyone_does(open_page: OpenPage, dana: User) -> None:
    EmailAddress.objects.create(user=dana, email=dana.email, verified=True, primary=True)
    page = open_page("/admin/")
    expect(page).to_have_title("Sign in · Treaty")
    page.get_by_label("Email").fill("dana@treaty.test")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Active partners")).to_be_visible()
