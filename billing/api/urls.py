"""Routes of this app under /api/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver
from rest_framework.routers import SimpleRouter

from billing.api.views import UsageViewSet

router = SimpleRouter(trailing_slash=False)
router.register("billing/usage", UsageViewSet, basename="usage")

urlpatterns: list[URLPattern | URLResolver] = [*router.urls]
