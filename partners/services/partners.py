"""The life of a partner: created, activated, suspended, resumed, closed, restored."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import PROTECT
from django.utils import timezone

from common.errors import ConflictError, ForbiddenError, InvalidError, TransitionError
from common.mail import absolute_url
from common.principal import Principal, PrincipalKind, Role
from common.revocation import invalidate
from partners.checklists import ITEMS
from partners.dependents import sources
from partners.models import Partner, PartnerAgreement, VerificationItem
from partners.readiness import outstanding
from partners.services.announcements import announce_partner, wire_names
from partners.services.mail import mail_members
from partners.services.profile import clean_profile

Status = Partner.Status

# Every legal change of status: from -> to.
TRANSITIONS: dict[str, frozenset[str]] = {
    Status.PENDING: frozenset({Status.ACTIVE, Status.SUSPENDED, Status.INACTIVE}),
    Status.ACTIVE: frozenset({Status.SUSPENDED, Status.INACTIVE}),
    Status.SUSPENDED: frozenset({Status.ACTIVE, Status.PENDING, Status.INACTIVE}),
    Status.INACTIVE: frozenset({Status.ACTIVE, Status.PENDING}),
}
MAX_REASON = 2000


def lock_partner(partner: Partner, *, deleted: bool = False) -> Partner:
    """The current row, locked until the transaction ends; ConflictError for a deleted partner unless asked for one."""
    row = Partner.objects.select_for_update().get(pk=partner.pk)
    if (row.deleted_at is not None) != deleted:
        state = "deleted" if row.deleted_at else "not deleted"
        raise ConflictError(f"partner_{state.replace(' ', '_')}", f"{row.partner_name} is {state}.")
    return row


def require_admin(actor: Principal) -> None:
    """Raise ForbiddenError for a caller who does not administer the platform."""
    if not actor.is_admin:
        raise ForbiddenError("staff_only", "Only the platform's staff may do this.")


def move(partner: Partner, target: str) -> None:
    """Set the status, or raise TransitionError naming both."""
    if target not in TRANSITIONS[partner.status]:
        raise TransitionError(noun=partner.partner_name, current=partner.status, target=target)
    partner.status = target


@transaction.atomic
def create_partner(
    *,
    partner_name: str,
    partner_type: str,
    tier: str = Partner.Tier.BASIC,
    actor: Principal,
    **profile: str,
) -> Partner:
    """Open a partner account, Pending: its sandbox works at once, live after activation."""
    if tier != Partner.Tier.BASIC:
        require_admin(actor)
    check_choice("partner_type", partner_type, Partner.Type.values)
    check_choice("tier", tier, Partner.Tier.values)
    values = clean_profile({"partner_name": partner_name, **profile})
    partner = Partner.objects.create(partner_type=partner_type, tier=tier, **values)
    announce_partner("partner.created", partner)
    return partner


@transaction.atomic
def update_partner(*, partner: Partner, actor: Principal, **changes: Any) -> Partner:
    """Change the profile. An owner changes their own profile alone; type once live, and tier, are the staff's."""
    row = lock_partner(partner)
    names_tier = "tier" in changes
    tier = changes.pop("tier", row.tier)
    partner_type = changes.pop("partner_type", row.partner_type)
    check_choice("partner_type", partner_type, Partner.Type.values)
    check_choice("tier", tier, Partner.Tier.values)
    if not actor.is_admin:
        check_owner_may_change(row, actor, tier=tier, partner_type=partner_type)
    values = {
        **clean_profile(changes, current=row),
        **(decide_tier(row, tier, actor) if names_tier else {}),
        "partner_type": partner_type,
    }
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, values[name])
    row.save(update_fields=[*changed, "updated_at"])
    public = [name for name in changed if name != "tier_requested_by_id"]
    announce_partner("partner.updated", row, changedFields=wire_names(public))
    if not actor.is_admin and not set(Partner.IDENTITY_FIELDS).isdisjoint(changed):
        reopen_identity(row)
    if "tier" in changed:
        invalidate(partner_id=row.id)
    return row


def decide_tier(partner: Partner, tier: str, actor: Principal) -> dict[str, Any]:
    """What a wish for `tier` changes. To become Enterprise takes two people once one alone has let anything pass.

    The first asks, another one confirms by asking for the same; any other tier takes the wish back.
    """
    settled = {"tier": tier, "tier_requested": "", "tier_requested_by_id": None}
    if tier == partner.tier or tier != Partner.Tier.ENTERPRISE or actor.kind is PrincipalKind.SYSTEM:
        return settled
    judged = partner.verification_items.filter(status=VerificationItem.Status.ACCEPTED).exists()
    if partner.status == Status.PENDING and not judged:
        return settled
    if actor.user_id is None:
        raise ForbiddenError("person_required", "A partner is raised to Enterprise by two people.")
    if partner.members.filter(user_id=actor.user_id).exists():
        raise ForbiddenError("own_partner", "You belong to this partner: a colleague has to decide.")
    if partner.tier_requested != tier:
        return {"tier_requested": tier, "tier_requested_by_id": actor.user_id}
    if partner.tier_requested_by_id == actor.user_id:
        raise ConflictError("four_eyes", "You asked for this already; another colleague confirms it.")
    return settled


def check_owner_may_change(partner: Partner, actor: Principal, *, tier: str, partner_type: str) -> None:
    """Raise ForbiddenError for what a partner cannot decide about itself."""
    if actor.tenant_id != partner.id or not actor.has_scope("manage:partner"):
        raise ForbiddenError("owner_only", "Only an owner of this partner may change its profile.")
    if partner.status in {Status.SUSPENDED, Status.INACTIVE}:
        raise ForbiddenError(f"partner_{partner.status}", f"{partner.partner_name} is {partner.status}.")
    if tier != partner.tier:
        raise ForbiddenError("tier_is_staffs", "The tier is set by the platform's staff.")
    if partner_type != partner.partner_type and partner.status != Status.PENDING:
        raise ForbiddenError("partner_type_is_staffs", "The type can be changed by staff once the partner is live.")


@transaction.atomic
def activate_partner(*, partner: Partner, actor: Principal) -> Partner:
    """Take a partner live, or resume a suspended or inactive one; its keys and tokens work from the next request on."""
    require_admin(actor)
    row = lock_partner(partner)
    resumes = row.status == Status.SUSPENDED
    move(row, Status.ACTIVE)
    if row.activated_at is None:
        row.activation_waiver = check_waiver(row, actor)
        row.activated_at = timezone.now()
    clear_suspension(row)
    row.save()
    announce_partner("partner.activated", row)
    invalidate(partner_id=row.id)
    tell_members(row, "partner_resumed" if resumes else "partner_activated")
    return row


@transaction.atomic
def suspend_partner(*, partner: Partner, reason: str, actor: Principal) -> Partner:
    """Stop a partner: keys, tokens, deliveries and the gateway refuse it from the next request on."""
    require_admin(actor)
    reason = check_reason(reason)
    row = lock_partner(partner)
    before = row.status
    move(row, Status.SUSPENDED)
    row.status_before_suspension = before
    row.suspension_reason = reason
    row.suspended_at = timezone.now()
    row.save()
    announce_partner("partner.suspended", row, reason=reason)
    invalidate(partner_id=row.id)
    tell_members(row, "partner_suspended", reason=reason)
    return row


@transaction.atomic
def resume_partner(*, partner: Partner, actor: Principal) -> Partner:
    """Lift a suspension: back to what the partner was before it."""
    require_admin(actor)
    row = lock_partner(partner)
    if row.status != Status.SUSPENDED:
        raise TransitionError(noun=row.partner_name, current=row.status, target=Status.ACTIVE)
    if row.status_before_suspension != Status.PENDING:
        return activate_partner(partner=row, actor=actor)
    move(row, Status.PENDING)
    clear_suspension(row)
    row.save()
    announce_partner("partner.updated", row, changedFields=["status"])
    invalidate(partner_id=row.id)
    tell_members(row, "partner_resumed")
    return row


@transaction.atomic
def deactivate_partner(*, partner: Partner, actor: Principal) -> Partner:
    """Retire a partner without closing its account."""
    require_admin(actor)
    row = lock_partner(partner)
    move(row, Status.INACTIVE)
    clear_suspension(row)
    row.save()
    announce_partner("partner.updated", row, changedFields=["status"])
    invalidate(partner_id=row.id)
    return row


@transaction.atomic
def delete_partner(*, partner: Partner, actor: Principal) -> None:
    """Close an account that nothing billed or audited hangs on; the row stays, hidden, and staff can restore it."""
    require_admin(actor)
    row = lock_partner(partner)
    if held_by := dependents(row):
        raise ConflictError(
            "partner_in_use", f"{row.partner_name} cannot be deleted: it has {', '.join(held_by)}. Suspend it instead."
        )
    row.status = Status.INACTIVE
    row.deleted_at = timezone.now()
    clear_suspension(row)
    row.save()
    announce_partner("partner.deleted", row)
    invalidate(partner_id=row.id)


@transaction.atomic
def restore_partner(*, partner: Partner, actor: Principal) -> Partner:
    """Bring back a deleted partner, inactive."""
    require_admin(actor)
    row = lock_partner(partner, deleted=True)
    row.deleted_at = None
    row.save()
    announce_partner("partner.updated", row, changedFields=["status"])
    return row


def dependents(partner: Partner) -> list[str]:
    """What keeps the partner from being deleted: rows that protect it, in every app, and what apps say of theirs."""
    kinds = [kind for kind, source in sources.items() if source(partner.id)]
    for relation in Partner._meta.related_objects:
        if relation.on_delete is not PROTECT:
            continue
        model: Any = relation.related_model
        rows = model._base_manager.filter(**{relation.field.name: partner})  # noqa: SLF001 (Django's documented seam)
        if model is PartnerAgreement:
            rows = partner.agreements.binding()
        if rows.exists():
            kinds.append(str(model._meta.verbose_name_plural))
    return sorted(kinds)


def clear_suspension(partner: Partner) -> None:
    """Forget the suspension; the row's history keeps it."""
    partner.suspension_reason = ""
    partner.suspended_at = None
    partner.status_before_suspension = ""
    partner.suspension_cause = ""


def check_waiver(partner: Partner, actor: Principal) -> str:
    """What is outstanding and waived by activating now; ConflictError where nobody alone may waive it."""
    missing = [requirement.label for requirement in outstanding(partner)]
    if missing and partner.tier == Partner.Tier.ENTERPRISE and actor.kind is not PrincipalKind.SYSTEM:
        raise ConflictError(
            "verification_incomplete",
            f"Two people verify an Enterprise partner before it goes live. Missing: {', '.join(missing)}.",
        )
    return "; ".join(missing)


def tell_members(partner: Partner, kind: str, **context: str) -> None:
    """Mail every member about the account."""
    mail_members(partner=partner, roles=Role, kind=kind, action_url=absolute_url("/"), **context)


def reopen_identity(partner: Partner) -> None:
    """What attested to the old identity no longer counts."""
    keys = [item.key for item in ITEMS.values() if item.identity]
    attested = partner.verification_items.exclude(status=VerificationItem.Status.OPEN).filter(key__in=keys)
    attested.update(
        status=VerificationItem.Status.OPEN,
        note="The company's legal data changed.",
        reviewer=None,
        second_reviewer=None,
        reviewed_at=None,
        expires_on=None,
        updated_at=timezone.now(),
    )


def check_reason(reason: str) -> str:
    """A reason fit to be shown to the partner; raises InvalidError."""
    reason = reason.strip()
    if not reason:
        raise InvalidError("Say why: the partner will read it.", field="reason", code="required")
    if len(reason) > MAX_REASON:
        raise InvalidError(f"At most {MAX_REASON} characters.", field="reason", code="max_length")
    return reason


def check_choice(field: str, value: str, choices: list[str]) -> None:
    """Raise InvalidError for a value that is not one of `choices`."""
    if value not in choices:
        raise InvalidError(f"Expected one of {', '.join(choices)}.", field=field, code="invalid_choice")
