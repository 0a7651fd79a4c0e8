"""The verification checklist: answered by the partner, judged by staff."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from common.errors import ConflictError, ForbiddenError, InvalidError, InvalidFieldsError, TransitionError
from common.mail import absolute_url
from common.principal import Principal, Role
from partners.checklists import CHECKLISTS, ITEMS, clean_answer
from partners.files import Upload
from partners.models import Partner, VerificationDocument, VerificationItem
from partners.readiness import missing_verification, outstanding
from partners.services.announcements import announce_partner
from partners.services.contacts import require_partner_manager
from partners.services.golive import go_live_if_ready
from partners.services.mail import mail_members
from partners.services.partners import check_reason, lock_partner, require_admin

Status = VerificationItem.Status
MAX_DOCUMENTS = 10


def open_checklist(partner: Partner) -> list[VerificationItem]:
    """The partner's items in the order of its type's checklist, made where they do not exist yet."""
    keys = CHECKLISTS[partner.partner_type]
    VerificationItem.objects.bulk_create(
        [VerificationItem(partner=partner, key=key) for key in keys], ignore_conflicts=True
    )
    items = {item.key: item for item in partner.verification_items.prefetch_related("documents")}
    return [items[key] for key in keys]


def lock_item(partner: Partner, key: str) -> VerificationItem:
    """The partner's item `key`, locked with its partner; InvalidError for one the checklist does not have."""
    if key not in CHECKLISTS[partner.partner_type]:
        raise InvalidError("This is not on your checklist.", field="key", code="invalid_choice")
    open_checklist(partner)
    return VerificationItem.objects.select_for_update().get(partner=partner, key=key)


@transaction.atomic
def submit_item(*, partner: Partner, key: str, answer: Mapping[str, str], actor: Principal) -> VerificationItem:
    """Answer an item and hand it to review; an accepted one can be renewed."""
    row = lock_partner(partner)
    require_partner_manager(row, actor)
    item = lock_item(row, key)
    cleaned, errors = clean_answer(key, answer, country=str(row.country))
    if ITEMS[key].needs_document and not item.documents.exists():
        errors["documents"] = "Upload the document first."
    if errors:
        raise InvalidFieldsError(errors)
    item.answer = cleaned
    item.status = Status.SUBMITTED
    item.submitted_at = timezone.now()
    clear_review(item)
    item.save()
    if key == "tax_id" and cleaned["tax_id"] != row.tax_id:
        row.tax_id = cleaned["tax_id"]
        row.save(update_fields=["tax_id", "updated_at"])
    return item


@transaction.atomic
def add_document(*, partner: Partner, key: str, upload: Upload, actor: Principal) -> VerificationDocument:
    """Attach an uploaded file to an item that is not decided; ConflictError for one that is there already."""
    row = lock_partner(partner)
    require_partner_manager(row, actor)
    item = lock_item(row, key)
    if item.documents.count() >= MAX_DOCUMENTS:
        raise ConflictError("too_many_documents", f"At most {MAX_DOCUMENTS} documents for one item.")
    document = VerificationDocument(
        item=item,
        filename=upload.name,
        content_type=upload.content_type,
        size=len(upload.content),
        sha256=upload.sha256,
        uploaded_by_id=actor.user_id,
    )
    if item.documents.filter(sha256=upload.sha256).exists():
        raise ConflictError("document_exists", "This very file is attached already.")
    document.file.save(f"{document.id}.{upload.extension}", ContentFile(upload.content), save=False)
    try:
        document.save()
    except IntegrityError:
        document.file.delete(save=False)
        raise
    return document


@transaction.atomic
def remove_document(*, document: VerificationDocument, actor: Principal) -> None:
    """Take back a file that nobody has judged yet."""
    partner = lock_partner(document.item.partner)
    require_partner_manager(partner, actor)
    item = VerificationItem.objects.select_for_update().get(pk=document.item_id)
    if item.status not in {Status.OPEN, Status.REJECTED, Status.EXPIRED}:
        raise ConflictError("document_in_review", "A document that was submitted stays on file.")
    name, storage = document.file.name, document.file.storage
    document.delete()
    transaction.on_commit(lambda: storage.delete(str(name)))


@transaction.atomic
def accept_item(*, item: VerificationItem, expires_on: date | None = None, actor: Principal) -> VerificationItem:
    """Accept an item. For an Enterprise partner the first acceptance confirms, another person's completes."""
    partner, row = begin_review(item, actor, Status.ACCEPTED)
    lasts = ITEMS[row.key].lasts_days
    today = timezone.now().date()
    if expires_on is not None and expires_on <= today:
        raise InvalidError("This day is past.", field="expires_on", code="in_the_past")
    row.expires_on = expires_on or row.expires_on or (today + timedelta(days=lasts) if lasts else None)
    row.note = ""
    row.warned_days = None
    row.reviewed_at = timezone.now()
    if row.status == Status.CONFIRMED:
        if row.reviewer_id == actor.user_id:
            raise ConflictError("four_eyes", "You confirmed this already; another colleague completes it.")
        row.second_reviewer_id = actor.user_id
        row.status = Status.ACCEPTED
    else:
        row.reviewer_id = actor.user_id
        row.status = Status.CONFIRMED if partner.tier == Partner.Tier.ENTERPRISE else Status.ACCEPTED
    row.save()
    if row.status == Status.ACCEPTED:
        complete_if_done(partner, row)
    return row


def complete_if_done(partner: Partner, accepted: VerificationItem) -> None:
    """Tell the owners; verify the partner with its last item, and take it live when nothing else is missing."""
    missing = ", ".join(requirement.label for requirement in outstanding(partner))
    tell_owners(accepted, "verification_accepted", outstanding=missing)
    if missing_verification(partner):
        return
    if partner.verified_at is None:
        partner.verified_at = timezone.now()
        partner.save(update_fields=["verified_at", "updated_at"])
        announce_partner("partner.verified", partner)
    go_live_if_ready(partner)


@transaction.atomic
def reject_item(*, item: VerificationItem, note: str, actor: Principal) -> VerificationItem:
    """Send an item back with what to correct."""
    note = check_reason(note)
    _partner, row = begin_review(item, actor, Status.REJECTED)
    row.status = Status.REJECTED
    row.note = note
    row.reviewer_id = actor.user_id
    row.second_reviewer = None
    row.reviewed_at = timezone.now()
    row.save()
    tell_owners(row, "verification_rejected", note=note)
    return row


def begin_review(item: VerificationItem, actor: Principal, target: str) -> tuple[Partner, VerificationItem]:
    """Lock partner and item for a decision of staff about a submitted item of somebody else's partner."""
    require_admin(actor)
    if actor.user_id is None:
        raise ForbiddenError("person_required", "A decision about verification is made by a person.")
    partner = lock_partner(item.partner)
    if partner.members.filter(user_id=actor.user_id).exists():
        raise ForbiddenError("own_partner", "You belong to this partner: a colleague has to decide.")
    row = VerificationItem.objects.select_for_update().get(pk=item.pk)
    if row.status not in {Status.SUBMITTED, Status.CONFIRMED}:
        raise TransitionError(noun=ITEMS[row.key].label, current=row.status, target=target)
    return partner, row


def clear_review(item: VerificationItem) -> None:
    """A new answer starts over."""
    item.reviewer = item.second_reviewer = None
    item.reviewed_at = item.expires_on = item.warned_days = None
    item.note = ""


def tell_owners(item: VerificationItem, kind: str, **context: str) -> None:
    """Mail the owners about an item."""
    label = ITEMS[item.key].label
    url = absolute_url("/verification")
    mail_members(partner=item.partner, roles=[Role.OWNER], kind=kind, item=label, action_url=url, **context)
