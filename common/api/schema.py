"""OpenAPI: what the renderer, the permission and the exception handler really do, on every operation."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_mock_request
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from common.api.casing import camelize
from common.api.permissions import requirement, staff_permission
from common.api.problems import MEDIA_TYPE
from common.api.renderers import CamelCaseJSONRenderer
from common.api.versions.registry import CURRENT, HEADER, VERSIONS
from common.api.versions.views import VersionedMixin
from common.principal import SYSTEM
from common.scopes import SCOPES

PROBLEMS = {
    "400": "The request is not valid; `errors` names each field.",
    "401": "There is no credential, or it is not valid.",
    "403": "The credential lacks a scope, or the person a role or a permission.",
    "404": "There is no such object, or it is not yours.",
    "409": "The state of the object does not allow this; `code` says why.",
    "413": "The body is larger than 1 MiB.",
    "415": "The body is not application/json.",
    "422": "The idempotency key was used with another body.",
    "429": "The rate limit is used up; `Retry-After` says when to come back.",
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Makes a repeated request safe: within 24 hours the same key and body get the first answer again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}
API_VERSION = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": (
        "The version of the API this request is written for; without it, the one the application is pinned to since "
        f"its first call. This document describes {CURRENT}. Served as well: "
        f"{', '.join(version.name for version in reversed(VERSIONS[:-1]))}."
    ),
    "schema": {"type": "string", "enum": [CURRENT]},
}
VERSION_USED = {"description": "The version of the API the answer is written in.", "schema": {"type": "string"}}
REQUEST_ID = {"description": "Names this request in logs and problems.", "schema": {"type": "string"}}
VERBS = {
    "list": "List {nouns}",
    "retrieve": "Get {noun}",
    "create": "Create {noun}",
    "update": "Replace {noun}",
    "partial_update": "Change {noun}",
    "destroy": "Delete {noun}",
}


class PrincipalScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # drf-spectacular has no types
    """The two kinds of credential."""

    target_class = "authn.api.authentication.PrincipalAuthentication"
    match_subclasses = True
    name = ["bearer", "session"]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, Any]]:
        """An API key or OAuth token; the portal's cookie."""
        return [
            {
                "type": "http",
                "scheme": "bearer",
                "description": "An API key (`sk_…`, `tk_…`) or an OAuth access token.",
            },
            {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "The portal's session, with CSRF."},
        ]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[str]]]:
        """Either, with the scopes of the operation (OpenAPI 3.1 lists them for every kind of scheme)."""
        scopes = [option for option in needed(auto_schema) if option in SCOPES]
        return [{"bearer": scopes[:1]}, {"session": []}]


def action_of(auto_schema: Any) -> str:
    """The view's name of the operation."""
    return str(getattr(auto_schema.view, "action", None) or auto_schema.method.lower())


def needed(auto_schema: Any) -> tuple[str, ...]:
    """The options of the operation's requirement; empty when any caller will do."""
    options = requirement(auto_schema.view, action_of(auto_schema))
    return () if options is None else (options,) if isinstance(options, str) else options


def may_be_blank(field: Any) -> bool:
    """Whether a text field takes the empty string, by itself or by the model field it shows."""
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    names = {column.name: column for column in model._meta.fields} if model else {}
    return bool(getattr(field, "allow_blank", False) or getattr(names.get(field.source), "blank", False))


def mock_request(method: str, path: str, view: Any, original: Any, **kwargs: Any) -> Request:
    """The request views see while they are described: nobody's, with every right."""
    request: Request = build_mock_request(method, path, view, original, **kwargs)  # type: ignore[no-untyped-call]  # (drf-spectacular has no types)
    request.auth = SYSTEM
    return request


class TreatyAutoSchema(AutoSchema):
    """Describes envelopes, problems, scopes and headers, so that views only describe their serializers."""

    @property
    def is_public(self) -> bool:
        """Whether it needs no credential."""
        return not self.view.authentication_classes or AllowAny in self.view.permission_classes

    @property
    def is_enveloped(self) -> bool:
        """Whether the answer goes through the envelope."""
        renderers: list[BaseRenderer] = self.view.get_renderers()
        return isinstance(renderers[0], CamelCaseJSONRenderer)

    def get_summary(self) -> str:
        """A verb and what it is done to."""
        action = getattr(self.view, "action", None) or self.method.lower()
        queryset = getattr(self.view, "queryset", None)
        noun = str(queryset.model._meta.verbose_name) if queryset is not None else self.get_tags()[0].replace("-", " ")
        article = "an" if noun[0] in "aeiouAEIOU" else "a"
        verb = VERBS.get(action, f"{action.replace('_', ' ').capitalize()} {{noun}}")
        nouns = str(queryset.model._meta.verbose_name_plural) if queryset is not None else noun
        return verb.format(noun=f"{article} {noun}", nouns=nouns)

    def get_extensions(self) -> dict[str, Any]:
        """`x-required-scope`: the scopes of which one is enough; `staff` and `service` are kinds of caller.

        `x-staff-permission`: what staff need instead.
        """
        if self.is_public or not hasattr(self.view, "staff_permissions"):
            return {}
        permission = staff_permission(self.view, action_of(self), reads=self.method in SAFE_METHODS)
        scopes = {"x-required-scope": list(needed(self))} if needed(self) else {}
        return {**scopes, **({"x-staff-permission": permission} if permission else {})}

    def _get_filter_parameters(self) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super()._get_filter_parameters()  # type: ignore[no-untyped-call]  # (drf-spectacular has no types)
        return [{**parameter, "name": camelize(parameter["name"])} for parameter in parameters]

    def _get_parameters(self) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super()._get_parameters()
        if self.method == "POST" and not self.is_public:
            parameters = [*parameters, IDEMPOTENCY_KEY]
        return [*parameters, API_VERSION] if isinstance(self.view, VersionedMixin) else parameters

    def is_deprecated(self) -> bool:
        """Whether the operation will end."""
        return isinstance(self.view, VersionedMixin) and self.view.ending is not None

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        """An address that may be empty is a plain string: the empty string is no URI and no e-mail address."""
        super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]  # (drf-spectacular has no types)
        if schema.get("format") in {"uri", "email"} and may_be_blank(field):
            del schema["format"]

    def _get_response_for_code(self, serializer: Any, status_code: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        response: dict[str, Any] = super()._get_response_for_code(  # type: ignore[no-untyped-call]  # (drf-spectacular has no types)
            serializer, status_code, *args, **kwargs
        )
        if str(status_code).startswith("2"):
            self.complete_success(response, str(status_code))
        return response

    def complete_success(self, response: dict[str, Any], status: str) -> None:
        """Add the envelope and the headers to a success."""
        response["description"] = response.get("description") or "Done."
        headers = response.setdefault("headers", {})
        headers["X-Request-Id"] = REQUEST_ID
        if isinstance(self.view, VersionedMixin):
            headers[HEADER] = VERSION_USED
        if status == "201":
            headers["Location"] = {"description": "Where the new object is.", "schema": {"type": "string"}}
        for media_type, content in response.get("content", {}).items():
            schema = content.get("schema", {})
            is_page = "/Paginated" in schema.get("$ref", "")
            if is_page or media_type != "application/json" or not self.is_enveloped:
                continue
            content["schema"] = {"type": "object", "required": ["data"], "properties": {"data": schema}}

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        responses: dict[str, Any] = super()._get_response_bodies(direction)
        if direction != "response":
            return responses
        for status in self.possible_problems():
            responses.setdefault(
                status,
                {
                    "description": PROBLEMS[status],
                    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                },
            )
        return dict(sorted(responses.items()))

    def possible_problems(self) -> list[str]:
        """The refusals this operation can answer with."""
        statuses = ["400"]
        if not self.is_public:
            statuses += ["401", "403"]
        statuses += ["429", *getattr(self.view, "extra_problems", ())]
        if "{" in self.path or self.method != "GET":
            statuses.append("404")  # also for an object that a body names
        if self.method != "GET":
            statuses += ["409", "413", "415"]
        if self.method == "POST" and not self.is_public:
            statuses.append("422")
        return statuses
