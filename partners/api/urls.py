"""Routes of this app under /api/."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from partners.api.agreements import AgreementViewSet
from partners.api.views import ContactViewSet, PartnerViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("partners", PartnerViewSet, basename="partner")

DETAIL: dict[str, Any] = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}

urlpatterns: list[URLPattern | URLResolver] = [
    *router.urls,
    path(
        "partners/<uuid:partner_id>/contacts",
        ContactViewSet.as_view({"get": "list", "post": "create"}),
        name="contact-list",
    ),
    path(
        "partners/<uuid:partner_id>/agreements",
        AgreementViewSet.as_view({"get": "list", "post": "create"}),
        name="agreement-list",
    ),
    path(
        "partners/<uuid:partner_id>/agreements/<uuid:pk>",
        AgreementViewSet.as_view({"get": "retrieve"}),
        name="agreement-detail",
    ),
    path(
        "partners/<uuid:partner_id>/agreements/<uuid:pk>/sign",
        AgreementViewSet.as_view({"put": "sign"}),
        name="agreement-sign",
    ),
    path(
        "partners/<uuid:partner_id>/agreements/<uuid:pk>/document",
        AgreementViewSet.as_view({"get": "document"}),
        name="agreement-document",
    ),
    path("partners/<uuid:partner_id>/contacts/<uuid:pk>", ContactViewSet.as_view(DETAIL), name="contact-detail"),
]
