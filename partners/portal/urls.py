"""Pages of this app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from partners.portal import activity, agreements, company, contacts, home, members, verification

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.HomePage.as_view(), name="portal_home"),
    path("switch-partner", home.switch_partner, name="portal_switch_partner"),
    path("no-partner", home.no_partner, name="portal_no_partner"),
    path("start", company.StartPage.as_view(), name="start"),
    path("company", company.CompanyPage.as_view(), name="company"),
    path("company/logo", company.LogoPage.as_view(), name="company_logo"),
    path("company/contacts/new", contacts.AddContact.as_view(), name="contact_add"),
    path("company/contacts/<uuid:pk>", contacts.EditContact.as_view(), name="contact_edit"),
    *(
        path(
            f"company/contacts/<uuid:pk>/{verb}",
            contacts.ContactAction.as_view(),
            {"verb": verb},
            name=f"contact_{verb}",
        )
        for verb in ("primary", "remove")
    ),
    path("limits", company.LimitsPage.as_view(), name="limits"),
    path("profile", company.ProfilePage.as_view(), name="profile"),
    path("notifications", company.NotificationsPage.as_view(), name="notifications"),
    path("members", members.MembersPage.as_view(), name="members"),
    path("members/transfer", members.Transfer.as_view(), name="member_transfer"),
    path("members/<uuid:pk>/role", members.ChangeRole.as_view(), name="member_role"),
    path("members/<uuid:pk>/remove", members.RemoveMember.as_view(), name="member_remove"),
    path("members/invitations/<uuid:pk>/<str:verb>", members.InvitationAction.as_view(), name="invitation_action"),
    path("invitations/<str:token>", members.AcceptPage.as_view(), name="invitation"),
    path("verification", verification.VerificationPage.as_view(), name="verification"),
    path("verification/<slug:key>", verification.ItemPage.as_view(), name="verification_item"),
    path("verification/<slug:key>/documents", verification.AddDocument.as_view(), name="verification_upload"),
    path("verification/documents/<uuid:pk>", verification.DocumentPage.as_view(), name="verification_document"),
    path(
        "verification/documents/<uuid:pk>/remove",
        verification.RemoveDocument.as_view(),
        name="verification_document_remove",
    ),
    path("agreements", agreements.AgreementsPage.as_view(), name="agreements"),
    path("agreements/take-up/<slug:agreement_type>", agreements.TakeUp.as_view(), name="agreement_take_up"),
    path("agreements/<uuid:pk>", agreements.AgreementPage.as_view(), name="agreement"),
    path("agreements/<uuid:pk>/document", agreements.AgreementDocumentPage.as_view(), name="agreement_pdf"),
    path("activity", activity.ActivityPage.as_view(), name="activity"),
    path("activity.csv", activity.ActivityExport.as_view(), name="activity_csv"),
]
