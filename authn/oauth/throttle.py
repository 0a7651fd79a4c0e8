"""How often the token endpoints may be asked: by address before anything else, by client once it is known for sure.

A client's bucket is charged only after its secret was right, so that nobody can empty it in its name.
"""

from __future__ import annotations

import math

from django.conf import settings
from oauthlib.oauth2 import OAuth2Error

from authn.limits import Take
from authn.throttle import network_of, take_token


class TooManyRequestsError(OAuth2Error):
    """The hourly limit is used up."""

    error = "temporarily_unavailable"
    status_code = 429
    description = "Too many requests; try again later."

    def __init__(self, take: Take) -> None:
        super().__init__()
        self.take = take

    @property
    def headers(self) -> dict[str, str]:
        """When to come back."""
        return {"Retry-After": str(max(1, math.ceil(self.take.retry_seconds)))}


def charge(kind: str, identity: str) -> None:
    """Take one token from the bucket of an `address` or a `client`; raises TooManyRequestsError."""
    if kind == "address":
        identity = network_of(identity or None)
    take = take_token(kind, identity, settings.OAUTH_RATE_LIMITS[kind])
    if not take.allowed:
        raise TooManyRequestsError(take)
