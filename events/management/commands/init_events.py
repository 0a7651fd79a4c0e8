"""`manage.py init_events`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from events.services.catalogue import initialize_standard_events


class Command(BaseCommand):
    help = "Create the standard event types and bring changed ones up to date. `migrate` does the same."

    def handle(self, *args: Any, **options: Any) -> None:
        created, updated = initialize_standard_events()
        self.stdout.write(f"{created} event types created, {updated} updated.")
