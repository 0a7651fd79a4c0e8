"""Who changed what: the context that history rows are written with, and the middleware that opens it."""

from __future__ import annotations

from typing import Any

import pghistory
import pghistory.middleware
import structlog
from django.http import HttpRequest

from common.client_ip import client_ip
from common.principal import Principal


def describe(principal: Principal) -> dict[str, str | None]:
    """The principal as audit metadata: kind, label and the ids that lead to the person or credential."""
    return {
        "principal": principal.label,
        "principal_kind": principal.kind.value,
        "principal_user": str(principal.user_id) if principal.user_id else None,
        "principal_partner": str(principal.partner_id) if principal.partner_id else None,
        "credential": str(principal.credential_id) if principal.credential_id else None,
    }


def note_principal(principal: Principal) -> None:
    """Write `principal` on every history row and log line the current request makes from here on."""
    pghistory.context(**describe(principal))
    structlog.contextvars.bind_contextvars(principal=principal.label, principal_kind=principal.kind.value)


def acting_as(principal: Principal, **extra: Any) -> Any:
    """A context manager for commands and actors: history rows made inside carry `principal` and `extra`."""
    return pghistory.context(**describe(principal), **extra)


def because(reason: str) -> Any:
    """A context manager: history rows made inside, and by the rest of the request, carry why, for all who read them."""
    return pghistory.context(**({"reason": reason} if reason else {}))


class AuditMiddleware(pghistory.middleware.HistoryMiddleware):
    """Opens the audit context of a request with its user, path, address and request id."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        """What is known before the caller's credential is checked."""
        user = getattr(request, "user", None)
        label = getattr(user, "email", "") if getattr(user, "is_authenticated", False) else ""
        return {
            **super().get_context(request),
            "method": request.method,
            "ip": client_ip(request),
            "request_id": getattr(request, "request_id", None),
            "principal": label,
            "principal_kind": "session" if label else None,
        }
