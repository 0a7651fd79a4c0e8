"""Contacts of a partner: exactly one is primary as soon as there is any."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from common.errors import ConflictError, ForbiddenError, InvalidFieldsError
from common.principal import Principal
from partners.identifiers import clean_phone
from partners.models import Partner, PartnerContact
from partners.services.partners import lock_partner
from partners.services.profile import clean_email, clean_fields

MAX_CONTACTS = 100


@transaction.atomic
def add_contact(
    *,
    partner: Partner,
    contact_name: str,
    email: str,
    phone: str = "",
    role: str = "",
    is_primary: bool = False,
    actor: Principal,
) -> PartnerContact:
    """Add a contact. The first one is primary; a later one that is named primary takes over from the former."""
    row = lock_partner(partner)
    require_partner_manager(row, actor)
    values = clean_contact({"contact_name": contact_name, "email": email, "phone": phone, "role": role})
    existing = row.contacts.count()
    if existing >= MAX_CONTACTS:
        raise ConflictError("too_many_contacts", f"A partner has at most {MAX_CONTACTS} contacts.")
    if is_primary:
        row.contacts.filter(is_primary=True).update(is_primary=False)
    return PartnerContact.objects.create(partner=row, is_primary=is_primary or existing == 0, **values)


@transaction.atomic
def update_contact(*, contact: PartnerContact, actor: Principal, **changes: Any) -> PartnerContact:
    """Change a contact. The primary one stops being so by naming another, never by itself."""
    partner = lock_partner(contact.partner)
    require_partner_manager(partner, actor)
    row = PartnerContact.objects.get(pk=contact.pk)
    is_primary = changes.pop("is_primary", row.is_primary)
    if row.is_primary and not is_primary:
        raise ConflictError("primary_contact_required", "Name another contact primary instead.")
    if is_primary and not row.is_primary:
        partner.contacts.filter(is_primary=True).update(is_primary=False)
    for name, value in {**clean_contact(changes), "is_primary": is_primary}.items():
        setattr(row, name, value)
    row.save()
    return row


@transaction.atomic
def delete_contact(*, contact: PartnerContact, actor: Principal) -> None:
    """Remove a contact; the primary one only as the last."""
    partner = lock_partner(contact.partner)
    require_partner_manager(partner, actor)
    row = PartnerContact.objects.filter(pk=contact.pk).first()
    if row is None:
        return
    if row.is_primary and partner.contacts.exclude(pk=row.pk).exists():
        raise ConflictError("primary_contact_required", "Name another contact primary first.")
    row.delete()


def clean_contact(values: dict[str, str]) -> dict[str, str]:
    """The fields of a contact, trimmed and checked together; raises InvalidFieldsError."""
    cleaners = {"email": clean_email, "phone": clean_phone}
    cleaned, errors = clean_fields(PartnerContact, values, cleaners=cleaners, required={"contact_name", "email"})
    if errors:
        raise InvalidFieldsError(errors)
    return cleaned


def require_partner_manager(partner: Partner, actor: Principal) -> None:
    """Raise ForbiddenError for a caller who does not manage this partner's account."""
    if actor.is_admin or (actor.tenant_id == partner.id and actor.has_scope("manage:partner")):
        return
    raise ForbiddenError("owner_only", "Only an owner of this partner may do this.")
