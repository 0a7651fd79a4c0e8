"""Lengths of time in words."""

from __future__ import annotations

import pytest

from common.templatetags.treaty import span


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0.4, "0 ms"), (84.2, "84 ms"), (1234, "1.2 s"), (840_000, "14 min"), (12_600_000, "3.5 h")],
)
def test_a_length_of_time(milliseconds: float, text: str) -> None:
    assert span(milliseconds) == text
