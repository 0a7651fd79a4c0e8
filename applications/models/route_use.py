"""What an application's credentials called, and when last: outlives the request log."""

from __future__ import annotations

from django.db import models

from common.base import BaseModel


class ApplicationRouteUse(BaseModel):
    """One route an application called with success. Ids without foreign keys: the meter upserts in bulk.

    `last_used_at` may be up to a day old, so that a busy application costs one write a day and route.
    """

    application_id = models.UUIDField()
    method = models.CharField(max_length=10)
    route = models.CharField(max_length=200)
    last_used_at = models.DateTimeField()

    class Meta:
        ordering = ["-last_used_at"]
        constraints = [
            models.UniqueConstraint(fields=["application_id", "method", "route"], name="route_use_once_per_route")
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.route}"
