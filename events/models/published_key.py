"""Publishers' idempotency keys."""

from __future__ import annotations

from django.db import models

from common.base import BaseModel


class PublishedKey(BaseModel):
    """Which event a publisher's key made. Its own table: the partitioned log can hold no unique key beside its id."""

    publisher = models.CharField(max_length=100)
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    event_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["publisher", "key"], name="published_key_unique")]
        indexes = [models.Index(fields=["created_at"], name="published_key_by_age")]

    def __str__(self) -> str:
        return f"{self.publisher} {self.key}"
