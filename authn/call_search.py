"""What the request log can be searched by, in the portal and in the admin."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from common.keyset import uuid_or_none
from common.partitions import uuid7_floor

TOO_MANY = 429
STATUSES = {
    "": "Any",
    "2xx": "2xx: succeeded",
    "3xx": "3xx: elsewhere",
    "4xx": "4xx: refused",
    "429": "429: over a limit",
    "5xx": "5xx: failed",
}
PERIODS = {"": "30 days", "1": "Last hour", "24": "24 hours", "168": "7 days"}


def condition(name: str, value: str) -> Q:
    """One filter. Time is a range of ids, so that partitions outside it are not read."""
    if name == "request":
        return Q(request_id=value)
    if name == "route":
        return Q(route__startswith=value)
    if name == "credential":
        return Q(credential_id=uuid_or_none(value))
    if name == "hours":
        return Q(id__gte=uuid7_floor(timezone.now() - timedelta(hours=int(value))))
    if name == "status":
        if value == str(TOO_MANY):
            return Q(status=TOO_MANY)
        first = int(value[0]) * 100
        return Q(status__gte=first, status__lt=first + 100)
    return Q(environment=value)
