"""Keys that wait for the person."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from authn.models import ApiKey
from authn.services.reminders import ROTATE_AFTER, WARN_BEFORE
from common.portal import Attention
from common.principal import Principal


def keys_to_look_after(principal: Principal) -> list[Attention]:
    """Keys that end within a fortnight, and keys older than the 90 days after which they should be rotated."""
    now = timezone.now()
    rows = ApiKey.objects.visible_to(principal).filter(status=ApiKey.Status.ACTIVE)
    items = []
    for key in rows.filter(expires_at__gt=now, expires_at__lte=now + WARN_BEFORE)[:5]:
        detail = f"{key.name or key} stops on {key.expires_at:%-d %B}."
        items.append(Attention("An API key is about to expire", detail, reverse("key", args=[key.pk]), "warning"))
    for key in rows.filter(created_at__lte=now - ROTATE_AFTER)[:5]:
        detail = f"{key.name or key} is {(now - key.created_at).days} days old; rotate keys every 90."
        items.append(Attention("Rotate an API key", detail, reverse("key", args=[key.pk])))
    return items
