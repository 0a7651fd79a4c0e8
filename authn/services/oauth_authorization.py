"""The authorization endpoint's work: read a request, ask for consent, answer with a code or a refusal."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from oauthlib.common import add_params_to_uri
from oauthlib.oauth2 import FatalClientError as Fatal
from oauthlib.oauth2 import OAuth2Error

from authn.models import OAuthClient, OAuthConsent
from authn.oauth.families import end_tokens
from authn.oauth.scopes import grantable
from authn.services.announcements import mail_withdrawal
from authn.services.oauth_tokens import server
from common.audit import because
from common.errors import ForbiddenError
from common.principal import Principal, PrincipalKind
from partners.models import Partner, PartnerMember, User

AUTHORIZE_PATH = "/api/oauth/authorize"


class AuthorizationRefused(Exception):  # noqa: N818 (an answer to the client, not a bug)
    """The request cannot go on. `location` leads back to the client; without one the person has to be told."""

    def __init__(self, error: str, description: str, location: str | None = None) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.location = location


@dataclass(frozen=True)
class AuthorizationRequest:
    """A valid authorization request (RFC 6749, 4.1.1)."""

    client: OAuthClient
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    query: str


def answer_uri(redirect_uri: str, **parameters: str | None) -> str:
    """The redirect URI with an answer: its parameters, and who answers (RFC 9207)."""
    pairs = [(name, value) for name, value in parameters.items() if value is not None]
    uri: str = add_params_to_uri(redirect_uri, [*pairs, ("iss", settings.OAUTH_ISSUER)])
    return uri


def read_authorization_request(query: str) -> AuthorizationRequest:
    """The request in a query string; raises AuthorizationRefused."""
    try:
        scopes, found = server().validate_authorization_request(f"{AUTHORIZE_PATH}?{query}", "GET", "", {})
    except Fatal as error:
        raise AuthorizationRefused(error.error, error.description or error.error) from error
    except OAuth2Error as error:
        location = answer_uri(
            error.redirect_uri, error=error.error, error_description=error.description or None, state=error.state
        )
        raise AuthorizationRefused(error.error, error.description or error.error, location) from error
    except ValueError as error:  # oauthlib's word for a query string it cannot decode
        raise AuthorizationRefused("invalid_request", "The request cannot be read.") from error
    return AuthorizationRequest(
        client=found["request"].client,
        redirect_uri=found["redirect_uri"],
        scopes=tuple(scopes),
        state=found["state"],
        query=query,
    )


def deny_authorization(request: AuthorizationRequest, description: str = "The person refused.") -> str:
    """Where to send the person who refused, or who cannot grant anything."""
    return answer_uri(request.redirect_uri, error="access_denied", error_description=description, state=request.state)


@transaction.atomic
def generate_authorization_code(*, request: AuthorizationRequest, user: User, partner: Partner) -> str:
    """Record the person's consent for `partner` and return where to send them with the code.

    The client gets those of the scopes the person's role can grant; raises AuthorizationRefused when that is none.
    """
    member = PartnerMember.objects.filter(partner=partner, user=user).first()
    scopes = grantable(list(request.scopes), member.role) if member else []
    if not scopes or not partner.allows(request.client.environment):
        reason = "Nobody who may grant this consented."
        raise AuthorizationRefused("access_denied", reason, deny_authorization(request, reason))
    consent, _ = OAuthConsent.objects.select_for_update().get_or_create(
        user=user, client=request.client, partner=partner
    )
    consent.scopes = sorted({*consent.scopes, *scopes})
    consent.granted_at = timezone.now()
    consent.save(update_fields=["scopes", "granted_at", "updated_at"])
    headers, _, _ = server().create_authorization_response(
        f"{AUTHORIZE_PATH}?{request.query}",
        "GET",
        "",
        {},
        scopes=scopes,
        credentials={"user": user, "organization": partner},
    )
    return answer_uri(headers["Location"])


def granted_scopes(client: OAuthClient, user: User, partner: Partner) -> set[str]:
    """What the person had granted before."""
    consent = OAuthConsent.objects.filter(user=user, client=client, partner=partner).first()
    return set(consent.scopes) if consent else set()


@transaction.atomic
def withdraw_consent(*, consent: OAuthConsent, reason: str = "", actor: Principal) -> None:
    """Take the access back: every token that came of it ends. Open to who gave it and to the organization's owners.

    The organization hears of it when it was staff.
    """
    is_own = actor.user_id == consent.user_id
    governs = actor.tenant_id == consent.partner_id and actor.has_scope("manage:partner")
    if not (is_own or governs or actor.is_admin):
        raise ForbiddenError("not_yours", "Only who granted this access, or an owner, can withdraw it.")
    OAuthConsent.objects.select_for_update().filter(pk=consent.pk).first()  # see families.lock_consent
    end_tokens(Q(application=consent.client, user=consent.user, partner=consent.partner))
    # Codes on their way are part of the access.
    consent.client.oauthgrant_set.filter(user=consent.user, partner=consent.partner).delete()
    with because(reason):
        OAuthConsent.objects.filter(pk=consent.pk).delete()
    if actor.kind is PrincipalKind.STAFF:
        mail_withdrawal(consent, reason)
