"""Who is written to, and when."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from applications.models import PartnerApplication
from applications.services.comments import add_comment
from applications.services.lifecycle import resume_application, suspend_application
from applications.services.review import (
    approve_application,
    claim_application,
    reject_application,
    request_changes,
    submit_application,
)
from common.errors import ConflictError
from common.mail import kinds, render_mail
from common.principal import Principal
from partners.models import PartnerMember, User
from partners.models.mail import OutboundMail
from partners.services.mail import set_preferences


def sent() -> list[tuple[str, str]]:
    return list(OutboundMail.objects.order_by("id").values_list("kind", "recipient"))


def test_owners_and_developers_hear_of_a_submission(draft: PartnerApplication, as_alice: Principal, bob: User) -> None:
    viewer = User.objects.create_user("vera@acme.test", "correct horse battery")
    PartnerMember.objects.create(partner=draft.partner, user=viewer, role="viewer")
    submit_application(application=draft, actor=as_alice)
    assert sent() == [("application_submitted", "alice@acme.test"), ("application_submitted", "bob@acme.test")]
    context = OutboundMail.objects.first().context  # type: ignore[union-attr]  # (there is one)
    assert context["action_url"].endswith(f"/applications/{draft.id}")
    assert (context["application"], context["partner"], context["version"]) == ("Lead Router", "Acme Insurance Tech", 1)


@pytest.mark.parametrize(
    ("decide", "options", "kind"),
    [
        (approve_application, {}, "application_approved"),
        (reject_application, {"reason": "Too broad."}, "application_rejected"),
        (request_changes, {"comments": "State a purpose."}, "application_changes_requested"),
    ],
)
def test_decisions(
    submitted: PartnerApplication,
    as_dana: Principal,
    decide: Callable[..., PartnerApplication],
    options: dict[str, str],
    kind: str,
) -> None:
    decide(application=submitted, actor=as_dana, **options)
    assert sent()[1:] == [(kind, "alice@acme.test")]


def test_the_first_of_two_approvals_is_not_announced(risky: PartnerApplication, as_dana: Principal) -> None:
    approve_application(application=risky, actor=as_dana)
    assert [kind for kind, _ in sent()] == ["application_submitted"]


def test_a_refused_decision_sends_nothing(
    submitted: PartnerApplication, as_dana: Principal, as_erin: Principal
) -> None:
    claim_application(application=submitted, actor=as_erin)
    with pytest.raises(ConflictError):
        approve_application(application=submitted, actor=as_dana)
    assert [kind for kind, _ in sent()] == ["application_submitted"]


def test_messages_go_to_the_other_side(submitted: PartnerApplication, as_dana: Principal, as_alice: Principal) -> None:
    add_comment(application=submitted, body="Why leads?", actor=as_dana)
    add_comment(application=submitted, body="Odd.", internal=True, actor=as_dana)
    add_comment(application=submitted, body="Nobody claimed it yet.", actor=as_alice)
    claim_application(application=submitted, actor=as_dana)
    add_comment(application=submitted, body="To route them.", actor=as_alice)
    assert sent()[1:] == [("application_comment", "alice@acme.test"), ("application_comment", "dana@treaty.test")]
    to_reviewer = OutboundMail.objects.get(recipient="dana@treaty.test")
    assert (to_reviewer.context["author"], to_reviewer.context["body"]) == ("alice@acme.test", "To route them.")
    to_partner = OutboundMail.objects.get(kind="application_comment", recipient="alice@acme.test")
    assert to_partner.context["author"] == "A reviewer"


def test_suspension_and_resumption_cannot_be_switched_off(
    approved: PartnerApplication, as_dana: Principal, alice: User
) -> None:
    set_preferences(user=alice, enabled=[])
    before = len(sent())
    suspend_application(application=approved, reason="Leaks.", actor=as_dana)
    resume_application(application=approved, actor=as_dana)
    assert [kind for kind, _ in sent()[before:]] == ["application_suspended", "application_resumed"]


def test_reviews_can_be_switched_off(draft: PartnerApplication, as_alice: Principal, alice: User) -> None:
    set_preferences(user=alice, enabled=[])
    submit_application(application=draft, actor=as_alice)
    assert sent() == []


@pytest.mark.parametrize("name", sorted(name for name in kinds if name.startswith("application_")))
def test_every_mail_renders(name: str) -> None:
    mail = render_mail(name, kinds[name].sample)
    assert "Lead Router" in mail.subject
    assert "Lead Router" in mail.text
    assert "<script" not in render_mail(name, {**kinds[name].sample, "application": "<script>"}).html
