"""The error pages."""

from __future__ import annotations

from django.test import Client, RequestFactory

from common.views import server_error


def test_an_unknown_page_has_a_page_with_its_request_id(client: Client, db: None) -> None:
    answer = client.get("/nowhere", headers={"X-Request-Id": "abc-123"})
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
    assert "abc-123" in answer.content.decode()


def test_a_failure_needs_neither_database_nor_session() -> None:
    answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()
    assert "went wrong" in server_error(RequestFactory().get("/api/partners")).content.decode()


def test_no_inline_script_or_style_is_allowed(client: Client, db: None) -> None:
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "style-src 'self'" in policy
