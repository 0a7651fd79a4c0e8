"""The abstract model every table starts from."""

from __future__ import annotations

from django.db import models

from common.ids import uuid7


class BaseModel(models.Model):
    """UUIDv7 primary key and the two times every row carries."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Environment(models.TextChoices):
    """Sandbox traffic (`test`) never reaches live receivers and never bills."""

    LIVE = "live", "Live"
    TEST = "test", "Test"


def choices_check(field: str, choices: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """A CheckConstraint that holds `field` to the values of `choices`."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": choices.values}), name=name)
