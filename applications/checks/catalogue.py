"""Every check: what it looks at, why, and how to put it right. Ids are stable; a retired one is never used again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error blocks submission; a warning reaches the reviewer."""

    ERROR = "error"
    WARNING = "warning"


class Outcome(StrEnum):
    """What came of a check; `skipped` when there was nothing to look at."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Check:
    """One entry of the table. `field` is the content field a failure points at."""

    id: str
    title: str
    severity: Severity
    explanation: str
    fix: str
    field: str
    network: bool = False


@dataclass(frozen=True)
class Finding:
    """What one check found. `severity` may be milder than the check's: our own network trouble blocks nobody."""

    check: Check
    outcome: Outcome
    detail: str = ""
    severity: Severity | None = None

    @property
    def blocks(self) -> bool:
        """Whether it keeps the application from being submitted."""
        return self.outcome is Outcome.FAILED and (self.severity or self.check.severity) is Severity.ERROR

    def as_json(self) -> dict[str, str]:
        """As stored with a submission and shown to partner and reviewer."""
        return {
            "id": self.check.id,
            "title": self.check.title,
            "severity": (self.severity or self.check.severity).value,
            "outcome": self.outcome.value,
            "detail": self.detail,
            "explanation": self.check.explanation,
            "fix": self.check.fix,
            "field": self.check.field,
        }


E, W = Severity.ERROR, Severity.WARNING

TABLE = (
    Check(
        "SEC001",
        "Redirect URIs use HTTPS",
        E,
        "An authorization code sent over plain HTTP can be read on the way.",
        "Use https://. A native application may use a loopback address or a scheme like com.example.app.",
        "redirect_uris",
    ),
    Check(
        "SEC002",
        "Redirect URIs name one exact place",
        E,
        "A wildcard lets an attacker who controls any matching host collect codes.",
        "List every redirect URI in full.",
        "redirect_uris",
    ),
    Check(
        "SEC003",
        "Redirect URIs carry no fragment and no credentials",
        E,
        "A fragment is not sent to the server and mixes with the response; credentials in a URI leak into logs.",
        "Remove the part after # and anything before @.",
        "redirect_uris",
    ),
    Check(
        "SEC004",
        "The admin scope is not asked for",
        E,
        "It administers the platform and is granted by staff alone.",
        "Ask for the scopes your application works with.",
        "permissions",
    ),
    Check(
        "SEC005",
        "Every scope has a purpose",
        W,
        "A reviewer grants a scope for what it is needed for, and cannot guess it.",
        "Say for each scope what the application does with it.",
        "permission_purposes",
    ),
    Check(
        "SEC006",
        "Every scope is used",
        W,
        "A scope that no call and no subscription needed in the last 90 days is one the application can do without.",
        "Drop the scope, or call what it opens with a test key before you submit.",
        "permissions",
    ),
    Check(
        "SEC007",
        "A data processing agreement covers personal data",
        W,
        "Scopes that read personal data need an agreement on how it is processed.",
        "Sign the data processing agreement under Agreements.",
        "permissions",
    ),
    Check(
        "SEC008",
        "Certifications are valid",
        E,
        "An expired certification says nothing about today.",
        "Renew it or take it off the list.",
        "security_info",
    ),
    Check(
        "SEC009",
        "There is a privacy policy",
        W,
        "People have to know what happens to their data.",
        "Give the address of your privacy policy.",
        "privacy_policy_url",
    ),
    Check(
        "SEC010",
        "The privacy policy can be read",
        E,
        "The page has to be there when someone follows the link.",
        "Make the address answer with a page, without a redirect.",
        "privacy_policy_url",
        network=True,
    ),
    Check(
        "SEC011",
        "There is a support page",
        W,
        "Those who install the application need to reach you.",
        "Give the address of your support page.",
        "support_url",
    ),
    Check(
        "SEC012",
        "The support page can be read",
        E,
        "The page has to be there when someone follows the link.",
        "Make the address answer with a page, without a redirect.",
        "support_url",
        network=True,
    ),
    Check(
        "SEC013",
        "Webhook endpoints verify signatures",
        E,
        "An endpoint that takes a badly signed delivery takes anybody's.",
        "Answer a delivery with a good signature with 2xx and one with a bad signature with 4xx.",
        "",
        network=True,
    ),
    Check(
        "SEC014",
        "A contact is on file",
        W,
        "We have to reach someone when your application misbehaves.",
        "Add a contact on the Company page.",
        "",
    ),
    Check(
        "SEC015",
        "The icon has the right size",
        E,
        "The icon is shown from 16 to 512 pixels.",
        "Upload a square PNG of 128 to 1024 pixels.",
        "icon",
    ),
    Check(
        "SEC016",
        "Links use HTTPS",
        W,
        "A page over plain HTTP can be replaced on the way.",
        "Give https:// addresses.",
        "homepage_url",
    ),
    Check(
        "SEC017",
        "The description says what the application does",
        W,
        "Reviewers and customers read it first.",
        "Write two or three sentences of at least 40 characters.",
        "description",
    ),
    Check(
        "SEC018",
        "The tier allows every scope",
        E,
        "Some scopes come with a higher tier.",
        "Drop the scope or ask us for a higher tier.",
        "permissions",
    ),
)
CHECKS = {check.id: check for check in TABLE}


def passed(check_id: str, detail: str = "") -> Finding:
    """The check found nothing wrong."""
    return Finding(CHECKS[check_id], Outcome.PASSED, detail)


def failed(check_id: str, detail: str, *, severity: Severity | None = None) -> Finding:
    """The check found what `detail` says."""
    return Finding(CHECKS[check_id], Outcome.FAILED, detail, severity)


def skipped(check_id: str, detail: str) -> Finding:
    """There was nothing to check."""
    return Finding(CHECKS[check_id], Outcome.SKIPPED, detail)
