"""What this app adds to the registries of the kernel."""

from __future__ import annotations

from allauth.account.signals import email_changed
from django.urls import reverse

from common.portal import Attention, NavItem, portal
from common.principal import Principal, Role
from partners import mails, tiers
from partners.models import Partner, PartnerMember
from partners.portal.accounts import announce_address
from partners.readiness import outstanding

NAVIGATION = (
    NavItem("Company", "company", "building-office", order=80, section="Partner"),
    NavItem("Members", "members", "users", order=82, section="Partner"),
    NavItem("Verification", "verification", "shield-check", order=84, section="Partner"),
    NavItem("Agreements", "agreements", "document-text", order=86, section="Partner"),
    NavItem("Tier and limits", "limits", "scale", order=88, section="Partner"),
    NavItem("Activity", "activity", "clock", order=90, section="Partner", scope="read:analytics"),
    NavItem("Notifications", "notifications", "bell", order=92, section="Partner"),
)


def needs_attention(principal: Principal) -> list[Attention]:
    """What keeps the partner from going live, and agreements that wait for a signature."""
    partner = Partner.objects.existing().filter(id=principal.tenant_id).first()
    if partner is None or principal.role is not Role.OWNER:
        return []
    items = [
        Attention(f"Sign the {agreement.title}", f"Version {agreement.version} waits for you.", link, "warning")
        for agreement in partner.agreements.pending()
        if (link := reverse("agreement", args=[agreement.pk]))
    ]
    if partner.status == Partner.Status.PENDING and (missing := outstanding(partner)):
        labels = ", ".join(requirement.label for requirement in missing)
        items.append(Attention("Before you go live", f"Still to do: {labels}.", reverse("verification"), "info"))
    expired = partner.verification_items.filter(status__in=["expired", "rejected"])
    if count := expired.count():
        title = "Your verification needs you"
        items.append(Attention(title, f"{count} to correct or renew.", reverse("verification"), "danger"))
    return items


def register() -> None:
    """Called once when the app is ready."""
    mails.register()
    tiers.register_usage("members", lambda partner_id: PartnerMember.objects.filter(partner_id=partner_id).count())
    portal.navigation.extend(NAVIGATION)
    portal.attention.append(needs_attention)
    email_changed.connect(announce_address)
