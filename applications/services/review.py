"""The review: submission, claim and decision."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from applications import transitions
from applications.models import ApplicationCheckRun, ApplicationReview, ApplicationVersion, PartnerApplication
from applications.models.review import Decision
from applications.risk import APPROVALS_NEEDED, Risk, review_due, risk_of
from applications.services.announcements import announce
from applications.services.notices import tell_partner
from applications.services.status import (
    check_transition,
    lock_application,
    move_application,
    move_version,
    record_change,
    require_open,
    require_partner_side,
)
from applications.services.validation import (
    current_run,
    require_passed,
    require_same_content,
    run_security_validation,
)
from common.errors import ConflictError, ForbiddenError, InvalidError, TransitionError
from common.principal import Principal, PrincipalKind
from partners.models import PartnerMember

Status = PartnerApplication.Status


def submit_application(*, application: PartnerApplication, note: str = "", actor: Principal) -> PartnerApplication:
    """Freeze the content as the next version and put it in the queue.

    A live application stays live meanwhile; it must have changed since its last approval.
    Raises TransitionError for a wrong state, ConflictError for a partner that is closed, InvalidFieldsError for
    content the security validation refuses. Call it outside a transaction: the validation reads the partner's pages.
    """
    application.refresh_from_db()
    require_partner_side(application, actor)
    require_submittable(application, actor)
    run = current_run(application) or run_security_validation(application=application, actor=actor)
    require_passed(run)
    with transaction.atomic():
        lock_application(application)
        require_submittable(application, actor)
        require_same_content(application, run)
        version = freeze_version(application, run, note=note.strip(), actor=actor)
        if application.is_live:
            record_change(
                application=application,
                version=version,
                before=application.status,
                after=Status.SUBMITTED,
                reason=version.note,
                actor=actor,
            )
        else:
            move_application(application=application, target=Status.SUBMITTED, reason="", actor=actor)
        announce(application, "application.submitted")
        tell_partner(application, "application_submitted", version=version.number, due=f"{version.due_at:%-d %B %Y}")
    return application


def freeze_version(
    application: PartnerApplication, run: ApplicationCheckRun, *, note: str, actor: Principal
) -> ApplicationVersion:
    """The content as the next version, with what the validation found and by when it is to be decided."""
    risk = risk_of(application.permissions)
    last = application.versions.order_by("-number").first()
    return ApplicationVersion.objects.create(
        application=application,
        number=last.number + 1 if last else 1,
        note=note,
        submitted_by_id=actor.user_id,
        submitted_label=actor.label,
        risk=risk.value,
        due_at=review_due(risk, timezone.now()),
        checks=run.findings,
        **application.content(),
    )


def require_submittable(application: PartnerApplication, actor: Principal) -> None:
    """Refuse a submission that waits already, a live application without changes, and a partner that is closed."""
    refused = TransitionError(noun="The application", current=application.status, target=Status.SUBMITTED)
    if application.deleted_at is not None:
        raise ConflictError("application_deleted", "The application was deleted.")
    if application.is_live:
        next_version = application.status != Status.DEPRECATED and application.has_unreviewed_changes()
        if application.pending_version is not None or not next_version:
            raise refused
    else:
        check_transition(transitions.APPLICATION, current=application.status, target=Status.SUBMITTED, actor=actor)
    require_open(application.partner)


@transaction.atomic
def withdraw_application(*, application: PartnerApplication, actor: Principal) -> PartnerApplication:
    """Take a submission back to change it. Raises TransitionError when none waits."""
    version = lock_pending(application, target="draft", actor=actor)
    close_version(version, target=ApplicationVersion.Status.WITHDRAWN, reason="", actor=actor)
    announce(application, "application.withdrawn")
    return application


@transaction.atomic
def claim_application(*, application: PartnerApplication, actor: Principal) -> PartnerApplication:
    """Take a submission off the queue as its reviewer. Raises ConflictError when a colleague has it."""
    version = lock_pending(application, target="in_review", actor=actor)
    require_reviewer(version, actor)
    if actor.user_id is None:
        raise ForbiddenError("person_needed", "A person claims a review.")
    version.claimed_by_id, version.claimed_at = actor.user_id, timezone.now()
    move_version(version=version, target=Status.IN_REVIEW, reason="", actor=actor)
    version.save(update_fields=["claimed_by", "claimed_at", "updated_at"])
    return application


@transaction.atomic
def release_application(*, application: PartnerApplication, actor: Principal) -> PartnerApplication:
    """Put a claimed submission back on the queue; any reviewer may, so an absence blocks nobody."""
    version = lock_pending(application, target="submitted", actor=actor)
    version.claimed_by, version.claimed_at = None, None
    move_version(version=version, target=Status.SUBMITTED, reason="", actor=actor)
    version.save(update_fields=["claimed_by", "claimed_at", "updated_at"])
    return application


@transaction.atomic
def approve_application(*, application: PartnerApplication, comments: str = "", actor: Principal) -> PartnerApplication:
    """Approve the waiting version; what it asks for is granted.

    A high-risk version needs two reviewers: after the first one it goes back to the queue for the second.
    Raises TransitionError when nothing waits, ConflictError for a colleague's claim or a second vote.
    """
    version = lock_pending(application, target=Status.APPROVED, actor=actor)
    require_reviewer(version, actor)
    record_decision(version, Decision.APPROVE, comments, actor)
    if approvals_missing(version, actor):
        version.claimed_by, version.claimed_at = None, None
        version.save(update_fields=["claimed_by", "claimed_at", "updated_at"])
        if version.status == Status.IN_REVIEW:
            move_version(version=version, target=Status.SUBMITTED, reason="One of two approvals.", actor=actor)
        return application
    close_version(version, target=Status.APPROVED, reason=comments, actor=actor)
    application.approved_permissions = list(version.permissions)
    application.live_version = version
    application.save(update_fields=["approved_permissions", "live_version", "updated_at"])
    announce(application, "application.approved", permissions=application.approved_permissions)
    tell_partner(application, "application_approved")
    return application


@transaction.atomic
def reject_application(*, application: PartnerApplication, reason: str, actor: Principal) -> PartnerApplication:
    """Reject the waiting version; one rejection is enough. A live application stays as it was last approved."""
    reason = require_reason(reason, field="reason")
    version = lock_pending(application, target=Status.REJECTED, actor=actor)
    require_reviewer(version, actor)
    record_decision(version, Decision.REJECT, reason, actor)
    close_version(version, target=Status.REJECTED, reason=reason, actor=actor)
    announce(application, "application.rejected", reason=reason)
    tell_partner(application, "application_rejected", page="/review", reason=reason)
    return application


@transaction.atomic
def request_changes(*, application: PartnerApplication, comments: str, actor: Principal) -> PartnerApplication:
    """Send the waiting version back to the partner with what to change."""
    comments = require_reason(comments, field="comments")
    version = lock_pending(application, target=Status.CHANGES_REQUESTED, actor=actor)
    require_reviewer(version, actor)
    record_decision(version, Decision.REQUEST_CHANGES, comments, actor)
    close_version(version, target=Status.CHANGES_REQUESTED, reason=comments, actor=actor)
    announce(application, "application.changes_requested", comments=comments)
    tell_partner(application, "application_changes_requested", page="/review", reason=comments)
    return application


def lock_pending(application: PartnerApplication, *, target: str, actor: Principal) -> ApplicationVersion:
    """Lock the application and return the version that waits; raises TransitionError when none can go to `target`."""
    lock_application(application)
    version = application.pending_version
    table, current = transitions.APPLICATION, application.status
    if version is not None and application.is_live:
        table, current = transitions.VERSION, version.status
        target = ApplicationVersion.Status.WITHDRAWN if target == Status.DRAFT else target
    check_transition(table, current=current, target=target, actor=actor)
    require_partner_side(application, actor)
    if version is None:
        raise TransitionError(noun="The application", current=application.status, target=target)
    version.application = application
    return version


def require_reviewer(version: ApplicationVersion, actor: Principal) -> None:
    """Refuse who belongs to the partner or submitted the version, its own keys, and who finds a colleague's claim."""
    partner_id = version.application.partner_id
    is_member = actor.user_id and PartnerMember.objects.filter(partner_id=partner_id, user_id=actor.user_id).exists()
    if is_member or actor.partner_id == partner_id:
        raise ForbiddenError("own_application", "You belong to this partner: a colleague has to review it.")
    if actor.user_id and version.submitted_by_id == actor.user_id:
        raise ForbiddenError("own_submission", "You submitted this version: a colleague has to review it.")
    if version.claimed_by_id is not None and version.claimed_by_id != actor.user_id:
        raise ConflictError("claimed_by_another", f"{version.claimed_by} is reviewing it.")


def require_reason(text: str, *, field: str) -> str:
    """The reason without surrounding space; raises InvalidError for an empty one."""
    text = text.strip()
    if not text:
        raise InvalidError("Give a reason: the partner reads it.", field=field, code="blank")
    return text


def record_decision(version: ApplicationVersion, decision: Decision, comments: str, actor: Principal) -> None:
    """Write one reviewer's decision down; raises ConflictError when they approved this version before."""
    reviewer_key = str(actor.user_id or actor.credential_id or actor.kind.value)
    if version.reviews.filter(reviewer_key=reviewer_key, decision=decision).exists():
        raise ConflictError("already_reviewed", "You approved this version already: it needs a second reviewer.")
    ApplicationReview.objects.create(
        version=version,
        reviewer_id=actor.user_id,
        reviewer_key=reviewer_key,
        reviewer_label=actor.label,
        decision=decision,
        comments=comments.strip(),
    )


def approvals_missing(version: ApplicationVersion, actor: Principal) -> int:
    """How many more reviewers have to approve; the platform itself needs no second one."""
    if actor.kind is PrincipalKind.SYSTEM:
        return 0
    given = version.reviews.filter(decision=Decision.APPROVE).count()
    return max(0, APPROVALS_NEEDED[Risk(version.risk)] - given)


def close_version(version: ApplicationVersion, *, target: str, reason: str, actor: Principal) -> None:
    """End the review of a version."""
    move_version(version=version, target=target, reason=reason, actor=actor)
    version.decided_at = timezone.now()
    version.claimed_by = None
    version.save(update_fields=["decided_at", "claimed_by", "updated_at"])
