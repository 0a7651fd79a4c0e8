"""Who is calling the API."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from common.audit import note_principal
from common.principal import Principal
from partners.selectors import session_principal


class PrincipalAuthentication(BaseAuthentication):
    """The bearer credential that passed the gate; else the portal's session cookie, with CSRF."""

    def authenticate(self, request: Request) -> tuple[Any, Principal] | None:
        """(user or None, principal), or None without credentials; raises AuthenticationFailed for bad ones."""
        principal: Principal | None = getattr(request._request, "principal", None)
        if principal is not None:
            if request.method not in SAFE_METHODS:
                note_principal(principal)
            return None, principal
        if "HTTP_AUTHORIZATION" in request.META:
            raise AuthenticationFailed("The credential is not valid, or no longer is.", code="invalid_credential")
        session = session_principal(request._request)
        if session is None:
            return None
        check = CSRFCheck(lambda _request: None)  # type: ignore[arg-type]  # (it is asked for no response)
        check.process_request(request._request)
        if reason := check.process_view(request._request, None, (), {}):  # type: ignore[arg-type]  # (as DRF does: no view is exempt)
            raise PermissionDenied(f"CSRF check failed: {reason}", code="csrf_failed")
        note_principal(session)
        return request._request.user, session

    def authenticate_header(self, request: Request) -> str:
        """Makes a missing credential a 401."""
        return 'Bearer realm="treaty"'
