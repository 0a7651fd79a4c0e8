"""Staff end what clients hold: tokens chosen one by one, for a reason that is kept and told."""

from __future__ import annotations

from collections.abc import Iterable

import pghistory
from django.db import transaction
from django.db.models import Q

from authn.models import OAuthClient, OAuthToken
from authn.oauth.families import end_tokens, lock_consent
from authn.services.announcements import mail_about_client
from common.audit import because
from common.errors import ForbiddenError
from common.principal import Principal


@transaction.atomic
def revoke_tokens(*, tokens: Iterable[OAuthToken], reason: str, actor: Principal) -> int:
    """End access tokens with the refresh tokens they came with; the clients' history says so, their people hear why.

    Tokens have no history of their own: they are gone within the hour. Returns how many there were.
    """
    if not actor.is_admin:
        raise ForbiddenError("forbidden", "Tokens are revoked by staff, or with the client that holds them.")
    held = list(tokens)
    for token in sorted(held, key=lambda token: (token.application_id, str(token.user_id), str(token.partner_id))):
        lock_consent(token)
    families = {token.token_family for token in held if token.token_family is not None}
    end_tokens(Q(token_family__in=families) | Q(pk__in=[token.pk for token in held]))
    with because(reason):
        for client in OAuthClient.objects.filter(pk__in={token.application_id for token in held}).order_by("pk"):
            pghistory.create_event(client, label="tokens_revoked")
            mail_about_client("client_tokens_revoked", client, reason)
    return len(held)
