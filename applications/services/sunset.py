"""The last days of a deprecated application."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from applications.models import PartnerApplication
from applications.services.announcements import announce
from applications.services.notices import tell_partner
from applications.sunset import due_warning

Status = PartnerApplication.Status


def stop_due_applications() -> int:
    """Stop every deprecated application whose last day is over; return how many. Safe to run twice or at once."""
    due = PartnerApplication.objects.present().filter(
        status=Status.DEPRECATED, stopped_at=None, sunset_date__lte=timezone.now().date()
    )
    return sum(stop_application(application_id) for application_id in due.values_list("pk", flat=True))


@transaction.atomic
def stop_application(application_id: uuid.UUID) -> bool:
    """Mark it stopped and tell everyone; False when that has happened, or its date was moved."""
    application = PartnerApplication.objects.select_for_update().get(pk=application_id)
    if application.stopped_at is not None or not application.is_sunset():
        return False
    application.stopped_at = timezone.now()
    application.save(update_fields=["stopped_at", "updated_at"])
    announce(application, "application.stopped")
    tell_partner(application, "application_stopped")
    return True


def warn_of_sunsets() -> int:
    """Warn of the deprecated applications that are about to stop; return how many. Each milestone is sent once."""
    today = timezone.now().date()
    coming = PartnerApplication.objects.present().filter(status=Status.DEPRECATED, sunset_date__gt=today)
    return sum(warn_of_sunset(application_id) for application_id in coming.values_list("pk", flat=True))


@transaction.atomic
def warn_of_sunset(application_id: uuid.UUID) -> bool:
    """Send the warning that is due; False when none is."""
    application = PartnerApplication.objects.select_for_update().get(pk=application_id)
    if application.sunset_date is None or application.status != Status.DEPRECATED:
        return False
    today = timezone.now().date()
    milestone = due_warning(application.sunset_date, today, application.sunset_warned_days)
    if milestone is None:
        return False
    application.sunset_warned_days = milestone
    application.save(update_fields=["sunset_warned_days", "updated_at"])
    tell_partner(
        application,
        "application_sunset",
        day=f"{application.sunset_date:%-d %B %Y}",
        days=(application.sunset_date - today).days,
    )
    return True
