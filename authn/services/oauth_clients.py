"""OAuth clients: create, change, rotate the secret, revoke."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from applications.models import PartnerApplication
from authn.keys import digest
from authn.models import AccessTokenFormat, OAuthClient, OAuthClientType, OAuthFlow
from authn.models.api_key import grantable_scopes
from authn.oauth.families import end_tokens
from authn.oauth.redirects import redirect_uri_problem
from authn.oauth.secrets import CLIENT_SECRET_PREFIX, generate
from authn.services.announcements import mail_about_client
from authn.services.reach import check_sandbox, check_within
from common.base import Environment
from common.errors import ConflictError, ForbiddenError, InvalidError, LimitError
from common.principal import Principal, PrincipalKind

MIN_LIFETIME, MAX_LIFETIME = 60, 86_400
MAX_REDIRECT_URIS = 20
MAX_CLIENTS_PER_APPLICATION = 25
OVERLAP_HOURS = (0, 1, 24, 168, 720)


@dataclass(frozen=True)
class IssuedClient:
    """A client with the only copy of its secret; a public client has none."""

    client: OAuthClient
    client_secret: str | None = field(repr=False)


def require_owner(client_partner_id: object, actor: Principal) -> None:
    """Only the partner itself and admins manage its clients."""
    if not actor.is_admin and actor.tenant_id != client_partner_id:
        raise ForbiddenError("not_yours", "This belongs to another partner.")


def check_flows(flows: Sequence[str], *, public: bool) -> list[str]:
    """The flows in a fixed order; raises InvalidError for combinations that cannot work."""
    if not flows or any(flow not in OAuthFlow.values for flow in flows):
        raise InvalidError(f"Choose from {', '.join(OAuthFlow.values)}.", field="allowed_flows")
    if public and OAuthFlow.CLIENT_CREDENTIALS in flows:
        raise InvalidError("A public client cannot use client credentials: it has none.", field="allowed_flows")
    if OAuthFlow.REFRESH_TOKEN in flows and OAuthFlow.AUTHORIZATION_CODE not in flows:
        raise InvalidError("Refresh tokens come with the authorization code flow alone.", field="allowed_flows")
    return [flow for flow in OAuthFlow.values if flow in flows]


def check_redirect_uris(uris: Sequence[str], flows: Sequence[str], *, public: bool) -> str:
    """The URIs as stored; raises InvalidError for one that cannot be registered."""
    needed = OAuthFlow.AUTHORIZATION_CODE in flows
    if needed and not uris:
        raise InvalidError("The authorization code flow needs a redirect URI.", field="redirect_uris")
    if len(uris) > MAX_REDIRECT_URIS:
        raise InvalidError(f"At most {MAX_REDIRECT_URIS} redirect URIs.", field="redirect_uris")
    for uri in uris:
        if problem := redirect_uri_problem(uri, public=public):
            raise InvalidError(f"{uri[:200]} {problem}.", field="redirect_uris")
    return " ".join(dict.fromkeys(uris))


def check_lifetime(token_lifetime: int | None) -> int:
    """The lifetime, or the platform's default."""
    lifetime = settings.OAUTH_TOKEN_LIFETIME if token_lifetime is None else token_lifetime
    if not MIN_LIFETIME <= lifetime <= MAX_LIFETIME:
        raise InvalidError(f"Expected {MIN_LIFETIME} to {MAX_LIFETIME} seconds.", field="token_lifetime")
    return int(lifetime)


@transaction.atomic
def create_client(
    *,
    application: PartnerApplication,
    name: str,
    redirect_uris: Sequence[str] = (),
    allowed_flows: Sequence[str] = (OAuthFlow.AUTHORIZATION_CODE, OAuthFlow.REFRESH_TOKEN),
    client_type: str = OAuthClientType.CONFIDENTIAL,
    token_lifetime: int | None = None,
    access_token_format: str = AccessTokenFormat.OPAQUE,
    environment: str = Environment.LIVE,
    actor: Principal,
) -> IssuedClient:
    """Create a client of `application`; the answer holds the only copy of its secret."""
    require_owner(application.partner_id, actor)
    check_sandbox(environment, actor)
    public = client_type == OAuthClientType.PUBLIC
    flows = check_flows(allowed_flows, public=public)
    if OAuthFlow.CLIENT_CREDENTIALS in flows:
        check_within(grantable_scopes(application, environment, application.partner.tier), actor)
    uris = check_redirect_uris(redirect_uris, flows, public=public)
    check_room(application)
    secret = None if public else generate(CLIENT_SECRET_PREFIX)
    client = OAuthClient.objects.create(
        partner=application.partner,
        application=application,
        name=name.strip(),
        redirect_uris=uris,
        allowed_flows=flows,
        client_type=client_type,
        client_secret=digest(secret, settings.API_KEY_PEPPER) if secret else "",
        secret_last_four=secret[-4:] if secret else "",
        token_lifetime=check_lifetime(token_lifetime),
        access_token_format=access_token_format,
        environment=environment,
    )
    return IssuedClient(client=client, client_secret=secret)


def check_room(application: PartnerApplication) -> None:
    """Raise LimitError when the application has all the clients it may; others who add one wait for this one."""
    PartnerApplication.objects.select_for_update().get(pk=application.pk)
    if OAuthClient.objects.filter(application=application, active=True).count() >= MAX_CLIENTS_PER_APPLICATION:
        raise LimitError(
            "client_limit_reached", f"An application has at most {MAX_CLIENTS_PER_APPLICATION} OAuth clients."
        )


def locked(client: OAuthClient, actor: Principal) -> OAuthClient:
    """The client's current row, locked, for an actor who may change or stop it; raises ForbiddenError."""
    require_owner(client.partner_id, actor)
    current: OAuthClient = OAuthClient.objects.select_for_update(of=("self",)).get(pk=client.pk)
    check_sandbox(current.environment, actor)
    check_within(reach_of(current), actor)
    return current


def reach_of(client: OAuthClient) -> set[str]:
    """What holding the client opens: all its application has or, without client credentials, what people granted."""
    available = set(client.available_scopes())
    if client.allows_flow(OAuthFlow.CLIENT_CREDENTIALS):
        return available
    granted = client.consents.order_by().values_list("scopes", flat=True).distinct()
    return available.intersection(chain.from_iterable(granted))


def locked_active(client: OAuthClient, actor: Principal) -> OAuthClient:
    """As `locked`; raises ConflictError for a revoked one."""
    current = locked(client, actor)
    if not current.active:
        raise ConflictError("client_revoked", "This client has been revoked.")
    return current


@transaction.atomic
def update_client(
    *,
    client: OAuthClient,
    name: str | None = None,
    redirect_uris: Sequence[str] | None = None,
    token_lifetime: int | None = None,
    actor: Principal,
) -> OAuthClient:
    """Change what is given; tokens already issued keep their lifetime."""
    client = locked_active(client, actor)
    if name is not None:
        client.name = name.strip()
    if redirect_uris is not None:
        public = client.client_type == OAuthClientType.PUBLIC
        client.redirect_uris = check_redirect_uris(redirect_uris, client.allowed_flows, public=public)
    if token_lifetime is not None:
        client.token_lifetime = check_lifetime(token_lifetime)
    client.save(update_fields=["name", "redirect_uris", "token_lifetime", "updated"])
    return client


@transaction.atomic
def rotate_client_secret(*, client: OAuthClient, overlap_hours: int = 24, actor: Principal) -> IssuedClient:
    """A new secret; the old one works until the overlap ends."""
    client = locked_active(client, actor)
    if client.client_type == OAuthClientType.PUBLIC:
        raise ConflictError("client_is_public", "A public client has no secret.")
    if overlap_hours not in OVERLAP_HOURS:
        choices = ", ".join(str(hours) for hours in OVERLAP_HOURS)
        raise InvalidError(f"Choose from {choices} hours.", field="overlap_hours")
    secret = generate(CLIENT_SECRET_PREFIX)
    client.previous_secret = client.client_secret if overlap_hours else ""
    client.previous_secret_ends_at = timezone.now() + timedelta(hours=overlap_hours) if overlap_hours else None
    client.client_secret = digest(secret, settings.API_KEY_PEPPER)
    client.secret_last_four = secret[-4:]
    client.save(
        update_fields=["client_secret", "secret_last_four", "previous_secret", "previous_secret_ends_at", "updated"]
    )
    return IssuedClient(client=client, client_secret=secret)


@transaction.atomic
def end_secret_overlap(*, client: OAuthClient, actor: Principal) -> OAuthClient:
    """Stop accepting the previous secret now."""
    client = locked_active(client, actor)
    client.previous_secret, client.previous_secret_ends_at = "", None
    client.save(update_fields=["previous_secret", "previous_secret_ends_at", "updated"])
    return client


@transaction.atomic
def revoke_client(*, client: OAuthClient, reason: str = "", actor: Principal) -> OAuthClient:
    """Stop the client for good, with every token it has, and tell its people when it was staff.

    The row stays for the audit; a second call changes nothing.
    """
    client = locked(client, actor)
    if client.active:
        client.active, client.revoked_reason = False, reason
        client.previous_secret, client.previous_secret_ends_at = "", None
        client.save(update_fields=["active", "revoked_reason", "previous_secret", "previous_secret_ends_at", "updated"])
        end_tokens(Q(application=client))
        client.consents.all().delete()
        if actor.kind is PrincipalKind.STAFF:
            mail_about_client("client_revoked", client, reason)
    return client
