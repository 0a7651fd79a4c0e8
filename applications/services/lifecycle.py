"""Life after approval: publish, suspend, resume, deprecate, stop."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from applications import registry
from applications.models import ApplicationStatusChange, PartnerApplication
from applications.services.announcements import announce
from applications.services.notices import tell_partner
from applications.services.review import require_reason
from applications.services.status import lock_application, move_application
from common.errors import InvalidError, TransitionError
from common.principal import Principal

Status = PartnerApplication.Status
LONGEST_NOTICE = timedelta(days=3 * 366)


@transaction.atomic
def publish_application(*, application: PartnerApplication, actor: Principal) -> PartnerApplication:
    """Make an approved application public."""
    lock_application(application)
    move_application(application=application, target=Status.PUBLISHED, reason="", actor=actor)
    announce(application, "application.published")
    return application


@transaction.atomic
def suspend_application(*, application: PartnerApplication, reason: str, actor: Principal) -> PartnerApplication:
    """Stop a live application at once: its keys and tokens of both environments are refused from the next request."""
    reason = require_reason(reason, field="reason")
    lock_application(application)
    move_application(application=application, target=Status.SUSPENDED, reason=reason, actor=actor)
    announce(application, "application.suspended", reason=reason)
    tell_partner(application, "application_suspended", reason=reason)
    return application


@transaction.atomic
def resume_application(*, application: PartnerApplication, reason: str = "", actor: Principal) -> PartnerApplication:
    """Put a suspended application back to where it was when it was suspended."""
    lock_application(application)
    suspension = (
        ApplicationStatusChange.objects.filter(application=application, version=None, to_status=Status.SUSPENDED)
        .order_by("-id")
        .first()
    )
    before = suspension.from_status if suspension else Status.APPROVED
    if application.status != Status.SUSPENDED:
        raise TransitionError(noun="The application", current=application.status, target="resumed")
    move_application(application=application, target=before, reason=reason.strip(), actor=actor)
    announce(application, "application.resumed")
    tell_partner(application, "application_resumed")
    return application


@transaction.atomic
def deprecate_application(
    *, application: PartnerApplication, sunset_date: date, reason: str = "", actor: Principal
) -> PartnerApplication:
    """Announce the end: it works until midnight UTC at the start of `sunset_date`."""
    today = timezone.now().date()
    if sunset_date <= today:
        raise InvalidError("The sunset date has to be in the future.", field="sunset_date", code="past")
    if sunset_date > today + LONGEST_NOTICE:
        raise InvalidError("The sunset date has to be within three years.", field="sunset_date", code="too_far")
    lock_application(application)
    move_application(application=application, target=Status.DEPRECATED, reason=reason.strip(), actor=actor)
    application.sunset_date, application.deprecated_at = sunset_date, timezone.now()
    application.save(update_fields=["sunset_date", "deprecated_at", "updated_at"])
    announce(application, "application.deprecated", sunsetDate=sunset_date.isoformat())
    registry.notify_installers(application)
    return application
