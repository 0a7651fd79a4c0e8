"""SQL that both the fan-out and the delivery engine use."""

from __future__ import annotations

from collections.abc import Iterable

from applications.models import PartnerApplication
from integrations.models import Integration
from partners.models import Partner

OWNERS = """
JOIN integrations_integration i ON i.id = w.integration_id
JOIN applications_partnerapplication a ON a.id = i.application_id
JOIN partners_partner p ON p.id = w.partner_id
"""


def quoted(values: Iterable[str]) -> str:
    """Constants of ours as an SQL list."""
    return ", ".join(f"'{value}'" for value in values)


# `Partner.allows` and `PartnerApplication.allows`, for a set of rows.
OWNERS_MAY_SUBSCRIBE = f"""
i.status <> '{Integration.Status.INACTIVE}' AND p.deleted_at IS NULL AND a.deleted_at IS NULL
AND NOT (a.status = '{PartnerApplication.Status.DEPRECATED}'
  AND coalesce(a.sunset_date <= (now() AT TIME ZONE 'UTC')::date, false))
AND CASE w.environment WHEN 'test'
  THEN p.status IN ({quoted([Partner.Status.ACTIVE, Partner.Status.PENDING])})
    AND a.status NOT IN ({quoted([PartnerApplication.Status.SUSPENDED, PartnerApplication.Status.REJECTED])})
  ELSE p.status = '{Partner.Status.ACTIVE}' AND a.status IN ({quoted(PartnerApplication.OPERATIONAL)})
END
"""

# Besides, the endpoint answered its ownership challenge, or needs not.
OWNERS_MAY_RECEIVE = f"NOT w.unproven AND {OWNERS_MAY_SUBSCRIBE}"

# A time-ordered UUID made where the row is made; PostgreSQL has its own from version 18 on.
UUID7 = """
encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
  placing substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) from 3)
  from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
"""
