"""Webhook endpoints and what was delivered to them."""

from webhooks.models.attempt import WebhookAttempt
from webhooks.models.delivery import WebhookDelivery
from webhooks.models.endpoint import WebhookEndpoint

__all__ = ["WebhookAttempt", "WebhookDelivery", "WebhookEndpoint"]
