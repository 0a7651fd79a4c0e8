"""Endpoints that need somebody, on the home page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.timesince import timesince

from common.portal import Attention
from common.principal import Principal
from webhooks.models import WebhookEndpoint


def failing_endpoints(principal: Principal) -> list[Attention]:
    """Those the platform switched off, and those that fail at the moment."""
    items = []
    for endpoint in WebhookEndpoint.objects.visible_to(principal).filter(partner_id=principal.tenant_id).failing():
        url = reverse("webhook_detail", args=[endpoint.pk])
        if endpoint.is_held:
            title = f"{endpoint.endpoint_url} is switched off"
            items.append(Attention(title, f"{endpoint.disabled_reason} Its events are kept.", url, "danger"))
        elif endpoint.unproven:
            title = f"{endpoint.endpoint_url} is not verified"
            items.append(Attention(title, "It failed our signed challenge. Its events are kept.", url, "warning"))
        elif endpoint.failing_since:
            detail = f"No delivery accepted for {timesince(endpoint.failing_since, depth=1)}."
            items.append(Attention(f"{endpoint.endpoint_url} is failing", detail, url, "warning"))
    return items
