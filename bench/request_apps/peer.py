"""DRF with djangorestframework-api-key and DRF's throttling on the same Valkey: what one would put together first."""

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
        "rest_framework_api_key",
    ],
    DATABASES={
        "default": {
            **environ.Env.db_url_config(os.environ["PEER_DATABASE_URL"]),
            "HOST": os.environ["PEER_DATABASE_HOST"],
            "CONN_MAX_AGE": 600,
        }
    },
    CACHES={"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": os.environ["REDIS_URL"]}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "UNAUTHENTICATED_USER": None,
    },
)
django.setup()

from django.core.handlers.wsgi import WSGIHandler
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView
from rest_framework_api_key.permissions import HasAPIKey, KeyParser


class KeyThrottle(SimpleRateThrottle):
    scope = "key"
    rate = "10000/hour"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return self.cache_format % {"scope": self.scope, "ident": KeyParser().get(request)}


class Ping(APIView):
    permission_classes = [HasAPIKey]
    throttle_classes = [KeyThrottle]

    def get(self, request: Request) -> Response:
        return Response({"data": {"pong": True}})


urlpatterns = [path("api/ping", Ping.as_view())]
application = WSGIHandler()
