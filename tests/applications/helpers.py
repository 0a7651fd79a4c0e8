"""What the tests of applications look at."""

from __future__ import annotations

from applications.models import PartnerApplication
from events.models import PlatformEvent


def events_of(application: PartnerApplication) -> list[str]:
    """Names of the events published about it, in order."""
    events = PlatformEvent.objects.filter(entity_type="application", entity_id=str(application.id))
    return list(events.order_by("id").values_list("event_type__event_name", flat=True))


def changes_of(application: PartnerApplication) -> list[tuple[str, str, str, str]]:
    """(from, to, who, why) of every recorded change of state, in order."""
    return list(
        application.status_changes.order_by("id").values_list("from_status", "to_status", "actor_label", "reason")
    )


def status_of(application: PartnerApplication) -> str:
    """The stored status."""
    return PartnerApplication.objects.values_list("status", flat=True).get(pk=application.pk)
