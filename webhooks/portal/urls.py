"""Pages of this app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from webhooks.portal import event_pages, retries, views

ENDPOINT = "webhooks/<uuid:pk>"
DELIVERY = f"{ENDPOINT}/deliveries/<uuid:delivery_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("webhooks", views.EndpointList.as_view(), name="webhook_list"),
    path("webhooks/new", views.EndpointCreate.as_view(), name="webhook_create"),
    path(ENDPOINT, views.EndpointDetail.as_view(), name="webhook_detail"),
    path(f"{ENDPOINT}/log", views.EndpointLog.as_view(), name="webhook_log"),
    path(f"{ENDPOINT}/edit", views.EndpointEdit.as_view(), name="webhook_edit"),
    path(f"{ENDPOINT}/test", views.Test.as_view(), name="webhook_test"),
    path(f"{ENDPOINT}/verify", views.Verify.as_view(), name="webhook_verify"),
    path(f"{ENDPOINT}/toggle", views.Toggle.as_view(), name="webhook_toggle"),
    path(f"{ENDPOINT}/rotate", views.Rotate.as_view(), name="webhook_rotate"),
    path(f"{ENDPOINT}/end-overlap", views.EndOverlap.as_view(), name="webhook_end_overlap"),
    path(f"{ENDPOINT}/delete", views.Delete.as_view(), name="webhook_delete"),
    path(f"{ENDPOINT}/retry", retries.RetryMany.as_view(), name="webhook_retry_many"),
    path(DELIVERY, views.DeliveryDetail.as_view(), name="webhook_delivery"),
    path(f"{DELIVERY}/retry", views.Retry.as_view(), name="webhook_delivery_retry"),
    path("events", event_pages.EventList.as_view(), name="event_list"),
    path("events/live", event_pages.EventLive.as_view(), name="event_live"),
    path("events/<uuid:pk>", event_pages.EventDetail.as_view(), name="event_detail"),
    path("events/<uuid:pk>/replay", event_pages.EventReplay.as_view(), name="event_replay"),
    path("event-types", event_pages.EventCatalogue.as_view(), name="event_catalogue"),
    path("event-types/<str:name>", event_pages.EventTypeDetail.as_view(), name="event_type_detail"),
]
