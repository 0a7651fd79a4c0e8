"""The conversation between reviewer and partner."""

from __future__ import annotations

import uuid

from django.db import transaction

from applications.models import PartnerApplication, ReviewComment
from applications.services.notices import tell_about_comment
from applications.services.status import require_partner_side
from applications.transitions import Side, side_of
from common.errors import ForbiddenError, InvalidError, UnknownObjectError
from common.principal import Principal

MAX_LENGTH = 5_000


@transaction.atomic
def add_comment(
    *,
    application: PartnerApplication,
    body: str,
    parent_id: uuid.UUID | None = None,
    internal: bool = False,
    actor: Principal,
) -> ReviewComment:
    """Write to the other side, or a note between reviewers. It belongs to the latest submission.

    Raises InvalidError for an empty text or a parent that is not there, ForbiddenError for a partner's internal note.
    """
    require_partner_side(application, actor)
    from_staff = side_of(actor) is not Side.PARTNER
    if internal and not from_staff:
        raise ForbiddenError("staff_only", "Internal notes are for reviewers.")
    body = body.strip()
    if not body:
        raise InvalidError("Write something.", field="body", code="blank")
    if len(body) > MAX_LENGTH:
        raise InvalidError(f"Use at most {MAX_LENGTH} characters.", field="body", code="max_length")
    parent = None
    if parent_id is not None:
        parent = ReviewComment.objects.visible_to(actor).filter(application=application, id=parent_id).first()
        if parent is None:
            raise UnknownObjectError(field="parent_id")
        # A reply to a note stays between reviewers.
        internal = internal or parent.internal
    comment = ReviewComment.objects.create(
        application=application,
        version=application.versions.order_by("-number").first(),
        parent=parent,
        author_id=actor.user_id,
        author_label=actor.label,
        from_staff=from_staff,
        internal=internal,
        body=body,
    )
    tell_about_comment(comment)
    return comment
