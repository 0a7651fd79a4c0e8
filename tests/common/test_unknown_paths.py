"""Unknown paths under /api are problems, never pages or redirects."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/nothing/", "/api/event-types/", "/internal/x"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_path_is_a_404_problem(path: str, method: str) -> None:
    response = getattr(APIClient(), method)(path)

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank#not_found",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing at this path.",
        "code": "not_found",
        "requestId": response["X-Request-Id"],
    }


def test_a_valid_request_id_is_kept() -> None:
    response = APIClient().get("/api/nothing", headers={"X-Request-Id": "abc-1.2_3"})

    assert response["X-Request-Id"] == "abc-1.2_3"
    assert response.json()["requestId"] == "abc-1.2_3"


@pytest.mark.parametrize("inbound", ["", "a" * 65, "has space", "line\nbreak", "ümlaut"])
def test_an_invalid_request_id_is_replaced(inbound: str) -> None:
    response = APIClient().get("/api/nothing", headers={"X-Request-Id": inbound})

    assert response["X-Request-Id"] != inbound
    assert len(response["X-Request-Id"]) == 32
