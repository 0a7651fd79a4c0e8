"""Reads of credentials."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from authn.models import ApiKey


def keys_in_place(partner_id: uuid.UUID) -> QuerySet[ApiKey]:
    """The keys that count towards a partner's quota: a rotated key has given its place to its successor."""
    return ApiKey.objects.usable().filter(partner_id=partner_id, status=ApiKey.Status.ACTIVE)


def count_keys(partner_id: uuid.UUID) -> int:
    """How many of its keys a partner has taken."""
    return keys_in_place(partner_id).count()
