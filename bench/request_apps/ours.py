"""Treaty's own settings and middleware, with one more route: the cheapest answer a view of ours can give."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.views import GenericViewSet
from config import urls
from config.wsgi import application as application  # noqa: PLC0414 (what the server runs)


class PingViewSet(GenericViewSet):
    required_scopes = {"*": "read:leads"}

    def list(self, request: Request) -> Response:
        return Response({"pong": True})


urls.urlpatterns.insert(0, path("api/ping", PingViewSet.as_view({"get": "list"})))
