"""From an OAuth access token to what it stands for, as PostgreSQL has it now."""

from __future__ import annotations

import uuid

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from applications.services.api_version import pinned_version
from authn import gate
from authn.credentials import Credential
from authn.models import OAuthClient, OAuthToken
from authn.oauth.scopes import grantable
from authn.oauth.secrets import is_access_token, token_digest
from authn.quotas import stopped_until
from authn.services.oauth_tokens import is_live
from common.principal import Principal, PrincipalKind
from partners.models import PartnerMember

logger = structlog.get_logger(__name__)


def credential_of_token(raw_token: str) -> Credential | None:
    """A usable access token, for the organization it acts for; None for any other.

    A person's token can do what client, organization and person can still do together, each as of now.
    """
    if not is_access_token(raw_token):
        return None
    role = PartnerMember.objects.filter(partner=OuterRef("partner"), user=OuterRef("user")).values("role")
    token = (
        OAuthToken.objects.select_related("application__partner", "application__application", "partner", "user")
        .annotate(role=Subquery(role))
        .filter(token_checksum=token_digest(raw_token), expires__gt=timezone.now())
        .first()
    )
    if token is None or not is_live(token):
        return None
    client: OAuthClient = token.application
    available = set(client.available_scopes())
    scopes = [scope for scope in token.scope.split() if scope in available]
    if token.user is not None:
        if token.role is None:
            return None
        scopes = grantable(scopes, token.role)
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
    return Credential(
        principal=principal,
        owner_id=client.partner_id,
        bucket_id=client.id,
        rate_limit=settings.RATE_LIMITS[client.partner.tier],
        expires_at=token.expires.timestamp(),
        stopped_until=stopped_until(principal),
        notices=client.application.notice_headers(),
    )


def principal_of_token(raw_token: str) -> Principal | None:
    """Who an access token speaks for; None when it is not usable."""
    credential = credential_of_token(raw_token)
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
