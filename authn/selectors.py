"""Reads of credentials."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from applications.models import ApplicationRouteUse, PartnerApplication
from authn.models import ApiKey, OAuthClient
from authn.scope_use import scopes_of_route

USE_COUNTS_FOR = timedelta(days=90)


def keys_in_place(partner_id: uuid.UUID) -> QuerySet[ApiKey]:
    """The keys that count towards a partner's quota: a rotated key has given its place to its successor."""
    return ApiKey.objects.usable().filter(partner_id=partner_id, status=ApiKey.Status.ACTIVE)


def count_keys(partner_id: uuid.UUID) -> int:
    """How many of its keys a partner has taken."""
    return keys_in_place(partner_id).count()


def redirect_uris_of(application: PartnerApplication) -> list[str]:
    """The redirect URIs of an application's working OAuth clients."""
    clients = OAuthClient.objects.active().filter(application=application)
    return [uri for client in clients.order_by("id") for uri in client.redirect_uris.split()]


def used_scopes(application: PartnerApplication) -> frozenset[str] | None:
    """The scopes that calls of the last 90 days needed, whichever credential made them; None without a call.

    A route that several scopes open counts for each of them.
    """
    uses = ApplicationRouteUse.objects.filter(
        application_id=application.id, last_used_at__gte=timezone.now() - USE_COUNTS_FOR
    ).values_list("method", "route")
    routes = [scopes_of_route(method, route) for method, route in uses]
    return frozenset().union(*routes) if routes else None


def key_figures(partner_id: uuid.UUID) -> dict[str, Any]:
    """The usable keys of a partner by environment."""
    return {
        environment: keys_in_place(partner_id).filter(environment=environment).count()
        for environment in ("live", "test")
    }


def client_figures(partner_id: uuid.UUID) -> dict[str, Any]:
    """The working OAuth clients of a partner by environment."""
    clients = OAuthClient.objects.active().filter(partner_id=partner_id)
    return {environment: clients.filter(environment=environment).count() for environment in ("live", "test")}


def credentials_of(application: PartnerApplication) -> dict[str, Any]:
    """The working keys and clients of one application."""
    return {
        "apiKeys": keys_in_place(application.partner_id).filter(application=application).count(),
        "oauthClients": OAuthClient.objects.active().filter(application=application).count(),
    }
