"""Whether the credential behind an answer that is still open holds."""

from __future__ import annotations

from typing import Any

from authn.credentials import resolve
from common.machine import bearer_credential
from common.principal import Principal


def credential_holds(request: Any, principal: Principal) -> bool:
    """Whether a key or token is still usable and may do what it could; it is read from PostgreSQL."""
    if not request.machine_call:
        return True
    credential = resolve(bearer_credential(request))
    return credential is not None and not credential.has_expired() and credential.principal == principal
