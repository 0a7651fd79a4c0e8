"""The form of a call in the stream, latency buckets, route templates."""

from __future__ import annotations

import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authn.metering import LATENCY_BUCKETS_MS, Call, bucket_of, decode, percentile
from authn.routes import template_of

ids = st.uuids()
words = st.text("abcdefghijklmnopqrstuvwxyz0123456789/{}_.-", max_size=40)


@given(
    ids, st.none() | ids, st.none() | ids, st.none() | ids, words, words, st.integers(100, 599),
    st.integers(0, 10**12), st.sampled_from(["live", "test"]),
    st.dictionaries(st.text(max_size=5), st.text(max_size=20)),
)  # fmt: skip
def test_round_trip(
    call_id: uuid.UUID, partner: uuid.UUID | None, application: uuid.UUID | None, credential: uuid.UUID | None,
    request_id: str, route: str, status: int, size: int, environment: str,
    headers: dict[str, str],
) -> None:  # fmt: skip
    call = Call(
        call_id, partner, application, credential, request_id, "GET", route, status, 1.25, size, size, environment,
        "2001:db8::1", json.dumps(headers),
    )  # fmt: skip
    assert decode(call.encode()) == call


@pytest.mark.parametrize("line", ["", "x", "a\tb\tc", "\t".join(["x"] * 12)])
def test_garbage_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"not enough|badly formed|invalid literal|hexadecimal"):
        decode(line)


@given(st.floats(0, 1e7, allow_nan=False))
def test_a_duration_lies_in_its_bucket(milliseconds: float) -> None:
    place = bucket_of(milliseconds)
    assert place == len(LATENCY_BUCKETS_MS) or milliseconds <= LATENCY_BUCKETS_MS[place] * (1 + 1e-9)
    assert place == 0 or milliseconds > LATENCY_BUCKETS_MS[place - 1] * (1 - 1e-9)


@given(st.lists(st.floats(0.6, 60_000), min_size=1, max_size=200), st.sampled_from([0.5, 0.95, 0.99]))
def test_percentiles_are_within_a_bucket_of_the_truth(durations: list[float], share: float) -> None:
    histogram = [0] * (len(LATENCY_BUCKETS_MS) + 1)
    for duration in durations:
        histogram[bucket_of(duration)] += 1
    ordered = sorted(durations)
    truth = ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]
    measured = percentile(histogram, share)
    assert measured is not None
    assert truth / 2**0.25 * 0.999 <= measured <= truth * 2**0.25 * 1.001


def test_no_calls_have_no_percentile() -> None:
    assert percentile([0] * 70, 0.5) is None
    assert percentile([], 0.5) is None


@pytest.mark.parametrize(
    ("route", "template"),
    [
        ("api/^keys/(?P<pk>[^/.]+)/rotate$", "/api/keys/{id}/rotate"),
        ("api/keys/<uuid:pk>", "/api/keys/{id}"),
        ("api/^webhooks/(?P<pk>[^/.]+)/deliveries/(?P<did>[^/.]+)$", "/api/webhooks/{id}/deliveries/{did}"),
        ("api/^keys\\Z", "/api/keys"),
    ],
)
def test_route_templates(route: str, template: str) -> None:
    assert template_of(route) == template
