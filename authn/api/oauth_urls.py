"""OAuth routes."""

from django.urls import path

from authn.api.oauth_protocol import TokenView

urlpatterns = [
    path("oauth/token", TokenView.as_view(), name="oauth_token"),
]
