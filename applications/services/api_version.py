"""Which version of the API an application gets."""

from __future__ import annotations

from django.db import transaction

from applications.models import PartnerApplication
from applications.services.status import lock_application
from common.api.versions.registry import BY_NAME, CURRENT, served
from common.errors import InvalidError
from common.principal import Principal
from common.revocation import invalidate


def pinned_version(application: PartnerApplication) -> str:
    """The version it is pinned to; its first call pins it to the current one."""
    if not application.api_version:
        PartnerApplication.objects.filter(pk=application.pk, api_version="").update(api_version=CURRENT)
        application.refresh_from_db(fields=["api_version"])
    return served(application.api_version)


@transaction.atomic
def set_api_version(*, application: PartnerApplication, api_version: str, actor: Principal) -> PartnerApplication:
    """Pin it to another version, from its next request on."""
    if api_version not in BY_NAME:
        message = f"There is no such version; choose from {', '.join(BY_NAME)}."
        raise InvalidError(message, field="api_version", code="unknown_version")
    lock_application(application)
    application.api_version = api_version
    application.save(update_fields=["api_version", "updated_at"])
    invalidate(partner_id=application.partner_id, application_id=application.pk)
    return application
