"""OAuth pages, and the documents OAuth libraries look for at the root."""

from django.urls import path, re_path

from authn.portal.oauth_access import GrantedAccess, WithdrawAccess
from authn.portal.oauth_clients import (
    ClientCreate,
    ClientDetail,
    ClientEndOverlap,
    ClientList,
    ClientRevoke,
    ClientRotate,
)
from authn.portal.oauth_consent import AuthorizeView
from authn.portal.oauth_metadata import jwks, server_metadata

urlpatterns = [
    path("api/oauth/authorize", AuthorizeView.as_view(), name="oauth_authorize"),
    re_path(r"^\.well-known/oauth-authorization-server(?P<issuer_path>/.*)?$", server_metadata, name="oauth_metadata"),
    path(".well-known/jwks.json", jwks, name="oauth_jwks"),
    path("clients", ClientList.as_view(), name="oauth_client_list"),
    path("clients/new", ClientCreate.as_view(), name="oauth_client_create"),
    path("clients/<uuid:pk>", ClientDetail.as_view(), name="oauth_client_detail"),
    path("clients/<uuid:pk>/rotate", ClientRotate.as_view(), name="oauth_client_rotate"),
    path("clients/<uuid:pk>/end-overlap", ClientEndOverlap.as_view(), name="oauth_client_end_overlap"),
    path("clients/<uuid:pk>/revoke", ClientRevoke.as_view(), name="oauth_client_revoke"),
    path("access", GrantedAccess.as_view(), name="oauth_granted_access"),
    path("access/<uuid:pk>/withdraw", WithdrawAccess.as_view(), name="oauth_withdraw_access"),
]
