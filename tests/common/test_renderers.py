"""The JSON of an answer: what DRF's own encoder writes, but for line ends JavaScript stumbles over."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from common.api.renderers import ENCODER, encode
from partners.models import Partner

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
    | st.uuids() | st.datetimes(timezones=st.just(UTC)) | st.dates()
    | st.decimals(allow_nan=False, allow_infinity=False)
)  # fmt: skip
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(VALUES)
def test_it_says_what_drf_would_say(value: Any) -> None:
    assert json.loads(encode(value)) == json.loads(ENCODER.encode(value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": [1, "é"]}, '{"a":[1,"é"]}'),
        ("a\u2028b\u2029", r'"a\u2028b\u2029"'),
        (datetime(2026, 11, 24, 9, 30, 0, 120000, tzinfo=UTC), '"2026-11-24T09:30:00.120000Z"'),
        (date(2026, 11, 24), '"2026-11-24"'),
        (timedelta(seconds=90), '"90.0"'),
        (Decimal("10.50"), "10.5"),  # serializers make text of money before
        (uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (2**64, "18446744073709551616"),
        ({1: "a", Partner.Tier.BASIC: "b"}, '{"1":"a","basic":"b"}'),
        (gettext_lazy("Partner"), '"Partner"'),
        (Partner.Tier.PREMIUM, '"premium"'),
    ],
)
def test_what_it_writes(value: Any, expected: str) -> None:
    assert encode(value).decode() == expected
