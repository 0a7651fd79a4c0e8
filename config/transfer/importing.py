"""Writing records: in batches, each whole or not at all, and never twice."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from applications.models import PartnerApplication
from authn.keys import digest, generate_key
from authn.models import ApiKey
from billing.models import PartnerUsage
from common.audit import acting_as
from common.fields import decrypt, encrypt
from common.principal import SYSTEM
from config.transfer.records import GRANTED_STATUSES, Record
from partners.models import Partner, PartnerAgreement, PartnerContact
from partners.tiers import limits_of

BATCH = 500
SUSPENDED_BEFORE = "Suspended in the system it came from."
SEAL = "transfer.keys"


@dataclass
class Outcome:
    """What became of the file."""

    imported: int = 0
    skipped: int = 0
    keys: int = 0
    problems: list[str] = field(default_factory=list)


def batches(records: Iterable[Record], size: int = BATCH) -> Iterator[list[Record]]:
    """Records in lists of at most `size`."""
    iterator = iter(records)
    while batch := list(islice(iterator, size)):
        yield batch


def import_records(
    records: Iterable[Record],
    *,
    sealed: IO[str] | None,
    report: Callable[[str], None],
    advance: Callable[[int], None],
) -> Outcome:
    """Write every sound record whose externalId is new; `sealed` None only checks.

    A record that is there already is skipped, so a file that was interrupted is simply run again.
    """
    outcome = Outcome()
    seen: set[bytes] = set()
    for batch in batches(records):
        sound = []
        for record in batch:
            fingerprint = record.external_id.encode()
            if fingerprint in seen and not record.problems:
                record.problems.append(f"externalId: {record.external_id} stands in this file twice")
            seen.add(fingerprint)
            for problem in record.problems:
                report(f"row {record.row}: {problem}")
            outcome.problems += [f"row {record.row}"] if record.problems else []
            if not record.problems:
                sound.append(record)
        ids = [record.external_id for record in sound]
        known = set(Partner.objects.filter(external_id__in=ids).values_list("external_id", flat=True))
        fresh = [record for record in sound if record.external_id not in known]
        outcome.skipped += len(sound) - len(fresh)
        outcome.imported += len(fresh)
        outcome.keys += sum(len(app["keys"]) for record in fresh for app in record.applications)
        if sealed is not None and fresh:
            write_batch(fresh, sealed)
        advance(len(batch))
    return outcome


def write_batch(records: list[Record], sealed: IO[str]) -> None:
    """One batch in one transaction. Keys reach the sealed file before the commit: none can be lost, only left over."""
    with acting_as(SYSTEM, job="import_partners"), transaction.atomic():
        partners = Partner.objects.bulk_create([partner_of(record) for record in records])
        pairs = list(zip(partners, records, strict=True))
        PartnerContact.objects.bulk_create([c for partner, record in pairs for c in contacts_of(partner, record)])
        PartnerAgreement.objects.bulk_create(
            [PartnerAgreement(partner=partner, **values) for partner, record in pairs for values in record.agreements]
        )
        applications: list[PartnerApplication] = []
        usage, keys, lines = [], [], []
        for partner, record in pairs:
            by_name = {values["app_name"]: application_of(partner, values) for values in record.applications}
            applications += by_name.values()
            usage += [usage_of(partner, by_name, values) for values in record.usage]
            for values in record.applications:
                application = by_name[values["app_name"]]
                for wanted in values["keys"]:
                    full_key, key = key_of(partner, application, wanted)
                    keys.append(key)
                    lines.append(seal(record.external_id, application, full_key, wanted))
        PartnerApplication.objects.bulk_create(applications)
        PartnerUsage.objects.bulk_create(usage)
        ApiKey.objects.bulk_create(keys)
        sealed.writelines(f"{line}\n" for line in lines)
        sealed.flush()
        os.fsync(sealed.fileno())


def partner_of(record: Record) -> Partner:
    """The partner of a record."""
    partner = Partner(external_id=record.external_id, **record.partner)
    if partner.status == Partner.Status.ACTIVE:
        partner.activated_at = timezone.now()
    if partner.status == Partner.Status.SUSPENDED:
        partner.suspended_at, partner.suspension_reason = timezone.now(), SUSPENDED_BEFORE
        partner.status_before_suspension = Partner.Status.ACTIVE
    return partner


def contacts_of(partner: Partner, record: Record) -> list[PartnerContact]:
    """Its contacts; the first is primary when none is named."""
    named = any(values["is_primary"] for values in record.contacts)
    return [
        PartnerContact(partner=partner, **{**values, "is_primary": values["is_primary"] or (not named and index == 0)})
        for index, values in enumerate(record.contacts)
    ]


def application_of(partner: Partner, values: dict[str, Any]) -> PartnerApplication:
    """One application; a granted one keeps its scopes, a deprecated one its last day."""
    permissions = values["permissions"]
    approved = permissions if values["status"] in GRANTED_STATUSES else []
    fields = {name: values[name] for name in ("app_name", "description", "status", "permissions", "sunset_date")}
    application = PartnerApplication(partner=partner, approved_permissions=approved, **fields)
    if application.sunset_date is not None:
        application.deprecated_at = timezone.now()
    if application.status == PartnerApplication.Status.SUSPENDED:
        application.status_reason = SUSPENDED_BEFORE
    return application


def usage_of(partner: Partner, applications: dict[str, PartnerApplication], values: dict[str, Any]) -> PartnerUsage:
    """One figure, of the application it names or of none."""
    application = applications.get(values["app_name"])
    figures = {name: value for name, value in values.items() if name != "app_name"}
    return PartnerUsage(partner_id=partner.id, application_id=application.id if application else None, **figures)


def key_of(partner: Partner, application: PartnerApplication, wanted: dict[str, Any]) -> tuple[str, ApiKey]:
    """A key issued anew."""
    full_key = generate_key(wanted["environment"])
    return full_key, ApiKey(
        partner=partner,
        application=application,
        key_value=digest(full_key, settings.API_KEY_PEPPER),
        key_prefix=full_key[:8],
        last_four=full_key[-4:],
        rate_limit=limits_of(partner.tier).rate_limit,
        **wanted,
    )


def seal(external_id: str, application: PartnerApplication, full_key: str, wanted: dict[str, Any]) -> str:
    """One line of the sealed file: encrypted with FIELD_ENCRYPTION_KEYS."""
    plain = {"externalId": external_id, "appName": application.app_name, "fullKey": full_key, **wanted}
    return encrypt(json.dumps(plain), associated=SEAL)


def unseal(line: str) -> dict[str, Any]:
    """What `seal` sealed."""
    opened: dict[str, Any] = json.loads(decrypt(line.strip(), associated=SEAL))
    return opened
