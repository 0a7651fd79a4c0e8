"""Submission: freezing a version, the queue, withdrawal, the next version of a live application."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from rest_framework.test import APIClient

from applications.models import ApplicationVersion, PartnerApplication
from applications.services.applications import update_application
from applications.services.review import (
    approve_application,
    reject_application,
    submit_application,
    withdraw_application,
)
from common.errors import ConflictError, DomainError, ForbiddenError, TransitionError
from common.principal import Principal
from partners.models import Partner, User
from tests.applications.helpers import changes_of, events_of, status_of

Api = Callable[..., APIClient]


def test_submission_freezes_a_version(submitted: PartnerApplication, alice: User) -> None:
    version = submitted.versions.get()
    assert (version.number, version.status, version.risk) == (1, "submitted", "medium")
    assert version.content() == submitted.content()
    assert (version.submitted_by, version.submitted_label) == (alice, "alice@acme.test")
    assert abs(version.due_at - version.created_at - timedelta(hours=72)) < timedelta(seconds=5)
    assert status_of(submitted) == "submitted"
    assert changes_of(submitted) == [("draft", "submitted", "alice@acme.test", "")]
    assert events_of(submitted) == ["application.created", "application.submitted"]


def test_submitting_twice(submitted: PartnerApplication, as_alice: Principal) -> None:
    with pytest.raises(TransitionError) as refusal:
        submit_application(application=submitted, actor=as_alice)
    assert refusal.value.code == "submitted_to_submitted"
    assert submitted.versions.count() == 1
    assert events_of(submitted).count("application.submitted") == 1


@pytest.mark.django_db(transaction=True)
def test_two_submissions_at_once_make_one_version(draft: PartnerApplication, as_alice: Principal) -> None:
    start, outcomes = threading.Barrier(4), []

    def submit() -> None:
        start.wait()
        try:
            submit_application(application=PartnerApplication.objects.get(pk=draft.pk), actor=as_alice)
            outcomes.append("submitted")
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=submit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["submitted", *["submitted_to_submitted"] * 3]
    assert draft.versions.count() == 1
    assert events_of(draft).count("application.submitted") == 1


def test_withdrawal(submitted: PartnerApplication, as_alice: Principal) -> None:
    withdraw_application(application=submitted, actor=as_alice)
    assert status_of(submitted) == "draft"
    assert submitted.versions.get().status == "withdrawn"
    update_application(application=submitted, description="Clearer.", actor=as_alice)
    submit_application(application=submitted, actor=as_alice)
    assert list(submitted.versions.order_by("number").values_list("number", "status")) == [
        (1, "withdrawn"),
        (2, "submitted"),
    ]


def test_nothing_to_withdraw(draft: PartnerApplication, as_alice: Principal) -> None:
    with pytest.raises(TransitionError):
        withdraw_application(application=draft, actor=as_alice)


def test_a_rejected_one_may_be_submitted_again(
    submitted: PartnerApplication, as_alice: Principal, as_dana: Principal
) -> None:
    reject_application(application=submitted, reason="Too broad.", actor=as_dana)
    submit_application(application=submitted, actor=as_alice)
    assert (status_of(submitted), submitted.status_reason) == ("submitted", "")


def test_a_stranger_cannot_submit(draft: PartnerApplication, as_charlie: Principal) -> None:
    with pytest.raises(ForbiddenError):
        submit_application(application=draft, actor=as_charlie)
    assert status_of(draft) == "draft"


def test_a_suspended_partner_cannot_submit(draft: PartnerApplication, as_alice: Principal) -> None:
    Partner.objects.filter(pk=draft.partner_id).update(status="suspended")
    with pytest.raises(ConflictError) as refusal:
        submit_application(application=draft, actor=as_alice)
    assert refusal.value.code == "partner_not_active"
    assert not ApplicationVersion.objects.exists()


def test_a_live_application_without_changes(approved: PartnerApplication, as_alice: Principal) -> None:
    with pytest.raises(TransitionError) as refusal:
        submit_application(application=approved, actor=as_alice)
    assert refusal.value.code == "approved_to_submitted"


def test_the_next_version_is_reviewed_while_the_first_is_live(
    approved: PartnerApplication, as_alice: Principal, as_dana: Principal
) -> None:
    update_application(
        application=approved, app_name="Lead Router Pro", permissions=["read:leads", "write:leads"], actor=as_alice
    )
    submit_application(application=approved, actor=as_alice)
    assert (status_of(approved), approved.approved_permissions) == ("approved", ["read:leads"])
    assert approved.public_name == "Lead Router"
    with pytest.raises(ConflictError):
        update_application(application=approved, description="Moving target.", actor=as_alice)

    approve_application(application=approved, actor=as_dana)
    approved.refresh_from_db()
    assert (approved.status, approved.approved_permissions) == ("approved", ["read:leads", "write:leads"])
    assert approved.public_name == "Lead Router Pro"
    assert approved.live_version is not None
    assert approved.live_version.number == 2


def test_a_rejected_next_version_leaves_the_live_one_alone(
    approved: PartnerApplication, as_alice: Principal, as_dana: Principal
) -> None:
    update_application(application=approved, permissions=["read:leads", "read:agents"], actor=as_alice)
    submit_application(application=approved, actor=as_alice)
    reject_application(application=approved, reason="Why agents?", actor=as_dana)
    assert (status_of(approved), approved.approved_permissions) == ("approved", ["read:leads"])
    assert list(approved.versions.order_by("number").values_list("status", flat=True)) == ["approved", "rejected"]


def test_over_http(api: Api, draft: PartnerApplication, bob: User) -> None:
    path = f"/api/applications/{draft.id}"
    answer = api(bob).post(f"{path}/submit", {"note": "Please hurry."})
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert (data["status"], data["pendingVersion"]["number"], data["pendingVersion"]["risk"]) == (
        "submitted",
        1,
        "medium",
    )
    again = api(bob).post(f"{path}/submit")
    assert (again.status_code, again.json()["code"]) == (409, "submitted_to_submitted")
    back = api(bob).post(f"{path}/withdraw")
    assert (back.json()["data"]["status"], back.json()["data"]["pendingVersion"]) == ("draft", None)
