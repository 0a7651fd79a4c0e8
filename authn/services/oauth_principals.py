"""From OAuth access tokens to what they stand for, as PostgreSQL has it now."""

from __future__ import annotations

import uuid
from collections.abc import Collection

import structlog
from django.db import DatabaseError
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from applications.services.api_version import pinned_version
from authn import gate
from authn.credentials import Credential, resolve
from authn.models import OAuthClient, OAuthToken
from authn.oauth.scopes import grantable
from authn.oauth.secrets import is_access_token, token_digest
from authn.quotas import stopped_where_used_up
from authn.services.oauth_tokens import is_live
from common.principal import Principal, PrincipalKind
from partners.models import PartnerMember
from partners.tiers import limits_of

logger = structlog.get_logger(__name__)


def stored_form_of_token(raw_token: str) -> str | None:
    """What an access token is stored as; None for what is none."""
    return token_digest(raw_token) if is_access_token(raw_token) else None


def credentials_of_tokens(stored: Collection[str]) -> dict[str, Credential]:
    """The usable access tokens among those stored so."""
    role = PartnerMember.objects.filter(partner=OuterRef("partner"), user=OuterRef("user")).values("role")
    tokens = (
        OAuthToken.objects.select_related("application__partner", "application__application", "partner", "user")
        .annotate(role=Subquery(role))
        .filter(token_checksum__in=stored, expires__gt=timezone.now())
        .order_by()
    )
    found = {token.token_checksum: credential_of(token, token.role) for token in tokens}
    return stopped_where_used_up({form: usable for form, usable in found.items() if usable is not None})


def credential_of(token: OAuthToken, role: str | None) -> Credential | None:
    """What a token is good for, for the organization it acts for; None when it no longer is.

    A person's token can do what client, organization and person, whose `role` there it is, can still do together.
    """
    if not is_live(token):
        return None
    client: OAuthClient = token.application
    available = set(client.available_scopes())
    scopes = [scope for scope in token.scope.split() if scope in available]
    if token.user is not None:
        if role is None:
            return None
        scopes = grantable(scopes, role)
    principal = Principal(
        kind=PrincipalKind.OAUTH,
        partner_id=token.partner_id,
        application_id=client.application_id,
        user_id=token.user_id,
        credential_id=client.id,
        scopes=frozenset(scopes),
        environment=client.environment,
        tier=token.partner.tier,
        label=f"{client.name} for {token.user.email}" if token.user else client.name,
        api_version=pinned_version(client.application),
    )
    limits = limits_of(client.partner.tier)
    return Credential(
        principal=principal,
        owner_id=client.partner_id,
        bucket_id=client.id,
        rate_limit=limits.rate_limit,
        partner_rate_limit=limits.partner_rate_limit,
        expires_at=token.expires.timestamp(),
        notices=client.application.notice_headers(),
    )


def principal_of_token(raw_token: str) -> Principal | None:
    """Who an access token speaks for; None when it is not usable."""
    credential = resolve(raw_token) if is_access_token(raw_token) else None
    return credential.principal if credential else None


def organization_changed(partner_id: uuid.UUID | None, application_id: uuid.UUID | None) -> None:
    """Hears of every committed change: tokens that act for a partner live under the epoch of the client's partner."""
    if partner_id is None:
        return
    try:
        owners = set(
            OAuthToken.objects.filter(partner_id=partner_id)
            .exclude(application__partner_id=partner_id)
            .values_list("application__partner_id", flat=True)
        )
    except DatabaseError as error:
        logger.warning("revocation_not_broadcast", owner=str(partner_id), error=str(error))
        return
    for owner_id in owners:
        gate.forget(owner_id)
