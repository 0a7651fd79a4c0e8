"""The verification checklist, four eyes, and going live."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from common.errors import ConflictError, ForbiddenError, InvalidError, InvalidFieldsError, TransitionError
from common.principal import SYSTEM, Principal
from partners.checklists import CHECKLISTS, ITEMS
from partners.files import DOCUMENT_TYPES, MAX_DOCUMENT_BYTES, Upload, read_upload
from partners.models import OutboundMail, Partner, PartnerMember, User, VerificationDocument, VerificationItem
from partners.readiness import outstanding
from partners.selectors import principal_of_staff
from partners.services.agreements import create_agreement, sign_agreement
from partners.services.partners import activate_partner, update_partner
from partners.services.verification import (
    accept_item,
    add_document,
    open_checklist,
    reject_item,
    remove_document,
    submit_item,
)

Names = Callable[[], list[str]]

ANSWERS: dict[str, dict[str, str]] = {
    "company_data": {"representative": "Alice Ames", "owners": "Nobody"},
    "tax_id": {"tax_id": "12-1234567"},
    "security_questionnaire": {
        "encrypts_at_rest": "yes",
        "encrypts_in_transit": "yes",
        "mfa": "yes",
        "penetration_test": "no",
        "incident_contact": "+1 415 555 2671",
        "incident_process": "On call, day and night.",
    },
}


def pdf(text: str = "extract") -> Upload:
    return read_upload(f"{text}.pdf", io.BytesIO(b"%PDF-1.7 " + text.encode()), types=DOCUMENT_TYPES, limit=1000)


@pytest.fixture
def erin(db: None) -> Principal:
    """Staff too."""
    return principal_of_staff(User.objects.create_superuser("erin@treaty.test", "correct horse battery"))


@pytest.fixture
def pending(acme: Partner, owner: Principal) -> Partner:
    """Acme before it went live."""
    Partner.objects.filter(pk=acme.pk).update(status="pending", country="US")
    acme.refresh_from_db()
    return acme


def submit_all(partner: Partner, owner: Principal) -> list[VerificationItem]:
    add_document(partner=partner, key="company_data", upload=pdf(), actor=owner)
    return [submit_item(partner=partner, key=key, answer=answer, actor=owner) for key, answer in ANSWERS.items()]


def status(partner: Partner) -> str:
    return Partner.objects.get(pk=partner.pk).status


def test_checklists_name_items() -> None:
    assert set(CHECKLISTS) == set(Partner.Type.values)
    assert {key for keys in CHECKLISTS.values() for key in keys} == set(ITEMS)


def test_opening_twice_makes_one_checklist(acme: Partner) -> None:
    assert [item.key for item in open_checklist(acme)] == ["company_data", "tax_id", "security_questionnaire"]
    assert [item.status for item in open_checklist(acme)] == ["open"] * 3
    assert VerificationItem.objects.count() == 3


def test_verified_and_signed_goes_live(pending: Partner, owner: Principal, staff: Principal, published: Names) -> None:
    for item in submit_all(pending, owner):
        assert accept_item(item=item, actor=staff).status == "accepted"
    pending.refresh_from_db()
    assert (pending.status, pending.verified_at is not None) == ("pending", True)
    assert [requirement.key for requirement in outstanding(pending)] == ["msa"]
    agreement = create_agreement(partner=pending, agreement_type="msa", actor=owner)
    sign_agreement(agreement=agreement, actor=owner)
    pending.refresh_from_db()
    assert (pending.status, pending.activation_waiver) == ("active", "")
    assert published() == ["partner.verified", "agreement.created", "agreement.signed", "partner.activated"]
    kinds = list(OutboundMail.objects.order_by("id").values_list("kind", flat=True))
    assert kinds[-1] == "partner_activated"


def test_signed_first_then_verified(pending: Partner, owner: Principal, staff: Principal) -> None:
    sign_agreement(agreement=create_agreement(partner=pending, agreement_type="msa", actor=owner), actor=owner)
    items = submit_all(pending, owner)
    for item in items[:-1]:
        accept_item(item=item, actor=staff)
        assert status(pending) == "pending"
    accept_item(item=items[-1], actor=staff)
    assert status(pending) == "active"


def test_staff_may_waive_and_it_is_kept(pending: Partner, staff: Principal) -> None:
    partner = activate_partner(partner=pending, actor=staff)
    assert partner.activation_waiver == ("Company data; Tax ID; Security questionnaire; Master services agreement")


def test_four_eyes_for_enterprise(pending: Partner, owner: Principal, staff: Principal, erin: Principal) -> None:
    Partner.objects.update(tier="enterprise")
    sign_agreement(agreement=create_agreement(partner=pending, agreement_type="msa", actor=owner), actor=owner)
    with pytest.raises(ConflictError) as caught:
        activate_partner(partner=pending, actor=staff)
    assert caught.value.code == "verification_incomplete"
    items = submit_all(pending, owner)
    for item in items:
        assert accept_item(item=item, actor=staff).status == "confirmed"
        with pytest.raises(ConflictError) as caught:
            accept_item(item=item, actor=staff)
        assert caught.value.code == "four_eyes"
    assert status(pending) == "pending"
    for item in items:
        assert accept_item(item=item, actor=erin).status == "accepted"
    assert status(pending) == "active"


def test_a_second_reviewer_may_reject(pending: Partner, owner: Principal, staff: Principal, erin: Principal) -> None:
    Partner.objects.update(tier="enterprise")
    item = submit_all(pending, owner)[0]
    accept_item(item=item, actor=staff)
    assert reject_item(item=item, note="Too old.", actor=erin).status == "rejected"


def test_reject_and_submit_again(pending: Partner, owner: Principal, staff: Principal) -> None:
    item = submit_all(pending, owner)[1]
    reject_item(item=item, note="Another company's number.", actor=staff)
    mail = OutboundMail.objects.order_by("id").last()
    assert mail is not None
    assert (mail.kind, mail.context["note"]) == ("verification_rejected", "Another company's number.")
    again = submit_item(partner=pending, key="tax_id", answer=ANSWERS["tax_id"], actor=owner)
    assert (again.status, again.note, again.reviewer) == ("submitted", "", None)


@pytest.mark.parametrize("note", ["", "  "])
def test_a_rejection_needs_a_note(pending: Partner, owner: Principal, staff: Principal, note: str) -> None:
    item = submit_all(pending, owner)[0]
    with pytest.raises(InvalidError):
        reject_item(item=item, note=note, actor=staff)
    item.refresh_from_db()
    assert item.status == "submitted"


def test_nobody_judges_their_own_partner(pending: Partner, owner: Principal, dana: User, staff: Principal) -> None:
    items = submit_all(pending, owner)
    PartnerMember.objects.create(partner=pending, user=dana, role="viewer")
    with pytest.raises(ForbiddenError) as caught:
        accept_item(item=items[0], actor=staff)
    assert caught.value.code == "own_partner"
    with pytest.raises(ForbiddenError):
        reject_item(item=items[0], note="x", actor=staff)


def test_only_people_of_staff_judge(pending: Partner, owner: Principal, stranger: Principal) -> None:
    item = submit_all(pending, owner)[0]
    for actor in (owner, stranger, SYSTEM):
        with pytest.raises(ForbiddenError):
            accept_item(item=item, actor=actor)
    item.refresh_from_db()
    assert item.status == "submitted"


def test_what_is_not_submitted_is_not_judged(acme: Partner, staff: Principal) -> None:
    item = open_checklist(acme)[0]
    with pytest.raises(TransitionError) as caught:
        accept_item(item=item, actor=staff)
    assert caught.value.code == "open_to_accepted"


@pytest.mark.parametrize(
    ("key", "change", "field"),
    [
        ("tax_id", {"tax_id": "1"}, "tax_id"),
        ("tax_id", {"tax_id": ""}, "tax_id"),
        ("security_questionnaire", {"mfa": "perhaps"}, "mfa"),
        ("security_questionnaire", {"incident_process": "x" * 4001}, "incident_process"),
        ("company_data", {}, "documents"),
    ],
)
def test_bad_answers(pending: Partner, owner: Principal, key: str, change: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidFieldsError) as caught:
        submit_item(partner=pending, key=key, answer={**ANSWERS[key], **change}, actor=owner)
    assert list(caught.value.errors) == [field]
    assert not VerificationItem.objects.exclude(status="open").exists()


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        ({"iban": "GB29 NWBK 6016 1331 9268 19"}, None),
        ({"routing_number": "111000025", "account_number": "123"}, None),
        ({"iban": "GB29NWBK60161331926818"}, "iban"),
        ({"routing_number": "111000026", "account_number": "123"}, "routing_number"),
        ({"routing_number": "111000025"}, "iban"),
        ({}, "iban"),
    ],
)
def test_bank_accounts(acme: Partner, owner: Principal, answer: dict[str, str], wrong: str | None) -> None:
    Partner.objects.update(partner_type="channel")
    body = {"account_holder": "Acme", **answer}
    if wrong is None:
        item = submit_item(partner=acme, key="bank_account", answer=body, actor=owner)
        stored = VerificationItem.objects.get(pk=item.pk)
        assert stored.answer["account_holder"] == "Acme"
    else:
        with pytest.raises(InvalidFieldsError) as caught:
            submit_item(partner=acme, key="bank_account", answer=body, actor=owner)
        assert list(caught.value.errors) == [wrong]


def test_not_on_the_checklist(acme: Partner, owner: Principal) -> None:
    with pytest.raises(InvalidError):
        submit_item(partner=acme, key="licence", answer={}, actor=owner)


def test_developers_and_strangers_do_not_answer(acme: Partner, developer: Principal, stranger: Principal) -> None:
    for actor in (developer, stranger):
        with pytest.raises(ForbiddenError):
            submit_item(partner=acme, key="tax_id", answer=ANSWERS["tax_id"], actor=actor)
        with pytest.raises(ForbiddenError):
            add_document(partner=acme, key="company_data", upload=pdf(), actor=actor)


@pytest.mark.parametrize(
    "content",
    [b"", b"MZ\x90\x00", b"<html><script>", b"<svg xmlns=", b"PK\x03\x04", b"%PDF-" + b"x" * MAX_DOCUMENT_BYTES],
)
def test_files_that_are_not_taken(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"empty|larger|Upload one of"):
        read_upload("report.pdf", io.BytesIO(content), types=DOCUMENT_TYPES, limit=MAX_DOCUMENT_BYTES)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\docs\\extract.pdf", "extract.pdf"),
        ("a\r\nX: y.pdf", "aX: y.pdf"),
        ("", "document"),
        ("n" * 300, "n" * 150),
    ],
)
def test_file_names_are_only_names(name: str, kept: str) -> None:
    assert read_upload(name, io.BytesIO(b"%PDF-1.7"), types=DOCUMENT_TYPES, limit=100).name == kept


def test_documents(pending: Partner, owner: Principal, django_capture_on_commit_callbacks: Any) -> None:
    document = add_document(partner=pending, key="company_data", upload=pdf(), actor=owner)
    assert (document.filename, document.content_type) == ("extract.pdf", "application/pdf")
    assert document.file.read() == b"%PDF-1.7 extract"
    document.file.close()
    with pytest.raises(ConflictError, match="attached already"):
        add_document(partner=pending, key="company_data", upload=pdf(), actor=owner)
    storage, name = document.file.storage, str(document.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        remove_document(document=document, actor=owner)
    assert not storage.exists(name)
    for number in range(10):
        add_document(partner=pending, key="company_data", upload=pdf(str(number)), actor=owner)
    with pytest.raises(ConflictError) as caught:
        add_document(partner=pending, key="company_data", upload=pdf(), actor=owner)
    assert caught.value.code == "too_many_documents"
    assert VerificationDocument.objects.count() == 10


def test_submitted_documents_stay(pending: Partner, owner: Principal) -> None:
    submit_all(pending, owner)
    with pytest.raises(ConflictError) as caught:
        remove_document(document=VerificationDocument.objects.get(), actor=owner)
    assert caught.value.code == "document_in_review"


def test_expiry(pending: Partner, owner: Principal, staff: Principal) -> None:
    items = submit_all(pending, owner)
    today = timezone.now().date()
    with pytest.raises(InvalidError):
        accept_item(item=items[2], expires_on=today, actor=staff)
    assert accept_item(item=items[2], actor=staff).expires_on == today + timedelta(days=365)
    assert accept_item(item=items[0], actor=staff).expires_on is None


def test_another_identity_is_verified_again(pending: Partner, owner: Principal, staff: Principal) -> None:
    for item in submit_all(pending, owner):
        accept_item(item=item, actor=staff)
    update_partner(partner=pending, website="https://acme.test", actor=owner)
    assert not VerificationItem.objects.exclude(status="accepted").exists()
    update_partner(partner=pending, legal_name="Acme Two Inc.", actor=owner)
    states = dict(VerificationItem.objects.values_list("key", "status"))
    assert states == {"company_data": "open", "tax_id": "open", "security_questionnaire": "accepted"}


def test_answers_are_encrypted_at_rest(pending: Partner, owner: Principal) -> None:
    submit_item(partner=pending, key="tax_id", answer=ANSWERS["tax_id"], actor=owner)
    with connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM partners_verificationitem WHERE key = 'tax_id'")
        assert "1234567" not in cursor.fetchone()[0]
