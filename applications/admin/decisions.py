"""What a reviewer can do with a submission: the buttons of the desk and of the queue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from applications.models import CannedReason, PartnerApplication, ReviewComment
from applications.services.comments import add_comment
from applications.services.review import (
    approve_application,
    claim_application,
    reject_application,
    release_application,
    request_changes,
)
from common.principal import Principal


class DecisionForm(forms.Form):
    """What the reviewer says, and to whom."""

    canned = forms.ModelChoiceField(
        queryset=CannedReason.objects.all(),
        required=False,
        label="Canned reason",
        empty_label="None",
        widget=UnfoldAdminSelectWidget,
    )
    reply_to = forms.ModelChoiceField(
        queryset=ReviewComment.objects.none(),
        required=False,
        label="In reply to (an answer to a note stays a note)",
        empty_label="Nothing in particular",
        widget=UnfoldAdminSelectWidget,
    )
    text = forms.CharField(
        required=False, max_length=5_000, label="Text", widget=UnfoldAdminTextareaWidget(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, application: PartnerApplication, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reply_to"].queryset = application.comments.order_by("-id")  # type: ignore[attr-defined]  # (a ModelChoiceField)
        if self.initial.get("reply_to"):
            self.fields["text"].widget.attrs["autofocus"] = True

    def words(self) -> str:
        """The canned reason and what was written below it."""
        canned = self.cleaned_data["canned"]
        return "\n\n".join(filter(None, (canned.body if canned else "", self.cleaned_data["text"].strip())))


@dataclass(frozen=True)
class Verb:
    """A button: calls one service with the application, the text and the reviewer."""

    done: str
    act: Callable[..., Any]
    needs_pending: bool = True
    answers: bool = False  # takes the comment it replies to, too


def claim(application: PartnerApplication, text: str, who: Principal) -> None:
    """Take it off the queue."""
    claim_application(application=application, actor=who)


def release(application: PartnerApplication, text: str, who: Principal) -> None:
    """Put it back."""
    release_application(application=application, actor=who)


def approve(application: PartnerApplication, text: str, who: Principal) -> None:
    """Approve, or give the first of two approvals."""
    approve_application(application=application, comments=text, actor=who)


def reject(application: PartnerApplication, text: str, who: Principal) -> None:
    """Reject with the text as reason."""
    reject_application(application=application, reason=text, actor=who)


def ask_for_changes(application: PartnerApplication, text: str, who: Principal) -> None:
    """Send it back with the text."""
    request_changes(application=application, comments=text, actor=who)


def comment(application: PartnerApplication, text: str, who: Principal, parent: ReviewComment | None) -> None:
    """Write to the partner."""
    add_comment(application=application, body=text, parent_id=parent.pk if parent else None, actor=who)


def note(application: PartnerApplication, text: str, who: Principal, parent: ReviewComment | None) -> None:
    """Write to the other reviewers."""
    parent_id = parent.pk if parent else None
    add_comment(application=application, body=text, parent_id=parent_id, internal=True, actor=who)


VERBS = {
    "claim": Verb("You are reviewing it.", claim),
    "release": Verb("It is back in the queue.", release),
    "approve": Verb("Your approval is recorded.", approve),
    "reject": Verb("It is rejected.", reject),
    "request_changes": Verb("The partner is asked for changes.", ask_for_changes),
    "comment": Verb("Your message is sent.", comment, needs_pending=False, answers=True),
    "note": Verb("Your note is kept.", note, needs_pending=False, answers=True),
}
