"""Every URL of the product."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from common.api import documents
from common.design import design

APPS = ("events", "partners", "applications", "authn", "integrations", "webhooks", "marketplace", "billing")

# One sign-in for everyone: second factors and rate limits hold for the admin too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # (as allauth's guide does)

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("design", design, name="design"),
    path("api/schema", documents.schema, name="api_schema"),
    path("api/docs", documents.docs, name="api_docs"),
    *(path("api/", include(f"{app}.api.urls")) for app in APPS),
    *(path("", include(f"{app}.portal.urls")) for app in APPS),
]

handler400 = "common.views.bad_request"
handler403 = "common.views.forbidden"
handler404 = "common.views.not_found"
handler500 = "common.views.server_error"
