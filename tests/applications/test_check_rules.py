"""The pure checks, each with what passes, fails and does not apply."""

from __future__ import annotations

import struct
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.checks.catalogue import CHECKS, TABLE, Outcome, Severity
from applications.checks.images import ImageInfo, inspect
from applications.checks.rules import Facts, apply_rules
from tests.applications.helpers import png

GOOD: dict[str, Any] = {
    "permissions": ("read:leads",),
    "purposes": {"read:leads": "To route them."},
    "redirect_uris": ("https://acme.test/cb",),
    "security_info": {"certifications": [{"name": "SOC 2", "expiresAt": "2031-01-01"}]},
    "description": "Routes every new lead to the agent who is free.",
    "homepage_url": "https://acme.test",
    "privacy_policy_url": "https://acme.test/privacy",
    "support_url": "https://acme.test/support",
    "icon_size": (256, 256),
    "today": date(2026, 6, 1),
    "has_contact": True,
    "has_data_agreement": True,
    "unused_scopes": (),
}


def findings(**changes: Any) -> dict[str, tuple[str, str]]:
    found = apply_rules(Facts(**{**GOOD, **changes}))
    return {finding.check.id: (finding.outcome.value, finding.detail) for finding in found}


def test_ids_are_unique_and_stable() -> None:
    assert [check.id for check in TABLE] == [f"SEC{number:03d}" for number in range(1, len(TABLE) + 1)]
    assert len(CHECKS) == len(TABLE)


def test_a_good_application_passes_everything() -> None:
    assert {outcome for outcome, _ in findings().values()} == {"passed"}
    assert set(findings()) == {check.id for check in TABLE if not check.network}


@pytest.mark.parametrize(
    ("check_id", "changes", "detail"),
    [
        ("SEC001", {"redirect_uris": ("http://acme.test/cb",)}, "http://acme.test/cb"),
        ("SEC001", {"redirect_uris": ("https://",)}, "https://"),
        ("SEC001", {"redirect_uris": ("myapp://cb",)}, "myapp://cb"),
        ("SEC001", {"redirect_uris": ("https://acme.test:99999/cb",)}, "https://acme.test:99999/cb"),
        ("SEC002", {"redirect_uris": ("https://*.acme.test/cb",)}, "https://*.acme.test/cb"),
        ("SEC003", {"redirect_uris": ("https://acme.test/cb#x",)}, "https://acme.test/cb#x"),
        ("SEC003", {"redirect_uris": ("https://a:b@acme.test/cb",)}, "https://a:b@acme.test/cb"),
        ("SEC004", {"permissions": ("read:leads", "admin")}, "admin"),
        ("SEC005", {"permissions": ("read:leads", "write:leads")}, "write:leads"),
        ("SEC005", {"purposes": {"read:leads": "  "}}, "read:leads"),
        ("SEC006", {"unused_scopes": ("read:leads",)}, "read:leads"),
        ("SEC007", {"has_data_agreement": False}, "read:leads"),
        (
            "SEC008",
            {"security_info": {"certifications": [{"name": "SOC 2", "expiresAt": "2026-05-31T00:00:00Z"}]}},
            "SOC 2 expired on 2026-05-31",
        ),
        ("SEC009", {"privacy_policy_url": ""}, "None is given."),
        ("SEC011", {"support_url": ""}, "None is given."),
        ("SEC014", {"has_contact": False}, "No contact is on file."),
        ("SEC015", {"icon_size": (256, 128)}, "It is 256 by 128 pixels."),
        ("SEC015", {"icon_size": (64, 64)}, "It is 64 by 64 pixels."),
        ("SEC016", {"homepage_url": "http://acme.test"}, "http://acme.test"),
        ("SEC017", {"description": "Leads."}, "It has 6 characters."),
        ("SEC018", {"scopes_beyond_tier": ("read:claims",)}, "read:claims"),
    ],
)
def test_what_fails(check_id: str, changes: dict[str, Any], detail: str) -> None:
    found = findings(**changes)
    assert found[check_id] == ("failed", detail)


@pytest.mark.parametrize(
    ("check_id", "changes"),
    [
        ("SEC001", {"redirect_uris": ("http://127.0.0.1:8400/cb", "http://[::1]/cb", "http://localhost/cb")}),
        ("SEC001", {"redirect_uris": ("com.acme.app:/cb",)}),
        ("SEC008", {"security_info": {"certifications": ["ISO 27001", {"name": "PCI"}, {"expiresAt": "soon"}]}}),
        ("SEC015", {"icon_size": (1024, 1024)}),
    ],
)
def test_what_passes(check_id: str, changes: dict[str, Any]) -> None:
    assert findings(**changes)[check_id] == ("passed", "")


@pytest.mark.parametrize(
    ("check_id", "changes"),
    [
        *[(check_id, {"redirect_uris": ()}) for check_id in ("SEC001", "SEC002", "SEC003")],
        ("SEC005", {"permissions": ()}),
        ("SEC006", {"unused_scopes": None}),
        ("SEC007", {"permissions": ("manage:webhooks",)}),
        ("SEC008", {"security_info": {"certifications": "SOC 2"}}),
        ("SEC015", {"icon_size": None}),
        ("SEC016", {"homepage_url": "", "privacy_policy_url": "", "support_url": ""}),
    ],
)
def test_what_does_not_apply(check_id: str, changes: dict[str, Any]) -> None:
    assert findings(**changes)[check_id][0] == "skipped"


@given(
    uris=st.lists(st.text(max_size=80), max_size=5),
    info=st.dictionaries(
        st.sampled_from(["certifications", "x"]),
        st.recursive(st.none() | st.text(max_size=8) | st.integers(), lambda inner: st.lists(inner, max_size=3)),
    ),
    permissions=st.lists(st.text(max_size=20), max_size=4),
)
def test_nothing_a_partner_writes_breaks_the_rules(uris: list[str], info: Any, permissions: list[str]) -> None:
    facts = Facts(redirect_uris=tuple(uris), security_info=info, permissions=tuple(permissions), today=date(2026, 6, 1))
    for finding in apply_rules(facts):
        assert finding.outcome in Outcome
        assert finding.blocks == (
            finding.outcome is Outcome.FAILED and (finding.severity or finding.check.severity) is Severity.ERROR
        )


def jpeg(width: int, height: int) -> bytes:
    comment = b"\xff\xfe" + struct.pack(">H", 6) + b"abcd"
    return b"\xff\xd8" + comment + b"\xff\xc0" + struct.pack(">HBHH", 17, 8, height, width) + b"\x03" * 10


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (png(256, 128), ImageInfo("png", 256, 128)),
        (jpeg(640, 480), ImageInfo("jpeg", 640, 480)),
        (png(1, 1)[:20], None),
        (b"\xff\xd8\xff\xe0\x00", None),
        (b"GIF89a" + b"\x00" * 40, None),
        (b"<svg/>", None),
        (b"", None),
    ],
)
def test_images(data: bytes, expected: ImageInfo | None) -> None:
    assert inspect(data) == expected


@given(st.binary(max_size=200))
def test_no_bytes_break_the_inspection(data: bytes) -> None:
    for prefix in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"):
        inspect(prefix + data)
