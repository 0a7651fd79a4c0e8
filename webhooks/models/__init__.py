"""Webhook endpoints and what was delivered to them."""

from webhooks.models.attempt import WebhookAttempt
from webhooks.models.delivery import WebhookDelivery
from webhooks.models.endpoint import WebhookEndpoint
from webhooks.models.recovery import DeliveryRecovery

__all__ = ["DeliveryRecovery", "WebhookAttempt", "WebhookDelivery", "WebhookEndpoint"]
