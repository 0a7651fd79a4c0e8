"""The OAuth endpoints for machines: form-encoded in, JSON out, errors in the words of their RFCs, no envelope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any, cast

from django.conf import settings
from django.http import QueryDict
from drf_spectacular.openapi import AutoSchema
from rest_framework.exceptions import APIException, UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from authn.services.oauth_tokens import token_response
from common.api.parsers import PayloadTooLarge

FORM = "application/x-www-form-urlencoded"


class ProtocolError(APIException):
    """An error of RFC 6749, 5.2."""

    status_code = 400

    def __init__(
        self, error: str, description: str, *, status: int = 400, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(description, code=error)
        self.error = error
        self.status_code = status
        self.headers = headers or {}


class FormParser(BaseParser):
    """A form of bounded size."""

    media_type = FORM

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> QueryDict:
        """The parameters; raises PayloadTooLarge."""
        raw = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(raw) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise PayloadTooLarge
        return QueryDict(raw, encoding="utf-8")


class PlainJSONRenderer(JSONRenderer):
    """JSON without an envelope."""

    charset = None


class ProtocolView(APIView):
    """Reads a form, refuses what RFC 6749, 3.2 refuses, and never lets an answer be cached."""

    authentication_classes = ()
    permission_classes = ()
    parser_classes = (FormParser,)
    renderer_classes = (PlainJSONRenderer,)
    schema = AutoSchema()

    def parameters(self) -> dict[str, str]:
        """The form's parameters; an empty one counts as absent, one that stands twice is an error."""
        if self.request.META.get("QUERY_STRING"):
            raise ProtocolError("invalid_request", "Send the parameters in the body, not in the URL.")
        form = cast("QueryDict", self.request.data)
        if not isinstance(form, QueryDict):
            raise ProtocolError("invalid_request", f"Send the parameters as {FORM}.")
        if twice := [name for name, values in form.lists() if len(values) > 1]:
            raise ProtocolError("invalid_request", f"The parameter {twice[0][:50]} stands twice.")
        parameters = {name: values[0] for name, values in form.lists() if values[0]}
        if any("\x00" in name + value for name, value in parameters.items()):
            raise ProtocolError("invalid_request", "A parameter has a NUL character.")
        return parameters

    def authorization(self) -> str:
        """The Authorization header."""
        return self.request.headers.get("Authorization", "")

    def handle_exception(self, exc: Exception) -> Response:
        """Every refusal as `error` and `error_description`."""
        if isinstance(exc, UnsupportedMediaType):
            exc = ProtocolError("invalid_request", f"Send the parameters as {FORM}.")
        if isinstance(exc, ProtocolError):
            body = {"error": exc.error, "error_description": str(exc.detail)}
            return Response(body, status=exc.status_code, headers=exc.headers, exception=True)
        if isinstance(exc, APIException):
            body = {"error": "invalid_request", "error_description": str(exc.detail)}
            return Response(body, status=exc.status_code, headers=getattr(exc, "headers", None), exception=True)
        raise exc

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Tokens are not for caches (RFC 6749, 5.1); a failed client authentication names its scheme (5.2)."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["Pragma"] = "no-cache"
        if response.status_code == 401 and not response.has_header("WWW-Authenticate"):
            response["WWW-Authenticate"] = 'Basic realm="treaty", charset="UTF-8"'
        return response


class TokenView(ProtocolView):
    """Exchanges a code, client credentials or a refresh token for tokens."""

    def post(self, request: Request) -> Response:
        """RFC 6749, 3.2."""
        parameters = self.parameters()
        if "grant_type" not in parameters:
            raise ProtocolError("invalid_request", "The parameter grant_type is missing.")
        answer = token_response(parameters, authorization=self.authorization())
        return Response(answer.body, status=answer.status)
