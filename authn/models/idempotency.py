"""Remembered answers to requests that carried an Idempotency-Key."""

from __future__ import annotations

from django.db import models

from common.base import BaseModel
from common.fields import EncryptedTextField


class IdempotencyRecord(BaseModel):
    """The first answer to (caller, route, key), replayed for 24 hours. `status` is empty while it is in flight."""

    caller = models.CharField(max_length=100)
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    # Encrypted: the answer to creating a key carries the key itself.
    body = EncryptedTextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "route", "key"], name="idempotency_key_unique")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
