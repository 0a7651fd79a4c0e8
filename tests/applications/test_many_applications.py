"""A hundred thousand applications: every list the API offers is read from an index."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from common.principal import SYSTEM
from partners.models import Partner, User

PARTNERS = """
INSERT INTO partners_partner (
    id, created_at, updated_at, partner_name, partner_type, status, tier, website, description, legal_name,
    registration_number, tax_id, country, street, postal_code, city, region, support_email, phone, logo,
    suspension_reason, suspension_cause, status_before_suspension, activation_waiver, tier_requested
)
SELECT gen_random_uuid(), now(), now(), 'Partner ' || n, 'data', 'active', 'basic',
    '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', ''
FROM generate_series(1, 20000) AS n
"""
APPLICATIONS = """
INSERT INTO applications_partnerapplication (
    id, created_at, updated_at, partner_id, app_name, description, status, permissions, approved_permissions,
    permission_purposes, data_access, security_info, homepage_url, privacy_policy_url, support_url, redirect_uris,
    icon, screenshots, status_reason, api_version
)
SELECT gen_random_uuid(), now() - (n || ' minutes')::interval, now() - (n || ' minutes')::interval, partner.id,
    'Application ' || md5(n::text || partner.id::text), 'It routes leads, number ' || n,
    (ARRAY['draft', 'approved', 'published', 'published'])[1 + n % 4],
    CASE WHEN n % 1000 = 0 THEN ARRAY['write:claims'] ELSE ARRAY['read:leads', 'manage:webhooks'] END, '{}',
    '{}', '{}', '{}', '', '', '', '{}', '', '{}', '', ''
FROM (SELECT id, row_number() OVER () AS place FROM partners_partner) AS partner
JOIN generate_series(1, 100000) AS n ON partner.place = 1 + n % 20000
"""


@pytest.fixture
def many(acme: Partner) -> Partner:
    with connection.cursor() as cursor:
        # History of made-up rows is not wanted: triggers sleep for these statements.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(PARTNERS)
        cursor.execute(APPLICATIONS)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE partners_partner, applications_partnerapplication")
    return acme


QUERIES = (
    "",
    "?status=submitted",
    "?status=rejected&status=suspended",
    "?permission=write:claims",
    "?permission=read:leads",
    "?search=c4ca4238a0b9",
    "?search=application+c4ca4238a0b9",
    "?ordering=-createdAt",
    "?ordering=createdAt",
    "?ordering=-updatedAt",
    "?ordering=appName",
    "?ordering=status",
    "?ordering=-status",
    "?ordering=-appName",
    "?createdAfter=2020-01-01T00:00:00Z&ordering=-createdAt",
)


def plans(client: APIClient, query: str) -> list[str]:
    """The plans of what reading one page asked of the table of applications."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(f"/api/applications{query}")
    assert response.status_code == 200, response.content
    asked = [row["sql"] for row in captured if 'FROM "applications_partnerapplication"' in row["sql"]]
    assert asked
    with connection.cursor() as cursor:
        shown = []
        for statement in asked:
            cursor.execute(f"EXPLAIN {statement}")
            shown.append("\n".join(line for (line,) in cursor.fetchall()))
    return shown


def test_lists_are_read_from_indexes_and_search_finds_words(many: Partner, dana: User, alice: User) -> None:
    staff, member = APIClient(), APIClient()
    staff.force_login(dana)
    member.force_login(alice)
    for who, client in (("staff", staff), ("member", member)):
        for query in (*QUERIES, f"?partnerId={many.id}"):
            for text in plans(client, query):
                assert "Seq Scan on applications_partnerapplication" not in text, f"{who} {query}\n{text}"

    found = PartnerApplication.objects.visible_to(SYSTEM).matching("LEADS 99999")
    assert "It routes leads, number 99999" in [application.description for application in found]
    assert found.count() < 20
    assert not PartnerApplication.objects.matching("leads policies").exists()
