"""What still stands between a partner and its live account."""

from __future__ import annotations

from dataclasses import dataclass

from partners.checklists import CHECKLISTS, ITEMS
from partners.models import AgreementTemplate, Partner, VerificationItem


@dataclass(frozen=True)
class Requirement:
    """One thing a live account needs."""

    kind: str  # verification or agreement
    key: str
    label: str


def missing_agreements(partner: Partner) -> list[AgreementTemplate]:
    """Current templates that are required of the partner and not signed in a version that counts."""
    signed = dict(partner.agreements.active().values_list("agreement_type", "version"))
    return [
        template
        for template in AgreementTemplate.objects.current()
        if template.is_required_of(partner)
        and (
            template.agreement_type not in signed
            or (template.requires_reacceptance and signed[template.agreement_type] < template.version)
        )
    ]


def missing_verification(partner: Partner) -> list[str]:
    """Keys of the checklist that are not accepted."""
    accepted = set(
        partner.verification_items.filter(status=VerificationItem.Status.ACCEPTED).values_list("key", flat=True)
    )
    return [key for key in CHECKLISTS[partner.partner_type] if key not in accepted]


def outstanding(partner: Partner) -> list[Requirement]:
    """Everything that is missing, in the order of the pages."""
    return [
        *(Requirement("verification", key, ITEMS[key].label) for key in missing_verification(partner)),
        *(
            Requirement("agreement", template.agreement_type, template.title)
            for template in missing_agreements(partner)
        ),
    ]
