"""Errors as problem details (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from math import ceil
from typing import Any

import structlog
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, IntegrityError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from common.api.casing import camelize_path
from common.api.parsers import PayloadTooLarge
from common.errors import (
    ConflictError,
    DomainError,
    InvalidError,
    InvalidFieldsError,
    ThrottledError,
    UnknownObjectError,
)

logger = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
NON_FIELD = "nonFieldErrors"


class InsufficientScope(exceptions.PermissionDenied):
    """The credential is valid but lacks a scope (RFC 6750, 3.1)."""

    default_code = "insufficient_scope"

    def __init__(self, scope: str) -> None:
        detail = f"This needs the scope {scope}."
        if scope == "service":
            detail = "This is for the platform's own services and for staff."
        super().__init__(detail, code="insufficient_scope")
        self.scope = scope


class MissingPermission(exceptions.PermissionDenied):
    """A member of staff was not given the permission that the admin asks for, too."""

    default_code = "permission_missing"

    def __init__(self, permission: str) -> None:
        super().__init__(f"This needs the permission {permission}.", code=self.default_code)


def problem_body(request: Any, *, status: int, code: str, detail: str, **extra: Any) -> dict[str, Any]:
    """The members every problem carries."""
    return {
        "type": f"about:blank#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "requestId": getattr(request, "request_id", ""),
        **extra,
    }


def problem_response(request: HttpRequest, *, status: int, code: str, detail: str) -> JsonResponse:
    """A problem from outside DRF: unknown paths, CSRF failures, middleware."""
    body = problem_body(request, status=status, code=code, detail=detail)
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE)


def flatten(detail: Any, path: str = "") -> list[dict[str, str]]:
    """DRF's nested error detail as a list of `{field, code, message}` with camelCase dotted paths."""
    if isinstance(detail, dict) and not is_leaf(detail):
        rows = []
        for name, inner in detail.items():
            key = "" if name in {"non_field_errors", NON_FIELD} else str(name)
            rows += flatten(inner, ".".join(part for part in (path, key) if part))
        return rows
    if isinstance(detail, list):
        rows = []
        for index, inner in enumerate(detail):
            rows += flatten(inner, path if is_leaf(inner) else f"{path}[{index}]")
        return rows
    code = str(detail["code"])
    # What the client invented is named as the client spelt it.
    field = path if code in {"unknown_field", "unknown_parameter"} else camelize_path(path)
    return [{"field": field, "code": code, "message": str(detail["message"])}]


def is_leaf(detail: Any) -> bool:
    """Whether this is one error of DRF's full details rather than a mapping of fields."""
    return isinstance(detail, dict) and {"message", "code"} == set(detail) and isinstance(detail["message"], str)


def from_domain_error(error: DomainError) -> tuple[int, str, str, dict[str, Any]]:
    """Status, code, detail and extra members of a service's refusal."""
    if isinstance(error, InvalidFieldsError):
        rows = [
            {"field": camelize_path(name), "code": error.code, "message": text} for name, text in error.errors.items()
        ]
        return 400, "invalid", "The request is not valid.", {"errors": rows}
    if error.field is None:
        return error.status, error.code, error.message, {}
    rows = [{"field": camelize_path(error.field), "code": error.code, "message": error.message}]
    code = "invalid" if isinstance(error, InvalidError) else error.code
    return error.status, code, error.message, {"errors": rows}


def from_api_exception(error: exceptions.APIException) -> tuple[int, str, str, dict[str, Any]]:
    """Status, code, detail and extra members of an exception of DRF's."""
    if isinstance(error, exceptions.ValidationError):
        rows = flatten(error.get_full_details())
        summary = " ".join(f"{row['field']}: {row['message']}" if row["field"] else row["message"] for row in rows[:3])
        return 400, "invalid", summary or "The request is not valid.", {"errors": rows}
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else error.default_code
    extra: dict[str, Any] = {"errors": []} if error.status_code == 400 else {}
    return error.status_code, code, str(error.detail), extra


def known_exception(error: Exception) -> Exception:
    """Exceptions of Django and of the database that a client's input can cause, as what they mean."""
    if isinstance(error, Http404):
        return exceptions.NotFound(UnknownObjectError.MESSAGE)
    if isinstance(error, ObjectDoesNotExist):
        # Deleted by somebody else between the look-up of the view and the lock of the service.
        logger.warning("object_gone", exc_info=error)
        return exceptions.NotFound(UnknownObjectError.MESSAGE)
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return PayloadTooLarge()
    if isinstance(error, DjangoValidationError):
        return exceptions.ValidationError(exceptions_detail(error))
    if isinstance(error, DataError):
        logger.warning("value_out_of_range", exc_info=error)
        return exceptions.ParseError("A value is out of range.", code="out_of_range")
    if isinstance(error, IntegrityError):
        logger.warning("constraint_violated", exc_info=error)
        return ConflictError("conflict", "Another object stands in the way of this change.")
    return error


def exceptions_detail(error: DjangoValidationError) -> Any:
    """A model's or validator's refusal in DRF's shape."""
    return error.message_dict if hasattr(error, "error_dict") else error.messages


def authentication_headers(error: exceptions.APIException) -> dict[str, str]:
    """`Retry-After` and `WWW-Authenticate` (RFC 6750, 3)."""
    if isinstance(error, exceptions.Throttled) and (wait := getattr(error, "wait", None)) is not None:
        return {"Retry-After": str(max(1, ceil(wait)))}
    if isinstance(error, exceptions.NotAuthenticated):
        return {"WWW-Authenticate": 'Bearer realm="treaty"'}
    if isinstance(error, exceptions.AuthenticationFailed):
        return {"WWW-Authenticate": 'Bearer realm="treaty", error="invalid_token"'}
    if isinstance(error, InsufficientScope):
        return {"WWW-Authenticate": f'Bearer realm="treaty", error="insufficient_scope", scope="{error.scope}"'}
    return {}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER: every refusal becomes a problem; an unknown exception stays a bug."""
    error = known_exception(error)
    headers: dict[str, str] = {}
    if isinstance(error, DomainError):
        status, code, detail, extra = from_domain_error(error)
        if isinstance(error, ThrottledError):
            headers["Retry-After"] = str(error.retry_after)
    elif isinstance(error, exceptions.APIException):
        status, code, detail, extra = from_api_exception(error)
        headers = authentication_headers(error)
        if isinstance(error, exceptions.MethodNotAllowed):
            headers["Allow"] = ", ".join(context["view"].allowed_methods)
    else:
        return None
    body = problem_body(context["request"], status=status, code=code, detail=detail, **extra)
    response = Response(body, status=status, headers=headers, content_type=MEDIA_TYPE)
    response.is_problem = True  # type: ignore[attr-defined]  # (our own attribute)
    response.exception = True
    return response
