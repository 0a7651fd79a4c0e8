"""The base of every history table."""

from __future__ import annotations

import pghistory.models
from django.db import models


class Event(pghistory.models.Event):
    """A change of a row. The audit reads all tables newest first, from any moment on: the time is indexed.

    Its name ends the names of the history tables.
    """

    pgh_created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        abstract = True
