"""Routes of this app under /api/."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from partners.api.agreements import AgreementViewSet
from partners.api.people import InvitationViewSet, MemberViewSet
from partners.api.verification import VerificationUploadViewSet, VerificationViewSet
from partners.api.views import ContactViewSet, PartnerViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("partners", PartnerViewSet, basename="partner")

DETAIL: dict[str, Any] = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}

MEMBERS = "partners/<uuid:partner_id>/members"
INVITATIONS = "partners/<uuid:partner_id>/invitations"
VERIFICATION = "partners/<uuid:partner_id>/verification"

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
    path(MEMBERS, MemberViewSet.as_view({"get": "list"}), name="member-list"),
    path(f"{MEMBERS}/<uuid:pk>", MemberViewSet.as_view(DETAIL), name="member-detail"),
    path(f"{MEMBERS}/<uuid:pk>/transfer", MemberViewSet.as_view({"post": "transfer"}), name="member-transfer"),
    path(INVITATIONS, InvitationViewSet.as_view({"get": "list", "post": "create"}), name="invitation-list"),
    path(f"{INVITATIONS}/<uuid:pk>", InvitationViewSet.as_view({"get": "retrieve"}), name="invitation-detail"),
    *(
        path(f"{INVITATIONS}/<uuid:pk>/{verb}", InvitationViewSet.as_view({"post": verb}), name=f"invitation-{verb}")
        for verb in ("resend", "revoke")
    ),
    path(VERIFICATION, VerificationViewSet.as_view({"get": "list"}), name="verification-list"),
    path(f"{VERIFICATION}/<slug:key>", VerificationViewSet.as_view({"get": "retrieve"}), name="verification-detail"),
    *(
        path(
            f"{VERIFICATION}/<slug:key>/{verb}",
            VerificationViewSet.as_view({"post": verb}),
            name=f"verification-{verb}",
        )
        for verb in ("submit", "accept", "reject")
    ),
    path(
        f"{VERIFICATION}/<slug:key>/documents",
        VerificationUploadViewSet.as_view({"post": "create"}),
        name="verification-document-list",
    ),
    path(
        f"{VERIFICATION}/<slug:key>/documents/<uuid:pk>",
        VerificationUploadViewSet.as_view({"get": "download", "delete": "destroy"}),
        name="verification-document-detail",
    ),
]
