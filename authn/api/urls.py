"""Routes of this app under /api/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from authn.api.leaks import LeakReportView, SelfRevokeView
from authn.api.views import ApiKeyViewSet

router = SimpleRouter(trailing_slash=False)
router.register("keys", ApiKeyViewSet, basename="api-key")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("authn.api.oauth_urls")),
    path("keys/leaked", LeakReportView.as_view(), name="keys_leaked"),
    path("keys/self-revoke", SelfRevokeView.as_view(), name="keys_self_revoke"),
    *router.urls,
]
