"""From a credential to a principal."""

from __future__ import annotations

from django.conf import settings

from authn.keys import digest, is_well_formed
from authn.models import ApiKey
from common.principal import Principal, PrincipalKind


def principal_of_key(raw_key: str) -> Principal | None:
    """The principal of a usable key whose partner and application allow its environment; None otherwise."""
    if not is_well_formed(raw_key):
        return None
    key = (
        ApiKey.objects.usable()
        .select_related("partner", "application", "service_account")
        .filter(key_value=digest(raw_key, settings.API_KEY_PEPPER))
        .first()
    )
    if key is None:
        return None
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
        scopes=frozenset(key.scopes),
        environment=key.environment,
        tier=key.partner.tier,
        label=str(key),
    )
