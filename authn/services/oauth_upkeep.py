"""Removing what has expired."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from authn.models import OAuthGrant, OAuthRefreshToken, OAuthToken

BATCH = 5000


def delete_in_batches(rows: QuerySet[OAuthGrant] | QuerySet[OAuthRefreshToken] | QuerySet[OAuthToken]) -> int:
    """Delete `rows` a few thousand at a time, so that no statement holds its locks for long."""
    deleted = 0
    while batch := list(rows.values_list("pk", flat=True)[:BATCH]):
        rows.model._default_manager.filter(pk__in=batch).delete()  # noqa: SLF001 (Django's documented name)
        deleted += len(batch)
    return deleted


def delete_expired_tokens() -> int:
    """Delete codes and tokens past their time; a used refresh token stays as long, so that its reuse is noticed.

    An access token goes after the refresh token it came with, which hangs on it.
    """
    now = timezone.now()
    oldest = now - timedelta(seconds=settings.OAUTH_REFRESH_TOKEN_LIFETIME)
    return (
        delete_in_batches(OAuthGrant.objects.filter(expires__lte=now).order_by("expires"))
        + delete_in_batches(OAuthRefreshToken.objects.filter(created__lte=oldest).order_by("created"))
        + delete_in_batches(OAuthToken.objects.filter(Q(refresh_token=None), expires__lte=now).order_by("expires"))
    )
