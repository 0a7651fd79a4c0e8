"""What lists and statistics answer to the ends of what a query parameter can say: a page, or a 400 that names it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from partners.models import User
from tests.contract.world import REQUIRED_QUERY, build_world, concrete, described, operations

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]

# What can be said and is far out comes first: those five are tried with each other.
TIMES = [
    "0001-01-01T00:00:00Z",
    "0001-01-02T00:00:00Z",
    "9999-12-01T00:00:00Z",
    "9999-12-30T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "1969-12-31T23:59:59Z",
    "2026-01-01T00:00:00+23:59",
    "10000-01-01T00:00:00Z",
    "9" * 5000,
]
DATES = ["0001-01-01", "0001-01-02", "9999-12-29", "9999-12-30", "9999-12-31", "1969-12-31", "10000-01-01", "9" * 5000]
WHOLE_NUMBERS = ["-1", "0", "2147483648", "9223372036854775808", "9" * 30, "9" * 5000, "1e400"]
ROUTES = [path for method, path in operations() if method == "get"]


def options(parameter: dict[str, Any]) -> list[str]:
    """Extremes of one parameter; none for what is neither a time nor a number."""
    schema = parameter["schema"]
    by_format = {"date-time": TIMES, "date": DATES}
    return by_format.get(schema.get("format"), WHOLE_NUMBERS if schema.get("type") in {"integer", "number"} else [])


def queries(path: str) -> Iterator[dict[str, str]]:
    """Each number by itself, and times with each other."""
    extremes = {row["name"]: options(row) for row in described("get", path).get("parameters", []) if options(row)}
    times = {name: values for name, values in extremes.items() if values is not WHOLE_NUMBERS}
    for name in extremes.keys() - times.keys():
        yield from ({name: value} for value in extremes[name])
    for name, values in times.items():
        yield from ({name: value} for value in values)
    for first, second in zip(times, list(times)[1:], strict=False):
        yield from ({first: one, second: other} for one, other in product(times[first][:5], times[second][:5]))


TAKES = {path: list(queries(path)) for path in ROUTES}


@pytest.mark.parametrize("path", [path for path in ROUTES if TAKES[path]])
def test_extremes(api: Api, application: PartnerApplication, dana: User, path: str) -> None:
    client, where = api(dana), concrete(path, build_world(application))
    for query in TAKES[path]:
        response = client.get(where, {**REQUIRED_QUERY.get(path, {}), **query})
        assert response.status_code in {200, 400}, (query, response.content)
        if response.status_code == 400:
            named = {row["field"] for row in response.json()["errors"]}
            assert named, (query, response.content)
            assert named <= query.keys(), (query, response.content)


def test_what_takes_a_time_is_walked() -> None:
    assert {path for path in ROUTES if len(TAKES[path]) > len(WHOLE_NUMBERS)} >= {
        "/api/applications",
        "/api/billing/usage",
        "/api/events",
        "/api/events/statistics",
        "/api/integrations",
        "/api/keys",
        "/api/partners",
        "/api/webhooks/statistics",
        "/api/webhooks/{webhook_id}/deliveries",
    }


# ?ordering= -> the columns of its cursors; lists whose ids hold the time page by those.
CURSORS = [
    ("createdAt", ["created_at", "id"]),
    ("-createdAt", ["-created_at", "-id"]),
    ("createdAt", ["id"]),
    ("-createdAt", ["-id"]),
]
ID = "ffffffff-ffff-ffff-ffff-ffffffffffff"
PLACES = [
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999-14:00",
    "2026-01-01T00:00:00+23:59",
    "2026-01-01T00:00:00",
    "2026-01-01",
    ID,
    "9" * 5000,
    None,
    True,
    2**63,
    1e308,
]
PAGED = [path for path in ROUTES if "cursor" in {row["name"] for row in described("get", path).get("parameters", [])}]


@pytest.mark.parametrize("path", PAGED)
def test_cursors_that_nobody_was_given(api: Api, application: PartnerApplication, dana: User, path: str) -> None:
    client, where = api(dana), concrete(path, build_world(application))
    for (ordering, columns), place in product(CURSORS, PLACES):
        cursor = {"o": columns, "v": [place, ID][: len(columns)], "b": ordering == "createdAt"}
        raw = base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode().rstrip("=")
        response = client.get(where, {"cursor": raw, "ordering": ordering, **REQUIRED_QUERY.get(path, {})})
        assert response.status_code in {200, 400}, (cursor, response.content)
        if response.status_code == 400:
            assert [row["field"] for row in response.json()["errors"]] in (["cursor"], ["ordering"]), response.content
