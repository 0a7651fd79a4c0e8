"""Agreements: offered, read, signed, superseded."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from common.errors import ConflictError, ForbiddenError, TransitionError
from common.principal import SYSTEM, Principal
from partners.models import AgreementDocument, AgreementTemplate, Partner, PartnerAgreement, User
from partners.services.agreements import (
    Signature,
    create_agreement,
    offered_copy,
    publish_template,
    sign_agreement,
    signed_copy,
    terminate_agreement,
)
from tests.conftest import make_partner

Api = Callable[..., APIClient]
Names = Callable[[], list[str]]


def offer(partner: Partner, agreement_type: str = "msa") -> PartnerAgreement:
    return create_agreement(partner=partner, agreement_type=agreement_type, actor=SYSTEM)


def new_version(**fields: Any) -> AgreementTemplate:
    values = {"agreement_type": "msa", "version": 2, "title": "Master services agreement", "body": "New.", **fields}
    return publish_template(template=AgreementTemplate.objects.create(**values), actor=SYSTEM)


def test_a_fresh_database_has_agreements_to_sign(db: None) -> None:
    current = AgreementTemplate.objects.current()
    assert [template.agreement_type for template in current] == ["dpa", "msa", "revenue_share"]
    assert [template.required for template in current] == [False, True, False]


def test_owner_takes_up_the_standard_agreement_and_signs(
    api: Api, alice: User, acme: Partner, published: Names, last_event: Any
) -> None:
    path = f"/api/partners/{acme.id}/agreements"
    response = api(alice).post(path, {"agreementType": "msa"})
    agreement = PartnerAgreement.objects.get()
    data = response.json()["data"]
    assert (response.status_code, response["Location"]) == (201, f"{path}/{agreement.id}")
    assert (data["status"], data["title"], data["version"]) == ("pending", "Master services agreement", 1)
    assert data["terms"].startswith("# Subject")
    pdf = api(alice).get(f"{path}/{agreement.id}/document")
    assert pdf["Content-Type"] == "application/pdf"
    assert hashlib.sha256(pdf.content).hexdigest() == data["documentSha256"]
    body = {"signerTitle": "CEO", "documentSha256": data["documentSha256"]}
    signed = api(alice).put(f"{path}/{agreement.id}/sign", body)
    assert signed.status_code == 200
    today = timezone.now().date()
    data = signed.json()["data"]
    assert (data["status"], data["signedDate"]) == ("active", today.isoformat())
    assert (data["effectiveDate"], data["expirationDate"]) == (today.isoformat(), None)
    agreement.refresh_from_db()
    assert (agreement.signer, agreement.signer_name, agreement.signer_title) == (alice, "Alice Ames", "CEO")
    assert (agreement.signer_email, agreement.signed_ip) == ("alice@acme.test", "127.0.0.1")
    assert agreement.signed_at is not None
    assert published() == ["agreement.created", "agreement.signed"]
    assert last_event().payload["signedDate"] == today.isoformat()


def test_staff_offer_their_own_terms(api: Api, dana: User, acme: Partner) -> None:
    body = {
        "agreementType": "data_feed",
        "terms": "# Feed\n\nDaily.",
        "effectiveDate": "2026-01-01",
        "expirationDate": "2099-12-31",
    }
    data = api(dana).post(f"/api/partners/{acme.id}/agreements", body).json()["data"]
    assert (data["title"], data["terms"], data["effectiveDate"]) == ("Data feed", "# Feed\n\nDaily.", "2026-01-01")
    signed = api(dana).put(f"/api/partners/{acme.id}/agreements/{data['id']}/sign", {"signedDate": "2026-01-15"})
    assert signed.json()["data"]["signedDate"] == "2026-01-15"
    agreement = PartnerAgreement.objects.get()
    assert (agreement.recorded_by, agreement.signer) == ("dana@treaty.test", None)


@pytest.mark.parametrize(
    "body",
    [
        {"agreementType": "msa", "terms": "We owe nothing."},
        {"agreementType": "msa", "expirationDate": "2099-01-01"},
        {"agreementType": "side_letter"},
    ],
)
def test_owner_sets_no_terms(api: Api, alice: User, acme: Partner, body: dict[str, str]) -> None:
    response = api(alice).post(f"/api/partners/{acme.id}/agreements", body)
    assert (response.status_code, response.json()["code"]) == (403, "terms_are_staffs")
    assert PartnerAgreement.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"agreementType": "M S A"}, "agreementType"),
        ({"agreementType": ""}, "agreementType"),
        ({"effectiveDate": "soon"}, "effectiveDate"),
        ({"effectiveDate": "2026-02-01", "expirationDate": "2026-01-01"}, "expirationDate"),
        ({"terms": "x" * 100_001}, "terms"),
        ({"status": "active"}, "status"),
    ],
)
def test_bad_offers(api: Api, dana: User, acme: Partner, change: dict[str, str], field: str) -> None:
    response = api(dana).post(f"/api/partners/{acme.id}/agreements", {"agreementType": "nda", **change})
    assert response.status_code == 400
    assert [row["field"] for row in response.json()["errors"]] == [field]
    assert PartnerAgreement.objects.count() == 0


def test_who_may_not(api: Api, bob: User, charlie: User, acme_key: str, acme: Partner) -> None:
    agreement = offer(acme)
    path = f"/api/partners/{acme.id}/agreements"
    for caller, status in ((bob, 403), (acme_key, 403), (charlie, 404), (None, 401)):
        assert api(caller).post(path, {"agreementType": "dpa"}).status_code == status
        assert api(caller).put(f"{path}/{agreement.id}/sign", {}).status_code == status
    for tail in ("", f"/{agreement.id}", f"/{agreement.id}/document"):
        assert api(charlie).get(path + tail).status_code == 404
        assert api(bob).get(path + tail).status_code == 200
    assert list(PartnerAgreement.objects.values_list("status", flat=True)) == ["pending"]


def test_signing_twice(api: Api, alice: User, acme: Partner, published: Names) -> None:
    agreement = offer(acme)
    path = f"/api/partners/{acme.id}/agreements/{agreement.id}/sign"
    assert api(alice).put(path, {}).status_code == 200
    again = api(alice).put(path, {})
    assert (again.status_code, again.json()["code"]) == (409, "active_to_active")
    assert published() == ["agreement.created", "agreement.signed"]


@pytest.mark.parametrize("body", [{"signedDate": "2999-01-01"}, {"signedDate": "today"}, {"documentSha256": "abc"}])
def test_bad_signatures(api: Api, alice: User, acme: Partner, body: dict[str, str]) -> None:
    agreement = offer(acme)
    assert api(alice).put(f"/api/partners/{acme.id}/agreements/{agreement.id}/sign", body).status_code == 400
    agreement.refresh_from_db()
    assert agreement.status == "pending"


def test_another_document_than_was_read(acme: Partner, owner: Principal) -> None:
    agreement = offer(acme)
    with pytest.raises(ConflictError, match="changed since"):
        sign_agreement(agreement=agreement, signature=Signature(document_sha256="0" * 64), actor=owner)
    agreement.refresh_from_db()
    assert agreement.status == "pending"


def test_an_offer_that_ended_cannot_be_signed(acme: Partner, owner: Principal) -> None:
    yesterday = timezone.now().date() - timedelta(days=1)
    agreement = create_agreement(partner=acme, agreement_type="nda", expiration_date=yesterday, actor=SYSTEM)
    with pytest.raises(ConflictError, match="ended on"):
        sign_agreement(agreement=agreement, actor=owner)


def test_a_term_begins_with_the_signature(acme: Partner, owner: Principal) -> None:
    agreement = sign_agreement(agreement=offer(acme, "revenue_share"), actor=owner)
    assert agreement.expiration_date == timezone.now().date() + timedelta(days=730)


def test_a_new_version_supersedes(acme: Partner, owner: Principal) -> None:
    first = sign_agreement(agreement=offer(acme), actor=owner)
    stale = offer(acme)
    new_version()
    second = sign_agreement(agreement=offer(acme), actor=owner)
    assert list(acme.agreements.order_by("id").values_list("version", "status")) == [
        (1, "superseded"),
        (1, "superseded"),
        (2, "active"),
    ]
    assert (first.version, second.version) == (1, 2)
    with pytest.raises(TransitionError):
        sign_agreement(agreement=stale, actor=owner)


def test_versions_only_go_up(db: None) -> None:
    draft = AgreementTemplate.objects.create(agreement_type="msa", version=3, title="MSA", body="x")
    publish_template(template=draft, actor=SYSTEM)
    with pytest.raises(ConflictError):
        publish_template(template=draft, actor=SYSTEM)
    older = AgreementTemplate.objects.create(agreement_type="msa", version=2, title="MSA", body="x")
    with pytest.raises(ConflictError, match="higher version"):
        publish_template(template=older, actor=SYSTEM)


def test_terminate(acme: Partner, owner: Principal, staff: Principal) -> None:
    agreement = sign_agreement(agreement=offer(acme), actor=owner)
    with pytest.raises(ForbiddenError):
        terminate_agreement(agreement=agreement, actor=owner)
    assert terminate_agreement(agreement=agreement, actor=staff).status == "terminated"
    with pytest.raises(TransitionError):
        terminate_agreement(agreement=agreement, actor=staff)


def test_signed_partner_cannot_be_deleted(api: Api, dana: User, acme: Partner, owner: Principal) -> None:
    agreement = offer(acme)
    sign_agreement(agreement=agreement, actor=owner)
    response = api(dana).delete(f"/api/partners/{acme.id}")
    assert (response.status_code, response.json()["code"]) == (409, "partner_in_use")


def test_unsigned_offers_hold_nobody(api: Api, dana: User, acme: Partner) -> None:
    offer(acme)
    assert api(dana).delete(f"/api/partners/{acme.id}").status_code == 204


def test_documents_are_the_same_bytes_every_time(acme: Partner, owner: Principal) -> None:
    agreement = offer(acme)
    content = offered_copy(agreement)
    assert content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in content
    agreement = sign_agreement(agreement=agreement, actor=owner)
    assert offered_copy(agreement) == content
    assert signed_copy(agreement) == signed_copy(PartnerAgreement.objects.get())
    assert signed_copy(agreement) != content


@pytest.mark.parametrize("name", ["#strong[Acme]", "$x$ *b* `c` <lab>", "株式会社", "🎉", "\\u{1}"])
def test_names_are_text_in_the_document(db: None, name: str) -> None:
    agreement = offer(make_partner(name))
    assert offered_copy(agreement).startswith(b"%PDF-")


def test_what_was_signed_is_final_in_the_database(acme: Partner, owner: Principal) -> None:
    agreement = sign_agreement(agreement=offer(acme), actor=owner)
    rows = PartnerAgreement.objects.filter(pk=agreement.pk)
    for change in ({"terms": "x"}, {"signed_date": "2020-01-01"}, {"signer_name": "Eve"}, {"signed_ip": "10.0.0.1"}):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        AgreementDocument.objects.all().delete()
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        AgreementTemplate.objects.filter(agreement_type="msa").update(body="x")
    AgreementTemplate.objects.filter(agreement_type="msa").update(requires_reacceptance=False)


def test_one_of_a_type_is_in_force(acme: Partner, owner: Principal) -> None:
    sign_agreement(agreement=offer(acme), actor=owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        PartnerAgreement.objects.filter(pk=offer(acme).pk).update(status="active", signed_date="2026-01-01")


def test_two_signatures_at_once(transactional_db: None) -> None:
    agreement = offer(make_partner("Initech"))
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def sign() -> None:
        barrier.wait()
        try:
            sign_agreement(agreement=agreement, actor=SYSTEM)
            outcomes.append("signed")
        except TransitionError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=sign) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["active_to_active", "signed"]


def test_statistics(
    api: Api, alice: User, bob: User, charlie: User, acme: Partner, owner: Principal, acme_key: str
) -> None:
    sign_agreement(agreement=offer(acme), actor=owner)
    offer(acme, "dpa")
    data = api(bob).get(f"/api/partners/{acme.id}/statistics").json()["data"]
    assert (data["members"], data["contacts"], data["activeAgreements"], data["pendingAgreements"]) == (2, 0, 1, 1)
    assert data["outstandingRequirements"] == ["company_data", "tax_id", "security_questionnaire"]
    assert data["quotas"]["members"] == {"used": 2, "limit": 50}
    assert set(data["quotas"]) >= {"members", "apiKeys", "webhooks"}
    assert api(bob).get(f"/api/partners/{acme.id}/statistics?days=30").status_code == 400
    assert data["applications"] == {"total": 1, "byStatus": {"approved": 1}}
    assert data["apiKeys"] == {"live": 1, "test": 0}
    assert data["oauthClients"] == {"live": 0, "test": 0}
    assert data["integrations"] == {"total": 0, "byStatus": {}}
    assert data["webhooks"]["endpoints"] == 0
    assert data["calls"]["live"] == {"total": 0, "errors": 0, "rateLimited": 0}
    assert api(charlie).get(f"/api/partners/{acme.id}/statistics").status_code == 404
