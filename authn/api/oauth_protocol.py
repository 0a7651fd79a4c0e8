"""The OAuth endpoints for machines: form-encoded in, JSON out, errors in the words of their RFCs, no envelope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any, cast

from django.conf import settings
from django.http import QueryDict
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException, UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from authn.api.oauth_shapes import ErrorResponse, IntrospectionResponse, TokenReference, TokenRequest, TokenResponse
from authn.credentials import resolve
from authn.models import OAuthClient
from authn.oauth.throttle import TooManyRequestsError, charge
from authn.services.oauth_tokens import (
    OAuthError,
    authenticate_client,
    introspect_token,
    revocation_response,
    token_response,
)
from common.api.parsers import PayloadTooLarge
from common.client_ip import client_ip
from common.machine import SCHEME, bearer_credential

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


class ProtocolSchema(AutoSchema):
    """These answers have no envelope, and clients authenticate with HTTP Basic or in the body."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        """What the endpoint accepts."""
        return [{"oauthClient": []}, {}]


class PlainJSONRenderer(JSONRenderer):
    """JSON without an envelope."""

    charset = None


class ProtocolView(APIView):
    """Reads a form, refuses what RFC 6749, 3.2 refuses, and never lets an answer be cached."""

    authentication_classes = ()
    permission_classes = ()
    parser_classes = (FormParser,)
    renderer_classes = (PlainJSONRenderer,)
    schema = ProtocolSchema()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Limit by address before any work is done."""
        super().initial(request, *args, **kwargs)
        try:
            charge("address", client_ip(request._request) or "")
        except TooManyRequestsError as error:
            raise ProtocolError(
                error.error, error.description, status=error.status_code, headers=error.headers
            ) from error

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


@extend_schema(tags=["oauth"])
class TokenView(ProtocolView):
    """The token endpoint."""

    @extend_schema(
        operation_id="oauth_token",
        summary="Get a token",
        description="Exchanges an authorization code, client credentials or a refresh token for tokens (RFC 6749).",
        request={FORM: TokenRequest},
        responses={200: TokenResponse, 400: ErrorResponse, 401: ErrorResponse, 429: ErrorResponse},
    )
    def post(self, request: Request) -> Response:
        """RFC 6749, 3.2."""
        parameters = self.parameters()
        if "grant_type" not in parameters:
            raise ProtocolError("invalid_request", "The parameter grant_type is missing.")
        answer = token_response(parameters, authorization=self.authorization())
        return Response(answer.body, status=answer.status, headers=answer.headers)


@extend_schema(tags=["oauth"])
class RevocationView(ProtocolView):
    """The revocation endpoint."""

    @extend_schema(
        operation_id="oauth_revoke",
        summary="Revoke a token",
        description="Ends a token of the client, with every token of the same consent (RFC 7009).",
        request={FORM: TokenReference},
        responses={200: None, 400: ErrorResponse, 401: ErrorResponse, 429: ErrorResponse},
    )
    def post(self, request: Request) -> Response:
        """RFC 7009, 2.1: an unknown token is no error."""
        answer = revocation_response(self.parameters(), authorization=self.authorization())
        return Response(answer.body or None, status=answer.status, headers=answer.headers)


@extend_schema(tags=["oauth"])
class IntrospectionView(ProtocolView):
    """The introspection endpoint."""

    @extend_schema(
        operation_id="oauth_introspect",
        summary="Introspect a token",
        description=(
            "Says what a token is (RFC 7662). A client learns of its own partner's tokens; the core platform, with "
            'its service key, of any. Everything else is `{"active": false}`.'
        ),
        request={FORM: TokenReference},
        responses={200: IntrospectionResponse, 400: ErrorResponse, 401: ErrorResponse, 429: ErrorResponse},
    )
    def post(self, request: Request) -> Response:
        """RFC 7662, 2.1."""
        parameters = self.parameters()
        for_client = None if self.is_service(request) else self.client(parameters)
        if "token" not in parameters:
            raise ProtocolError("invalid_request", "The parameter token is missing.")
        return Response(introspect_token(parameters["token"], for_client=for_client))

    def is_service(self, request: Request) -> bool:
        """Whether the core platform asks; raises ProtocolError for any other bearer."""
        if not self.authorization().lower().startswith(SCHEME):
            return False
        credential = resolve(bearer_credential(request._request))
        if credential is None or not (
            credential.principal.is_service and credential.admits(lambda: client_ip(request._request))
        ):
            challenge = {"WWW-Authenticate": 'Bearer realm="treaty", error="invalid_token"'}
            raise ProtocolError("invalid_token", "A service key is needed.", status=401, headers=challenge)
        return True

    def client(self, parameters: Mapping[str, str]) -> OAuthClient:
        """The client that asks; raises ProtocolError."""
        try:
            return authenticate_client(parameters, authorization=self.authorization())
        except OAuthError as error:
            answer = error.answer
            raise ProtocolError(error.code, error.message, status=answer.status, headers=answer.headers) from error
