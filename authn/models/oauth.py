"""OAuth clients, consents and tokens: django-oauth-toolkit's tables with our owners and ids."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractApplication,
    AbstractDeviceGrant,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
)

from applications.models import PartnerApplication
from authn.keys import digest
from authn.models.api_key import grantable_scopes
from authn.oauth.secrets import generate_client_id, token_digest
from common.base import BaseModel, Environment, choices_check
from common.fields import EncryptedTextField
from common.ids import uuid7
from common.principal import Principal
from partners.models import Partner


class OAuthFlow(models.TextChoices):
    """The supported flows."""

    AUTHORIZATION_CODE = "authorization_code", "Authorization code"
    CLIENT_CREDENTIALS = "client_credentials", "Client credentials"
    REFRESH_TOKEN = "refresh_token", "Refresh token"


class OAuthClientType(models.TextChoices):
    """A public client (a native or browser app) cannot keep a secret and has none."""

    CONFIDENTIAL = "confidential", "Confidential"
    PUBLIC = "public", "Public"


class AccessTokenFormat(models.TextChoices):
    """What access tokens look like to other resource servers; this one looks every token up."""

    OPAQUE = "opaque", "Opaque"
    JWT = "jwt", "JWT (RFC 9068)"


class OAuthClientQuerySet(models.QuerySet["OAuthClient"]):
    """Reads of clients."""

    def visible_to(self, principal: Principal) -> OAuthClientQuerySet:
        """The clients of the caller's partner; every client for admins."""
        if principal.is_admin:
            return self
        return self.filter(partner_id=principal.tenant_id)

    def active(self) -> OAuthClientQuerySet:
        """Clients that have not been revoked."""
        return self.filter(active=True)


ManagerFromQuerySet = models.Manager.from_queryset(OAuthClientQuerySet)


class OAuthClientManager(ManagerFromQuerySet["OAuthClient"]):
    """Clients come with their owners: whether a client may be used depends on both."""

    def get_queryset(self) -> OAuthClientQuerySet:
        """Every client with its partner and application."""
        return OAuthClientQuerySet(self.model, using=self._db).select_related("partner", "application")


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    pghistory.ManualEvent("tokens_revoked"),  # type: ignore[no-untyped-call]  # (pghistory leaves it bare)
)
class OAuthClient(AbstractApplication):
    """An OAuth 2.0 client of a partner's application. `application` here is ours; on tokens it is the client.

    The toolkit's columns for what we do not offer (OpenID Connect, dynamic registration, implied consent, one flow
    per client, plain secrets) are replaced by constants.
    """

    user = None
    post_logout_redirect_uris = ""
    authorization_grant_type = ""
    hash_client_secret = False
    skip_authorization = False
    algorithm = ""
    allowed_origins = ""
    registration_source = AbstractApplication.RegistrationSource.MANUAL
    cimd_expires_at = None

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="oauth_clients")
    application = models.ForeignKey(PartnerApplication, on_delete=models.PROTECT, related_name="oauth_clients")
    client_id = models.CharField(max_length=64, unique=True, default=generate_client_id, editable=False)
    client_type = models.CharField(max_length=20, choices=OAuthClientType.choices, default=OAuthClientType.CONFIDENTIAL)
    client_secret = models.CharField(
        max_length=64, blank=True, editable=False, help_text="Hex HMAC-SHA-256 of the secret."
    )
    secret_last_four = models.CharField(max_length=4, blank=True, editable=False)
    previous_secret = models.CharField(max_length=64, blank=True, editable=False)
    previous_secret_ends_at = models.DateTimeField(null=True, blank=True, editable=False)
    allowed_flows = ArrayField(models.CharField(max_length=30, choices=OAuthFlow.choices), default=list)
    token_lifetime = models.PositiveIntegerField(default=3600, help_text="Access token lifetime in seconds.")
    access_token_format = models.CharField(
        max_length=10, choices=AccessTokenFormat.choices, default=AccessTokenFormat.OPAQUE
    )
    environment = models.CharField(max_length=4, choices=Environment.choices, default=Environment.LIVE)
    active = models.BooleanField(default=True)
    revoked_reason = models.CharField(max_length=200, blank=True, editable=False)

    objects = OAuthClientManager()

    class Meta(AbstractApplication.Meta):
        verbose_name = "OAuth client"
        ordering = ["-id"]
        constraints = [
            choices_check("environment", Environment, "oauth_client_environment_valid"),
            choices_check("client_type", OAuthClientType, "oauth_client_type_valid"),
            choices_check("access_token_format", AccessTokenFormat, "oauth_client_token_format_valid"),
            models.CheckConstraint(
                condition=Q(client_type=OAuthClientType.PUBLIC, client_secret="")
                | (Q(client_type=OAuthClientType.CONFIDENTIAL) & ~Q(client_secret="")),
                name="oauth_client_secret_unless_public",
            ),
        ]
        indexes = [models.Index(fields=["partner", "-id"], name="oauth_client_by_partner")]

    @property
    def redirect_uri_list(self) -> list[str]:
        """The registered redirect URIs."""
        return str(self.redirect_uris).split()

    @property
    def status(self) -> str:
        """`active`, or `revoked` for good."""
        return "active" if self.active else "revoked"

    @property
    def flow_labels(self) -> list[str]:
        """Its flows in words."""
        return [str(OAuthFlow(flow).label) for flow in self.allowed_flows]

    @property
    def overlap_ends_at(self) -> datetime | None:
        """Until when the secret before the last rotation works; None when it no longer does."""
        ends_at = self.previous_secret_ends_at
        return ends_at if self.previous_secret and ends_at and ends_at > timezone.now() else None

    def secret_matches(self, secret: str) -> bool:
        """Whether `secret` is the current one, or the previous one during its overlap."""
        given = digest(secret, settings.API_KEY_PEPPER)
        current = bool(self.client_secret) and hmac.compare_digest(given, self.client_secret)
        return current or (self.overlap_ends_at is not None and hmac.compare_digest(given, self.previous_secret))

    def is_usable(self, request: object = None) -> bool:
        """Whether tokens may be issued and used: asked by the toolkit at both moments, and by us at every use."""
        return bool(self.active and self.partner.allows(self.environment) and self.application.allows(self.environment))

    def available_scopes(self) -> list[str]:
        """What its tokens may carry: permissions approved, in the sandbox also asked for, that are in the tier."""
        return sorted(grantable_scopes(self.application, self.environment, self.partner.tier))

    def allows_flow(self, flow: str) -> bool:
        """Whether the client may use `flow`."""
        return flow in self.allowed_flows

    def allows_grant_type(self, *grant_types: str) -> bool:
        """The same under the toolkit's names for the flows."""
        return any(self.allows_flow(grant_type.replace("-", "_")) for grant_type in grant_types)

    def get_allowed_schemes(self) -> list[str]:
        """The schemes of the registered redirect URIs, which were checked when they were registered."""
        return sorted({uri.partition(":")[0] for uri in self.redirect_uri_list})


class OAuthConsentQuerySet(models.QuerySet["OAuthConsent"]):
    """Reads of consents."""

    def visible_to(self, principal: Principal) -> OAuthConsentQuerySet:
        """What the caller's partner has granted; all of it for admins."""
        if principal.is_admin:
            return self
        return self.filter(partner_id=principal.tenant_id)


@pghistory.track()
class OAuthConsent(BaseModel):
    """What a person has let a client do for one organization. Withdrawing it ends every token that came of it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="oauth_consents")
    client = models.ForeignKey(OAuthClient, on_delete=models.CASCADE, related_name="consents")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="oauth_consents")
    scopes = ArrayField(models.CharField(max_length=50), default=list)
    granted_at = models.DateTimeField(default=timezone.now)

    objects = OAuthConsentQuerySet.as_manager()

    class Meta:
        verbose_name = "OAuth consent"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "client", "partner"], name="oauth_consent_once_per_organization")
        ]
        indexes = [models.Index(fields=["partner", "-id"], name="oauth_consent_by_partner")]

    def __str__(self) -> str:
        return f"{self.user} → {self.client}"


class Digest(str):
    """A value that is already a digest."""

    __slots__ = ()


class DigestField(models.CharField[Any, Any]):
    """A secret that is stored, and looked up, as its SHA-256."""

    def get_prep_value(self, value: Any) -> Any:
        """Digest what is not one yet."""
        value = super().get_prep_value(value)
        return value if value is None or isinstance(value, Digest) else Digest(token_digest(value))

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        """Mark what came from the database, so that saving the row again leaves it alone."""
        return value if value is None else Digest(value)


class OAuthToken(AbstractAccessToken):
    """An issued access token. `partner` is the organization it acts for; `user` who consented, if anyone did."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="oauth_tokens")
    token_family = models.UUIDField(null=True, blank=True, editable=False, db_index=True)

    class Meta(AbstractAccessToken.Meta):
        verbose_name = "OAuth access token"
        indexes = [
            models.Index(fields=["expires"], name="oauth_token_by_expiry"),
            models.Index(fields=["user", "application"], name="oauth_token_by_consent"),
        ]


class OAuthRefreshToken(AbstractRefreshToken):
    """An issued refresh token. Every token that came of one consent decision shares its `token_family`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="oauth_refresh_tokens")
    scope = models.TextField(blank=True)

    class Meta(AbstractRefreshToken.Meta):
        verbose_name = "OAuth refresh token"
        indexes = [
            *AbstractRefreshToken.Meta.indexes,
            models.Index(fields=["created"], name="oauth_refresh_token_by_age"),
            models.Index(fields=["user", "application"], name="oauth_refresh_by_consent"),
        ]

    @property
    def expires(self) -> datetime:
        """When it stops working, however much its successors are used."""
        created: datetime = self.created
        return created + timedelta(seconds=settings.OAUTH_REFRESH_TOKEN_LIFETIME)


class OAuthGrant(AbstractGrant):
    """An authorization code, stored as its digest. Kept after use until it expires, so a second use is noticed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="oauth_grants")
    code = DigestField(max_length=64, unique=True)
    token_family = models.UUIDField(default=uuid7, editable=False)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta(AbstractGrant.Meta):
        verbose_name = "OAuth authorization code"
        indexes = [models.Index(fields=["expires"], name="oauth_grant_by_expiry")]


class OAuthSigningKey(BaseModel):
    """A key that signs JWT access tokens. The newest one signs; retired ones verify until their tokens have expired."""

    kid = models.CharField(max_length=64, unique=True)
    private_key = EncryptedTextField()
    public_jwk = models.JSONField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.kid


class OAuthIdToken(AbstractIDToken):
    """Required by the toolkit; unused while OpenID Connect is off."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta(AbstractIDToken.Meta):
        verbose_name = "OAuth ID token"


class OAuthDeviceGrant(AbstractDeviceGrant):
    """Required by the toolkit; unused while the device flow is off."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta(AbstractDeviceGrant.Meta):
        pass
