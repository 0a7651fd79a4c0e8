"""E-mail to those who wait for something an application does."""

from __future__ import annotations

from typing import Any

from applications.models import PartnerApplication, ReviewComment
from common.mail import absolute_url
from partners.services.mail import mail_members, queue_mail

RECIPIENTS = ("owner", "developer")


def tell_partner(application: PartnerApplication, kind: str, *, page: str = "", **context: Any) -> None:
    """Write to the owners and developers of the partner, in the current transaction."""
    mail_members(
        partner=application.partner,
        roles=RECIPIENTS,
        kind=kind,
        application=application.app_name,
        action_url=absolute_url(f"/applications/{application.id}{page}"),
        **context,
    )


def tell_about_comment(comment: ReviewComment) -> None:
    """A reviewer's message goes to the partner, the partner's to the reviewer who claimed it; notes go nowhere."""
    application, version = comment.application, comment.version
    if comment.internal:
        return
    if comment.from_staff:
        tell_partner(application, "application_comment", page="/review", author="A reviewer", body=comment.body)
    elif version is not None and version.claimed_by is not None:
        queue_mail(
            kind="application_comment",
            to=version.claimed_by,
            partner=application.partner.partner_name,
            application=application.app_name,
            action_url=absolute_url(f"/admin/applications/applicationversion/{version.id}/change/"),
            author=comment.author_label,
            body=comment.body,
        )
