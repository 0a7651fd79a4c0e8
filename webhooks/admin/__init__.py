"""Endpoints and deliveries for administrators."""

from webhooks.admin.deliveries import DeliveryRecoveryAdmin, WebhookAttemptAdmin, WebhookDeliveryAdmin
from webhooks.admin.endpoints import WebhookEndpointAdmin

__all__ = ["DeliveryRecoveryAdmin", "WebhookAttemptAdmin", "WebhookDeliveryAdmin", "WebhookEndpointAdmin"]
