"""Pages of this app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from billing.portal import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("usage", views.UsagePage.as_view(), name="usage"),
]
