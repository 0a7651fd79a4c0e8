"""Credentials that somebody else has seen: stopped at once, and their owners told.

Whoever shows a credential in full could use it, so they may just as well stop it. What is not ours is no error, and a
second report changes nothing: a report that is sent again does no harm.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from authn.keys import digest, is_well_formed
from authn.models import ApiKey, OAuthClient, OAuthRefreshToken, OAuthToken
from authn.oauth.families import end_tokens, revoke_issued
from authn.oauth.secrets import CLIENT_SECRET_PREFIX, generate, is_access_token, is_opaque_token, token_digest
from authn.services.keys import locked, revoke_api_key
from common.audit import acting_as
from common.mail import absolute_url
from common.principal import Principal, PrincipalKind
from partners.models import Partner
from partners.services.mail import CARETAKERS, mail_members, mail_staff

HOLDER = Principal(kind=PrincipalKind.SYSTEM, label="whoever held the credential")


@dataclass(frozen=True, slots=True)
class Leak:
    """A credential in full, where it was seen, and what is said of it: kept with it, and in the e-mail."""

    secret: str
    place: str = ""
    note: str = "Found in public"
    story: str = "A secret scanner found it in public"

    @property
    def reason(self) -> str:
        """Why it was revoked."""
        return f"{self.note}: {self.place}"[:200] if self.place else self.note[:200]


def scanner(key_identifier: str) -> Principal:
    """The secret scanner that signs with this key."""
    return Principal(kind=PrincipalKind.SYSTEM, label=f"secret scanner {key_identifier}"[:150])


def report_leaks(*, leaks: Sequence[Leak], actor: Principal) -> list[bool]:
    """Stop every credential a scanner found; for each, whether it is or was one of ours."""
    return [stop_credential(leak=leak, actor=actor) for leak in leaks]


def self_revoke(*, secret: str, reason: str = "") -> None:
    """Stop a credential on the word of whoever holds it. What they write goes into no e-mail: it may be bait."""
    story = "Somebody who held it in full asked us to stop it"
    stop_credential(leak=Leak(secret, note=reason or "Revoked by its holder", story=story), actor=HOLDER)


@transaction.atomic
def stop_credential(*, leak: Leak, actor: Principal) -> bool:
    """Stop whatever this is, everywhere at once, and tell its owners if it still worked; False when it is not ours."""
    leak = replace(leak, secret=leak.secret.strip())
    with acting_as(actor):
        if leak.secret.startswith(CLIENT_SECRET_PREFIX):
            return stop_client_secret(leak)
        if is_opaque_token(leak.secret) or is_access_token(leak.secret):
            return stop_token(leak)
        return is_well_formed(leak.secret) and stop_key(leak, actor)


def stop_key(leak: Leak, actor: Principal) -> bool:
    """Revoke an API key."""
    found = ApiKey.objects.filter(key_value=digest(leak.secret, settings.API_KEY_PEPPER)).first()
    if found is None:
        return False
    key = locked(found)
    worked = key.is_usable
    revoke_api_key(api_key=key, reason=leak.reason, actor=actor)
    if worked:
        what = f"API key {key}" + (f" ({key.name})" if key.name else "")
        tell(key.partner, what, leak, reverse("key", args=[key.pk]))
    return True


def stop_token(leak: Leak) -> bool:
    """Revoke an access or refresh token with everything that came of the same consent."""
    checksum = token_digest(leak.secret)
    issued = OAuthToken.objects.select_related("application").filter(token_checksum=checksum).first()
    refresh = OAuthRefreshToken.objects.select_related("application").filter(token_checksum=checksum).first()
    token: OAuthToken | OAuthRefreshToken | None = issued or refresh
    if token is None:
        return False
    client: OAuthClient = token.application
    worked = issued.expires > timezone.now() if issued else refresh is not None and refresh.revoked is None
    revoke_issued(leak.secret, client)
    if worked:
        kind = "access token" if issued else "refresh token"
        tell(client.partner, f"{kind} of {client.name}", leak, reverse("oauth_client_detail", args=[client.pk]))
    return True


def stop_client_secret(leak: Leak) -> bool:
    """Put a secret nobody has in the place of a client's, and end its tokens: its owner makes a new one."""
    value = digest(leak.secret, settings.API_KEY_PEPPER)
    client = (
        OAuthClient.objects.select_for_update(of=("self",))
        .filter(Q(client_secret=value) | Q(previous_secret=value))
        .first()
    )
    if client is None:
        history: Any = OAuthClient.pgh_event_model
        return bool(history.objects.filter(client_secret=value).exists())
    if hmac.compare_digest(client.client_secret, value):
        client.client_secret = digest(generate(CLIENT_SECRET_PREFIX), settings.API_KEY_PEPPER)
        client.secret_last_four = ""
    client.previous_secret, client.previous_secret_ends_at = "", None
    client.save(
        update_fields=["client_secret", "secret_last_four", "previous_secret", "previous_secret_ends_at", "updated"]
    )
    end_tokens(Q(application=client))
    if client.active:
        tell(client.partner, f"secret of {client.name}", leak, reverse("oauth_client_detail", args=[client.pk]))
    return True


def tell(partner: Partner | None, what: str, leak: Leak, path: str) -> None:
    """Queue the e-mails: to a partner's owners and developers, or to staff about a core service's key."""
    context = {"what": what, "place": leak.place, "story": leak.story, "action_url": absolute_url(path)}
    if partner is None:
        mail_staff(kind="key_leaked", partner="the core platform", **context)
    else:
        mail_members(partner=partner, roles=CARETAKERS, kind="key_leaked", **context)


def fingerprint(secret: str) -> str:
    """How a scanner may be told of a credential without repeating it: hex SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()
