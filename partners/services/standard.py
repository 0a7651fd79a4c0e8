"""Filling a fresh database."""

from __future__ import annotations

from django.utils import timezone

from partners.models import AgreementTemplate
from partners.standard import STANDARD_AGREEMENTS


def initialize_standard_agreements() -> None:
    """Publish version 1 of each standard agreement that does not exist in any version."""
    known = set(AgreementTemplate.objects.values_list("agreement_type", flat=True))
    for standard in STANDARD_AGREEMENTS:
        if standard.agreement_type not in known:
            AgreementTemplate.objects.create(
                agreement_type=standard.agreement_type,
                title=standard.title,
                body=standard.body,
                required=standard.required,
                partner_types=list(standard.partner_types),
                validity_days=standard.validity_days,
                published_at=timezone.now(),
            )
