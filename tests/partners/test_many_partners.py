"""A hundred thousand partners: every list the API offers is read from an index."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import QuerySet

from partners.models import Partner

INSERT = """
INSERT INTO partners_partner (
    id, created_at, updated_at, partner_name, partner_type, status, tier, website, description, legal_name,
    registration_number, tax_id, country, street, postal_code, city, region, support_email, phone, logo,
    suspension_reason, suspension_cause, status_before_suspension, activation_waiver, tier_requested
)
SELECT gen_random_uuid(), now() - (n || ' minutes')::interval, now(), 'Partner ' || md5(n::text),
    (ARRAY['technology', 'service', 'data', 'channel'])[1 + n % 4],
    (ARRAY['active', 'active', 'active', 'pending'])[1 + n % 4],
    (ARRAY['basic', 'basic', 'premium'])[1 + n % 3],
    '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', ''
FROM generate_series(1, 100000) AS n
"""


@pytest.fixture
def many(db: None) -> None:
    with connection.cursor() as cursor:
        # History of made-up rows is not wanted: triggers sleep for this statement.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(INSERT)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE partners_partner")


def plan(queryset: QuerySet[Partner]) -> str:
    return queryset[:51].explain()


def test_lists_are_read_from_indexes(many: None) -> None:
    rows = Partner.objects.existing()
    plans = {
        "newest": rows.order_by("-id"),
        "by name": rows.order_by("partner_name", "id"),
        "by status": rows.filter(status="suspended").order_by("-id"),
        "by tier": rows.filter(tier="enterprise").order_by("-id"),
        "by type": rows.filter(partner_type="strategic").order_by("-id"),
        "by age": rows.order_by("-created_at"),
        "by words": rows.matching("c4ca4238a0b923820dcc").order_by("-id"),
        "by two words": rows.matching("partner c4ca4238a0b923").order_by("-id"),
    }
    for name, queryset in plans.items():
        text = plan(queryset)
        assert "Seq Scan" not in text, f"{name}\n{text}"
    assert plans["by words"].count() == 1
