"""Pages of this app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from authn.portal.calls import CallDetail, CallList
from authn.portal.views import KeyActionPage, KeyListPage, KeyPage

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("authn.portal.oauth_urls")),
    path("requests", CallList.as_view(), name="calls"),
    path("requests/<uuid:pk>", CallDetail.as_view(), name="call"),
    path("keys", KeyListPage.as_view(), name="keys"),
    path("keys/<uuid:pk>", KeyPage.as_view(), name="key"),
    path("keys/<uuid:pk>/rotate", KeyActionPage.as_view(action="rotate"), name="key_rotate"),
    path("keys/<uuid:pk>/end-overlap", KeyActionPage.as_view(action="end_overlap"), name="key_end_overlap"),
    path("keys/<uuid:pk>/revoke", KeyActionPage.as_view(action="revoke"), name="key_revoke"),
]
