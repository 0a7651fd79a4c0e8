"""Row history: who, whence, under which request; and nobody rewrites it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection
from django.utils import timezone

from common.audit import acting_as
from common.principal import SYSTEM
from partners.models import Partner


def history(partner: Partner) -> Any:
    model: Any = apps.get_model("partners", "PartnerEvent")
    return model.objects.filter(pgh_obj_id=partner.id).order_by("pgh_id")


def change(partner: Partner, name: str) -> None:
    with acting_as(SYSTEM, job="rename"):
        partner.partner_name = name
        partner.save()


def test_change_is_recorded_with_its_principal(acme: Partner) -> None:
    change(acme, "Acme Two")
    row = history(acme).last()
    assert (row.pgh_label, row.partner_name) == ("update", "Acme Two")
    assert row.pgh_context.metadata["principal_kind"] == "system"
    assert row.pgh_context.metadata["job"] == "rename"


def test_deletion_is_recorded(acme: Partner) -> None:
    rows = history(acme)
    Partner.objects.all().delete()
    assert list(rows.values_list("pgh_label", flat=True)) == ["insert", "delete"]


@pytest.mark.parametrize(
    "statement", ["UPDATE partners_partnerevent SET tier = 'basic'", "DELETE FROM partners_partnerevent"]
)
def test_history_cannot_be_rewritten(acme: Partner, statement: str) -> None:
    with pytest.raises(DatabaseError, match="Cannot update or delete"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_context_cannot_be_deleted(acme: Partner) -> None:
    change(acme, "Acme Two")
    with pytest.raises(DatabaseError, match="audit"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM pghistory_context")


def test_closed_context_cannot_be_altered(acme: Partner) -> None:
    change(acme, "Acme Two")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pghistory_context SET created_at = %s", [timezone.now() - timedelta(days=2)])
        with pytest.raises(DatabaseError, match="audit"):
            cursor.execute("UPDATE pghistory_context SET metadata = '{}'")
