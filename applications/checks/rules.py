"""The pure rules: from what an application says to findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from applications.checks.catalogue import Finding, failed, passed, skipped
from common.scopes import PERSONAL_DATA_SCOPES

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
PRIVATE_USE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")
ICON_SIZES = range(128, 1025)
SHORTEST_DESCRIPTION = 40
EXPIRY_NAMES = ("expiresAt", "expires_at", "expires", "expiryDate", "expirationDate", "validUntil")


@dataclass(frozen=True)
class Facts:
    """What the rules look at: the content, and what the platform knows of the partner and its use."""

    permissions: tuple[str, ...] = ()
    purposes: dict[str, str] = field(default_factory=dict)
    redirect_uris: tuple[str, ...] = ()
    security_info: dict[str, Any] = field(default_factory=dict)
    description: str = ""
    homepage_url: str = ""
    privacy_policy_url: str = ""
    support_url: str = ""
    icon_size: tuple[int, int] | None = None
    today: date = date.min
    has_contact: bool = False
    has_data_agreement: bool = False
    unused_scopes: tuple[str, ...] | None = None  # None: nothing was called yet
    scopes_beyond_tier: tuple[str, ...] = ()


def listed(values: Iterable[str]) -> str:
    """Values as a readable list."""
    return ", ".join(values)


def judge(check_id: str, offenders: Iterable[str]) -> Finding:
    """Failed with the offenders, or passed when there are none."""
    found = list(offenders)
    return failed(check_id, listed(found)) if found else passed(check_id)


def is_secure_redirect(uri: str) -> bool:
    """HTTPS; for native applications a loopback address or a scheme in reverse domain notation (RFC 8252, 7.1, 7.3)."""
    parts = split(uri)
    if parts is None:
        return False
    if PRIVATE_USE_SCHEME.fullmatch(parts.scheme):
        return True
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def split(uri: str) -> Any:
    """The parts of a URI; None when it is none."""
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    return parts


def has_fragment_or_credentials(uri: str) -> bool:
    """Whether a URI carries what a redirect URI must not."""
    parts = split(uri)
    return "#" in uri or (parts is not None and "@" in parts.netloc)


def redirects(check_id: str, offends: Callable[[str], bool]) -> Callable[[Facts], Finding]:
    """A rule over the redirect URIs."""

    def rule(facts: Facts) -> Finding:
        if not facts.redirect_uris:
            return skipped(check_id, "There are no redirect URIs.")
        return judge(check_id, filter(offends, facts.redirect_uris))

    return rule


def admin_not_asked(facts: Facts) -> Finding:
    """SEC004."""
    return failed("SEC004", "admin") if "admin" in facts.permissions else passed("SEC004")


def purposes_given(facts: Facts) -> Finding:
    """SEC005."""
    if not facts.permissions:
        return skipped("SEC005", "No scope is asked for.")
    return judge("SEC005", (scope for scope in facts.permissions if not facts.purposes.get(scope, "").strip()))


def scopes_used(facts: Facts) -> Finding:
    """SEC006."""
    if facts.unused_scopes is None:
        return skipped("SEC006", "Nothing was called yet.")
    return judge("SEC006", facts.unused_scopes)


def personal_data_covered(facts: Facts) -> Finding:
    """SEC007."""
    personal = sorted(PERSONAL_DATA_SCOPES.intersection(facts.permissions))
    if not personal:
        return skipped("SEC007", "No personal data is asked for.")
    return passed("SEC007") if facts.has_data_agreement else failed("SEC007", listed(personal))


def certifications_valid(facts: Facts) -> Finding:
    """SEC008."""
    certifications = facts.security_info.get("certifications")
    if not isinstance(certifications, list) or not certifications:
        return skipped("SEC008", "No certification is named.")
    return judge("SEC008", expired(certifications, facts.today))


def expired(certifications: list[Any], today: date) -> Iterable[str]:
    """Names of those whose expiry lies in the past; one without an expiry does not expire."""
    for entry in certifications:
        if not isinstance(entry, dict):
            continue
        value = next((entry[name] for name in EXPIRY_NAMES if entry.get(name)), None)
        day = parse_day(value)
        if day is not None and day < today:
            yield f"{entry.get('name') or 'A certification'} expired on {day}"


def parse_day(value: Any) -> date | None:
    """The day of an ISO 8601 date or time; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        return None


def contact_on_file(facts: Facts) -> Finding:
    """SEC014."""
    return passed("SEC014") if facts.has_contact else failed("SEC014", "No contact is on file.")


def icon_fits(facts: Facts) -> Finding:
    """SEC015."""
    if facts.icon_size is None:
        return skipped("SEC015", "There is no icon yet.")
    width, height = facts.icon_size
    fits = width == height and width in ICON_SIZES
    return passed("SEC015") if fits else failed("SEC015", f"It is {width} by {height} pixels.")


def links_secure(facts: Facts) -> Finding:
    """SEC016."""
    links = [url for url in (facts.homepage_url, facts.privacy_policy_url, facts.support_url) if url]
    if not links:
        return skipped("SEC016", "There are no links.")
    return judge("SEC016", (url for url in links if not url.lower().startswith("https://")))


def description_says_enough(facts: Facts) -> Finding:
    """SEC017."""
    length = len(facts.description.strip())
    return passed("SEC017") if length >= SHORTEST_DESCRIPTION else failed("SEC017", f"It has {length} characters.")


def given(check_id: str, field_name: str) -> Callable[[Facts], Finding]:
    """A rule that asks for a value."""

    def rule(facts: Facts) -> Finding:
        return passed(check_id) if getattr(facts, field_name) else failed(check_id, "None is given.")

    return rule


def tier_allows(facts: Facts) -> Finding:
    """SEC018."""
    return judge("SEC018", facts.scopes_beyond_tier)


RULES: tuple[Callable[[Facts], Finding], ...] = (
    redirects("SEC001", lambda uri: not is_secure_redirect(uri)),
    redirects("SEC002", lambda uri: "*" in uri),
    redirects("SEC003", has_fragment_or_credentials),
    admin_not_asked,
    purposes_given,
    scopes_used,
    personal_data_covered,
    certifications_valid,
    given("SEC009", "privacy_policy_url"),
    given("SEC011", "support_url"),
    contact_on_file,
    icon_fits,
    links_secure,
    description_says_enough,
    tier_allows,
)


def apply_rules(facts: Facts) -> list[Finding]:
    """A finding per pure check."""
    return [rule(facts) for rule in RULES]
