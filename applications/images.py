"""Answers that carry an application's images."""

from __future__ import annotations

import mimetypes

from django.http import Http404, HttpResponse

from applications.models.content import ApplicationContent


def image_response(content: ApplicationContent, position: int) -> HttpResponse:
    """The icon (0) or a screenshot (1, 2, ...) that `content` names; nothing else in storage can be reached."""
    names = [content.icon.name or "", *content.screenshots]
    storage = content.icon.storage
    name = names[position] if position < len(names) else ""
    if not name or not storage.exists(name):
        raise Http404
    with storage.open(name) as file:
        response = HttpResponse(file.read(), content_type=mimetypes.guess_type(name)[0] or "application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=300"
    return response
