"""The version a request is answered in, and what its answer says about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from common.api.versions.registry import BY_NAME, CURRENT, HEADER, notices, query_now
from common.headers import put
from common.text import printable


@dataclass(frozen=True, slots=True)
class Ending:
    """An operation that will be gone: since when that is known, and its last day."""

    deprecated: date
    sunset: date


class VersionedMixin:
    """Answers in the version the request names, else in the one its application is pinned to.

    `endings` names the actions that are deprecated, with their dates.
    """

    endings: dict[str, Ending] = {}

    @property
    def ending(self) -> Ending | None:
        """The end of the action at hand, if it has one."""
        return self.endings.get(getattr(self, "action", None) or "") if self.endings else None

    def determine_version(self, request: Request, *args: Any, **kwargs: Any) -> tuple[str, None]:
        """DRF's seam, before anything is read: `request.version`. Raises ValidationError for one there is not."""
        asked = request._request  # what DRF's wrapper has only by asking it
        version = asked.META.get("HTTP_API_VERSION")
        if version is None:
            version = getattr(getattr(asked, "principal", None), "api_version", "") or CURRENT
        elif version not in BY_NAME:
            message = f"There is no version {printable(version)}; choose from {', '.join(BY_NAME)}."
            raise ValidationError({HEADER: [ErrorDetail(message, code="unknown_version")]})
        if version != CURRENT and asked.META.get("QUERY_STRING"):
            self.rename_query(request, version)
        return version, None

    def rename_query(self, request: Request, version: str) -> None:
        """Query parameters under the names they have now."""
        given: Any = request._request.GET
        names = query_now(given, version=version, path=request.path)
        if names:
            renamed = given.copy()
            for before, now in names.items():
                renamed.setlist(now, renamed.pop(before))
            request._request.GET = renamed

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Name the version used, and say what will end: of version and operation, the one that ends first."""
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]  # (the view's)
        version = getattr(request, "version", None)
        if version is None:
            return response
        put(response, [(HEADER, version)])
        if version == CURRENT and not self.endings:
            return response
        known = BY_NAME[version]
        ending = self.ending
        if ending is not None and (known.sunset is None or ending.sunset < known.sunset):
            rows = notices(ending.deprecated, ending.sunset)
        else:
            rows = known.notices()
        put(response, rows)
        return response
