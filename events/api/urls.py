"""Routes of this app under /api/."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from events.api.views import EventTypeViewSet, EventViewSet

router = SimpleRouter(trailing_slash=False)
router.register("event-types", EventTypeViewSet)
router.register("events", EventViewSet)
urlpatterns = router.urls
