"""Pages of this app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from applications.portal import views, wizard

APPLICATION = "applications/<uuid:pk>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("applications", views.ApplicationList.as_view(), name="application_list"),
    path("applications/new", views.ApplicationCreate.as_view(), name="application_create"),
    path(APPLICATION, views.ApplicationDetail.as_view(), name="application_detail"),
    path(f"{APPLICATION}/review", views.ApplicationReviewPage.as_view(), name="application_review"),
    path(f"{APPLICATION}/statistics", views.ApplicationStatistics.as_view(), name="application_statistics"),
    path(f"{APPLICATION}/history", views.ApplicationHistory.as_view(), name="application_history"),
    path(f"{APPLICATION}/edit/<slug:step>", wizard.WizardStep.as_view(), name="application_step"),
    path(f"{APPLICATION}/submit", wizard.Submit.as_view(), name="application_submit"),
    path(f"{APPLICATION}/withdraw", views.Withdraw.as_view(), name="application_withdraw"),
    path(f"{APPLICATION}/publish", views.Publish.as_view(), name="application_publish"),
    path(f"{APPLICATION}/deprecate", views.Deprecate.as_view(), name="application_deprecate"),
    path(f"{APPLICATION}/delete", views.Delete.as_view(), name="application_delete"),
    path(f"{APPLICATION}/validate", views.Validate.as_view(), name="application_validate"),
    path(f"{APPLICATION}/comment", views.Comment.as_view(), name="application_comment"),
    path(f"{APPLICATION}/icon", views.ApplicationImage.as_view(), name="application_icon"),
    path(f"{APPLICATION}/screenshots/<int:position>", views.ApplicationImage.as_view(), name="application_screenshot"),
    path(f"{APPLICATION}/upload/icon", wizard.Upload.as_view(), name="application_upload_icon"),
    path(
        f"{APPLICATION}/upload/screenshot",
        wizard.Upload.as_view(kind="screenshot"),
        name="application_upload_screenshot",
    ),
    path(f"{APPLICATION}/upload/remove", wizard.RemoveScreenshot.as_view(), name="application_remove_screenshot"),
]
