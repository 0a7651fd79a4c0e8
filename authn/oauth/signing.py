"""The keys that sign JWT access tokens, and the tokens themselves (RFC 9068)."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from jwcrypto import jwk, jwt

from authn.models import OAuthClient, OAuthSigningKey

ALGORITHM = "RS256"  # what every resource server must know (RFC 9068, 2.1)
KEY_BITS = 2048
# How long a new key is published before it signs, so that no verifier meets it for the first time on a token.
NOTICE = timedelta(hours=1)
# How long a retired key stays published: longer than any token it signed lives.
AFTERLIFE = timedelta(days=2)
CACHE_SECONDS = 30.0


@dataclass
class Cached:
    """The key this process signs with, and until when it need not look again."""

    key: jwk.JWK | None = None
    kid: str = ""
    until: float = 0.0


cached = Cached()


def create_signing_key() -> OAuthSigningKey:
    """A new key pair; the private half is encrypted at rest."""
    key = jwk.JWK.generate(kty="RSA", size=KEY_BITS, alg=ALGORITHM, use="sig")
    kid = key.thumbprint()
    return OAuthSigningKey.objects.create(
        kid=kid,
        private_key=key.export_to_pem(private_key=True, password=None).decode(),
        public_jwk={**key.export_public(as_dict=True), "kid": kid},
    )


def usable_keys(now: datetime) -> QuerySet[OAuthSigningKey]:
    """Keys that may sign, the one whose turn it is first: a new key waits until the old one's notice is over."""
    return OAuthSigningKey.objects.filter(Q(retired_at=None) | Q(retired_at__gt=now)).order_by("id")


@transaction.atomic
def signing_key() -> OAuthSigningKey:
    """The key that signs now; the first one is made on first use."""
    found = usable_keys(timezone.now()).first()
    if found is None:
        with connection.cursor() as cursor:  # one of several processes makes it
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('treaty.oauth_signing_key'))")
        found = usable_keys(timezone.now()).first() or create_signing_key()
    return found


@transaction.atomic
def rotate_signing_key() -> OAuthSigningKey:
    """Publish a new key, let it take over after the notice, and forget keys whose last token is long dead."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('treaty.oauth_signing_key'))")
    OAuthSigningKey.objects.filter(retired_at__lte=now - AFTERLIFE).delete()
    OAuthSigningKey.objects.filter(retired_at=None).update(retired_at=now + NOTICE)
    return create_signing_key()


def published_keys() -> list[dict[str, Any]]:
    """What verifiers need: the keys that sign, will sign, or signed tokens that may still live."""
    cutoff = timezone.now() - AFTERLIFE
    keys = OAuthSigningKey.objects.filter(Q(retired_at=None) | Q(retired_at__gt=cutoff)).order_by("id")
    return list(keys.values_list("public_jwk", flat=True))


def current() -> Cached:
    """The parsed key of this process, looked up again every half minute."""
    if cached.until < time.monotonic():
        found = signing_key()
        cached.key = jwk.JWK.from_pem(found.private_key.encode())
        cached.kid = found.kid
        cached.until = time.monotonic() + CACHE_SECONDS
    return cached


def sign_access_token(
    *,
    token_id: uuid.UUID,
    client: OAuthClient,
    user_id: uuid.UUID | None,
    partner_id: uuid.UUID,
    scopes: list[str],
    lifetime: int,
) -> str:
    """A JWT with the claims of RFC 9068, 2.2, the organization and the environment."""
    now = int(time.time())
    key = current()
    claims = {
        "iss": settings.OAUTH_ISSUER,
        "aud": settings.OAUTH_ISSUER,
        "sub": str(user_id or client.client_id),
        "client_id": client.client_id,
        "iat": now,
        "exp": now + lifetime,
        "jti": str(token_id),
        "scope": " ".join(scopes),
        "partner_id": str(partner_id),
        "application_id": str(client.application_id),
        "environment": client.environment,
    }
    token = jwt.JWT(header={"typ": "at+jwt", "alg": ALGORITHM, "kid": key.kid}, claims=json.dumps(claims))
    token.make_signed_token(key.key)
    signed: str = token.serialize()
    return signed
