"""What may stand in a partner's profile."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db.models import Model
from django_countries import countries

from common.errors import InvalidFieldsError
from partners.identifiers import clean_phone, clean_tax_id
from partners.models import Partner

check_url = URLValidator(schemes=["http", "https"])


def clean_url(value: str) -> str:
    """A web address; raises ValueError."""
    try:
        if value:
            check_url(value)
    except ValidationError:
        raise ValueError("Enter a web address that begins with https://.") from None
    return value


def clean_email(value: str) -> str:
    """An e-mail address; raises ValueError."""
    try:
        if value:
            validate_email(value)
    except ValidationError:
        raise ValueError("Enter an email address.") from None
    return value


def clean_country(value: str) -> str:
    """An ISO 3166-1 alpha-2 code; raises ValueError."""
    code = value.upper()
    if code and code not in dict(countries):
        raise ValueError("Enter a country's two-letter code (ISO 3166-1).")
    return code


Cleaner = Callable[[str], str]
CLEANERS: dict[str, Cleaner] = {
    "website": clean_url,
    "support_email": clean_email,
    "country": clean_country,
    "phone": clean_phone,
}


def clean_text(raw: Any, *, limit: int | None, required: bool) -> str:
    """Trimmed text of at most `limit` characters; raises ValueError."""
    value = str(raw or "").strip()
    if required and not value:
        raise ValueError("This field may not be blank.")
    if "\0" in value:
        raise ValueError("Null characters are not allowed.")
    if limit and len(value) > limit:
        raise ValueError(f"At most {limit} characters.")
    return value


def clean_fields(
    model: type[Model], values: Mapping[str, Any], *, cleaners: Mapping[str, Cleaner], required: Collection[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """(`values` cleaned, message of each bad one): text for the columns of `model`."""
    cleaned: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name, raw in values.items():
        limit = getattr(model._meta.get_field(name), "max_length", None)
        try:
            cleaned[name] = cleaners.get(name, str)(clean_text(raw, limit=limit, required=name in required))
        except ValueError as error:
            errors[name] = str(error)
    return cleaned, errors


def clean_profile(values: Mapping[str, Any], *, current: Partner | None = None) -> dict[str, str]:
    """The profile fields of `values`, trimmed and checked together; raises InvalidFieldsError naming each bad one."""
    if unknown := set(values) - set(Partner.PROFILE_FIELDS):
        raise InvalidFieldsError(dict.fromkeys(sorted(unknown), "This field is unknown."), code="unknown_field")
    cleaned, errors = clean_fields(Partner, values, cleaners=CLEANERS, required={"partner_name"})
    if "tax_id" in cleaned or "country" in cleaned:
        country = cleaned.get("country", str(current.country) if current else "")
        try:
            tax_id = cleaned.get("tax_id", current.tax_id if current else "")
            cleaned["tax_id"] = clean_tax_id(tax_id, country)
        except ValueError as error:
            errors["tax_id"] = str(error)
    if errors:
        raise InvalidFieldsError(errors)
    return cleaned
