"""The back office: staff act through the services, see everything but secrets, and become nobody."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from common.audit import acting_as
from common.mail import kinds
from common.principal import SYSTEM, Principal
from partners.files import DOCUMENT_TYPES, read_upload
from partners.models import AgreementTemplate, Partner, PartnerAgreement, User, VerificationItem
from partners.services.agreements import create_agreement
from partners.services.invitations import invite_member
from partners.services.partners import suspend_partner
from partners.services.verification import add_document, submit_item
from tests.conftest import make_partner
from tests.partners.test_verification import ANSWERS

LISTS = [
    "partner",
    "user",
    "invitation",
    "verificationitem",
    "agreementtemplate",
    "partneragreement",
    "outboundmail",
]


@pytest.fixture
def office(dana: User) -> Client:
    client = Client()
    client.force_login(dana)
    return client


def status(partner: Partner) -> str:
    return Partner.objects.get(pk=partner.pk).status


def test_every_list_and_page_opens(office: Client, acme: Partner, owner: Principal) -> None:
    create_agreement(partner=acme, agreement_type="msa", actor=SYSTEM)
    invite_member(partner=acme, email="eve@new.test", role="viewer", actor=owner)
    Partner.objects.update(country="US")
    submit_item(partner=acme, key="tax_id", answer=ANSWERS["tax_id"], actor=owner)
    for name in LISTS:
        path = f"/admin/partners/{name}/"
        assert office.get(path).status_code == 200, name
        assert office.get(path, {"q": "acme"}).status_code == 200, name
    for row in (
        acme,
        *PartnerAgreement.objects.all(),
        *VerificationItem.objects.all(),
        *AgreementTemplate.objects.all(),
    ):
        assert office.get(f"/admin/partners/{row._meta.model_name}/{row.pk}/change/").status_code == 200, row


def test_the_head_of_a_page_keeps_the_spelling_of_addresses_and_begins_words_with_a_capital(
    office: Client, acme: Partner, alice: User
) -> None:
    page = office.get(f"/admin/partners/user/{alice.pk}/change/").content.decode()
    assert re.search(r">\s*alice@acme\.test\s*</(a|span)>", page)
    assert "Alice@acme.test" not in page
    assert re.search(r">\s*Users\s*</a>", page)


def test_search_finds_by_every_word(office: Client, acme: Partner, globex: Partner) -> None:
    page = office.get("/admin/partners/partner/", {"q": "tech ACME"}).content.decode()
    assert "Acme Insurance Tech" in page
    assert "Globex Data" not in page


def test_the_life_of_a_partner(office: Client, db: None) -> None:
    partner = make_partner("Initech", status="pending", tier="basic")
    base = f"/admin/partners/partner/{partner.pk}"
    assert office.get(f"{base}/activate/").status_code == 200
    assert status(partner) == "pending"
    office.post(f"{base}/activate/")
    assert status(partner) == "active"
    assert office.get(f"{base}/suspend/").status_code == 200
    office.post(f"{base}/suspend/", {"reason": " "})
    assert status(partner) == "active"
    office.post(f"{base}/suspend/", {"reason": "Fraud"})
    assert status(partner) == "suspended"
    office.post(f"{base}/resume/")
    assert status(partner) == "active"
    office.post(f"{base}/tier/", {"tier": "premium"})
    partner.refresh_from_db()
    assert partner.tier == "premium"
    office.post(f"{base}/deactivate/")
    assert status(partner) == "inactive"
    office.post(f"{base}/close/")
    partner.refresh_from_db()
    assert partner.deleted_at is not None
    office.post(f"{base}/restore/")
    partner.refresh_from_db()
    assert partner.deleted_at is None


def test_a_refusal_is_a_message(office: Client, acme: Partner) -> None:
    page = office.post(f"/admin/partners/partner/{acme.pk}/activate/", follow=True).content.decode()
    assert "is active and cannot become active" in page


def test_nothing_is_edited_by_hand(office: Client, acme: Partner) -> None:
    office.post(f"/admin/partners/partner/{acme.pk}/change/", {"partner_name": "Evil", "status": "suspended"})
    acme.refresh_from_db()
    assert (acme.partner_name, acme.status) == ("Acme Insurance Tech", "active")
    assert office.get("/admin/partners/partner/add/").status_code == 403
    assert office.get(f"/admin/partners/partner/{acme.pk}/delete/").status_code == 403


def test_verification_desk(office: Client, acme: Partner, owner: Principal) -> None:
    file = SimpleUploadedFile("extract.pdf", b"%PDF-1.7 x")
    upload = read_upload("extract.pdf", file, types=DOCUMENT_TYPES, limit=1000)
    document = add_document(partner=acme, key="company_data", upload=upload, actor=owner)
    item = submit_item(partner=acme, key="company_data", answer=ANSWERS["company_data"], actor=owner)
    base = f"/admin/partners/verificationitem/{item.pk}"
    assert "Alice Ames" in office.get(f"{base}/change/").content.decode()
    download = office.get(f"/admin/partners/verificationitem/documents/{document.pk}")
    assert b"".join(download) == b"%PDF-1.7 x"
    assert office.get(f"{base}/reject/").status_code == 200
    office.post(f"{base}/reject/", {"reason": "Too old."})
    item.refresh_from_db()
    assert (item.status, item.note) == ("rejected", "Too old.")
    submit_item(partner=acme, key="company_data", answer=ANSWERS["company_data"], actor=owner)
    assert office.get(f"{base}/accept/").status_code == 200
    office.post(f"{base}/accept/", {"expires_on": "2099-01-01"})
    item.refresh_from_db()
    assert (item.status, str(item.expires_on)) == ("accepted", "2099-01-01")


def test_templates_are_drafted_and_published(office: Client, db: None) -> None:
    body = {"agreement_type": "msa", "version": 2, "title": "MSA", "body": "New.", "required": "on"}
    assert office.post("/admin/partners/agreementtemplate/add/", body).status_code == 302
    template = AgreementTemplate.objects.get(version=2)
    office.post(f"/admin/partners/agreementtemplate/{template.pk}/publish/")
    template.refresh_from_db()
    assert template.published_at is not None
    office.post(f"/admin/partners/agreementtemplate/{template.pk}/change/", {**body, "body": "Changed."})
    template.refresh_from_db()
    assert template.body == "New."


def test_agreement_pdf_and_termination(office: Client, acme: Partner) -> None:
    agreement = create_agreement(partner=acme, agreement_type="msa", actor=SYSTEM)
    base = f"/admin/partners/partneragreement/{agreement.pk}"
    assert office.get(f"{base}/pdf/").content.startswith(b"%PDF-")
    office.post(f"{base}/terminate/")
    agreement.refresh_from_db()
    assert agreement.status == "terminated"


def test_mail_previews(office: Client) -> None:
    page = office.get("/admin/partners/outboundmail/previews/").content.decode()
    for name in kinds:
        assert name in page
    assert "<!DOCTYPE html>" in office.get("/admin/partners/outboundmail/preview/invitation").content.decode()
    assert office.get("/admin/partners/outboundmail/preview/nothing").status_code == 404


def test_audit(office: Client, acme: Partner, globex: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    with acting_as(SYSTEM, request_id="req-1"):
        suspend_partner(partner=acme, reason="=HYPERLINK(1)", actor=SYSTEM)
    path = "/admin/partners/partner/audit/"
    for query in ({"request_id": "req-1"}, {"partner": str(acme.pk)}, {"actor": "system", "noun": "partners.partner"}):
        page = office.get(path, query).content.decode()
        assert "Acme Insurance Tech changed" in page
        assert "Globex Data" not in page
    for query in ({"partner": "x"}, {"ip": "10.9.9.9"}, {"since_0": "2099-01-01", "since_1": "00:00"}):
        assert office.get(path, query).status_code == 200
    assert "No change passes" in office.get(path, {"ip": "10.9.9.9"}).content.decode()
    monkeypatch.setattr("partners.admin.audit.LIMIT", 1)
    query = {"partner": str(acme.pk), "noun": "partners.partner"}
    first = office.get(path, query)
    assert "Newest" not in first.content.decode()
    assert (first.context["older"], len(first.context["entries"])) != ("", 0)
    second = office.get(path + first.context["older"])
    assert [entry.verb for entry in first.context["entries"] + second.context["entries"]] == ["changed", "created"]
    assert office.get(path + second.context["first"]).context["entries"] == first.context["entries"]
    rows = office.get(path, {"request_id": "req-1", "csv": "1"}).getvalue().decode().splitlines()
    assert len(rows) == 2
    assert "suspension reason:  -> =HYPERLINK(1)" in rows[1]


def test_the_audit_tells_staff_of_what_they_may_see_alone(acme: Partner, globex: Partner) -> None:
    User.objects.create_user("alice@acme.test", "correct horse battery")
    clerk = User.objects.create_user("clerk@treaty.test", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_partner"))
    client = Client()
    client.force_login(clerk)
    path = "/admin/partners/partner/audit/"
    for query in ({}, {"noun": "partners.user"}, {"partner": "nonsense"}):
        page = client.get(path, query)
        assert {entry.noun for entry in page.context["entries"]} == {"partner"}
        assert "alice@acme.test" not in client.get(path, {**query, "csv": "1"}).getvalue().decode()
    assert 'value="partners.user"' not in page.content.decode()
    clerk.user_permissions.add(Permission.objects.get(codename="view_user"))
    nouns = {entry.noun for entry in client.get(path).context["entries"]}
    assert nouns == {"partner", "user"}


def test_strangers_to_the_office(acme: Partner, alice: User) -> None:
    client = Client()
    client.force_login(alice)
    clerk = User.objects.create_user("clerk@treaty.test", is_staff=True)
    other = Client()
    other.force_login(clerk)
    before = Partner.objects.values().get()
    list_path, close_path = "/admin/partners/partner/", f"/admin/partners/partner/{acme.pk}/close/"
    for path in (list_path, f"{list_path}audit/", close_path):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/admin/login/?next={path}")
        assert other.get(path).status_code == 403, path
    assert client.post(close_path).status_code == 302
    assert other.post(close_path).status_code == 403
    assert Partner.objects.values().get() == before


def test_a_live_partner_becomes_enterprise_by_two_people(office: Client, acme: Partner) -> None:
    base = f"/admin/partners/partner/{acme.pk}"
    asked = office.post(f"{base}/tier/", {"tier": "enterprise"}, follow=True).content.decode()
    assert "as soon as a colleague changes the tier to the same" in asked
    again = office.post(f"{base}/tier/", {"tier": "enterprise"}, follow=True).content.decode()
    assert "another colleague confirms it" in again
    acme.refresh_from_db()
    assert (acme.tier, acme.tier_requested) == ("premium", "enterprise")

    erin = Client()
    erin.force_login(User.objects.create_superuser("erin@treaty.test", "correct horse battery"))
    done = erin.post(f"{base}/tier/", {"tier": "enterprise"}, follow=True).content.decode()
    assert "The tier holds from the next request on." in done
    acme.refresh_from_db()
    assert (acme.tier, acme.tier_requested, acme.tier_requested_by) == ("enterprise", "", None)


def test_a_partner_s_page_offers_what_its_state_allows(office: Client, acme: Partner) -> None:
    def offered() -> set[str]:
        page = office.get(f"/admin/partners/partner/{acme.pk}/change/").content.decode()
        verbs = ("activate", "suspend", "resume", "deactivate", "tier", "close", "restore")
        assert 'name="_save"' not in page
        return {verb for verb in verbs if f"/{acme.pk}/{verb}/" in page}

    assert offered() == {"suspend", "deactivate", "tier", "close"}
    Partner.objects.update(status="suspended")
    assert offered() == {"resume", "deactivate", "tier", "close"}
    Partner.objects.update(status="inactive", deleted_at=timezone.now())
    assert offered() == {"restore"}
