"""What this app adds to the registries of the kernel."""

from __future__ import annotations

from partners import mails, tiers
from partners.models import PartnerMember


def register() -> None:
    """Called once when the app is ready."""
    mails.register()
    tiers.register_usage("members", lambda partner_id: PartnerMember.objects.filter(partner_id=partner_id).count())
