"""The daily round: warnings, expiry, grace, restriction, renewal. Every step may be repeated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from common.principal import SYSTEM, Principal
from partners.models import AgreementTemplate, OutboundMail, Partner, PartnerAgreement, VerificationItem
from partners.services.agreements import create_agreement, publish_template, sign_agreement
from partners.services.upkeep import daily_upkeep, warning_due
from partners.services.verification import accept_item, open_checklist, submit_item
from tests.partners.test_verification import ANSWERS

END = date(2027, 6, 30)
Names = Callable[[], list[str]]


def kinds() -> list[str]:
    return list(OutboundMail.objects.order_by("id").values_list("kind", flat=True))


@pytest.fixture
def msa(acme: Partner, owner: Principal) -> PartnerAgreement:
    """A required agreement that ends."""
    agreement = create_agreement(partner=acme, agreement_type="msa", expiration_date=END, actor=SYSTEM)
    sign_agreement(agreement=agreement, actor=owner)
    OutboundMail.objects.all().delete()
    return agreement


@pytest.mark.parametrize(
    ("days_left", "warned", "expected"),
    [
        (31, None, None),
        (30, None, 30),
        (20, None, 30),
        (20, 30, None),
        (7, 30, 7),
        (3, 30, 7),
        (3, 7, None),
        (1, 7, 1),
        (0, 7, 1),
        (0, 1, None),
        (5, None, 7),
    ],
)
def test_warning_table(days_left: int, warned: int | None, expected: int | None) -> None:
    assert warning_due(END, warned, END - timedelta(days=days_left)) == expected


def test_agreement_warns_ends_and_restricts(
    acme: Partner, msa: PartnerAgreement, owner: Principal, published: Names
) -> None:
    for days in range(40, -1, -1):
        daily_upkeep(today=END - timedelta(days=days))
    assert kinds() == ["agreement_expiring"] * 3
    daily_upkeep(today=END + timedelta(days=1))
    daily_upkeep(today=END + timedelta(days=1))
    msa.refresh_from_db()
    acme.refresh_from_db()
    assert (msa.status, acme.status) == ("expired", "active")
    assert kinds()[3:] == ["agreement_expired", "agreement_offered"]
    mail = OutboundMail.objects.get(kind="agreement_expired")
    assert mail.context["deadline"] == "14 July 2027"
    daily_upkeep(today=END + timedelta(days=14))
    acme.refresh_from_db()
    assert acme.status == "active"
    daily_upkeep(today=END + timedelta(days=15))
    acme.refresh_from_db()
    assert (acme.status, acme.suspension_cause) == ("suspended", "agreement_expired")
    assert "Master services agreement" in acme.suspension_reason
    assert published()[-3:] == ["agreement.expired", "agreement.created", "partner.suspended"]


def test_signing_the_renewal_lifts_the_suspension(acme: Partner, msa: PartnerAgreement, owner: Principal) -> None:
    complete_verification(acme)
    daily_upkeep(today=END + timedelta(days=20))
    acme.refresh_from_db()
    assert acme.status == "suspended"
    sign_agreement(agreement=acme.agreements.pending().get(), actor=owner)
    acme.refresh_from_db()
    assert (acme.status, acme.suspension_cause, acme.suspension_reason) == ("active", "", "")


def test_signing_lifts_no_other_suspension(acme: Partner, msa: PartnerAgreement, owner: Principal) -> None:
    complete_verification(acme)
    Partner.objects.update(status="suspended", suspension_reason="Fraud", status_before_suspension="active")
    daily_upkeep(today=END + timedelta(days=1))
    sign_agreement(agreement=acme.agreements.pending().get(), actor=owner)
    acme.refresh_from_db()
    assert (acme.status, acme.suspension_reason) == ("suspended", "Fraud")


def complete_verification(partner: Partner) -> None:
    open_checklist(partner)
    partner.verification_items.update(status="accepted")


def test_verification_warns_ends_and_restricts(acme: Partner, owner: Principal, staff: Principal) -> None:
    key = "security_questionnaire"
    item = submit_item(partner=acme, key=key, answer=ANSWERS[key], actor=owner)
    accept_item(item=item, expires_on=END, actor=staff)
    OutboundMail.objects.all().delete()
    for days in range(40, -1, -1):
        daily_upkeep(today=END - timedelta(days=days))
    assert kinds() == ["verification_expiring"] * 3
    daily_upkeep(today=END + timedelta(days=1))
    daily_upkeep(today=END + timedelta(days=1))
    assert VerificationItem.objects.get(key=key).status == "expired"
    assert kinds()[3:] == ["verification_expired"]
    daily_upkeep(today=END + timedelta(days=15))
    acme.refresh_from_db()
    assert (acme.status, acme.suspension_cause) == ("suspended", "verification_expired")


def test_a_new_version_is_put_before_its_signers(acme: Partner, globex: Partner, owner: Principal) -> None:
    sign_agreement(agreement=create_agreement(partner=acme, agreement_type="msa", actor=owner), actor=owner)
    second = AgreementTemplate.objects.create(agreement_type="msa", version=2, title="MSA", body="New.")
    daily_upkeep()
    assert PartnerAgreement.objects.count() == 1
    publish_template(template=second, actor=SYSTEM)
    daily_upkeep()
    daily_upkeep()
    assert list(PartnerAgreement.objects.order_by("id").values_list("partner__partner_name", "version", "status")) == [
        ("Acme Insurance Tech", 1, "active"),
        ("Acme Insurance Tech", 2, "pending"),
    ]


def test_a_correction_is_put_before_nobody(acme: Partner, owner: Principal) -> None:
    sign_agreement(agreement=create_agreement(partner=acme, agreement_type="msa", actor=owner), actor=owner)
    fields = {"version": 2, "title": "MSA", "body": "Typo.", "requires_reacceptance": False}
    publish_template(template=AgreementTemplate.objects.create(agreement_type="msa", **fields), actor=SYSTEM)
    daily_upkeep()
    assert PartnerAgreement.objects.count() == 1
