"""Ending tokens: those of one consent decision, of a consent, of a client. Used ones stay, so that reuse is noticed."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from authn.models import OAuthClient, OAuthConsent, OAuthGrant, OAuthRefreshToken, OAuthToken
from authn.oauth.secrets import token_digest
from common.revocation import invalidate


def lock_consent(held: OAuthGrant | OAuthRefreshToken | OAuthToken) -> bool:
    """Whether what a code or token came of still stands; if so, keep it from changing until the transaction ends.

    Everything that adds to or ends a person's tokens for a client takes this lock first: a refresh and a revocation at
    once would otherwise each miss what the other did.
    """
    consents = OAuthConsent.objects.select_for_update().filter(
        user_id=held.user_id, client_id=held.application_id, partner_id=held.partner_id
    )
    return consents.first() is not None


@transaction.atomic
def end_tokens(which: Q) -> None:
    """Revoke the refresh tokens and delete the access tokens that `which` selects, everywhere at once."""
    now = timezone.now()
    tokens = OAuthToken.objects.filter(which)
    refresh_tokens = OAuthRefreshToken.objects.filter(which, revoked=None)
    for partner_id in tokens.order_by().values_list("application__partner_id", flat=True).distinct():
        invalidate(partner_id=partner_id)
    refresh_tokens.update(revoked=now, updated=now)
    tokens.delete()


def revoke_family(token_family: uuid.UUID | None) -> None:
    """End every token that came of one consent decision."""
    if token_family is not None:
        end_tokens(Q(token_family=token_family))


@transaction.atomic
def revoke_issued(token: str, client: OAuthClient) -> None:
    """End a token of `client` and what hangs on it; any other value is no error (RFC 7009, 2.2)."""
    checksum = token_digest(token)
    held: list[Any] = [
        *OAuthToken.objects.filter(token_checksum=checksum, application=client),
        *OAuthRefreshToken.objects.filter(token_checksum=checksum, application=client),
    ]
    for found in held:
        if found.token_family is None:
            end_tokens(Q(token_checksum=checksum, application=client))
        else:
            lock_consent(found)
            revoke_family(found.token_family)
