"""API keys: generate, rotate, revoke, change. A key leaves this module in full once, when it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from applications.models import PartnerApplication
from authn.keys import digest, generate_key
from authn.models import ApiKey, ServiceAccount
from authn.models.api_key import grantable_scopes
from authn.selectors import keys_in_place
from authn.services.announcements import announce_key, mail_revocation, rfc3339
from authn.services.reach import check_sandbox, check_within, is_credential
from common.errors import ConflictError, ForbiddenError, InvalidError, TransitionError
from common.principal import Principal, PrincipalKind
from common.revocation import invalidate
from common.scopes import unknown_scopes
from partners.tiers import check_quota, limits_of, refused_scopes

# How long a rotated key goes on working beside its successor, in hours.
OVERLAP_HOURS = (0, 1, 24, 24 * 7, 24 * 30)
DEFAULT_OVERLAP_HOURS = 24
# Whoever wants no end leaves it out: further away is a slip, and at the end of the calendar there is no successor's.
LONGEST_LIFE = timedelta(days=100 * 365.25)
MAX_NETWORKS = 50
SERVICE_RATE_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key, and the only sight of it in full."""

    api_key: ApiKey
    full_key: str


@transaction.atomic
def generate_api_key(
    *,
    application: PartnerApplication,
    scopes: Sequence[str],
    name: str = "",
    rate_limit: int | None = None,
    environment: str = "live",
    expires_at: datetime | None = None,
    allowed_networks: Sequence[str] = (),
    actor: Principal,
) -> IssuedKey:
    """Make a key of an application; raises InvalidError, ForbiddenError, or ConflictError when live is not open yet."""
    check_environment(application, environment, actor)
    check_quota(application.partner, "api_keys", keys_in_place(application.partner_id))
    check_expiry(expires_at)
    issued = issue(
        ApiKey(
            partner=application.partner,
            application=application,
            name=name,
            scopes=checked_scopes(application, environment, scopes, actor),
            rate_limit=checked_rate_limit(application, rate_limit),
            environment=environment,
            expires_at=expires_at,
            allowed_networks=checked_networks(allowed_networks),
        )
    )
    announce_key("key.created", issued.api_key)
    return issued


@transaction.atomic
def generate_service_key(
    *, service_account: ServiceAccount, environment: str = "live", name: str = "", actor: Principal
) -> IssuedKey:
    """Make a key of a core service. Staff alone."""
    if not actor.is_admin:
        raise ForbiddenError("forbidden", "Only staff make keys of core services.")
    return issue(
        ApiKey(
            service_account=service_account,
            name=name or service_account.name,
            scopes=list(service_account.scopes),
            rate_limit=SERVICE_RATE_LIMIT,
            environment=environment,
        )
    )


def issue(api_key: ApiKey) -> IssuedKey:
    """Give a prepared row its key and store it."""
    full_key = generate_key(api_key.environment)
    api_key.key_value = digest(full_key, settings.API_KEY_PEPPER)
    api_key.key_prefix = full_key[:8]
    api_key.last_four = full_key[-4:]
    api_key.save(force_insert=True)
    return IssuedKey(api_key, full_key)


@transaction.atomic
def rotate_api_key(*, api_key: ApiKey, overlap_hours: int = DEFAULT_OVERLAP_HOURS, actor: Principal) -> IssuedKey:
    """Replace an active key; the old one works for `overlap_hours` more. Raises TransitionError for other states."""
    if overlap_hours not in OVERLAP_HOURS:
        choices = ", ".join(map(str, OVERLAP_HOURS))
        raise InvalidError(f"Choose an overlap of {choices} hours.", field="overlap_hours")
    old = locked(api_key)
    if old.current_status != ApiKey.Status.ACTIVE:
        raise TransitionError(noun="The key", current=old.current_status, target="rotated")
    check_reach(old, actor)
    now = timezone.now()
    issued = issue(
        ApiKey(
            partner=old.partner,
            application=old.application,
            service_account=old.service_account,
            name=old.name,
            scopes=old.scopes,
            rate_limit=old.rate_limit,
            environment=old.environment,
            allowed_networks=old.allowed_networks,
            bucket_id=old.bucket_id,
            # The same life as its predecessor had, from today.
            expires_at=now + min(old.expires_at - old.created_at, LONGEST_LIFE) if old.expires_at else None,
        )
    )
    old.status = ApiKey.Status.ROTATED
    old.overlap_ends_at = now + timedelta(hours=overlap_hours)
    old.successor = issued.api_key
    changed(old, "status", "overlap_ends_at", "successor")
    announce_key("key.rotated", old, overlapEndsAt=rfc3339(old.overlap_ends_at))
    return issued


@transaction.atomic
def end_overlap(*, api_key: ApiKey, actor: Principal) -> ApiKey:
    """Stop a rotated key before its overlap ends; raises TransitionError when it has already stopped."""
    key = locked(api_key)
    check_reach(key, actor)
    if key.status != ApiKey.Status.ROTATED or not key.is_usable:
        raise TransitionError(noun="The key", current=key.current_status, target="overlap_ended")
    key.overlap_ends_at = timezone.now()
    return changed(key, "overlap_ends_at")


@transaction.atomic
def revoke_api_key(*, api_key: ApiKey, reason: str = "", actor: Principal) -> ApiKey:
    """Stop a key for good, and tell its people when it was staff. Revoking it again changes nothing."""
    key = locked(api_key)
    check_stoppable(key, actor)
    if key.status == ApiKey.Status.REVOKED:
        return key
    worked = key.is_usable
    key.status = ApiKey.Status.REVOKED
    key.revoked_reason = reason
    changed(key, "status", "revoked_reason")
    announce_key("key.revoked", key, reason=reason or None)
    if worked and actor.kind is PrincipalKind.STAFF:
        mail_revocation(key)
    return key


@transaction.atomic
def update_scopes(*, api_key: ApiKey, scopes: Sequence[str], actor: Principal) -> ApiKey:
    """Replace the scopes of a key that works."""
    key = locked_usable(api_key)
    check_reach(key, actor)
    if key.application is None:
        raise ConflictError("service_key", "The scopes of a service key are those of its service account.")
    key.scopes = checked_scopes(key.application, key.environment, scopes, actor)
    return changed(key, "scopes")


@transaction.atomic
def update_rate_limit(*, api_key: ApiKey, rate_limit: int, actor: Principal) -> ApiKey:
    """Replace the hourly limit of a key that works; its successor or predecessor draws on the same bucket."""
    key = locked_usable(api_key)
    check_reach(key, actor)
    key.rate_limit = rate_limit if key.application is None else checked_rate_limit(key.application, rate_limit)
    return changed(key, "rate_limit")


@transaction.atomic
def update_allowed_networks(*, api_key: ApiKey, allowed_networks: Sequence[str], actor: Principal) -> ApiKey:
    """Replace the networks a key may be used from; none: from anywhere."""
    key = locked_usable(api_key)
    check_reach(key, actor)
    key.allowed_networks = checked_networks(allowed_networks)
    return changed(key, "allowed_networks")


@transaction.atomic
def expire_keys() -> int:
    """Write down the expiry of keys whose time has passed; they stopped working at that moment already."""
    due = ApiKey.objects.filter(
        status__in=[ApiKey.Status.ACTIVE, ApiKey.Status.ROTATED], expires_at__lte=timezone.now()
    ).select_for_update(skip_locked=True)
    keys = list(due.order_by("id"))
    for key in keys:
        key.status = ApiKey.Status.EXPIRED
        key.save(update_fields=["status", "updated_at"])
        announce_key("key.expired", key)
    return len(keys)


def locked(api_key: ApiKey) -> ApiKey:
    """The row as it is now, locked until the transaction ends."""
    key: ApiKey = ApiKey.objects.select_for_update().get(pk=api_key.pk)
    return key


def locked_usable(api_key: ApiKey) -> ApiKey:
    """As `locked`; raises TransitionError for a key that no longer works."""
    key = locked(api_key)
    if not key.is_usable:
        raise TransitionError(noun="The key", current=key.current_status, target="changed")
    return key


def changed(key: ApiKey, *fields: str) -> ApiKey:
    """Save, and have every process read the credential again."""
    key.save(update_fields=[*fields, "updated_at"])
    invalidate(partner_id=key.owner_id)
    return key


def check_environment(application: PartnerApplication, environment: str, actor: Principal) -> None:
    """A sandbox credential makes sandbox keys alone; live needs an active partner and an approved application."""
    check_sandbox(environment, actor)
    if not application.partner.allows(environment):
        raise ConflictError("partner_not_active", f"The partner is {application.partner.status}.")
    if not application.allows(environment):
        raise ConflictError(
            "application_not_approved", f"The application is {application.get_status_display().lower()}."
        )


def check_reach(key: ApiKey, actor: Principal) -> None:
    """Nobody may get hold of, or shape, a key that can do more than they can themselves."""
    check_stoppable(key, actor)
    if "admin" in key.scopes and not may_grant_admin(actor):
        raise ForbiddenError("admin_key", "Only staff who may do everything change a key with the scope admin.")
    if key.service_account_id is not None and not actor.has_permission("authn.change_serviceaccount"):
        raise ForbiddenError("permission_missing", "A key of a core service needs authn.change_serviceaccount.")


def check_stoppable(key: ApiKey, actor: Principal) -> None:
    """A credential may not stop a key that can do more than it can itself, unless it is that key or its successor."""
    check_sandbox(key.environment, actor)
    # What application or tier withhold for now is still among the scopes stored with the key.
    if actor.credential_id is None or actor.credential_id not in {key.id, key.successor_id}:
        check_within(key.scopes, actor)


def may_grant_admin(actor: Principal) -> bool:
    """Staff who may do everything, and the platform's own commands: a key with `admin` cannot make another one."""
    return actor.kind is PrincipalKind.SYSTEM or actor.is_superuser


def checked_scopes(
    application: PartnerApplication, environment: str, scopes: Sequence[str], actor: Principal
) -> list[str]:
    """The scopes, sorted; raises InvalidError for those that do not exist or that review has not approved."""
    wanted = sorted(set(scopes))
    if not wanted:
        raise InvalidError("Choose at least one scope.", field="scopes", code="required")
    if unknown := unknown_scopes(wanted):
        raise InvalidError(f"Unknown scope: {', '.join(unknown)}.", field="scopes", code="unknown_scope")
    if "admin" in wanted and not may_grant_admin(actor):
        message = "Only staff who may do everything grant the scope admin."
        raise InvalidError(message, field="scopes", code="scope_not_allowed")
    if withheld := refused_scopes(application.partner.tier, [scope for scope in wanted if scope != "admin"]):
        message = f"Not in the {application.partner.get_tier_display()} tier: {', '.join(withheld)}."
        raise InvalidError(message, field="scopes", code="scope_exceeds_tier")
    grantable = grantable_scopes(application, environment, application.partner.tier)
    missing = [scope for scope in wanted if scope not in grantable | {"admin"}]
    if missing:
        message = f"Not approved for this application: {', '.join(missing)}."
        raise InvalidError(message, field="scopes", code="scope_not_approved")
    if is_credential(actor) and (beyond := [scope for scope in wanted if scope not in actor.scopes]):
        message = f"Your own credential lacks {', '.join(beyond)}."
        raise InvalidError(message, field="scopes", code="scope_exceeds_credential")
    return wanted


def check_expiry(expires_at: datetime | None) -> None:
    """Raises InvalidError for an end that is past, or further off than any key lives."""
    if expires_at is None:
        return
    left = expires_at - timezone.now()
    if left <= timedelta(0):
        raise InvalidError("The expiry must lie in the future.", field="expires_at")
    if left > LONGEST_LIFE:
        raise InvalidError("The expiry must lie within a hundred years.", field="expires_at", code="too_far")


def checked_rate_limit(application: PartnerApplication, rate_limit: int | None) -> int:
    """The limit, by default all the partner's tier allows; raises InvalidError beyond that."""
    ceiling = limits_of(application.partner.tier).rate_limit
    if rate_limit is None:
        return ceiling
    if not 1 <= rate_limit <= ceiling:
        message = f"The {application.partner.get_tier_display()} tier allows 1 to {ceiling} requests per hour."
        raise InvalidError(message, field="rate_limit", code="rate_limit_exceeds_tier")
    return rate_limit


def checked_networks(networks: Sequence[str]) -> list[str]:
    """The ranges in canonical form; raises InvalidError."""
    if len(networks) > MAX_NETWORKS:
        raise InvalidError(f"At most {MAX_NETWORKS} ranges.", field="allowed_networks")
    try:
        return [str(ip_network(network.strip())) for network in networks]
    except ValueError as error:
        raise InvalidError(f"{error}.", field="allowed_networks", code="invalid_network") from None
