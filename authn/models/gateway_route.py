"""Which paths of the insurer's own services need which scope."""

from __future__ import annotations

import pghistory
from django.core.exceptions import ValidationError
from django.db import models

from common.base import BaseModel
from common.scopes import SCOPES


@pghistory.track()
class GatewayRoute(BaseModel):
    """Everything at and below a path, for reading or for the rest. What no row covers is refused.

    Every change is kept in the row history: the table as it was at any time can be told.
    """

    path_prefix = models.CharField(max_length=200, help_text="Whole segments, e.g. /leads: /leads and /leads/7 match.")
    read_scope = models.CharField(max_length=50, blank=True, help_text="For GET and HEAD. Empty: refused.")
    write_scope = models.CharField(max_length=50, blank=True, help_text="For every other method. Empty: refused.")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["path_prefix"]
        constraints = [
            models.UniqueConstraint(fields=["path_prefix"], name="gateway_route_unique"),
            models.CheckConstraint(
                condition=models.Q(path_prefix__regex=r"^(/[A-Za-z0-9._~-]+)+$"), name="gateway_route_is_a_path"
            ),
        ]

    def __str__(self) -> str:
        return self.path_prefix

    def clean(self) -> None:
        """An unknown scope would lock everybody out without saying so; a path with dots is never asked for."""
        if {".", ".."} & set(self.path_prefix.split("/")):
            raise ValidationError({"path_prefix": "Paths are compared without . and .. in them."})
        for field in ("read_scope", "write_scope"):
            scope = getattr(self, field)
            if scope and scope not in SCOPES:
                raise ValidationError({field: f"There is no scope {scope}."})
