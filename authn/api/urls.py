"""Routes of this app under /api/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from authn.api.views import ApiKeyViewSet

router = SimpleRouter(trailing_slash=False)
router.register("keys", ApiKeyViewSet, basename="api-key")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("authn.api.oauth_urls")),
    *router.urls,
]
