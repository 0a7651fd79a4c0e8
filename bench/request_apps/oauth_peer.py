"""DRF with django-oauth-toolkit's own authentication and scope permission, as its documentation sets them up."""

from __future__ import annotations

import os

import django
import environ
from django.conf import settings

settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="bench",
    MIDDLEWARE=[],
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "rest_framework",
        "oauth2_provider",
    ],
    DATABASES={
        "default": {
            **environ.Env.db_url_config(os.environ["PEER_DATABASE_URL"]),
            "HOST": os.environ["PEER_DATABASE_HOST"],
            "CONN_MAX_AGE": 600,
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    OAUTH2_PROVIDER={
        "SCOPES": {"read:leads": "Read leads"},
        "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
        "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    },
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": ["oauth2_provider.contrib.rest_framework.OAuth2Authentication"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
)
django.setup()

from django.core.handlers.wsgi import WSGIHandler
from django.urls import path
from oauth2_provider.contrib.rest_framework import TokenHasScope
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class Ping(APIView):
    permission_classes = [TokenHasScope]
    required_scopes = ["read:leads"]

    def get(self, request: Request) -> Response:
        return Response({"data": {"pong": True}})


urlpatterns = [path("api/ping", Ping.as_view())]
application = WSGIHandler()
