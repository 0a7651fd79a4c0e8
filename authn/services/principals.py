"""From API keys to what they stand for, as PostgreSQL has it now."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_network

from django.conf import settings

from applications.services.api_version import pinned_version
from authn.credentials import Credential, resolve
from authn.keys import digest, is_key, is_well_formed
from authn.models import ApiKey
from authn.quotas import stopped_where_used_up
from common.principal import Principal, PrincipalKind
from partners.tiers import limits_of


def stored_form_of_key(raw_key: str) -> str | None:
    """What a key is stored as; None for one that is garbled."""
    return digest(raw_key, settings.API_KEY_PEPPER) if is_well_formed(raw_key) else None


def credentials_of_keys(stored: Collection[str]) -> dict[str, Credential]:
    """The usable keys among those stored so, whose partner and application allow their environment."""
    keys = (
        ApiKey.objects.usable()
        .select_related("partner", "application", "service_account")
        .filter(key_value__in=stored)
        .order_by()
    )
    found = {key.key_value: credential_of(key) for key in keys}
    return stopped_where_used_up({form: usable for form, usable in found.items() if usable is not None})


def credential_of(key: ApiKey) -> Credential | None:
    """What a key is good for; None when its owner may not call."""
    principal = principal_of(key)
    if principal is None:
        return None
    ends = [moment.timestamp() for moment in (key.expires_at, key.overlap_ends_at) if moment is not None]
    return Credential(
        principal=principal,
        owner_id=key.owner_id,
        bucket_id=key.bucket_id,
        rate_limit=key.effective_rate_limit,
        partner_rate_limit=limits_of(key.partner.tier).partner_rate_limit if key.partner else None,
        allowed_networks=tuple(ip_network(network) for network in key.allowed_networks),
        expires_at=min(ends, default=None),
        notices=key.application.notice_headers() if key.application else (),
    )


def principal_of(key: ApiKey) -> Principal | None:
    """Who a key speaks for; None when its owner may not call."""
    if key.service_account is not None:
        if not key.service_account.active:
            return None
        return Principal(
            kind=PrincipalKind.SERVICE,
            credential_id=key.id,
            scopes=frozenset(key.scopes),
            environment=key.environment,
            tier="enterprise",
            label=key.service_account.name,
        )
    if key.partner is None or key.application is None:
        return None
    if not (key.partner.allows(key.environment) and key.application.allows(key.environment)):
        return None
    return Principal(
        kind=PrincipalKind.API_KEY,
        partner_id=key.partner_id,
        application_id=key.application_id,
        credential_id=key.id,
        scopes=frozenset(key.effective_scopes()),
        environment=key.environment,
        tier=key.partner.tier,
        label=str(key),
        api_version=pinned_version(key.application),
    )


def validate_api_key(raw_key: str) -> Principal | None:
    """Who a raw key speaks for; None when it is not usable."""
    credential = resolve(raw_key) if is_key(raw_key) else None
    return credential.principal if credential else None
