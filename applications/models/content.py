"""What an application says about itself: edited on the application, frozen on each submitted version."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from common.ids import uuid7


def image_path(instance: models.Model, filename: str) -> str:
    """A name that is never used twice, so a frozen version keeps the very image it was submitted with."""
    suffix = "jpg" if filename.lower().endswith(("jpg", "jpeg")) else "png"
    return f"applications/{instance.pk}/{uuid7().hex}.{suffix}"


class ApplicationContent(models.Model):
    """The reviewed part of an application."""

    CONTENT = (
        "app_name",
        "description",
        "permissions",
        "permission_purposes",
        "data_access",
        "security_info",
        "homepage_url",
        "privacy_policy_url",
        "support_url",
        "redirect_uris",
        "icon",
        "screenshots",
    )

    app_name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    permissions = ArrayField(models.CharField(max_length=50), default=list, blank=True, help_text="Scopes asked for.")
    permission_purposes = models.JSONField(default=dict, blank=True, help_text="Scope to what it is needed for.")
    data_access = models.JSONField(default=dict, blank=True)
    security_info = models.JSONField(default=dict, blank=True)
    homepage_url = models.URLField(max_length=500, blank=True)
    privacy_policy_url = models.URLField(max_length=500, blank=True)
    support_url = models.URLField(max_length=500, blank=True)
    redirect_uris = ArrayField(models.CharField(max_length=500), default=list, blank=True)
    icon = models.FileField(max_length=200, upload_to=image_path, blank=True)
    screenshots = ArrayField(models.CharField(max_length=200), default=list, blank=True, help_text="Stored file names.")

    class Meta:
        abstract = True

    def content(self) -> dict[str, Any]:
        """The reviewed fields as plain values."""
        values = {name: getattr(self, name) for name in self.CONTENT}
        return {**values, "icon": self.icon.name or ""}
