"""OAuth routes."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from authn.api.oauth_clients import OAuthClientViewSet
from authn.api.oauth_protocol import IntrospectionView, RevocationView, TokenView

router = SimpleRouter(trailing_slash=False)
router.register("oauth/clients", OAuthClientViewSet, basename="oauth_client")

urlpatterns = [
    path("oauth/token", TokenView.as_view(), name="oauth_token"),
    path("oauth/token/introspect", IntrospectionView.as_view(), name="oauth_introspect"),
    path("oauth/token/revoke", RevocationView.as_view(), name="oauth_revoke"),
    *router.urls,
]
