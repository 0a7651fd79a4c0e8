"""How far the meter has read the usage stream."""

from __future__ import annotations

from django.db import models


class MeterCheckpoint(models.Model):
    """The last stream id whose calls are in PostgreSQL: stored in the transaction that stored them."""

    stream = models.CharField(max_length=100, primary_key=True)
    last_id = models.CharField(max_length=50, default="0-0")
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.stream}@{self.last_id}"
