"""Organizations that let an application act for them: who they are, and what they hear when it ends."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from applications.models import PartnerApplication
from common.mail import absolute_url
from partners.models import Partner
from partners.services.mail import CARETAKERS, mail_members


def organizations_using(application: PartnerApplication) -> QuerySet[Partner]:
    """The other organizations in which somebody granted a client of the application access."""
    granted = Partner.objects.filter(oauth_consents__client__application=application)
    return granted.exclude(id=application.partner_id).distinct()


def installs_of(application: PartnerApplication) -> dict[str, Any]:
    """How many organizations use an application."""
    return {"organizations": organizations_using(application).count()}


def tell_of_deprecation(application: PartnerApplication) -> None:
    """Mail the owners and developers of every organization that uses a deprecated application; in its transaction."""
    if application.sunset_date is None:
        return
    for partner in organizations_using(application).order_by("id"):
        mail_members(
            partner=partner,
            roles=CARETAKERS,
            kind="granted_application_ending",
            application=application.app_name,
            maker=application.partner.partner_name,
            day=f"{application.sunset_date:%-d %B %Y}",
            action_url=absolute_url(reverse("oauth_granted_access")),
        )
