"""Python client of the Treaty API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from treaty_client.generated.client import AuthenticatedClient
from treaty_client.generated.models.problem import Problem
from treaty_client.generated.types import UNSET
from treaty_client.generated.version import API_VERSION
from treaty_client.webhooks import verify_webhook

__all__ = ["API_VERSION", "Problem", "TreatyError", "all_pages", "answered", "connect", "verify_webhook"]


class TreatyError(Exception):
    """A problem the API answered with."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.status} {problem.code}: {problem.detail} (request {problem.request_id})")
        self.problem = problem


def connect(base_url: str, credential: str, *, timeout: float = 30.0) -> AuthenticatedClient:
    """A client for an API key or an OAuth access token, in the version of the API this package was made for."""
    return AuthenticatedClient(
        base_url=base_url, token=credential, headers={"Api-Version": API_VERSION}, timeout=timeout
    )


def answered(value: Any) -> Any:
    """What a call answered; raises TreatyError for a problem."""
    if isinstance(value, Problem):
        raise TreatyError(value)
    return value


def all_pages(call: Callable[..., Any], *, client: AuthenticatedClient, **parameters: Any) -> Iterator[Any]:
    """Every object of a list, page after page: `all_pages(webhooks_list.sync, client=client, limit=100)`."""
    cursor: Any = UNSET
    while True:
        page = answered(call(client=client, cursor=cursor, **parameters))
        yield from page.data
        cursor = page.pagination.next_cursor
        if not cursor:
            return
