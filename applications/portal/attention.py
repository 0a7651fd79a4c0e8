"""What an application waits for, on the home page."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from applications.models import PartnerApplication
from common.portal import Attention
from common.principal import Principal

Status = PartnerApplication.Status
SUNSET_NOTICE = timedelta(days=30)


def waiting_for_partner(principal: Principal) -> list[Attention]:
    """Applications a reviewer sent back, suspended ones, and those about to stop."""
    today = timezone.now().date()
    items = []
    applications = PartnerApplication.objects.present().filter(
        partner_id=principal.tenant_id, status__in=[Status.CHANGES_REQUESTED, Status.SUSPENDED, Status.DEPRECATED]
    )
    for application in applications:
        url = reverse("application_detail", args=[application.pk])
        if application.status == Status.CHANGES_REQUESTED:
            items.append(Attention(f"Changes requested for {application}", application.status_reason, url, "warning"))
        elif application.status == Status.SUSPENDED:
            items.append(Attention(f"{application} is suspended", application.status_reason, url, "danger"))
        elif application.sunset_date and today < application.sunset_date <= today + SUNSET_NOTICE:
            detail = "Its keys and tokens stop on that day."
            items.append(Attention(f"{application} ends on {application.sunset_date:%-d %B}", detail, url, "warning"))
    return items
