"""What the list of a person's sessions calls their browsers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils.formats import date_format

from common.templatetags.treaty import browser


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
            "Chrome on Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15.6; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox on macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/18.6 Mobile Safari/604.1", "Safari on iOS"),
        ("Mozilla/5.0 (Linux; Android 16; Pixel 9) Chrome/141.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.14.1", "curl/8.14.1"),
        ("", ""),
    ],
)
def test_browsers_have_names(user_agent: str, name: str) -> None:
    assert browser(user_agent) == name


def test_dates_are_written_as_on_the_pages_of_the_portal() -> None:
    moment = datetime(2026, 11, 4, 16, 17, tzinfo=UTC)
    assert date_format(moment, "DATETIME_FORMAT") == "4 Nov 2026, 16:17 UTC"
    assert date_format(moment, "DATE_FORMAT") == "4 Nov 2026"
