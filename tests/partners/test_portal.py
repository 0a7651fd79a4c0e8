"""The partner's own pages: who sees them, what their forms do."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from common.principal import SYSTEM
from partners.audit import PAGE
from partners.models import (
    Invitation,
    Partner,
    PartnerAgreement,
    PartnerMember,
    User,
    VerificationDocument,
    VerificationItem,
)
from partners.services.agreements import create_agreement
from partners.services.mail import preferences_of
from partners.services.verification import open_checklist
from tests.conftest import give_role
from tests.partners.test_invitations import token
from tests.partners.test_verification import ANSWERS

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 32
PAGES = ["company", "members", "verification", "agreements", "limits", "activity", "notifications"]


@pytest.fixture
def browse() -> Callable[[User], Client]:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


Browse = Callable[[User], Client]


def test_every_member_reads(browse: Browse, alice: User, bob: User, acme: Partner) -> None:
    create_agreement(partner=acme, agreement_type="msa", actor=SYSTEM)
    for user in (alice, bob):
        for page in PAGES:
            assert browse(user).get(f"/{page}").status_code == 200, page


def test_anonymous_signs_in_first(db: None) -> None:
    for page in [*PAGES, "start", "invitations/x"]:
        response = Client().get(f"/{page}")
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")


def test_owner_saves_the_profile(browse: Browse, alice: User, acme: Partner) -> None:
    body = {"partner_name": "Acme", "website": "https://acme.test", "country": "US", "tax_id": "121234567"}
    assert browse(alice).post("/company", body).status_code == 302
    acme.refresh_from_db()
    assert (acme.partner_name, acme.website, str(acme.country)) == ("Acme", "https://acme.test", "US")
    assert acme.tax_id == "12-1234567"


def test_a_bad_profile_is_shown_again(browse: Browse, alice: User, acme: Partner) -> None:
    response = browse(alice).post("/company", {"partner_name": "Acme", "country": "US", "tax_id": "12"})
    assert response.status_code == 200
    assert "not an EIN" in response.content.decode()
    acme.refresh_from_db()
    assert (acme.partner_name, acme.tax_id) == ("Acme Insurance Tech", "")


def test_developers_change_nothing(browse: Browse, alice: User, bob: User, acme: Partner) -> None:
    agreement = create_agreement(partner=acme, agreement_type="msa", actor=SYSTEM)
    member = alice.memberships.get()
    client = browse(bob)
    for path in (
        "/company",
        "/company/logo",
        "/members",
        "/members/transfer",
        f"/members/{member.pk}/role",
        "/verification/tax_id",
        "/verification/company_data/documents",
        "/agreements/take-up/dpa",
        f"/agreements/{agreement.pk}",
    ):
        assert client.post(path, {"role": "viewer", "partner_name": "Bob's"}).status_code == 403, path
    assert client.get("/verification/tax_id").status_code == 403
    client.post(f"/members/{member.pk}/remove")
    member.refresh_from_db()
    agreement.refresh_from_db()
    assert (member.role, agreement.status, PartnerAgreement.objects.count()) == ("owner", "pending", 1)


def test_strangers_objects_are_absent(browse: Browse, alice: User, charlie: User, acme: Partner) -> None:
    agreement = create_agreement(partner=acme, agreement_type="msa", actor=SYSTEM)
    client = browse(charlie)
    assert client.get(f"/agreements/{agreement.pk}").status_code == 404
    assert client.get(f"/agreements/{agreement.pk}/document").status_code == 404
    assert client.post(f"/members/{alice.memberships.get().pk}/remove").status_code == 404
    assert acme.members.count() == 1


def test_logo(browse: Browse, alice: User, bob: User, acme: Partner) -> None:
    assert browse(alice).get("/company/logo").status_code == 404
    browse(alice).post("/company/logo", {"logo": SimpleUploadedFile("x.svg", b"<svg onload=alert(1)>")})
    acme.refresh_from_db()
    assert not acme.logo
    browse(alice).post("/company/logo", {"logo": SimpleUploadedFile("x.exe", PNG)})
    response = browse(bob).get("/company/logo")
    assert (response["Content-Type"], b"".join(response)) == ("image/png", PNG)


def test_members(browse: Browse, alice: User, bob: User, acme: Partner) -> None:
    member = bob.memberships.get()
    browse(alice).post(f"/members/{member.pk}/role", {"role": "viewer"})
    member.refresh_from_db()
    assert member.role == "viewer"
    response = browse(alice).post(f"/members/{alice.memberships.get().pk}/remove", follow=True)
    assert "needs an owner" in response.content.decode()
    browse(alice).post("/members/transfer", {"member": str(member.pk)})
    assert sorted(acme.members.values_list("role", flat=True)) == ["developer", "owner"]
    browse(alice).post(f"/members/{alice.memberships.get().pk}/remove")
    assert list(acme.members.values_list("user__email", flat=True)) == ["bob@acme.test"]


def test_invite_and_accept(browse: Browse, alice: User, acme: Partner) -> None:
    assert browse(alice).post("/members", {"email": "eve@new.test", "role": "billing"}).status_code == 302
    eve = User.objects.create_user("eve@new.test", "correct horse battery")
    path = f"/invitations/{token()}"
    assert "another address" in browse(alice).get(path).content.decode()
    assert "Join Acme Insurance Tech" in browse(eve).get(path).content.decode()
    assert browse(eve).post(path).status_code == 302
    assert acme.members.get(user=eve).role == "billing"
    assert "does not work any more" in browse(eve).get(path).content.decode()


def test_invitations_are_sent_again_and_revoked(browse: Browse, alice: User, acme: Partner) -> None:
    browse(alice).post("/members", {"email": "eve@new.test", "role": "billing"})
    invitation = Invitation.objects.get()
    assert "eve@new.test" in browse(alice).get("/members").content.decode()
    browse(alice).post(f"/members/invitations/{invitation.pk}/resend")
    invitation.refresh_from_db()
    assert invitation.times_sent == 2
    browse(alice).post(f"/members/invitations/{invitation.pk}/revoke")
    invitation.refresh_from_db()
    assert invitation.status == "revoked"


def test_a_person_opens_an_account(browse: Browse, db: None) -> None:
    eve = User.objects.create_user("eve@new.test", "correct horse battery")
    client = browse(eve)
    assert client.get("/", follow=True).redirect_chain[-1][0] == "/no-partner"
    assert client.get("/start").status_code == 200
    body = {"partner_name": "Initech", "partner_type": "data", "website": "initech.test"}
    assert client.post("/start", body).status_code == 302
    partner = Partner.objects.get()
    assert (partner.status, partner.tier, partner.website) == ("pending", "basic", "https://initech.test")
    assert partner.members.get().role == "owner"
    assert "Before you go live" in client.get("/").content.decode()
    assert partner.allows("test")
    assert not partner.allows("live")


def test_accounts_that_wait_are_bounded(browse: Browse, db: None) -> None:
    eve = User.objects.create_user("eve@new.test", "correct horse battery")
    client = browse(eve)
    for number in range(6):
        client.post("/start", {"partner_name": f"Shell {number}", "partner_type": "data"})
    assert Partner.objects.count() == 5


def test_verification(browse: Browse, alice: User, acme: Partner) -> None:
    Partner.objects.update(country="US")
    client = browse(alice)
    assert client.get("/verification/licence").status_code == 404
    assert client.get("/verification/company_data").status_code == 200
    response = client.post("/verification/company_data", ANSWERS["company_data"])
    assert "Upload the document first" in response.content.decode()
    file = SimpleUploadedFile("extract.pdf", b"%PDF-1.7 x")
    client.post("/verification/company_data/documents", {"file": file})
    document = VerificationDocument.objects.get()
    download = client.get(f"/verification/documents/{document.pk}")
    assert download["Content-Disposition"] == 'attachment; filename="extract.pdf"'
    assert b"".join(download) == b"%PDF-1.7 x"
    assert client.post("/verification/company_data", ANSWERS["company_data"]).status_code == 302
    assert VerificationItem.objects.get(key="company_data").status == "submitted"
    client.post(f"/verification/documents/{document.pk}/remove")
    assert VerificationDocument.objects.count() == 1


def test_documents_are_the_owners_alone(browse: Browse, alice: User, bob: User, charlie: User, acme: Partner) -> None:
    open_checklist(acme)
    browse(alice).post("/verification/company_data/documents", {"file": io.BytesIO(b"%PDF-1.7 x")})
    document = VerificationDocument.objects.get()
    assert browse(bob).get(f"/verification/documents/{document.pk}").status_code == 403
    assert browse(charlie).get(f"/verification/documents/{document.pk}").status_code == 404
    assert Client().get(f"/verification/documents/{document.pk}").status_code == 302


def test_agreements(browse: Browse, alice: User, acme: Partner) -> None:
    client = browse(alice)
    assert client.post("/agreements/take-up/side_letter").status_code == 302
    response = client.post("/agreements/take-up/msa")
    agreement = PartnerAgreement.objects.get()
    assert response["Location"] == f"/agreements/{agreement.pk}"
    body = {"signer_name": "Alice Ames", "document_sha256": agreement.document_sha256}
    assert client.post(f"/agreements/{agreement.pk}", body).status_code == 200
    agreement.refresh_from_db()
    assert agreement.status == "pending"
    stale = {**body, "agreed": "on", "document_sha256": "0" * 64}
    assert "changed since" in client.post(f"/agreements/{agreement.pk}", stale).content.decode()
    assert client.post(f"/agreements/{agreement.pk}", {**body, "agreed": "on"}).status_code == 302
    agreement.refresh_from_db()
    assert (agreement.status, agreement.signed_ip) == ("active", "127.0.0.1")
    assert agreement.document_sha256 in client.get(f"/agreements/{agreement.pk}").content.decode()
    assert client.get(f"/agreements/{agreement.pk}/document").content.startswith(b"%PDF-")


def test_notifications(browse: Browse, bob: User) -> None:
    assert browse(bob).post("/notifications", {"enabled": ["billing"]}).status_code == 302
    assert [name for name, enabled in preferences_of(bob).items() if enabled] == ["billing"]
    assert browse(bob).post("/notifications", {"enabled": ["gossip"]}).status_code == 200


def test_activity(browse: Browse, alice: User, charlie: User, acme: Partner) -> None:
    browse(alice).post("/company", {"partner_name": "Acme Two"})
    page = browse(alice).get("/activity").content.decode()
    assert "Acme Two changed" in page
    assert "alice@acme.test" in page
    assert "Acme Two" not in browse(charlie).get("/activity").content.decode()
    rows = browse(alice).get("/activity.csv").getvalue().decode().splitlines()
    assert rows[0].startswith("at,actor,kind,ip,request_id")
    (renamed,) = [row for row in rows if "partner name: Acme Insurance Tech -> Acme Two" in row]
    assert ",127.0.0.1," in renamed
    for after in ("yesterday", "2026-13-01T00:00:00Z~partners.partnerevent~1", "%00"):
        assert "Acme Two changed" in browse(alice).get(f"/activity?after={after}").content.decode()


def test_activity_goes_on_where_the_page_before_ended(browse: Browse, alice: User, acme: Partner) -> None:
    for number in range(PAGE):
        acme.contacts.create(contact_name=f"Contact {number}", email="x@acme.test")
    seen, address = [], "/activity"
    while address:
        page = browse(alice).get(address)
        seen += [entry.place for entry in page.context["entries"]]
        link = re.search(r'href="(\?after=[^"]+)"', page.content.decode())
        address = f"/activity{link[1]}" if link else ""
    assert len(seen) == len(set(seen)) > PAGE


def test_activity_of_a_reader(browse: Browse, alice: User, acme: Partner) -> None:
    give_role(alice, "viewer")
    assert browse(alice).get("/activity").status_code == 200
    assert browse(alice).get("/activity.csv").status_code == 403


def test_deleted_partner_is_gone_from_the_portal(browse: Browse, alice: User, acme: Partner) -> None:
    Partner.objects.update(deleted_at="2026-01-01T00:00:00Z", status="inactive")
    assert browse(alice).get("/company", follow=True).redirect_chain[-1][0] == "/no-partner"
    assert PartnerMember.objects.count() == 1


def test_contacts_are_kept_in_the_portal(
    browse: Callable[[User], Client], acme: Partner, alice: User, bob: User
) -> None:
    def kept() -> list[tuple[str, bool]]:
        return list(acme.contacts.order_by("id").values_list("contact_name", "is_primary"))

    owner, form = (
        browse(alice),
        {"contact_name": "Ann Archer", "email": "ann@acme.test", "phone": "", "role": "Security"},
    )
    assert owner.get("/company/contacts/new").status_code == 200
    owner.post("/company/contacts/new", form)
    owner.post("/company/contacts/new", {**form, "contact_name": "Ben Best", "email": "ben@acme.test"})
    assert kept() == [("Ann Archer", True), ("Ben Best", False)]
    ann, ben = acme.contacts.order_by("id")

    wrong = owner.post(f"/company/contacts/{ann.id}", {**form, "email": "ann", "phone": "12"})
    assert wrong.status_code == 200
    assert "Enter a valid email address." in wrong.content.decode()
    assert 'value="ann@acme.test"' in owner.get(f"/company/contacts/{ann.id}").content.decode()
    owner.post(f"/company/contacts/{ann.id}", {**form, "contact_name": "Ann Adler"})
    owner.post(f"/company/contacts/{ben.id}/primary")
    assert kept() == [("Ann Adler", False), ("Ben Best", True)]
    owner.post(f"/company/contacts/{ben.id}/remove")  # the primary one stays while there is another
    owner.post(f"/company/contacts/{ann.id}/remove")
    assert kept() == [("Ben Best", True)]

    developer = browse(bob)
    assert "Add a contact" not in developer.get("/company").content.decode()
    assert developer.get("/company/contacts/new").status_code == 403
    assert developer.post("/company/contacts/new", form).status_code == 403
    assert developer.post(f"/company/contacts/{ben.id}/remove").status_code == 403
    assert kept() == [("Ben Best", True)]


def test_contacts_of_others_are_not_there(
    browse: Callable[[User], Client], acme: Partner, globex: Partner, charlie: User
) -> None:
    contact = acme.contacts.create(contact_name="Ann Archer", email="ann@acme.test", is_primary=True)
    stranger = browse(charlie)
    assert stranger.get(f"/company/contacts/{contact.id}").status_code == 404
    for verb in ("primary", "remove"):
        assert stranger.post(f"/company/contacts/{contact.id}/{verb}").status_code == 404
    assert acme.contacts.count() == 1
