"""`Idempotency-Key` on every POST."""

from __future__ import annotations

import hashlib
import json
import uuid
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.module_loading import import_string
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from common.idempotency import Store, StoredAnswer

MAX_KEY_LENGTH = 255


def digest(text: str) -> str:
    """Hex SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=1)
def store() -> Store:
    """The configured store."""
    instance: Store = import_string(settings.IDEMPOTENCY_STORE)()
    return instance


class IdempotentMixin:
    """Answers a repeated POST from the store, and stores successful first answers."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After authentication and permissions: replay, refuse, or claim the key."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]  # (the view's)
        if request.method in SAFE_METHODS:
            return
        body = request.data  # parsed even if the view reads none
        key = request.headers.get("Idempotency-Key")
        if request.method != "POST" or key is None or request.auth is None:
            return
        if not 1 <= len(key) <= MAX_KEY_LENGTH or not key.isprintable():
            detail = ErrorDetail(f"Expected 1 to {MAX_KEY_LENGTH} printable characters.", code="invalid_key")
            raise ValidationError({"Idempotency-Key": [detail]})
        principal: Any = request.auth
        # What the body parsed to is hashed, so neither spacing nor the order of members matters. The stored answer has
        # the shape of its version.
        shape = json.dumps([body, request.version], sort_keys=True)
        claim = store().begin(
            caller=f"{principal.kind}:{principal.credential_id or principal.user_id or principal.partner_id}",
            route=request.path,
            key=key,
            body_hash=digest(shape),
        )
        if not isinstance(claim, uuid.UUID):
            raise Replay(claim)
        request._request.idempotency_claim = claim  # type: ignore[attr-defined]  # (our own attribute)

    def handle_exception(self, exc: Exception) -> Any:
        """Turn a replay into its stored response."""
        if isinstance(exc, Replay):
            return exc.response()
        try:
            return super().handle_exception(exc)  # type: ignore[misc]  # (the view's)
        except Exception:
            # A bug, about to become a 500: the caller may try again with the same key.
            self.release_claim()
            raise

    def release_claim(self) -> None:
        """Forget this request's claim, if it holds one."""
        request: Any = getattr(self, "request", None)
        claim = getattr(getattr(request, "_request", None), "idempotency_claim", None)
        if claim is not None:
            request._request.idempotency_claim = None
            store().release(claim=claim)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Store a success once it is rendered; release the claim otherwise."""
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]  # (the view's)
        claim = getattr(getattr(request, "_request", None), "idempotency_claim", None)
        if claim is None:
            return response
        if 200 <= response.status_code < 300 and hasattr(response, "add_post_render_callback"):
            response.add_post_render_callback(lambda rendered: remember(claim, rendered))
        else:
            self.release_claim()
        return response


class Replay(Exception):  # noqa: N818 (not an error: it carries an answer)
    """Carries a stored answer out of `initial`."""

    def __init__(self, stored: StoredAnswer) -> None:
        super().__init__("replay")
        self.stored = stored

    def response(self) -> HttpResponse:
        """The first answer again, marked."""
        response = HttpResponse(self.stored.body, status=self.stored.status, content_type="application/json")
        for name, value in self.stored.headers.items():
            response[name] = value
        response["Idempotency-Replayed"] = "true"
        return response


def remember(claim: uuid.UUID, response: Any) -> None:
    """Store the rendered answer of a claim."""
    headers = {"Location": response["Location"]} if response.has_header("Location") else {}
    store().finish(claim=claim, status=response.status_code, headers=headers, body=response.content.decode())
