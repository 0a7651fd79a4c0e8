"""Claims and decisions."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection
from rest_framework.test import APIClient

from applications.models import ApplicationReview, ApplicationVersion, PartnerApplication
from applications.services.review import (
    approve_application,
    claim_application,
    reject_application,
    release_application,
    request_changes,
    submit_application,
)
from common.errors import ConflictError, DomainError, ForbiddenError, InvalidError, TransitionError
from common.principal import SYSTEM, Principal, PrincipalKind
from partners.models import PartnerMember, User
from tests.applications.helpers import changes_of, events_of, status_of

Api = Callable[..., APIClient]


def test_approval_grants_what_was_asked(approved: PartnerApplication, dana: User) -> None:
    approved.refresh_from_db()
    assert (approved.status, approved.approved_permissions) == ("approved", ["read:leads"])
    version = approved.versions.get()
    assert (version.status, approved.live_version) == ("approved", version)
    assert version.decided_at is not None
    decision = version.reviews.get()
    assert (decision.reviewer, decision.decision) == (dana, "approve")
    assert changes_of(approved)[-1] == ("submitted", "approved", "dana@treaty.test", "")
    assert events_of(approved)[-1] == "application.approved"


def test_changes_requested_and_resubmitted(
    submitted: PartnerApplication, as_alice: Principal, as_dana: Principal
) -> None:
    request_changes(application=submitted, comments=" State a purpose. ", actor=as_dana)
    assert (status_of(submitted), submitted.status_reason) == ("changes_requested", "State a purpose.")
    submit_application(application=submitted, actor=as_alice)
    approve_application(application=submitted, actor=as_dana)
    assert [change[:2] for change in changes_of(submitted)] == [
        ("draft", "submitted"),
        ("submitted", "changes_requested"),
        ("changes_requested", "submitted"),
        ("submitted", "approved"),
    ]
    assert events_of(submitted) == [
        "application.created",
        "application.submitted",
        "application.changes_requested",
        "application.submitted",
        "application.approved",
    ]


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_refusal_needs_a_reason(submitted: PartnerApplication, as_dana: Principal, reason: str) -> None:
    with pytest.raises(InvalidError):
        reject_application(application=submitted, reason=reason, actor=as_dana)
    with pytest.raises(InvalidError):
        request_changes(application=submitted, comments=reason, actor=as_dana)
    assert status_of(submitted) == "submitted"
    assert not ApplicationReview.objects.exists()


def test_a_draft_cannot_be_decided(draft: PartnerApplication, as_dana: Principal) -> None:
    with pytest.raises(TransitionError) as approval:
        approve_application(application=draft, actor=as_dana)
    with pytest.raises(TransitionError) as rejection:
        reject_application(application=draft, reason="No.", actor=as_dana)
    assert (approval.value.code, rejection.value.code) == ("draft_to_approved", "draft_to_rejected")


def test_claim_and_release(submitted: PartnerApplication, as_dana: Principal, as_erin: Principal, dana: User) -> None:
    claim_application(application=submitted, actor=as_dana)
    assert (status_of(submitted), submitted.versions.get().claimed_by) == ("in_review", dana)
    with pytest.raises(TransitionError):
        claim_application(application=submitted, actor=as_erin)
    with pytest.raises(ConflictError) as refusal:
        approve_application(application=submitted, actor=as_erin)
    assert refusal.value.code == "claimed_by_another"
    release_application(application=submitted, actor=as_erin)
    assert (status_of(submitted), submitted.versions.get().claimed_by) == ("submitted", None)
    approve_application(application=submitted, actor=as_erin)
    assert status_of(submitted) == "approved"


def test_nobody_reviews_their_own_partner(submitted: PartnerApplication, as_dana: Principal, dana: User) -> None:
    PartnerMember.objects.create(partner=submitted.partner, user=dana, role="viewer")
    decisions: list[tuple[Callable[..., object], dict[str, str]]] = [
        (claim_application, {}),
        (approve_application, {}),
        (reject_application, {"reason": "No."}),
        (request_changes, {"comments": "Hm."}),
    ]
    for decide, options in decisions:
        with pytest.raises(ForbiddenError) as refusal:
            decide(application=submitted, actor=as_dana, **options)
        assert refusal.value.code == "own_application"
    assert status_of(submitted) == "submitted"
    assert not ApplicationReview.objects.exists()


def test_nobody_reviews_what_they_submitted_or_with_a_key_of_the_partner(
    submitted: PartnerApplication, as_dana: Principal, as_erin: Principal, dana: User
) -> None:
    key = replace(
        as_erin, kind=PrincipalKind.API_KEY, user_id=None, partner_id=submitted.partner_id, scopes=frozenset({"admin"})
    )
    ApplicationVersion.objects.update(submitted_by=dana)
    for actor, code in ((key, "own_application"), (as_dana, "own_submission")):
        with pytest.raises(ForbiddenError) as refusal:
            approve_application(application=submitted, actor=actor)
        assert refusal.value.code == code
    assert not ApplicationReview.objects.exists()
    approve_application(application=submitted, actor=as_erin)
    assert status_of(submitted) == "approved"


def test_high_risk_needs_two_reviewers(risky: PartnerApplication, as_dana: Principal, as_erin: Principal) -> None:
    claim_application(application=risky, actor=as_dana)
    approve_application(application=risky, actor=as_dana)
    assert (status_of(risky), risky.approved_permissions) == ("submitted", [])
    with pytest.raises(ConflictError) as refusal:
        approve_application(application=risky, actor=as_dana)
    assert refusal.value.code == "already_reviewed"
    assert "application.approved" not in events_of(risky)
    approve_application(application=risky, actor=as_erin)
    assert (status_of(risky), risky.approved_permissions) == ("approved", ["read:claims", "write:claims"])


def test_one_rejection_is_enough(risky: PartnerApplication, as_dana: Principal, as_erin: Principal) -> None:
    approve_application(application=risky, actor=as_dana)
    reject_application(application=risky, reason="Not this one.", actor=as_erin)
    assert status_of(risky) == "rejected"


def test_a_new_version_needs_both_again(
    risky: PartnerApplication, as_alice: Principal, as_dana: Principal, as_erin: Principal
) -> None:
    approve_application(application=risky, actor=as_dana)
    request_changes(application=risky, comments="Explain.", actor=as_erin)
    submit_application(application=risky, actor=as_alice)
    approve_application(application=risky, actor=as_dana)
    assert status_of(risky) == "submitted"


def test_the_platform_itself_needs_no_second_reviewer(risky: PartnerApplication) -> None:
    approve_application(application=risky, actor=SYSTEM)
    assert status_of(risky) == "approved"


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_deciding_at_once(submitted: PartnerApplication, as_dana: Principal, as_erin: Principal) -> None:
    start, outcomes = threading.Barrier(2), []

    def decide(verb: Callable[..., PartnerApplication], actor: Principal, **options: str) -> None:
        start.wait()
        try:
            verb(application=PartnerApplication.objects.get(pk=submitted.pk), actor=actor, **options)
            outcomes.append("decided")
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=(approve_application, as_dana)),
        threading.Thread(target=decide, args=(reject_application, as_erin), kwargs={"reason": "No."}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = status_of(submitted)
    assert winner in {"approved", "rejected"}
    loser = "rejected" if winner == "approved" else "approved"
    assert sorted(outcomes) == sorted(["decided", f"{winner}_to_{loser}"])
    assert ApplicationReview.objects.count() == 1
    assert events_of(submitted)[2:] == [f"application.{winner}"]


def test_over_http(api: Api, submitted: PartnerApplication, bob: User, acme_key: str, dana: User) -> None:
    path = f"/api/applications/{submitted.id}"
    for client in (api(bob), api(acme_key)):
        for verb, body in (("approve", {}), ("reject", {"reason": "No."})):
            refused = client.put(f"{path}/{verb}", body)
            assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
        assert client.post(f"{path}/request-changes", {"comments": "Hm."}).status_code == 403
    assert api().put(f"{path}/approve").status_code == 401
    assert status_of(submitted) == "submitted"

    assert api(dana).put(f"{path}/reject", {}).json()["errors"][0]["field"] == "reason"
    assert api(dana).post(f"{path}/request-changes", {}).json()["errors"][0]["field"] == "comments"
    changed = api(dana).post(f"{path}/request-changes", {"comments": "State a purpose."})
    assert (changed.status_code, changed.json()["data"]["status"]) == (200, "changes_requested")
    assert changed.json()["data"]["statusReason"] == "State a purpose."
    api(bob).post(f"{path}/submit")
    approved = api(dana).put(f"{path}/approve")
    assert (approved.status_code, approved.json()["data"]["status"]) == (200, "approved")
    assert approved.json()["data"]["approvedPermissions"] == ["read:leads"]
    again = api(dana).put(f"{path}/approve")
    assert (again.status_code, again.json()["code"]) == (409, "approved_to_approved")

    reviews = api(bob).get(f"{path}/reviews").json()["data"]
    assert [(row["number"], row["status"]) for row in reviews] == [(2, "approved"), (1, "changes_requested")]
    assert [(row["decision"], row["reviewer"], row["comments"]) for row in reviews[1]["decisions"]] == [
        ("request_changes", "Reviewer", "State a purpose.")
    ]
    seen_by_staff = api(dana).get(f"{path}/reviews").json()["data"]
    assert seen_by_staff[0]["decisions"][0]["reviewer"] == "dana@treaty.test"
