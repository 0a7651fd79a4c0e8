"""Pages of this app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from webhooks.portal import event_pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("events", event_pages.EventList.as_view(), name="event_list"),
    path("events/<uuid:pk>", event_pages.EventDetail.as_view(), name="event_detail"),
    path("event-types", event_pages.EventCatalogue.as_view(), name="event_catalogue"),
    path("event-types/<str:name>", event_pages.EventTypeDetail.as_view(), name="event_type_detail"),
]
