"""/api/partners/{id}/verification: the checklist, its documents and its review."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from partners.models import Partner, User, VerificationDocument, VerificationItem

Api = Callable[..., APIClient]
PDF = b"%PDF-1.7 an extract of the register"
ANSWER = {"representative": "Alice Ames", "owners": "nobody"}


def upload(client: APIClient, path: str, content: bytes = PDF, filename: str = "extract.pdf") -> Any:
    return client.post(path, {"filename": filename, "content": base64.b64encode(content).decode()})


@pytest.fixture
def base(acme: Partner) -> str:
    return f"/api/partners/{acme.id}/verification"


def status(acme: Partner, key: str) -> str:
    return VerificationItem.objects.get(partner=acme, key=key).status


def test_the_checklist_of_the_type(api: Api, bob: User, charlie: User, base: str, acme_key: str) -> None:
    rows = api(bob).get(base).json()["data"]
    assert {row["key"] for row in rows} == {"company_data", "tax_id", "security_questionnaire"}
    company = next(row for row in rows if row["key"] == "company_data")
    assert (company["status"], company["needsDocument"], company["answer"]) == ("open", True, None)
    assert [question["name"] for question in company["questions"]] == ["representative", "owners"]
    assert api(charlie).get(base).status_code == 404
    assert api(bob).get(f"{base}/licence").status_code == 404
    assert api(acme_key).get(f"{base}/tax_id").json()["data"]["answer"] is None


def test_from_upload_to_acceptance(api: Api, alice: User, bob: User, dana: User, acme: Partner, base: str) -> None:
    path = f"{base}/company_data"
    missing = api(alice).post(f"{path}/submit", {"answer": ANSWER})
    assert (missing.status_code, missing.json()["errors"][0]["field"]) == (400, "documents")
    created = upload(api(alice), f"{path}/documents")
    document = VerificationDocument.objects.get()
    assert (created.status_code, created["Location"]) == (201, f"{path}/documents/{document.id}")
    assert created.json()["data"]["contentType"] == "application/pdf"
    submitted = api(alice).post(f"{path}/submit", {"answer": ANSWER}).json()["data"]
    assert (submitted["status"], submitted["answer"]) == ("submitted", ANSWER)
    assert api(bob).get(path).json()["data"]["answer"] is None

    file: Any = api(dana).get(created["Location"])
    assert (b"".join(file.streaming_content), file["Content-Type"]) == (PDF, "application/pdf")
    assert "attachment" in file["Content-Disposition"]
    assert api(bob).get(created["Location"]).status_code == 403
    assert api(alice).delete(created["Location"]).json()["code"] == "document_in_review"

    assert api(alice).post(f"{path}/accept", {}).status_code == 403
    rejected = api(dana).post(f"{path}/reject", {"note": "Older than three months."}).json()["data"]
    assert (rejected["status"], rejected["note"], rejected["reviewer"]) == (
        "rejected", "Older than three months.", "dana@treaty.test",
    )  # fmt: skip
    assert api(alice).get(path).json()["data"]["reviewer"] == "Reviewer"
    assert api(alice).delete(created["Location"]).status_code == 204
    assert upload(api(alice), f"{path}/documents", PDF + b"2").status_code == 201
    api(alice).post(f"{path}/submit", {"answer": ANSWER})
    accepted = api(dana).post(f"{path}/accept", {"expiresOn": "2099-01-01"}).json()["data"]
    assert (accepted["status"], accepted["expiresOn"]) == ("accepted", "2099-01-01")
    assert status(acme, "company_data") == "accepted"


def test_enterprise_takes_two_people(api: Api, alice: User, dana: User, acme: Partner, base: str) -> None:
    Partner.objects.filter(pk=acme.pk).update(tier="enterprise", country="US")
    api(alice).post(f"{base}/tax_id/submit", {"answer": {"tax_id": "12-3456789"}})
    assert api(dana).post(f"{base}/tax_id/accept", {}).json()["data"]["status"] == "confirmed"
    again = api(dana).post(f"{base}/tax_id/accept", {})
    assert (again.status_code, again.json()["code"]) == (409, "four_eyes")
    erin = User.objects.create_superuser("erin@treaty.test", "correct horse battery")
    assert api(erin).post(f"{base}/tax_id/accept", {}).json()["data"]["status"] == "accepted"


def test_what_is_refused(
    api: Api, alice: User, bob: User, charlie: User, acme: Partner, base: str, acme_key: str
) -> None:
    documents = f"{base}/company_data/documents"
    for caller, expected in ((bob, 403), (acme_key, 403), (charlie, 404)):
        assert upload(api(caller), documents).status_code == expected
        assert api(caller).post(f"{base}/company_data/submit", {"answer": ANSWER}).status_code == expected
    wrong = upload(api(alice), documents, b"<script>alert(1)</script>", "evil.pdf")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "content")
    assert api(alice).post(documents, {"filename": "x.pdf", "content": "not base64!"}).status_code == 400
    assert upload(api(alice), documents, b"").status_code == 400
    assert not VerificationDocument.objects.exists()


def test_documents_may_be_larger_than_other_bodies(api: Api, alice: User, base: str) -> None:
    documents = f"{base}/company_data/documents"
    assert upload(api(alice), documents, PDF + b"0" * 3_000_000).status_code == 201
    assert upload(api(alice), documents, PDF + b"1" * 10 * 1024 * 1024).status_code == 400
    assert upload(api(alice), documents, PDF + b"1" * 12 * 1024 * 1024).status_code == 413
    assert VerificationDocument.objects.count() == 1
