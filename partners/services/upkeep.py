"""The daily round: warn of what runs out, expire what has, stop partners whose grace ended, offer new versions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from common.errors import DomainError
from common.principal import SYSTEM
from partners.checklists import CHECKLISTS, ITEMS
from partners.models import AgreementTemplate, Partner, PartnerAgreement, VerificationItem
from partners.readiness import missing_agreements
from partners.services import agreements, verification
from partners.services.agreements import announce_agreement, create_agreement, spell
from partners.services.golive import suspend_for

logger = structlog.get_logger(__name__)

WARN_DAYS = (30, 7, 1)
GRACE = timedelta(days=14)


def daily_upkeep(*, today: date | None = None) -> None:
    """Everything that a day changes. Safe to repeat: each step leaves a mark that it was done."""
    today = today or timezone.now().date()
    warn_of_agreements(today)
    expire_agreements(today)
    warn_of_verification(today)
    expire_verification(today)
    suspend_lapsed(today)
    offer_new_versions()


def each(queryset: QuerySet[Any]) -> Iterator[Any]:
    """Rows one by one, each locked in a transaction of its own and skipped when it no longer qualifies."""
    for key in list(queryset.values_list("pk", flat=True)):
        with transaction.atomic():
            row = queryset.select_for_update(of=("self",)).filter(pk=key).first()
            if row is not None:
                yield row


def warning_due(expires: date, warned: int | None, today: date) -> int | None:
    """The tightest of WARN_DAYS that has begun and was not said yet."""
    begun = [days for days in WARN_DAYS if (expires - today).days <= days]
    tightest = min(begun, default=None)
    return tightest if tightest is not None and (warned is None or tightest < warned) else None


def warn_of_agreements(today: date) -> None:
    """Mail the owners 30, 7 and 1 days ahead."""
    ending = PartnerAgreement.objects.active().filter(
        expiration_date__range=(today, today + timedelta(days=WARN_DAYS[0])), partner__deleted_at=None
    )
    for row in each(ending):
        if (days := warning_due(row.expiration_date, row.warned_days, today)) is None:
            continue
        row.warned_days = days
        row.save(update_fields=["warned_days", "updated_at"])
        left = (row.expiration_date - today).days
        agreements.tell_owners(row, "agreement_expiring", expires=spell(row.expiration_date), days=left)


def expire_agreements(today: date) -> None:
    """End what is past its last day, and offer the renewal."""
    for row in each(PartnerAgreement.objects.active().filter(expiration_date__lt=today)):
        row.status = PartnerAgreement.Status.EXPIRED
        row.save(update_fields=["status", "updated_at"])
        announce_agreement("agreement.expired", row, expirationDate=row.expiration_date.isoformat())
        required = row.agreement_type in {template.agreement_type for template in missing_agreements(row.partner)}
        deadline = spell(row.expiration_date + GRACE) if required else ""
        agreements.tell_owners(row, "agreement_expired", expires=spell(row.expiration_date), deadline=deadline)


def warn_of_verification(today: date) -> None:
    """Mail the owners 30, 7 and 1 days ahead."""
    ending = VerificationItem.objects.filter(
        status=VerificationItem.Status.ACCEPTED,
        expires_on__range=(today, today + timedelta(days=WARN_DAYS[0])),
        partner__deleted_at=None,
    )
    for row in each(ending):
        if (days := warning_due(row.expires_on, row.warned_days, today)) is None:
            continue
        row.warned_days = days
        row.save(update_fields=["warned_days", "updated_at"])
        left = (row.expires_on - today).days
        verification.tell_owners(row, "verification_expiring", expires=spell(row.expires_on), days=left)


def expire_verification(today: date) -> None:
    """An acceptance holds through its last day."""
    past = VerificationItem.objects.filter(status=VerificationItem.Status.ACCEPTED, expires_on__lt=today)
    for row in each(past):
        row.status = VerificationItem.Status.EXPIRED
        row.save(update_fields=["status", "updated_at"])
        deadline = spell(row.expires_on + GRACE)
        verification.tell_owners(row, "verification_expired", expires=spell(row.expires_on), deadline=deadline)


def suspend_lapsed(today: date) -> None:
    """Stop live partners whose verification or required agreement ran out longer than the grace ago."""
    limit = today - GRACE
    items = VerificationItem.objects.filter(status=VerificationItem.Status.EXPIRED, expires_on__lt=limit)
    for item in items.filter(partner__status=Partner.Status.ACTIVE).select_related("partner"):
        if item.key in CHECKLISTS[item.partner.partner_type]:
            reason = f"“{ITEMS[item.key].label}” of the verification ran out on {spell(item.expires_on)}."
            suspend_for(item.partner, cause="verification_expired", reason=reason)
    ended = PartnerAgreement.objects.filter(
        status=PartnerAgreement.Status.EXPIRED, expiration_date__lt=limit, partner__status=Partner.Status.ACTIVE
    )
    for agreement in ended.select_related("partner"):
        if agreement.agreement_type in {template.agreement_type for template in missing_agreements(agreement.partner)}:
            reason = f"The agreement “{agreement}” ended on {spell(agreement.expiration_date)}."
            suspend_for(agreement.partner, cause="agreement_expired", reason=reason)


def offer_new_versions() -> None:
    """Put the current version before everyone who signed an earlier one, or whose agreement ended."""
    for template in AgreementTemplate.objects.current():
        again = Q(version__lt=template.version) if template.requires_reacceptance else Q(pk=None)
        past = PartnerAgreement.objects.filter(agreement_type=template.agreement_type, template__isnull=False)
        signers = past.filter(
            (Q(status=PartnerAgreement.Status.ACTIVE) & again) | Q(status=PartnerAgreement.Status.EXPIRED)
        )
        asked = PartnerAgreement.objects.filter(
            agreement_type=template.agreement_type,
            version=template.version,
            status__in=[PartnerAgreement.Status.PENDING, PartnerAgreement.Status.ACTIVE],
        )
        partners = Partner.objects.existing().filter(pk__in=signers.values("partner_id"))
        for partner in partners.exclude(pk__in=asked.values("partner_id")):
            try:
                create_agreement(partner=partner, agreement_type=template.agreement_type, actor=SYSTEM)
            except DomainError as error:
                logger.warning("version_not_offered", partner=str(partner.id), template=str(template), error=str(error))
