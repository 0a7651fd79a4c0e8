"""A bare Django view: the least a Django answer can cost."""

from __future__ import annotations

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, JsonResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="bench", MIDDLEWARE=[], INSTALLED_APPS=[])


def ping(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"data": {"pong": True}})


urlpatterns = [path("api/ping", ping)]
django.setup()
application = WSGIHandler()
