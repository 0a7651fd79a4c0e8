"""Pages of this app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from partners.portal import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.HomePage.as_view(), name="portal_home"),
    path("switch-partner", home.switch_partner, name="portal_switch_partner"),
    path("no-partner", home.no_partner, name="portal_no_partner"),
]
