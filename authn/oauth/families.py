"""Ending every token that came of one consent decision."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from authn.models import OAuthRefreshToken, OAuthToken


@transaction.atomic
def revoke_family(token_family: uuid.UUID | None) -> None:
    """Revoke the refresh tokens of a family and delete its access tokens. Revoked ones stay, to notice their reuse."""
    if token_family is None:
        return
    now = timezone.now()
    OAuthRefreshToken.objects.filter(token_family=token_family, revoked=None).update(revoked=now, updated=now)
    OAuthToken.objects.filter(token_family=token_family).delete()
