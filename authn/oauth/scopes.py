"""Which scopes a client may have: those its application was approved for, and no others."""

from __future__ import annotations

from typing import Any

from oauth2_provider.scopes import BaseScopes

from authn.models import OAuthClient
from common.scopes import ROLE_SCOPES, SCOPES

# A role that manages keys could make one with any of the application's scopes, so it may grant any of them too.
KEY_ROLES = frozenset(role for role, scopes in ROLE_SCOPES.items() if "manage:keys" in scopes)
ROLE_BOUND = frozenset(scope for scope in SCOPES if scope.startswith("manage:") or scope == "read:billing")


def grantable(scopes: list[str], role: str) -> list[str]:
    """Those of `scopes` that a member with `role` can let a client have: never more than they could do themselves."""
    own = ROLE_SCOPES.get(role, frozenset())
    return [scope for scope in scopes if scope in own or (role in KEY_ROLES and scope not in ROLE_BOUND)]


class ApplicationScopes(BaseScopes):
    """The toolkit's questions, answered from the client's application."""

    def get_all_scopes(self) -> dict[str, str]:
        """Every scope a client could ever have, in words."""
        return {scope: words for scope, words in SCOPES.items() if scope != "admin"}

    def get_available_scopes(
        self, application: OAuthClient | None = None, request: object = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """What the client may ask for."""
        return application.available_scopes() if application else list(self.get_all_scopes())

    def get_default_scopes(
        self, application: OAuthClient | None = None, request: object = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """A request without `scope` asks for all of it (RFC 6749, 3.3: a documented default)."""
        return self.get_available_scopes(application)
