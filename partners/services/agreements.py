"""Agreements: offered, signed, superseded, ended."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from common.errors import ConflictError, ForbiddenError, InvalidError, InvalidFieldsError, TransitionError
from common.mail import absolute_url
from common.principal import Principal, Role
from events.services.publishing import publish_event
from partners.documents import AgreementText, render_agreement
from partners.models import AgreementDocument, AgreementTemplate, Partner, PartnerAgreement, User
from partners.services.contacts import require_partner_manager
from partners.services.golive import go_live_if_ready
from partners.services.mail import mail_members
from partners.services.partners import lock_partner, require_admin

Status = PartnerAgreement.Status
TYPE = re.compile(r"[a-z][a-z0-9_]{0,49}")
MAX_TERMS = 100_000
MAX_OPEN = 50


@dataclass(frozen=True)
class Signature:
    """Who signs, as they put it themselves, and where the signature came from."""

    name: str = ""
    title: str = ""
    ip: str | None = None
    document_sha256: str | None = None  # of the document that was shown; None: the signer has it from elsewhere


@transaction.atomic
def create_agreement(
    *,
    partner: Partner,
    agreement_type: str,
    title: str = "",
    terms: str = "",
    effective_date: date | None = None,
    expiration_date: date | None = None,
    actor: Principal,
) -> PartnerAgreement:
    """Offer an agreement: the current standard one of its type, or (staff alone) one with its own terms."""
    row = lock_partner(partner)
    require_partner_manager(row, actor)
    template = AgreementTemplate.objects.current().filter(agreement_type=agreement_type).first()
    check_offer(agreement_type, terms, effective_date, expiration_date)
    if not actor.is_admin and (template is None or terms or title or effective_date or expiration_date):
        raise ForbiddenError("terms_are_staffs", "Terms and dates of an agreement are set by the platform's staff.")
    if row.agreements.pending().count() >= MAX_OPEN:
        raise ConflictError("too_many_agreements", f"{MAX_OPEN} agreements already wait for a signature.")
    own_terms = bool(terms) or template is None
    agreement = PartnerAgreement.objects.create(
        partner=row,
        template=None if own_terms else template,
        agreement_type=agreement_type,
        title=title or (template.title if template else agreement_type.replace("_", " ").capitalize()),
        version=1 if own_terms or template is None else template.version,
        terms=terms or (template.body if template else ""),
        effective_date=effective_date,
        expiration_date=expiration_date,
    )
    store_document(agreement)
    announce_agreement("agreement.created", agreement)
    tell_owners(agreement, "agreement_offered")
    return agreement


def check_offer(agreement_type: str, terms: str, effective_date: date | None, expiration_date: date | None) -> None:
    """Raise InvalidFieldsError for what cannot be offered."""
    errors: dict[str, str] = {}
    if not TYPE.fullmatch(agreement_type):
        errors["agreement_type"] = "Lower-case letters, digits and underscores, at most 50."
    if len(terms) > MAX_TERMS or "\0" in terms:
        errors["terms"] = f"At most {MAX_TERMS} characters of text."
    if expiration_date and effective_date and expiration_date < effective_date:
        errors["expiration_date"] = "It ends before it begins."
    if errors:
        raise InvalidFieldsError(errors)


@transaction.atomic
def sign_agreement(
    *,
    agreement: PartnerAgreement,
    signed_date: date | None = None,
    signature: Signature | None = None,
    actor: Principal,
) -> PartnerAgreement:
    """Sign: an owner for their partner, or staff who record a signature on paper. Supersedes the one in force."""
    signature = signature or Signature()
    partner = lock_partner(agreement.partner)
    require_partner_manager(partner, actor)
    row = PartnerAgreement.objects.select_for_update().get(pk=agreement.pk)
    if row.status != Status.PENDING:
        raise TransitionError(noun=f"The agreement {row}", current=row.status, target=Status.ACTIVE)
    today = timezone.now().date()
    signed_date = signed_date or today
    if signed_date > today:
        raise InvalidError("This day has not come yet.", field="signed_date", code="in_the_future")
    if row.expiration_date and row.expiration_date < today:
        raise ConflictError("agreement_over", f"{row} ended on {row.expiration_date}.")
    check_document(row, signature)
    supersede(partner, row)
    fill_signature(row, signed_date, signature, actor)
    row.status = Status.ACTIVE
    row.save()
    announce_agreement("agreement.signed", row, signedDate=signed_date.isoformat())
    tell_owners(row, "agreement_signed", signer=row.signer_name, signed=spell(signed_date), sha256=row.document_sha256)
    go_live_if_ready(partner)
    return row


def check_document(agreement: PartnerAgreement, signature: Signature) -> None:
    """Raise ConflictError when the signer was shown another document than the one on file."""
    shown = signature.document_sha256
    if shown is not None and not hmac.compare_digest(shown, agreement.document_sha256):
        raise ConflictError("document_changed", "The document changed since you opened it. Read it again, then sign.")


def fill_signature(agreement: PartnerAgreement, signed_date: date, signature: Signature, actor: Principal) -> None:
    """Write down who signed, when and whence."""
    signer = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
    if actor.is_admin:
        agreement.recorded_by = actor.label[:254]
        agreement.signer_name = signature.name[:150]
    else:
        agreement.signer = signer
        agreement.signer_name = (signature.name or (signer.get_full_name() if signer else actor.label))[:150]
        agreement.signer_email = signer.email if signer else ""
    agreement.signer_title = signature.title[:100]
    agreement.signed_ip = signature.ip
    agreement.signed_at = timezone.now()
    agreement.signed_date = signed_date
    agreement.effective_date = agreement.effective_date or signed_date
    lasts = agreement.template.validity_days if agreement.template else None
    if lasts and agreement.expiration_date is None:
        agreement.expiration_date = signed_date + timedelta(days=lasts)


def supersede(partner: Partner, newer: PartnerAgreement) -> None:
    """Retire the agreement of this type that is in force, and older offers of it."""
    older = partner.agreements.filter(agreement_type=newer.agreement_type).exclude(pk=newer.pk)
    older.filter(
        Q(status=Status.ACTIVE) | Q(status=Status.PENDING, template__isnull=False, version__lte=newer.version)
    ).update(status=Status.SUPERSEDED, updated_at=timezone.now())


@transaction.atomic
def terminate_agreement(*, agreement: PartnerAgreement, actor: Principal) -> PartnerAgreement:
    """End an agreement before its time, or withdraw an offer."""
    require_admin(actor)
    lock_partner(agreement.partner)
    row = PartnerAgreement.objects.select_for_update().get(pk=agreement.pk)
    if row.status not in {Status.PENDING, Status.ACTIVE}:
        raise TransitionError(noun=f"The agreement {row}", current=row.status, target=Status.TERMINATED)
    row.status = Status.TERMINATED
    row.save(update_fields=["status", "updated_at"])
    return row


@transaction.atomic
def publish_template(*, template: AgreementTemplate, actor: Principal) -> AgreementTemplate:
    """Make a version current. Its text is final from now on; partners are asked to sign it by the daily job."""
    require_admin(actor)
    row = AgreementTemplate.objects.select_for_update().get(pk=template.pk)
    if row.published_at:
        raise ConflictError("published_to_published", f"{row} is published already.")
    newest = AgreementTemplate.objects.current().filter(agreement_type=row.agreement_type).first()
    if newest and newest.version >= row.version:
        raise ConflictError("version_not_newer", f"{newest} is current; give this one a higher version.")
    row.published_at = timezone.now()
    row.save(update_fields=["published_at", "updated_at"])
    return row


def store_document(agreement: PartnerAgreement) -> None:
    """Render the document that will be put before the signer and keep it, with its hash."""
    content = render_agreement(text_of(agreement))
    agreement.document_sha256 = hashlib.sha256(content).hexdigest()
    agreement.save(update_fields=["document_sha256"])
    AgreementDocument.objects.create(agreement=agreement, content=content, sha256=agreement.document_sha256)


def offered_copy(agreement: PartnerAgreement) -> bytes:
    """The document as it was put before the signer; rendered now for one that came from another system."""
    document = AgreementDocument.objects.filter(agreement=agreement).first()
    return bytes(document.content) if document else render_agreement(text_of(agreement))


def signed_copy(agreement: PartnerAgreement) -> bytes:
    """The document again with the record of its signature behind it."""
    return render_agreement(text_of(agreement, signature=signature_rows(agreement)))


def document_of(agreement: PartnerAgreement) -> bytes:
    """The PDF: as offered; once signed, with the record of the signature."""
    return signed_copy(agreement) if agreement.signed_date else offered_copy(agreement)


def document_headers(agreement: PartnerAgreement) -> dict[str, str]:
    """How a browser is to take the PDF."""
    return {
        "Content-Type": "application/pdf",
        "Content-Disposition": f'inline; filename="{agreement.agreement_type}-{agreement.version}.pdf"',
        "Cache-Control": "private, no-store",
    }


def text_of(agreement: PartnerAgreement, *, signature: list[tuple[str, str]] | None = None) -> AgreementText:
    """The words of an agreement's document."""
    partner = agreement.partner
    address = [partner.street, f"{partner.postal_code} {partner.city}".strip(), partner.region, partner.country.name]
    return AgreementText(
        title=agreement.title,
        version=agreement.version,
        reference=str(agreement.id),
        platform=settings.COMPANY_NAME,
        partner_name=partner.legal_name or partner.partner_name,
        partner_details=", ".join(str(part) for part in address if part),
        terms=agreement.terms,
        effective=spell(agreement.effective_date),
        expires=spell(agreement.expiration_date),
        signature=signature or [],
    )


def signature_rows(agreement: PartnerAgreement) -> list[tuple[str, str]]:
    """The record of a signature, in words."""
    rows = [
        ("Signed for", agreement.partner.legal_name or agreement.partner.partner_name),
        ("Signer", agreement.signer_name),
        ("Position", agreement.signer_title),
        ("Email address", agreement.signer_email),
        ("Date of signature", spell(agreement.signed_date)),
        ("Received", agreement.signed_at.strftime("%Y-%m-%d %H:%M:%S UTC") if agreement.signed_at else ""),
        ("IP address", agreement.signed_ip or ""),
        ("Recorded by", agreement.recorded_by),
        ("SHA-256", agreement.document_sha256),
    ]
    return [(label, value) for label, value in rows if value]


def spell(day: date | None) -> str:
    """A date in words; empty for none."""
    return f"{day.day} {day:%B %Y}" if day else ""


def tell_owners(agreement: PartnerAgreement, kind: str, **context: str) -> None:
    """Mail the owners about an agreement."""
    url = absolute_url(f"/agreements/{agreement.id}")
    mail_members(
        partner=agreement.partner, roles=[Role.OWNER], kind=kind, agreement=str(agreement), action_url=url, **context
    )


def announce_agreement(event_name: str, agreement: PartnerAgreement, **members: str) -> None:
    """Publish `event_name` about `agreement` to its partner."""
    publish_event(
        event_name=event_name,
        entity_type="agreement",
        entity_id=str(agreement.id),
        partner_id=agreement.partner_id,
        payload={
            "id": str(agreement.id),
            "partnerId": str(agreement.partner_id),
            "agreementType": agreement.agreement_type,
            "status": agreement.status,
            **members,
        },
    )
