"""Routes of applications."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from applications.api.views import ApplicationViewSet

router = SimpleRouter(trailing_slash=False)
router.register("applications", ApplicationViewSet, basename="application")
urlpatterns = router.urls
