"""Staff revoke keys in the admin: with a reason, which the partner hears."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from applications.models import PartnerApplication
from authn.models import ApiKey
from partners.audit import AuditFilter, read_audit
from partners.models import OutboundMail, User
from tests.conftest import make_key

LIST = "/admin/authn/apikey/"
REASON = "Used from a country you do not work in."


@pytest.fixture
def keys(application: PartnerApplication) -> list[ApiKey]:
    for _ in range(3):
        make_key(application)
    return list(ApiKey.objects.order_by("id"))


@pytest.fixture
def office(dana: User) -> Client:
    browser = Client()
    browser.force_login(dana)
    return browser


def choose(office: Client, keys: list[ApiKey], **more: str) -> Any:
    chosen = [str(key.pk) for key in keys]
    return office.post(LIST, {"action": "revoke_selected", "_selected_action": chosen, **more}, follow=True)


def test_the_page_between_names_the_keys_and_changes_nothing(office: Client, keys: list[ApiKey]) -> None:
    for more in ({}, {"reason": "  "}, {"reason": "x" * 201}):
        page = choose(office, keys[:2], **more).content.decode()
        assert "Revoke: 2 selected" in page
        assert f"{keys[0]} of Acme Insurance Tech" in page
        assert str(keys[2]) not in page
        assert page.count('name="_selected_action"') == 2
    assert set(ApiKey.objects.values_list("status", flat=True)) == {"active"}
    assert not OutboundMail.objects.exists()


def test_the_reason_is_kept_and_mailed(office: Client, keys: list[ApiKey], alice: User, bob: User) -> None:
    page = choose(office, keys[:2], reason=REASON).content.decode()
    assert f"{keys[0]} is revoked." in page
    assert list(ApiKey.objects.order_by("id").values_list("status", "revoked_reason")) == [
        ("revoked", REASON),
        ("revoked", REASON),
        ("active", ""),
    ]
    mails = OutboundMail.objects.filter(kind="key_revoked")
    assert sorted(mails.values_list("recipient", flat=True)) == ["alice@acme.test"] * 2 + ["bob@acme.test"] * 2
    assert {mail.context["reason"] for mail in mails} == {REASON}
    entry = read_audit(AuditFilter(noun="authn.apikey"))[0]
    assert entry.actor == "dana@treaty.test"
    assert ("revoked reason", "", REASON) in [(c.field, c.before, c.after) for c in entry.changes]
    # Again: nothing is left to do.
    assert "Nothing is left to stop among them." in choose(office, keys[:2], reason=REASON).content.decode()
    assert mails.count() == 4


def test_whoever_may_not_change_keys_cannot(keys: list[ApiKey], alice: User) -> None:
    clerk = User.objects.create_user("clerk@treaty.test", is_staff=True)
    for person in (alice, clerk):
        browser = Client()
        browser.force_login(person)
        choose(browser, keys, reason=REASON)
    assert set(ApiKey.objects.values_list("status", flat=True)) == {"active"}
