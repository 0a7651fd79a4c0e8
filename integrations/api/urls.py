"""Routes of this app under /api/."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from integrations.api.views import IntegrationViewSet

router = SimpleRouter(trailing_slash=False)
router.register("integrations", IntegrationViewSet)
urlpatterns = router.urls
