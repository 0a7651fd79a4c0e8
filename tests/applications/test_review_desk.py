"""The review desk and the applications in the admin."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.models import ApplicationReview, ApplicationVersion, CannedReason, PartnerApplication
from applications.services.applications import update_application
from applications.services.comments import add_comment
from applications.services.images import add_screenshot, set_icon
from applications.services.review import claim_application, submit_application
from common.principal import Principal
from partners.models import PartnerMember, User
from tests.applications.helpers import changes_of, png, status_of
from tests.conftest import make_application

QUEUE = reverse("admin:applications_applicationversion_changelist")


@pytest.fixture
def desk(dana: User) -> Client:
    client = Client()
    client.force_login(dana)
    return client


def version_of(application: PartnerApplication) -> ApplicationVersion:
    return application.versions.order_by("-number")[0]


def show(client: Client, application: PartnerApplication, **query: str) -> str:
    path = reverse("admin:applications_applicationversion_change", args=[version_of(application).pk])
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


def press(
    client: Client, application: PartnerApplication, verb: str, text: str = "", canned: str = "", **more: str
) -> str:
    url = reverse("admin:applications_applicationversion_decide", args=[version_of(application).pk])
    answer = client.post(url, {"verb": verb, "text": text, "canned": canned, **more}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def queue(client: Client, **query: str) -> list[str]:
    rows = client.get(QUEUE, query).context["cl"].result_list
    return [version.app_name for version in rows]


def test_the_queue_is_ordered_by_when_each_is_due(
    desk: Client, submitted: PartnerApplication, risky: PartnerApplication, approved: PartnerApplication
) -> None:
    assert queue(desk) == ["Claims Desk"]
    assert queue(desk, queue="all") == ["Claims Desk", "Lead Router"]


def test_an_old_low_risk_one_comes_before_a_new_risky_one(
    desk: Client, submitted: PartnerApplication, risky: PartnerApplication
) -> None:
    assert queue(desk) == ["Claims Desk", "Lead Router"]
    ApplicationVersion.objects.filter(application=submitted).update(due_at=timezone.now() - timedelta(hours=1))
    assert queue(desk) == ["Lead Router", "Claims Desk"]
    assert queue(desk, queue="late") == ["Lead Router"]
    assert queue(desk, queue="high") == ["Claims Desk"]
    assert "overdue" in desk.get(QUEUE).content.decode()


def test_the_desk_shows_what_a_decision_needs(desk: Client, submitted: PartnerApplication, as_alice: Principal) -> None:
    add_comment(application=submitted, body="Please look soon.", actor=as_alice)
    shown = show(desk, submitted)
    for text in (
        "Lead Router",
        "Acme Insurance Tech",
        "read:leads",
        "personal data",
        "SEC005",
        "Please look soon.",
        "0 of 1",
    ):
        assert text in shown, text


def test_the_next_version_shows_what_changes(desk: Client, approved: PartnerApplication, as_alice: Principal) -> None:
    update_application(
        application=approved, permissions=["read:leads", "write:leads"], description="Now writes.", actor=as_alice
    )
    submit_application(application=approved, actor=as_alice)
    shown = show(desk, approved)
    assert "What changes against the approved version" in shown
    assert "<del>Routes leads.</del>" in shown
    assert "write:leads" in desk.get(QUEUE).content.decode()


def test_claim_decide_and_talk(desk: Client, submitted: PartnerApplication, dana: User) -> None:
    press(desk, submitted, "claim")
    assert (status_of(submitted), version_of(submitted).claimed_by) == ("in_review", dana)
    assert queue(desk, queue="mine") == ["Lead Router"]
    press(desk, submitted, "comment", "Why leads?")
    press(desk, submitted, "note", "Looks fine.")
    assert [(c.body, c.internal) for c in submitted.comments.all()] == [("Why leads?", False), ("Looks fine.", True)]
    question = submitted.comments.get(body="Why leads?")
    shown = press(desk, submitted, "note", "To be asked again.", reply_to=str(question.pk))
    assert submitted.comments.get(body="To be asked again.").parent == question
    answer = submitted.comments.get(body="To be asked again.")
    shown = press(desk, submitted, "note", "Asked.", reply_to=str(answer.pk))
    assert shown.count('aria-label="Replies to dana@treaty.test"') == 1
    assert "In reply to dana@treaty.test: To be asked again." in shown
    assert "In reply to dana@treaty.test: Why leads?" not in shown
    listed = shown[shown.index("Conversation and notes") :]
    places = [listed.index(f"<p>{text}</p>") for text in ("Why leads?", "To be asked again.", "Asked.", "Looks fine.")]
    assert places == sorted(places)
    answering = show(desk, submitted, reply=str(question.pk))
    assert f'<option value="{question.pk}" selected>' in answering
    press(desk, submitted, "release")
    assert status_of(submitted) == "submitted"
    assert "is recorded" in press(desk, submitted, "approve", "Well made.")
    assert status_of(submitted) == "approved"
    assert changes_of(submitted)[-1][3] == "Well made."
    assert "approved already" in press(desk, submitted, "reject", "No.")
    assert status_of(submitted) == "approved"


@pytest.mark.parametrize(("verb", "status"), [("reject", "rejected"), ("request_changes", "changes_requested")])
def test_refusals_need_words(desk: Client, submitted: PartnerApplication, verb: str, status: str) -> None:
    assert "Give a reason" in press(desk, submitted, verb)
    assert status_of(submitted) == "submitted"
    canned = CannedReason.objects.create(title="Purpose", body="State a purpose for each scope.")
    press(desk, submitted, verb, "read:leads in particular.", str(canned.pk))
    submitted.refresh_from_db()
    assert (submitted.status, submitted.status_reason) == (
        status,
        "State a purpose for each scope.\n\nread:leads in particular.",
    )


def test_nobody_decides_for_their_own_partner(desk: Client, submitted: PartnerApplication, dana: User) -> None:
    PartnerMember.objects.create(partner=submitted.partner, user=dana, role="viewer")
    assert "a colleague has to review it" in press(desk, submitted, "approve")
    assert status_of(submitted) == "submitted"


def test_a_claim_of_a_colleague_holds(desk: Client, submitted: PartnerApplication, as_erin: Principal) -> None:
    claim_application(application=submitted, actor=as_erin)
    assert "erin@treaty.test is reviewing it" in press(desk, submitted, "approve")
    assert status_of(submitted) == "in_review"


def test_high_risk_shows_how_many_approvals_are_missing(desk: Client, risky: PartnerApplication) -> None:
    press(desk, risky, "approve")
    assert "1 of 2 approvals" in show(desk, risky)
    assert status_of(risky) == "submitted"


def test_unknown_verbs_and_methods(desk: Client, submitted: PartnerApplication) -> None:
    assert "You may not do this" in press(desk, submitted, "publish")
    url = reverse("admin:applications_applicationversion_decide", args=[version_of(submitted).pk])
    assert desk.get(url).status_code == 405
    assert status_of(submitted) == "submitted"


def test_staff_without_the_permission_only_look(submitted: PartnerApplication) -> None:
    frank = User.objects.create_user("frank@treaty.test", "correct horse battery", is_staff=True)
    client = Client()
    client.force_login(frank)
    assert client.get(QUEUE).status_code == 403
    frank.user_permissions.add(Permission.objects.get(codename="view_applicationversion"))
    assert 'value="approve"' not in show(client, submitted)
    assert "You may not do this" in press(client, submitted, "approve")
    assert status_of(submitted) == "submitted"


def test_partners_have_no_desk(submitted: PartnerApplication, alice: User) -> None:
    client = Client()
    client.force_login(alice)
    url = reverse("admin:applications_applicationversion_decide", args=[version_of(submitted).pk])
    before = ApplicationVersion.objects.values().get()
    answer = client.post(url, {"verb": "approve"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/admin/login/?next={url}")
    assert (ApplicationVersion.objects.values().get(), status_of(submitted)) == (before, "submitted")
    assert not ApplicationReview.objects.exists()


def act_on_all(client: Client, action: str) -> str:
    data = {
        "action": action,
        "_selected_action": [str(pk) for pk in ApplicationVersion.objects.values_list("pk", flat=True)],
    }
    return client.post(QUEUE, data, follow=True).content.decode()


def test_bulk_claims_name_each_refusal(
    desk: Client, submitted: PartnerApplication, risky: PartnerApplication, as_erin: Principal
) -> None:
    claim_application(application=risky, actor=as_erin)
    shown = act_on_all(desk, "claim_selected")
    assert (status_of(submitted), status_of(risky)) == ("in_review", "in_review")
    assert "cannot become in review" in shown
    act_on_all(desk, "release_selected")
    assert (status_of(submitted), status_of(risky)) == ("submitted", "submitted")


def test_bulk_approval_leaves_out_what_needs_a_look(
    desk: Client, submitted: PartnerApplication, risky: PartnerApplication
) -> None:
    harmless = make_application(
        submitted.partner, "Event Reader", status="submitted", permissions=["read:events"], approved_permissions=[]
    )
    due = timezone.now() + timedelta(hours=120)
    ApplicationVersion.objects.create(application=harmless, number=1, risk="low", due_at=due, **harmless.content())
    shown = act_on_all(desk, "approve_selected")
    assert (status_of(harmless), status_of(submitted), status_of(risky)) == ("approved", "submitted", "submitted")
    assert shown.count("open it, it needs a look") == 2


def test_applications_are_read_suspended_and_resumed(desk: Client, approved: PartnerApplication) -> None:
    page = reverse("admin:applications_partnerapplication_change", args=[approved.pk])
    assert desk.get(reverse("admin:applications_partnerapplication_changelist")).status_code == 200
    assert "Lead Router" in desk.get(page).content.decode()
    desk.post(page, {"status": "draft", "app_name": "Hacked"})
    assert status_of(approved) == "approved"
    suspend = reverse("admin:applications_partnerapplication_suspend", args=[approved.pk])
    assert "Reason" in desk.get(suspend).content.decode()
    desk.post(suspend, {"reason": ""})
    assert status_of(approved) == "approved"
    desk.post(suspend, {"reason": "Leaks."})
    assert status_of(approved) == "suspended"
    assert "cannot become suspended" in desk.post(suspend, {"reason": "Again."}, follow=True).content.decode()
    desk.post(reverse("admin:applications_partnerapplication_resume", args=[approved.pk]), {"reason": "Fixed."})
    assert status_of(approved) == "approved"
    assert desk.get(reverse("admin:applications_partnerapplication_delete", args=[approved.pk])).status_code == 403


def test_the_images_of_a_version(desk: Client, draft: PartnerApplication, as_alice: Principal, bob: User) -> None:
    set_icon(application=draft, file=io.BytesIO(png(256, 256)), actor=as_alice)
    add_screenshot(application=draft, file=io.BytesIO(png(800, 500)), actor=as_alice)
    submit_application(application=draft, actor=as_alice)
    version = version_of(draft)
    page = show(desk, draft)
    for position, size in ((0, 256), (1, 800)):
        url = reverse("admin:applications_applicationversion_image", args=[version.pk, position])
        assert url in page
        answer = desk.get(url)
        assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
        assert answer.content.startswith(png(size, size)[:16])
        member = Client()
        member.force_login(bob)
        assert member.get(url).status_code == 302
    assert desk.get(reverse("admin:applications_applicationversion_image", args=[version.pk, 2])).status_code == 404
