"""OAuth pages, and the documents OAuth libraries look for at the root."""

from django.urls import path, re_path

from authn.portal.oauth_consent import AuthorizeView
from authn.portal.oauth_metadata import server_metadata

urlpatterns = [
    path("api/oauth/authorize", AuthorizeView.as_view(), name="oauth_authorize"),
    re_path(r"^\.well-known/oauth-authorization-server(?P<issuer_path>/.*)?$", server_metadata, name="oauth_metadata"),
]
