"""Moving an application or a version along the table of transitions, and leaving a record of it."""

from __future__ import annotations

from applications import transitions
from applications.models import ApplicationStatusChange, ApplicationVersion, PartnerApplication
from applications.transitions import Side
from common.errors import ConflictError, ForbiddenError, TransitionError
from common.principal import Principal
from partners.models import Partner


def lock_application(application: PartnerApplication) -> None:
    """Read the row again and hold it until the transaction ends: whoever comes second sees what the first one did."""
    application.refresh_from_db(from_queryset=PartnerApplication.objects.select_for_update())


def check_transition(
    table: tuple[transitions.Transition, ...], *, current: str, target: str, actor: Principal
) -> transitions.Transition:
    """The transition; raises ForbiddenError for the wrong side of the review, TransitionError for an illegal one."""
    side = transitions.side_of(actor)
    step = transitions.find(table, current, target)
    candidates = [step] if step else [other for other in table if other.target == target]
    if candidates and not any(side in candidate.sides for candidate in candidates):
        raise ForbiddenError("staff_only", f"Only staff can make an application {target.replace('_', ' ')}.")
    if step is None:
        raise TransitionError(noun="The application", current=current, target=target)
    return step


def require_partner_side(application: PartnerApplication, actor: Principal) -> None:
    """Refuse a caller who neither owns the application nor is staff; the doors already answer 404."""
    if transitions.side_of(actor) is Side.PARTNER and actor.partner_id != application.partner_id:
        raise ForbiddenError("not_yours", "This application belongs to another partner.")


def require_open(partner: Partner) -> None:
    """Refuse what a suspended or inactive partner may not begin."""
    if partner.status in {Partner.Status.SUSPENDED, Partner.Status.INACTIVE}:
        raise ConflictError("partner_not_active", f"{partner} is {partner.get_status_display().lower()}.")


def move_application(*, application: PartnerApplication, target: str, reason: str, actor: Principal) -> None:
    """Take a locked application to `target`; the caller saves nothing else of the status."""
    current = application.status
    check_transition(transitions.APPLICATION, current=current, target=target, actor=actor)
    require_partner_side(application, actor)
    application.status = target
    application.status_reason = reason
    application.save(update_fields=["status", "status_reason", "updated_at"])
    record_change(application=application, version=None, before=current, after=target, reason=reason, actor=actor)


def move_version(*, version: ApplicationVersion, target: str, reason: str, actor: Principal) -> None:
    """Take a version whose application is locked to `target`; before its first approval the application goes along."""
    current, application = version.status, version.application
    check_transition(transitions.VERSION, current=current, target=target, actor=actor)
    require_partner_side(application, actor)
    version.status = target
    version.save(update_fields=["status", "updated_at"])
    if application.status in PartnerApplication.UNDER_REVIEW:
        application_target = "draft" if target == ApplicationVersion.Status.WITHDRAWN else target
        application.status = application_target
        application.status_reason = reason
        application.save(update_fields=["status", "status_reason", "updated_at"])
    record_change(application=application, version=version, before=current, after=target, reason=reason, actor=actor)


def record_change(
    *,
    application: PartnerApplication,
    version: ApplicationVersion | None,
    before: str,
    after: str,
    reason: str,
    actor: Principal,
) -> None:
    """Write down who, when and why."""
    ApplicationStatusChange.objects.create(
        application=application,
        version=version,
        from_status=before,
        to_status=after,
        actor_kind=actor.kind.value,
        actor_id=actor.user_id or actor.credential_id,
        actor_label=actor.label,
        reason=reason,
    )
