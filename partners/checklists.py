"""What a partner of each type must show before it goes live."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from partners.identifiers import clean_iban, clean_routing_number, clean_tax_id


@dataclass(frozen=True)
class Question:
    """One answer of an item."""

    name: str
    label: str
    kind: str = "text"  # text, long, yes_no, tax_id, iban, routing_number
    required: bool = True
    help: str = ""


@dataclass(frozen=True)
class ChecklistItem:
    """One entry of a checklist. `lasts_days`: how long an acceptance holds; None: for good."""

    key: str
    label: str
    description: str
    questions: tuple[Question, ...] = ()
    needs_document: bool = False
    lasts_days: int | None = None
    identity: bool = False  # attests to the partner's legal identity, so a change of that opens it again


ITEMS: dict[str, ChecklistItem] = {
    item.key: item
    for item in (
        ChecklistItem(
            "company_data",
            "Company data",
            "Who you are in law, with an extract of the company register that is not older than three months.",
            (
                Question("representative", "Who represents the company", help="As in the register."),
                Question("owners", "Who owns more than a quarter of it", kind="long", help="Names, or “nobody”."),
            ),
            needs_document=True,
            identity=True,
        ),
        ChecklistItem(
            "tax_id",
            "Tax ID",
            "Your EIN in the United States, else your VAT ID. Its check digits are verified at once.",
            (Question("tax_id", "Tax ID", kind="tax_id"),),
            identity=True,
        ),
        ChecklistItem(
            "bank_account",
            "Bank account",
            "Where payouts go: an IBAN, or a routing and an account number in the United States.",
            (
                Question("account_holder", "Account holder"),
                Question("iban", "IBAN", kind="iban", required=False),
                Question("routing_number", "Routing number", kind="routing_number", required=False),
                Question("account_number", "Account number", required=False),
            ),
        ),
        ChecklistItem(
            "licence",
            "Insurance licence",
            "The licence you sell or advise under.",
            (
                Question("licence_number", "Licence number", help="The NPN in the United States."),
                Question("authority", "Issued by", help="State or supervisory authority."),
                Question("lines", "Lines of business", kind="long"),
            ),
            needs_document=True,
            lasts_days=365,
        ),
        ChecklistItem(
            "security_questionnaire",
            "Security questionnaire",
            "How you protect what we entrust to you.",
            (
                Question("encrypts_at_rest", "Is our data encrypted at rest?", kind="yes_no"),
                Question("encrypts_in_transit", "Is it encrypted in transit, everywhere?", kind="yes_no"),
                Question("mfa", "Do all employees sign in with a second factor?", kind="yes_no"),
                Question("penetration_test", "Were you tested by an outsider in the last year?", kind="yes_no"),
                Question("incident_contact", "Whom do we call when something happened?"),
                Question("incident_process", "How do you find and report an incident?", kind="long"),
            ),
            lasts_days=365,
        ),
        ChecklistItem(
            "data_protection",
            "Data protection",
            "What happens to personal data.",
            (
                Question("officer", "Data protection officer", help="Name and email address."),
                Question("storage_regions", "Where is the data stored?"),
                Question("retention", "How long is it kept, and how is it erased?", kind="long"),
                Question("subprocessors", "Who else processes it?", kind="long", help="Names, or “nobody”."),
            ),
            lasts_days=730,
        ),
        ChecklistItem(
            "professional_insurance",
            "Professional indemnity insurance",
            "A certificate of your errors and omissions cover.",
            (
                Question("insurer", "Insurer"),
                Question("policy_number", "Policy number"),
                Question("cover", "Sum insured"),
            ),
            needs_document=True,
            lasts_days=365,
        ),
        ChecklistItem(
            "accreditation",
            "Accreditation",
            "A current ISO 27001 certificate, SOC 2 report or accreditation for identity verification.",
            (Question("standard", "Standard"), Question("issued_by", "Issued by")),
            needs_document=True,
            lasts_days=365,
        ),
    )
}

CHECKLISTS: dict[str, tuple[str, ...]] = {
    "technology": ("company_data", "tax_id", "security_questionnaire"),
    "service": ("company_data", "tax_id", "security_questionnaire", "professional_insurance"),
    "data": ("company_data", "tax_id", "security_questionnaire", "data_protection"),
    "channel": ("company_data", "tax_id", "bank_account", "licence"),
    "strategic": ("company_data", "tax_id", "bank_account", "security_questionnaire", "professional_insurance"),
    "verification": ("company_data", "tax_id", "security_questionnaire", "data_protection", "accreditation"),
}

MAX_ANSWER = 4000


def clean_yes_no(value: str) -> str:
    """`yes` or `no`; raises ValueError."""
    if value not in {"yes", "no"}:
        raise ValueError("Answer yes or no.")
    return value


CLEANERS: dict[str, Callable[[str], str]] = {
    "yes_no": clean_yes_no,
    "iban": clean_iban,
    "routing_number": clean_routing_number,
}


def clean_answer(key: str, values: Mapping[str, str], *, country: str) -> tuple[dict[str, str], dict[str, str]]:
    """(answers by question, message by question that is wrong)."""
    cleaned: dict[str, str] = {}
    errors: dict[str, str] = {}
    for question in ITEMS[key].questions:
        value = str(values.get(question.name) or "").strip()
        try:
            cleaned[question.name] = clean_one(question, value, country=country)
        except ValueError as error:
            errors[question.name] = str(error)
    if key == "bank_account" and not errors:
        american = cleaned["routing_number"] and cleaned["account_number"]
        if not cleaned["iban"] and not american:
            errors["iban"] = "Enter an IBAN, or a routing and an account number."
    return cleaned, errors


def clean_one(question: Question, value: str, *, country: str) -> str:
    """One answer, checked by its kind; raises ValueError."""
    if not value:
        if question.required:
            raise ValueError("Please answer this.")
        return ""
    if len(value) > MAX_ANSWER or "\0" in value:
        raise ValueError(f"At most {MAX_ANSWER} characters.")
    if question.kind == "tax_id":
        if not country:
            raise ValueError("First enter your country in the company profile.")
        return clean_tax_id(value, country)
    return CLEANERS.get(question.kind, str)(value)
