"""Our JSON is what JavaScript would write, byte for byte: asked of Node itself."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.javascript_json import MAX_SAFE_INTEGER, dumps, number, rewrite

ECHO = """
const lines = require('fs').readFileSync(0, 'utf8').split('\\n');
process.stdout.write(JSON.stringify(lines.map(line => JSON.stringify(JSON.parse(line)))));
"""

texts = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
odd_names = st.sampled_from(["__proto__", "constructor", "-1", "01", "1.5", "4294967294", "4294967295"])
names = texts | st.integers(0, 2**33).map(str) | odd_names
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals(-1000, 1000, places=2).map(float)
    | texts
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5),
    max_leaves=15,
)


def node(documents: list[str]) -> list[str]:
    """What Node makes of each document, parsed and written again."""
    result = subprocess.run(
        ["node", "-e", ECHO], input="\n".join(documents), capture_output=True, check=True, encoding="utf-8"
    )
    echoed: list[str] = json.loads(result.stdout)
    return echoed


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.large_base_example, HealthCheck.data_too_large]
)
@given(st.lists(values, min_size=30, max_size=60))
def test_node_writes_back_the_same_bytes(batch: list[Any]) -> None:
    documents = [dumps(value) for value in batch]
    assert node(documents) == documents
    assert [rewrite(json.dumps(value)) for value in batch] == documents


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (5e-324, "5e-324"),
        (-5e-324, "-5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740992.0, "9007199254740992"),
        (295147905179352830000.0, "295147905179352830000"),
        (1e21, "1e+21"),
        (9.999999999999997e22, "9.999999999999997e+22"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (333333333.3333333, "333333333.3333333"),
    ],
)
def test_numbers_of_rfc_8785_appendix_b(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(("value", "text"), [(2**53 - 1, "9007199254740991"), (2**53 + 1, "9007199254740992")])
def test_an_integer_beyond_what_is_safe_is_the_double_it_is_read_as(value: int, text: str) -> None:
    assert dumps(value) == rewrite(str(value)) == text


def test_large_numbers_from_the_database_keep_their_value() -> None:
    # jsonb returns 1e300 as 301 digits.
    text = "[" + "1" + "0" * 300 + ",1152921504606847000]"
    assert rewrite(text) == "[1e+300,1152921504606847000]"
