"""oauthlib's questions, answered from our tables: who the client is, what a code or token stands for."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings
from django.utils import timezone
from oauth2_provider.models import set_token_value
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749 import errors

from authn.models import OAuthClient, OAuthClientType, OAuthGrant, OAuthRefreshToken, OAuthToken
from authn.oauth.families import lock_consent, revoke_family, revoke_issued
from authn.oauth.scopes import grantable
from authn.oauth.secrets import is_opaque_token, token_digest
from authn.oauth.server import check_resource
from authn.oauth.throttle import charge
from authn.oauth.tokens import origin_of
from partners.models import Partner, PartnerMember


def basic_credentials(header: str) -> tuple[str, str] | None:
    """Client id and secret of an HTTP Basic header, each form-decoded (RFC 6749, 2.3.1); None for anything else."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, separator, secret = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return (unquote_plus(client_id), unquote_plus(secret)) if separator else ("", "")


class Validator(OAuth2Validator):
    """The toolkit's validator with our clients, scopes and organizations, and a row lock where it only looked."""

    # --- Clients ---

    def _load_application(self, client_id: str | None, request: Request) -> OAuthClient | None:
        if not client_id or "\x00" in client_id:  # PostgreSQL has no NUL in text
            return None
        client: OAuthClient | None = super()._load_application(client_id, request)
        return client

    def client_authentication_required(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        """Always, but for a public client that sends no credentials."""
        if basic_credentials(request.headers.get("HTTP_AUTHORIZATION", "")) or request.client_secret:
            return True
        client = self._load_application(request.client_id, request)
        return client is None or client.client_type == OAuthClientType.CONFIDENTIAL

    def authenticate_client(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        """By HTTP Basic or by the body, not both (RFC 6749, 2.3)."""
        basic = basic_credentials(request.headers.get("HTTP_AUTHORIZATION", ""))
        if basic is not None and request.client_secret:
            raise errors.InvalidRequestError(description="Use one way of authenticating the client.", request=request)
        client_id, secret = basic if basic is not None else (request.client_id or "", request.client_secret or "")
        if request.client_id and request.client_id != client_id:
            return False
        client = self._load_application(client_id, request)
        if client is None or client.client_type != OAuthClientType.CONFIDENTIAL:
            return False
        request.client_id = client_id
        if not client.secret_matches(secret):
            return False
        charge("client", client.client_id)
        return True

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: OAuthClient, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Whether the flow is among the client's."""
        return client.allows_flow(grant_type)

    def validate_response_type(
        self, client_id: str, response_type: str, client: OAuthClient, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """`code` is the only one."""
        if response_type != "code":
            raise errors.UnsupportedResponseTypeError(request=request)
        return client.allows_flow("authorization_code")

    def validate_scopes(
        self, client_id: str, scopes: list[str], client: OAuthClient, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Within the client's scopes, and not none: a token that can do nothing is a mistake to be told."""
        return bool(scopes) and set(scopes) <= set(client.available_scopes())

    # --- Codes ---

    def validate_code(
        self, client_id: str, code: str, client: OAuthClient, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Of two exchanges at once the second finds the code used; a used one ends its tokens."""
        codes = OAuthGrant.objects.select_related("user", "partner").filter(code=code, application=client)
        grant = codes.first()
        if grant is None or not lock_consent(grant):
            return False
        grant = codes.first()  # as it is now that nobody else can use it
        if grant is None:
            return False
        if grant.used_at is not None:
            revoke_family(grant.token_family)
            return False
        scopes = self.still_grantable(grant.scope.split(), client, grant.user_id, grant.partner)
        if grant.is_expired() or not scopes:
            return False
        request.grant, request.user, request.scopes = grant, grant.user, scopes
        return True

    def get_code_challenge(self, code: str, request: Request) -> str | None:
        """The challenge the code was issued for."""
        return request.grant.code_challenge or None

    def get_code_challenge_method(self, code: str, request: Request) -> str | None:
        """Its method."""
        return request.grant.code_challenge_method or None

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: OAuthClient, *args: Any, **kwargs: Any
    ) -> bool:
        """The same URI as in the authorization request; else invalid_grant (RFC 6749, 5.2)."""
        request: Request = args[0] if args else kwargs["request"]
        if request.grant.redirect_uri != redirect_uri:
            raise errors.InvalidGrantError(description="redirect_uri is not that of the code.", request=request)
        return True

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """Mark the code used."""
        request.grant.used_at = timezone.now()
        request.grant.save(update_fields=["used_at", "updated"])

    def _create_authorization_code(
        self, request: Request, code: dict[str, str], expires: datetime | None = None
    ) -> OAuthGrant:
        expires = expires or timezone.now() + timedelta(
            seconds=settings.OAUTH2_PROVIDER["AUTHORIZATION_CODE_EXPIRE_SECONDS"]
        )
        grant: OAuthGrant = OAuthGrant.objects.create(
            application=request.client,
            user=request.user,
            partner=request.organization,
            code=code["code"],
            expires=expires,
            redirect_uri=request.redirect_uri,
            scope=" ".join(request.scopes),
            code_challenge=request.code_challenge,
            code_challenge_method=request.code_challenge_method,
        )
        return grant

    # --- Tokens ---

    def validate_refresh_token(
        self, refresh_token: str, client: OAuthClient, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Of two refreshes at once the second finds the token rotated; reuse ends the family."""
        if not is_opaque_token(refresh_token):
            return False
        tokens = OAuthRefreshToken.objects.select_related("user", "partner").filter(
            token_checksum=token_digest(refresh_token), application=client
        )
        held = tokens.first()
        if held is None or not lock_consent(held):
            return False
        held = tokens.first()  # as it is now that nobody else can use it
        if held is None:
            return False
        if held.revoked is not None:
            revoke_family(held.token_family)
            return False
        if held.expires <= timezone.now():
            return False
        scopes = self.still_grantable(held.scope.split(), client, held.user_id, held.partner)
        if not scopes:
            return False
        request.refresh_token_instance, request.user, request.original_scopes = held, held.user, scopes
        return True

    def get_original_scopes(self, refresh_token: str, request: Request, *args: Any, **kwargs: Any) -> list[str]:
        """What was consented to, as far as it may still be granted."""
        scopes: list[str] = request.original_scopes
        return scopes

    def still_grantable(self, scopes: list[str], client: OAuthClient, user_id: Any, partner: Partner) -> list[str]:
        """Those of the consented scopes that client, organization and person still can have together."""
        member = PartnerMember.objects.filter(partner=partner, user_id=user_id, user__is_active=True).first()
        if member is None or not partner.allows(client.environment):
            return []
        available = client.available_scopes()
        return grantable([scope for scope in scopes if scope in available], member.role)

    def _create_access_token(
        self,
        expires: datetime,
        request: Request,
        token: dict[str, Any],
        source_refresh_token: OAuthRefreshToken | None = None,
    ) -> OAuthToken:
        origin = source_refresh_token or origin_of(request)
        access = OAuthToken(
            id=request.token_id,
            user=request.user,
            partner=origin.partner if origin else request.client.partner,
            application=request.client,
            scope=token["scope"],
            expires=expires,
            token_family=origin.token_family if origin else None,
            source_refresh_token=source_refresh_token,
        )
        set_token_value(access, token["access_token"])
        access.save(force_insert=True)
        return access

    def _create_refresh_token(
        self,
        request: Request,
        refresh_token_code: str,
        access_token: OAuthToken,
        previous_refresh_token: OAuthRefreshToken | None,
    ) -> OAuthRefreshToken:
        refresh = OAuthRefreshToken(
            user=request.user,
            partner=access_token.partner,
            application=request.client,
            access_token=access_token,
            token_family=access_token.token_family,
            # A narrower access token does not narrow what may be asked for next time (RFC 6749, 6).
            scope=previous_refresh_token.scope if previous_refresh_token else access_token.scope,
        )
        set_token_value(refresh, refresh_token_code)
        refresh.save(force_insert=True)
        return refresh

    def revoke_token(
        self, token: str, token_type_hint: str | None, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """End a token of the authenticated client; the hint is not needed to find it."""
        revoke_issued(token, request.client)

    def _check_and_set_request_resource(self, request: Request) -> None:
        check_resource(request, request.decoded_body or [])
        request.resource = []
