"""The partner's logo."""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.db import transaction

from common.ids import uuid7
from common.principal import Principal
from partners.files import Upload
from partners.models import Partner
from partners.services.contacts import require_partner_manager
from partners.services.partners import lock_partner


@transaction.atomic
def set_logo(*, partner: Partner, upload: Upload, actor: Principal) -> Partner:
    """Replace the logo; the former file goes once that is certain."""
    row = lock_partner(partner)
    require_partner_manager(row, actor)
    former, storage = row.logo.name, row.logo.storage
    row.logo.save(f"{uuid7().hex}.{upload.extension}", ContentFile(upload.content), save=False)
    row.save(update_fields=["logo", "updated_at"])
    if former:
        transaction.on_commit(lambda: storage.delete(former))
    return row
