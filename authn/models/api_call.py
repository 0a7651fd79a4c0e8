"""Metered API calls: the request log, partitioned by day."""

from __future__ import annotations

import json

from django.db import models

from common.base import Environment
from common.ids import uuid7
from common.principal import Principal


class ApiCallQuerySet(models.QuerySet["ApiCall"]):
    """Reads of the request log."""

    def visible_to(self, principal: Principal) -> ApiCallQuerySet:
        """The calls of the caller's partner; all of them for admins."""
        if principal.is_admin:
            return self
        return self.filter(partner_id=principal.tenant_id)


class ApiCall(models.Model):
    """One answered call. Ids without foreign keys: rows outlive what they point to and are copied in bulk.

    The table is partitioned by day on `id`: a UUIDv7 starts with its time, so the primary key stays one column.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField()
    partner_id = models.UUIDField(null=True)
    application_id = models.UUIDField(null=True)
    credential_id = models.UUIDField(null=True)
    request_id = models.CharField(max_length=64)
    method = models.CharField(max_length=10)
    route = models.CharField(max_length=200)
    status = models.PositiveSmallIntegerField()
    duration_ms = models.FloatField()
    request_bytes = models.PositiveBigIntegerField(default=0)
    response_bytes = models.PositiveBigIntegerField(default=0)
    environment = models.CharField(max_length=4, choices=Environment.choices, default=Environment.LIVE)
    address = models.CharField(max_length=45, blank=True, default="", help_text="Where it came from.")
    # Text, not JSON: whatever a caller puts into a header must never keep the meter from storing a batch.
    headers = models.TextField(blank=True, default="{}", help_text="Of the request, without secrets.")

    objects = ApiCallQuerySet.as_manager()

    class Meta:
        verbose_name = "API call"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["partner_id", "-id"], name="api_call_by_partner"),
            models.Index(fields=["credential_id", "-id"], name="api_call_by_credential"),
            models.Index(fields=["request_id"], name="api_call_by_request"),
            # Few calls fail, and those are the ones people look for.
            models.Index(fields=["partner_id", "-id"], condition=models.Q(status__gte=400), name="api_call_refused"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.route} {self.status}"

    @property
    def header_lines(self) -> list[tuple[str, str]]:
        """Name and value of each header that was kept."""
        found: dict[str, str] = json.loads(self.headers or "{}")
        return list(found.items())


class SpooledCall(models.Model):
    """A call answered while Valkey was away, waiting for the meter. `id` is the call's id, so nothing counts twice."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    record = models.TextField(help_text="The call as authn.metering encodes it.")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.id)
