"""Reading and checking records, one at a time: a file of any size needs the memory of one record."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

from applications.models import PartnerApplication
from common.api.casing import camelize, underscore
from common.base import Environment
from common.errors import DomainError, InvalidFieldsError
from common.scopes import unknown_scopes
from config.transfer.usage import check_usage, merged
from partners.models import Partner, PartnerAgreement
from partners.services.agreements import check_offer
from partners.services.contacts import clean_contact
from partners.services.profile import clean_profile

CHUNK = 1 << 16
MAX_RECORD = 4 << 20
MAX_VERSION = 10_000
Status = PartnerApplication.Status
# What holds scopes that a review granted; the others are drafts again in the system they come to.
GRANTED_STATUSES = (Status.APPROVED, Status.PUBLISHED, Status.SUSPENDED, Status.DEPRECATED)
IMPORTED_STATUSES = (Status.DRAFT, *GRANTED_STATUSES)
CONTACT_FIELDS = ("contact_name", "email", "phone", "role")
AGREEMENT_DATES = ("signed_date", "effective_date", "expiration_date")


@dataclass
class Record:
    """One partner of the file, checked: what is wrong with it, or what is to be written."""

    row: int
    external_id: str = ""
    partner: dict[str, Any] = field(default_factory=dict)
    contacts: list[dict[str, Any]] = field(default_factory=list)
    agreements: list[dict[str, Any]] = field(default_factory=list)
    applications: list[dict[str, Any]] = field(default_factory=list)
    usage: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_records(path: Path) -> Iterator[Record]:
    """Every record of the file in order; a record that cannot be read is a problem, not the end."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv_rows(stream) if path.suffix.lower() == ".csv" else json_rows(stream)
        for number, raw in enumerate(rows, start=1):
            yield check(number, raw)


def csv_rows(stream: IO[str]) -> Iterator[Any]:
    """Rows of a CSV file: the columns of the profile, and `contactName`, `contactEmail`, `contactPhone` for one."""
    for row in csv.DictReader(stream):
        raw: dict[str, Any] = {name: value for name, value in row.items() if name and value}
        contact = {
            wire: raw.pop(column)
            for column, wire in (("contactName", "contactName"), ("contactEmail", "email"), ("contactPhone", "phone"))
            if column in raw
        }
        yield {**raw, "contacts": [{**contact, "isPrimary": True}]} if contact else raw


def json_rows(stream: IO[str]) -> Iterator[Any]:
    """Values of JSON Lines or of one JSON array, decoded as they arrive."""
    decoder = json.JSONDecoder()
    buffer, ended = "", False
    while True:
        buffer = buffer.lstrip(" \t\r\n,[")
        if buffer.startswith("]"):
            return
        try:
            value, end = decoder.raw_decode(buffer) if buffer else (None, 0)
        except ValueError as error:
            if ended or len(buffer) > MAX_RECORD:
                yield f"not JSON: {error}"
                return
            end = 0
        if end:
            yield value
            buffer = buffer[end:]
            continue
        if ended:
            return
        more = stream.read(CHUNK)
        ended = not more
        buffer += more


def check(row: int, raw: Any) -> Record:
    """The record of one row, with every problem it has."""
    record = Record(row)
    if not isinstance(raw, dict):
        record.problems.append(raw if isinstance(raw, str) else "expected an object")
        return record
    if not is_text(raw):
        record.problems.append("it holds characters that are no text")
        return record
    values = {underscore(str(name)): value for name, value in raw.items()}
    record.external_id = str(values.pop("external_id", "") or "").strip()
    if not 1 <= len(record.external_id) <= 100:
        record.problems.append("externalId: expected 1 to 100 characters")
    check_parts(record, values)
    check_partner(record, values)
    return record


def is_text(raw: dict[str, Any]) -> bool:
    """Whether a database can keep all of it: neither NUL nor half of a surrogate pair."""
    try:
        return b"\\u0000" not in json.dumps(raw, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False


def check_partner(record: Record, values: dict[str, Any]) -> None:
    """The profile, type, status and tier."""
    for name, choices, default in (
        ("partner_type", Partner.Type.values, None),
        ("status", Partner.Status.values, Partner.Status.PENDING),
        ("tier", Partner.Tier.values, Partner.Tier.BASIC),
    ):
        value = values.pop(name, default)
        record.partner[name] = value
        if value not in choices:
            record.problems.append(f"{camelize(name)}: expected one of {', '.join(choices)}")
    values.setdefault("partner_name", "")
    keep(record, "", lambda: record.partner.update(clean_profile(values)))


def check_parts(record: Record, values: dict[str, Any]) -> None:
    """Contacts, agreements, applications and usage."""
    checks = {
        "contacts": check_contact,
        "agreements": check_agreement,
        "applications": check_application,
        "usage": check_usage,
    }
    for name, check_one in checks.items():
        parts = values.pop(name, None) or []
        if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
            record.problems.append(f"{name}: expected a list of objects")
            continue
        target: list[dict[str, Any]] = getattr(record, name)
        for index, part in enumerate(parts):
            fields = {underscore(str(key)): value for key, value in part.items()}
            keep(record, f"{name}[{index}].", lambda f=fields, c=check_one, t=target: t.append(c(f)))
    if sum(contact["is_primary"] for contact in record.contacts) > 1:
        record.problems.append("contacts: more than one is primary")
    active = [one["agreement_type"] for one in record.agreements if one["status"] == PartnerAgreement.Status.ACTIVE]
    if len(set(active)) < len(active):
        record.problems.append("agreements: two of one type are active")
    names = [application["app_name"] for application in record.applications]
    if len(set(names)) < len(names):
        record.problems.append("applications: two have the same appName")
    if unknown := {figure["app_name"] for figure in record.usage} - {"", *names}:
        record.problems.append(f"usage: {', '.join(sorted(unknown))} is not among the applications")
    record.usage = merged(record.usage)


def keep(record: Record, path: str, act: Any) -> None:
    """Run one check; what it refuses becomes a problem under `path`."""
    try:
        act()
    except InvalidFieldsError as error:
        record.problems += [f"{path}{camelize(name)}: {text}" for name, text in error.errors.items()]
    except DomainError as error:
        record.problems.append(f"{path}{camelize(error.field or '')}: {error.message}")
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as error:
        record.problems.append(f"{path.rstrip('.') or 'record'}: {error!s}")


def check_contact(values: dict[str, Any]) -> dict[str, Any]:
    """One contact."""
    cleaned: dict[str, Any] = dict(clean_contact({name: str(values.get(name) or "") for name in CONTACT_FIELDS}))
    return {**cleaned, "is_primary": values.get("is_primary") is True}


def check_agreement(values: dict[str, Any]) -> dict[str, Any]:
    """One agreement."""
    dates = {name: as_date(values.get(name)) for name in AGREEMENT_DATES}
    agreement_type, terms = str(values.get("agreement_type") or ""), str(values.get("terms") or "")
    check_offer(agreement_type, terms, dates["effective_date"], dates["expiration_date"])
    status = str(values.get("status") or PartnerAgreement.Status.PENDING)
    if status not in PartnerAgreement.Status.values:
        raise ValueError(f"status: expected one of {', '.join(PartnerAgreement.Status.values)}")
    if status == PartnerAgreement.Status.ACTIVE and dates["signed_date"] is None:
        raise ValueError("signedDate: an active agreement was signed on some day")
    title = str(values.get("title") or agreement_type.replace("_", " ").capitalize())[:200]
    signer = str(values.get("signer_name") or "")[:150]
    version = int(values.get("version") or 1)
    if not 1 <= version <= MAX_VERSION:
        raise ValueError(f"version: expected 1 to {MAX_VERSION}")
    return {
        "agreement_type": agreement_type,
        "terms": terms,
        "status": status,
        "title": title,
        "signer_name": signer,
        "version": version,
        **dates,
    }


def check_application(values: dict[str, Any]) -> dict[str, Any]:
    """One application and the keys to issue for it."""
    name, status = str(values.get("app_name") or "").strip(), str(values.get("status") or "draft")
    if not 1 <= len(name) <= 100:
        raise ValueError("appName: expected 1 to 100 characters")
    if status not in IMPORTED_STATUSES:
        raise ValueError(f"status: expected one of {', '.join(IMPORTED_STATUSES)}")
    permissions = as_scopes(values.get("permissions"))
    keys = [check_key(key, permissions) for key in values.get("keys") or []]
    if status == Status.DRAFT and any(key["environment"] == Environment.LIVE for key in keys):
        raise ValueError("keys: a draft has test keys alone")
    sunset_date = as_date(values.get("sunset_date"))
    if (sunset_date is not None) != (status == Status.DEPRECATED):
        raise ValueError("sunsetDate: a deprecated application has one, and no other")
    description = str(values.get("description") or "")[:5000]
    return {
        "app_name": name,
        "description": description,
        "status": status,
        "permissions": permissions,
        "sunset_date": sunset_date,
        "keys": keys,
    }


def check_key(values: dict[str, Any], permissions: list[str]) -> dict[str, Any]:
    """One key that will be issued anew."""
    environment = str(values.get("environment") or Environment.LIVE)
    if environment not in Environment.values:
        raise ValueError("keys: environment is live or test")
    scopes = as_scopes(values.get("scopes"))
    if beyond := [scope for scope in scopes if scope not in permissions]:
        raise ValueError(f"keys: {', '.join(beyond)} is not among the application's permissions")
    return {"name": str(values.get("name") or "")[:100], "environment": environment, "scopes": scopes}


def as_date(value: Any) -> date | None:
    """A date, or None for nothing; raises ValueError."""
    return date.fromisoformat(str(value)) if value else None


def as_scopes(value: Any) -> list[str]:
    """Known scopes that a partner can have; raises ValueError."""
    scopes = list(dict.fromkeys(str(scope) for scope in value or []))
    if bad := [*unknown_scopes(scopes), *(scope for scope in scopes if scope == "admin")]:
        raise ValueError(f"scopes: {', '.join(bad)} cannot be granted")
    return scopes
