"""Keyset cursors over real rows."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from integrations.models import Integration
from partners.models import User

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]


@pytest.fixture
def client(api: Api, dana: User) -> APIClient:
    """Staff see every row."""
    return api(dana)


@pytest.fixture
def integrations(application: PartnerApplication) -> list[Integration]:
    """Twenty rows of which ten each share a time and a name."""
    rows = Integration.objects.bulk_create(
        Integration(partner=application.partner, application=application, integration_name=f"Feed {number % 2}")
        for number in range(20)
    )
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for row in rows:
        row.created_at = start + timedelta(days=int(row.integration_name[-1]), microseconds=1)
    Integration.objects.bulk_update(rows, ["created_at"])
    return rows


def page(client: APIClient, **query: Any) -> tuple[list[str], str | None, str | None]:
    response = client.get("/api/integrations", {name: value for name, value in query.items() if value is not None})
    assert response.status_code == 200, response.json()
    body = response.json()
    assert set(body) == {"data", "pagination"}
    pagination = body["pagination"]
    return [row["id"] for row in body["data"]], pagination["nextCursor"], pagination["previousCursor"]


@pytest.mark.parametrize(
    "ordering", [None, "createdAt", "-createdAt", "integrationName", "-integrationName", "-updatedAt"]
)
@pytest.mark.parametrize("limit", [3, 10, 20])
def test_walking_forth_and_back_meets_every_row_once(
    client: APIClient, integrations: list[Integration], ordering: str | None, limit: int
) -> None:
    pages, cursor, back = [], None, None
    while True:
        ids, cursor, back = page(client, ordering=ordering, limit=limit, cursor=cursor)
        pages.append(ids)
        if cursor is None:
            break
    everything, _, _ = page(client, ordering=ordering, limit=200)
    assert [one for ids in pages for one in ids] == everything
    assert len(everything) == len(set(everything)) == 20

    returned = [pages[-1]]
    while back is not None:
        ids, forth, back = page(client, ordering=ordering, limit=limit, cursor=back)
        assert forth is not None
        returned.insert(0, ids)
    assert returned == pages


def test_rows_inserted_meanwhile_neither_repeat_nor_hide_a_row(
    client: APIClient, application: PartnerApplication, integrations: list[Integration]
) -> None:
    expected, _, _ = page(client, ordering="-createdAt", limit=200)
    first, cursor, _ = page(client, ordering="-createdAt", limit=7)
    newest = Integration.objects.create(partner=application.partner, application=application, integration_name="New")
    rest = []
    while cursor is not None:
        ids, cursor, _ = page(client, ordering="-createdAt", limit=7, cursor=cursor)
        rest += ids

    assert first + rest == expected
    assert str(newest.pk) not in first + rest


def test_a_row_that_goes_does_not_shift_the_pages(client: APIClient, integrations: list[Integration]) -> None:
    expected, _, _ = page(client, limit=200)
    first, cursor, _ = page(client, limit=5)
    Integration.objects.filter(pk=first[-1]).delete()

    second, _, _ = page(client, limit=5, cursor=cursor)

    assert second == expected[5:10]


def test_the_envelope_of_an_empty_list(client: APIClient) -> None:
    response = client.get("/api/integrations")

    assert response.json() == {"data": [], "pagination": {"nextCursor": None, "previousCursor": None, "limit": 50}}


@pytest.mark.parametrize("limit", ["0", "201", "-1", "1.5", "x", "", "\u0661", "9" * 30])
def test_a_bad_limit_is_refused(client: APIClient, limit: str) -> None:
    response = client.get("/api/integrations", {"limit": limit})

    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"field": "limit", "code": "invalid_limit", "message": "Expected a whole number from 1 to 200."}
    ]


def crafted(position: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "garbage",
        "%%%",
        "ü",
        crafted([]),
        crafted({}),
        crafted({"o": ["-id"], "v": ["x"], "b": False}),
        crafted({"o": ["-id"], "v": [None], "b": False}),
        crafted({"o": ["-id"], "v": [["x"]], "b": False}),
        crafted({"o": ["-id"], "v": [], "b": False}),
        crafted({"o": ["-created_at", "-id"], "v": ["2026-01-01T00:00:00Z", "0" * 32], "b": False}),
        crafted({"o": ["-id"], "v": ["a\0"], "b": False}),
        crafted({"o": ["-config"], "v": ["a"], "b": False}),
        "W" * 4000,
    ],
)
def test_a_bad_cursor_is_refused(client: APIClient, cursor: str) -> None:
    response = client.get("/api/integrations", {"cursor": cursor})

    assert response.status_code == 400
    assert [(row["field"], row["code"]) for row in response.json()["errors"]] == [("cursor", "invalid_cursor")]


def test_a_cursor_of_another_ordering_is_refused(client: APIClient, integrations: list[Integration]) -> None:
    _, cursor, _ = page(client, ordering="createdAt", limit=3)

    response = client.get("/api/integrations", {"ordering": "integrationName", "limit": "3", "cursor": str(cursor)})

    assert response.status_code == 400


@pytest.mark.parametrize("ordering", ["config", "-config", "created_at", "partner__partnerName", "id", "--createdAt"])
def test_ordering_by_anything_else_is_refused(client: APIClient, ordering: str) -> None:
    response = client.get("/api/integrations", {"ordering": ordering})

    assert response.status_code == 400
    assert [(row["field"], row["code"]) for row in response.json()["errors"]] == [("ordering", "invalid_choice")]
    assert "createdAt, integrationName, updatedAt" in response.json()["detail"]
