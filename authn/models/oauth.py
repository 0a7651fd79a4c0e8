"""OAuth clients and tokens: django-oauth-toolkit's tables with our owners and ids."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractApplication,
    AbstractDeviceGrant,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
)

from applications.models import PartnerApplication
from common.base import Environment, choices_check
from common.ids import uuid7
from common.principal import Principal
from partners.models import Partner


class OAuthFlow(models.TextChoices):
    """The supported flows."""

    AUTHORIZATION_CODE = "authorization_code", "Authorization code"
    CLIENT_CREDENTIALS = "client_credentials", "Client credentials"
    REFRESH_TOKEN = "refresh_token", "Refresh token"


class OAuthClientQuerySet(models.QuerySet["OAuthClient"]):
    """Reads of clients."""

    def visible_to(self, principal: Principal) -> OAuthClientQuerySet:
        """The clients of the caller's partner; every client for admins."""
        if principal.is_admin:
            return self
        return self.filter(partner_id=principal.tenant_id)


@pghistory.track()
class OAuthClient(AbstractApplication):
    """An OAuth 2.0 client of a partner's application. `application` here is ours; on tokens it is the client."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="oauth_clients")
    application = models.ForeignKey(PartnerApplication, on_delete=models.PROTECT, related_name="oauth_clients")
    allowed_flows = ArrayField(models.CharField(max_length=30, choices=OAuthFlow.choices), default=list)
    token_lifetime = models.PositiveIntegerField(default=3600, help_text="Access token lifetime in seconds.")
    environment = models.CharField(max_length=4, choices=Environment.choices, default=Environment.LIVE)
    active = models.BooleanField(default=True)

    objects = OAuthClientQuerySet.as_manager()

    class Meta(AbstractApplication.Meta):
        ordering = ["-id"]
        constraints = [choices_check("environment", Environment, "oauth_client_environment_valid")]


class OAuthToken(AbstractAccessToken):
    """An issued access token."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta(AbstractAccessToken.Meta):
        pass


class OAuthRefreshToken(AbstractRefreshToken):
    """An issued refresh token."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta(AbstractRefreshToken.Meta):
        pass


class OAuthGrant(AbstractGrant):
    """An authorization code."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta(AbstractGrant.Meta):
        pass


class OAuthIdToken(AbstractIDToken):
    """Required by the toolkit; unused while OpenID Connect is off."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta(AbstractIDToken.Meta):
        pass


class OAuthDeviceGrant(AbstractDeviceGrant):
    """Required by the toolkit; unused while the device flow is off."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta(AbstractDeviceGrant.Meta):
        pass
