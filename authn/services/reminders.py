"""Telling owners and developers in time: keys that are due for rotation, and keys that are about to expire."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from authn.models import ApiKey
from common.mail import absolute_url
from partners.services.mail import CARETAKERS, mail_members

ROTATE_AFTER = timedelta(days=90)
REMIND_EVERY = timedelta(days=30)
WARN_BEFORE = timedelta(days=14)


@transaction.atomic
def remind_of_keys() -> int:
    """Mail about each key that is 90 days old, every 30 days, or that stops within a fortnight, once; how many."""
    now = timezone.now()
    keys = ApiKey.objects.filter(status=ApiKey.Status.ACTIVE, partner__isnull=False).select_for_update(
        of=("self",), skip_locked=True
    )
    ending = Q(expires_at__gt=now, expires_at__lte=now + WARN_BEFORE)
    ending &= Q(reminded_at=None) | Q(reminded_at__lt=now - WARN_BEFORE)
    old = Q(created_at__lte=now - ROTATE_AFTER) & (Q(expires_at=None) | Q(expires_at__gt=now + WARN_BEFORE))
    old &= Q(reminded_at=None) | Q(reminded_at__lte=now - REMIND_EVERY)
    due = list(keys.filter(ending | old).select_related("partner").order_by("id"))
    for key in due:
        ends = key.expires_at if key.expires_at and key.expires_at <= now + WARN_BEFORE else None
        assert key.partner is not None  # noqa: S101 (filtered above; narrows the type)
        mail_members(
            partner=key.partner,
            roles=CARETAKERS,
            kind="key_expiring" if ends else "key_rotation_due",
            key=key.label,
            days=(now - key.created_at).days,
            expires=f"{ends:%-d %B %Y}" if ends else "",
            action_url=absolute_url(reverse("key", args=[key.pk])),
        )
    ApiKey.objects.filter(pk__in=[key.pk for key in due]).update(reminded_at=now)
    return len(due)
