"""Numbers that identify a company and its bank account, checked by their own rules."""

from __future__ import annotations

import re

import phonenumbers
from stdnum import iban
from stdnum.eu import vat
from stdnum.exceptions import ValidationError
from stdnum.gb import vat as gb_vat
from stdnum.us import ein, rtn

EU_VAT_COUNTRIES = frozenset(vat.MEMBER_STATES) | {"gr"}
LOCAL_PHONE = re.compile(r"\+?[0-9(][0-9 ().\-/]{2,28}( ?(x|ext\.?) ?[0-9]{1,6})?")


def clean_ein(value: str) -> str:
    """A United States employer identification number as `12-3456789`; raises ValueError."""
    try:
        return str(ein.format(ein.validate(value)))
    except ValidationError:
        raise ValueError("This is not an EIN: nine digits such as 12-3456789.") from None


def clean_vat(value: str) -> str:
    """A VAT identification number of the EU or the United Kingdom with its country prefix; raises ValueError."""
    try:
        if value.strip().upper().startswith("GB"):
            return "GB" + str(gb_vat.validate(value))
        return str(vat.validate(value))
    except ValidationError:
        raise ValueError("This is not a VAT ID: the country's two letters and its number, e.g. DE136695976.") from None


def clean_iban(value: str) -> str:
    """An IBAN without spaces; raises ValueError."""
    try:
        return str(iban.validate(value))
    except ValidationError:
        raise ValueError("This is not an IBAN: check the number on your bank statement.") from None


def clean_routing_number(value: str) -> str:
    """A United States bank routing number; raises ValueError."""
    try:
        return str(rtn.validate(value))
    except ValidationError:
        raise ValueError("This is not a routing number: nine digits, as printed on cheques.") from None


def clean_tax_id(value: str, country: str) -> str:
    """The tax ID as its country writes it: checked where we know the rule, else trimmed; raises ValueError."""
    value = value.strip()
    code = country.lower()
    if not value:
        return ""
    if code == "us":
        return clean_ein(value)
    if code in EU_VAT_COUNTRIES or code == "gb":
        prefix = "EL" if code == "gr" else code.upper()
        cleaned = clean_vat(value if value[:2].upper() == prefix else prefix + value)
        if not cleaned.startswith(prefix):
            raise ValueError("This VAT ID belongs to another country.")
        return cleaned
    return value


def clean_phone(value: str) -> str:
    """A telephone number: in E.164 form where it is complete, as written where it is a local one; raises ValueError."""
    value = value.strip()
    if not value:
        return ""
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        number = None
    if number is not None and phonenumbers.is_valid_number(number) and not number.extension:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not LOCAL_PHONE.fullmatch(value):
        raise ValueError("This is not a telephone number, e.g. +14155550123.")
    return value
