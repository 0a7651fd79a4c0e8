"""Callers that are parts of the insurer's core platform rather than partners."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models

from common.base import BaseModel


@pghistory.track()
class ServiceAccount(BaseModel):
    """A core service: publishes events, records usage, runs the gateway check."""

    name = models.CharField(max_length=100, unique=True)
    scopes = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
