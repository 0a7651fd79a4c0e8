"""Tokens of a person whose account is closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytest_django import Settings
from rest_framework.test import APIClient

from common.principal import SYSTEM
from partners.models import User
from partners.services.accounts import deactivate_user


def test_they_stop_with_the_next_request_though_they_are_warm(
    api: Callable[..., APIClient], tokens: dict[str, Any], charlie: User, settings: Settings,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    settings.CREDENTIAL_SNAPSHOT_SECONDS = 5.0
    client = api(tokens["access_token"])
    for _ in range(3):
        assert client.get("/api/webhooks").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        deactivate_user(user=charlie, reason="Left", actor=SYSTEM)
    assert client.get("/api/webhooks").status_code == 401
