"""Routes of this app under /api/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from webhooks.api.views import DeliveryViewSet, UndeliveredViewSet, WebhookViewSet

router = SimpleRouter(trailing_slash=False)
router.register("webhooks", WebhookViewSet, basename="webhook")

DELIVERIES = "webhooks/<uuid:webhook_id>/deliveries"

urlpatterns: list[URLPattern | URLResolver] = [
    path("webhooks/undelivered", UndeliveredViewSet.as_view({"get": "list"}), name="undelivered-list"),
    path(DELIVERIES, DeliveryViewSet.as_view({"get": "list"}), name="delivery-list"),
    path(f"{DELIVERIES}/<uuid:pk>", DeliveryViewSet.as_view({"get": "retrieve"}), name="delivery-detail"),
    path(f"{DELIVERIES}/<uuid:pk>/retry", DeliveryViewSet.as_view({"post": "retry"}), name="delivery-retry"),
    *router.urls,
]
