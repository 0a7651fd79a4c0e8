"""The pages of the portal: every member may look, owners and developers change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.models import PartnerApplication
from applications.services.comments import add_comment
from applications.services.review import request_changes
from common.principal import Principal
from partners.models import Partner, PartnerMember, User
from tests.applications.helpers import png, status_of

SignIn = Callable[[User], Client]


@pytest.fixture
def sign_in() -> SignIn:
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def viewer(acme: Partner) -> User:
    user = User.objects.create_user("vera@acme.test", "correct horse battery")
    PartnerMember.objects.create(partner=acme, user=user, role="viewer")
    return user


def page(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_list(sign_in: SignIn, draft: PartnerApplication, bob: User, viewer: User) -> None:
    assert "Lead Router" in page(sign_in(bob), "application_list")
    assert "Create application" in page(sign_in(bob), "application_list")
    assert "Create application" not in page(sign_in(viewer), "application_list")
    assert "Nothing matches" in page(sign_in(bob), "application_list", search="nothing like it")
    assert "Lead Router" in page(sign_in(bob), "application_list", status="draft")


def test_an_empty_list_says_what_to_do(sign_in: SignIn, bob: User) -> None:
    assert "No applications yet" in page(sign_in(bob), "application_list")


def test_long_lists_have_pages(sign_in: SignIn, acme: Partner, bob: User) -> None:
    PartnerApplication.objects.bulk_create(
        PartnerApplication(partner=acme, app_name=f"App {number:02d}") for number in range(26)
    )
    assert "Page 1 of 2" in page(sign_in(bob), "application_list")
    second = page(sign_in(bob), "application_list", page="2")
    assert ("App 00" in second, "App 25" in second) == (True, False)


def test_creating_leads_into_the_wizard(sign_in: SignIn, bob: User) -> None:
    answer = sign_in(bob).post(reverse("application_create"), {"app_name": "Quote Mirror"})
    created = PartnerApplication.objects.get()
    assert answer["Location"] == reverse("application_step", args=[created.pk, "basics"])
    again = sign_in(bob).post(reverse("application_create"), {"app_name": "Quote Mirror"})
    assert "already have an application of this name" in again.content.decode()
    assert PartnerApplication.objects.count() == 1


STEPS = ["basics", "permissions", "data", "security", "links", "submit"]


@pytest.mark.parametrize("step", STEPS)
def test_every_step_opens(sign_in: SignIn, draft: PartnerApplication, bob: User, step: str) -> None:
    assert "SEC009" in page(sign_in(bob), "application_step", draft.pk, step)


def test_steps_save(sign_in: SignIn, draft: PartnerApplication, bob: User) -> None:
    client = sign_in(bob)
    draft.security_info = {"kept": 1}
    draft.save()
    for step, data in {
        "basics": {"app_name": "Lead Router", "description": "Routes.", "homepage_url": "https://acme.test"},
        "permissions": {"use_read:leads": "on", "why_read:leads": "To route.", "why_write:leads": "Not chosen."},
        "data": {"purpose": "Routing.", "retention_days": "0", "storage_region": "", "shared_with": ""},
        "security": {
            "incident_contact": "sec@acme.test",
            "encrypted_at_rest": "on",
            "last_penetration_test": "2026-05-01",
            "certifications": "SOC 2 Type II, 2031-03-31\nISO 27001\nA, B",
        },
        "links": {
            "privacy_policy_url": "https://acme.test/p",
            "support_url": "",
            "redirect_uris": "https://a.test/1\n\nhttps://a.test/2",
        },
    }.items():
        answer = client.post(reverse("application_step", args=[draft.pk, step]), data)
        following = STEPS[STEPS.index(step) + 1]
        assert answer["Location"] == reverse("application_step", args=[draft.pk, following])
    draft.refresh_from_db()
    assert (draft.description, draft.homepage_url) == ("Routes.", "https://acme.test")
    assert (draft.permissions, draft.permission_purposes) == (["read:leads"], {"read:leads": "To route."})
    assert draft.data_access == {"purpose": "Routing.", "retentionDays": 0}
    assert draft.security_info == {
        "kept": 1,
        "incidentContact": "sec@acme.test",
        "encryptedAtRest": True,
        "lastPenetrationTest": "2026-05-01",
        "certifications": [
            {"name": "SOC 2 Type II", "expiresAt": "2031-03-31"},
            {"name": "ISO 27001"},
            {"name": "A, B"},
        ],
    }
    assert draft.redirect_uris == ["https://a.test/1", "https://a.test/2"]
    again = page(client, "application_step", draft.pk, "security")
    assert "SOC 2 Type II, 2031-03-31\nISO 27001\nA, B" in again


def test_autosave(sign_in: SignIn, draft: PartnerApplication, bob: User) -> None:
    client, url = sign_in(bob), reverse("application_step", args=[draft.pk, "links"])
    saved = client.post(url, {"redirect_uris": "http://acme.test/cb"}, headers={"HX-Request": "true"}).content.decode()
    assert "Saved" in saved
    assert "SEC001" in saved
    assert 'hx-swap-oob="true"' in saved
    refused = client.post(url, {"privacy_policy_url": "ftp://x"}, headers={"HX-Request": "true"}).content.decode()
    assert "Not saved: Expected a web address" in refused
    draft.refresh_from_db()
    assert (draft.redirect_uris, draft.privacy_policy_url) == (["http://acme.test/cb"], "")


def test_an_unknown_step(sign_in: SignIn, draft: PartnerApplication, bob: User) -> None:
    url = reverse("application_step", args=[draft.pk, "nonsense"])
    assert sign_in(bob).get(url).status_code == 404
    assert sign_in(bob).post(url).status_code == 404
    assert sign_in(bob).post(reverse("application_step", args=[draft.pk, "submit"])).status_code == 404


def test_submitting_shows_the_queue(sign_in: SignIn, draft: PartnerApplication, bob: User) -> None:
    client = sign_in(bob)
    client.post(reverse("application_submit", args=[draft.pk]), {"note": "Hurry."})
    assert status_of(draft) == "submitted"
    shown = page(client, "application_detail", draft.pk)
    assert "Position in the queue" in shown
    assert "Hurry." in page(client, "application_review", draft.pk)
    assert "Draft to submitted" in page(client, "application_history", draft.pk)
    away = client.get(reverse("application_step", args=[draft.pk, "basics"]))
    assert away["Location"] == reverse("application_detail", args=[draft.pk])
    client.post(reverse("application_withdraw", args=[draft.pk]))
    assert status_of(draft) == "draft"


def test_blocked_submission_leads_back_to_the_checks(sign_in: SignIn, draft: PartnerApplication, bob: User) -> None:
    PartnerApplication.objects.filter(pk=draft.pk).update(redirect_uris=["http://acme.test/cb"])
    answer = sign_in(bob).post(reverse("application_submit", args=[draft.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("application_step", args=[draft.pk, "submit"]), 302)]
    assert "Not submitted" in answer.content.decode()
    assert status_of(draft) == "draft"
    assert "blocks the submission" in page(sign_in(bob), "application_detail", draft.pk)


def test_running_the_checks(sign_in: SignIn, draft: PartnerApplication, bob: User) -> None:
    answer = sign_in(bob).post(reverse("application_validate", args=[draft.pk]), follow=True)
    assert "Every check that blocks passed" in answer.content.decode()
    assert draft.check_runs.count() == 1


def test_changes_requested_is_shown_everywhere(
    sign_in: SignIn, submitted: PartnerApplication, bob: User, as_dana: Principal
) -> None:
    request_changes(application=submitted, comments="State a purpose.", actor=as_dana)
    client = sign_in(bob)
    assert "State a purpose." in page(client, "application_detail", submitted.pk)
    assert "Changes requested for Lead Router" in page(client, "portal_home")


def test_conversation(sign_in: SignIn, submitted: PartnerApplication, bob: User, as_dana: Principal) -> None:
    add_comment(application=submitted, body="Why leads?", actor=as_dana)
    add_comment(application=submitted, body="Smells odd.", internal=True, actor=as_dana)
    client = sign_in(bob)
    client.post(reverse("application_comment", args=[submitted.pk]), {"body": "To route them."})
    shown = page(client, "application_review", submitted.pk)
    assert all(text in shown for text in ("Why leads?", "To route them."))
    assert "Smells odd." not in shown
    assert "dana@treaty.test" not in shown
    empty = client.post(reverse("application_comment", args=[submitted.pk]), {"body": " "}, follow=True)
    assert "Write" in empty.content.decode()
    assert submitted.comments.count() == 3
    question, note = submitted.comments.filter(from_staff=True).order_by("id")
    assert f'<option value="{question.pk}">Reviewer: Why leads?</option>' in shown
    assert str(note.pk) not in shown
    for parent in (question, note):
        client.post(reverse("application_comment", args=[submitted.pk]), {"body": "As said.", "parent": parent.pk})
    assert submitted.comments.get(body="As said.").parent == question
    answer = submitted.comments.get(body="As said.")
    client.post(reverse("application_comment", args=[submitted.pk]), {"body": "Sure?", "parent": answer.pk})
    shown = page(client, "application_review", submitted.pk, reply=str(question.pk))
    assert shown.count('aria-label="Replies to the reviewer"') == 1
    assert "In reply to bob@acme.test: As said." in shown
    assert "In reply to the reviewer: Why leads?" not in shown
    assert shown.index("Why leads?") < shown.index("As said.") < shown.index("Sure?") < shown.index("To route them.")
    assert f'<option value="{question.pk}" selected>' in shown
    assert f'href="?reply={answer.pk}"' in shown
    assert "autofocus" in shown
    assert "selected" not in page(client, "application_review", submitted.pk, reply=str(note.pk))


def test_publish_and_deprecate(sign_in: SignIn, approved: PartnerApplication, bob: User) -> None:
    client = sign_in(bob)
    client.post(reverse("application_publish", args=[approved.pk]))
    assert status_of(approved) == "published"
    client.post(reverse("application_deprecate", args=[approved.pk]), {"sunset_date": "soon"})
    assert status_of(approved) == "published"
    day = timezone.now().date() + timedelta(days=20)
    client.post(reverse("application_deprecate", args=[approved.pk]), {"sunset_date": day.isoformat()})
    assert status_of(approved) == "deprecated"
    assert f"stops on {day:%-d %B %Y}" in page(client, "application_detail", approved.pk)
    assert "Lead Router ends on" in page(client, "portal_home")


def test_delete(sign_in: SignIn, draft: PartnerApplication, bob: User) -> None:
    answer = sign_in(bob).post(reverse("application_delete", args=[draft.pk]))
    assert answer["Location"] == reverse("application_list")
    assert sign_in(bob).get(reverse("application_detail", args=[draft.pk])).status_code == 404


def upload(name: str, data: bytes) -> dict[str, SimpleUploadedFile]:
    return {"image": SimpleUploadedFile(name, data)}


def test_icon(sign_in: SignIn, draft: PartnerApplication, bob: User, charlie: User) -> None:
    client, url = sign_in(bob), reverse("application_upload_icon", args=[draft.pk])
    for name, data in (("a.png", png(64, 64)), ("a.png", png(256, 128)), ("a.svg", b"<svg/>"), ("b.png", b"x" * 2**21)):
        client.post(url, upload(name, data))
    client.post(url)
    draft.refresh_from_db()
    assert not draft.icon
    client.post(url, upload("icon.png", png(256, 256)))
    draft.refresh_from_db()
    answer = client.get(reverse("application_icon", args=[draft.pk]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer.content == png(256, 256)
    assert sign_in(charlie).get(reverse("application_icon", args=[draft.pk])).status_code == 404
    assert "SEC015" not in page(client, "application_step", draft.pk, "links")
    default_storage.delete(str(draft.icon))
    assert client.get(reverse("application_icon", args=[draft.pk])).status_code == 404


def test_screenshots(sign_in: SignIn, draft: PartnerApplication, bob: User) -> None:
    client, url = sign_in(bob), reverse("application_upload_screenshot", args=[draft.pk])
    for _ in range(6):
        client.post(url, upload("shot.png", png(800, 10)))
    client.post(url, upload("small.png", png(100, 10)))
    draft.refresh_from_db()
    assert len(draft.screenshots) == 5
    assert client.get(reverse("application_screenshot", args=[draft.pk, 4])).status_code == 200
    assert client.get(reverse("application_screenshot", args=[draft.pk, 5])).status_code == 404
    client.post(reverse("application_remove_screenshot", args=[draft.pk]), {"name": draft.screenshots[0]})
    draft.refresh_from_db()
    assert len(draft.screenshots) == 4


PAGES = ["application_detail", "application_review", "application_history"]
BUTTONS = ["submit", "withdraw", "publish", "deprecate", "delete", "validate", "comment", "upload_icon"]


@pytest.mark.parametrize("name", PAGES)
def test_strangers_see_no_page(sign_in: SignIn, draft: PartnerApplication, charlie: User, name: str) -> None:
    url = reverse(name, args=[draft.pk])
    assert sign_in(charlie).get(url).status_code == 404
    assert Client().get(url).status_code == 302


@pytest.mark.parametrize("button", BUTTONS)
def test_strangers_and_viewers_press_no_button(
    sign_in: SignIn, draft: PartnerApplication, charlie: User, viewer: User, button: str
) -> None:
    url = reverse(f"application_{button}", args=[draft.pk])
    assert sign_in(charlie).post(url).status_code == 404
    assert sign_in(viewer).post(url).status_code == 403
    assert sign_in(viewer).get(url).status_code == 405
    assert (status_of(draft), draft.comments.count(), draft.check_runs.count()) == ("draft", 0, 0)


def test_viewers_look(sign_in: SignIn, draft: PartnerApplication, viewer: User) -> None:
    shown = page(sign_in(viewer), "application_detail", draft.pk)
    assert "Lead Router" in shown
    assert "Submit for review" not in shown
    assert sign_in(viewer).get(reverse("application_step", args=[draft.pk, "basics"])).status_code == 403
