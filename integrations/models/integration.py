"""A running integration of a partner's application."""

from __future__ import annotations

import pghistory
from django.db import models

from applications.models import PartnerApplication
from common.base import BaseModel, Environment, choices_check
from common.fields import EncryptedJSONField
from common.principal import Principal
from partners.models import Partner


class IntegrationType(models.TextChoices):
    """How it connects."""

    WEBHOOK = "webhook", "Webhook"
    API = "api", "API"
    CRM = "crm", "CRM"
    DATA_FEED = "data_feed", "Data feed"
    CUSTOM = "custom", "Custom"


class IntegrationStatus(models.TextChoices):
    """Set by people, and by health checks beyond the spec's thresholds."""

    ACTIVE = "active", "Active"
    INACTIVE = "inactive", "Inactive"
    ERROR = "error", "Error"
    MAINTENANCE = "maintenance", "Maintenance"


class IntegrationHealth(models.TextChoices):
    """The last health check's finding."""

    UNKNOWN = "unknown", "Unknown"
    HEALTHY = "healthy", "Healthy"
    DEGRADED = "degraded", "Degraded"
    UNHEALTHY = "unhealthy", "Unhealthy"


class IntegrationQuerySet(models.QuerySet["Integration"]):
    """Reads of integrations."""

    def visible_to(self, principal: Principal) -> IntegrationQuerySet:
        """The integrations of the caller's partner, in the caller's environment for keys and tokens; all for admins."""
        if principal.is_admin:
            return self
        visible = self.filter(partner_id=principal.tenant_id)
        return visible if principal.role is not None else visible.filter(environment=principal.environment)


@pghistory.track(exclude=["config"])
class Integration(BaseModel):
    """What an application runs against the platform; webhooks, mappings and metrics hang on it."""

    Type = IntegrationType
    Status = IntegrationStatus
    Health = IntegrationHealth

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="integrations")
    application = models.ForeignKey(PartnerApplication, on_delete=models.PROTECT, related_name="integrations")
    integration_name = models.CharField(max_length=100)
    integration_type = models.CharField(max_length=20, choices=Type.choices, default=Type.WEBHOOK)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.ACTIVE)
    health_status = models.CharField(max_length=20, choices=Health.choices, default=Health.UNKNOWN)
    environment = models.CharField(max_length=4, choices=Environment.choices, default=Environment.LIVE)
    config = EncryptedJSONField(default=dict, blank=True)

    objects = IntegrationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            choices_check("integration_type", IntegrationType, "integration_type_valid"),
            choices_check("status", IntegrationStatus, "integration_status_valid"),
            choices_check("health_status", IntegrationHealth, "integration_health_valid"),
            choices_check("environment", Environment, "integration_environment_valid"),
        ]
        indexes = [models.Index(fields=["partner", "-id"], name="integration_by_partner")]

    def __str__(self) -> str:
        return self.integration_name
