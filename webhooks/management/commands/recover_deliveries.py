"""`manage.py recover_deliveries`."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model, QuerySet

from common.audit import acting_as
from common.errors import DomainError
from common.principal import SYSTEM
from partners.models import Partner
from webhooks.models import WebhookEndpoint
from webhooks.services.recovery import MOST, PER_SECOND, Choice, finish_recovery, preview_recovery, recover_deliveries

M = TypeVar("M", bound=Model)


def moment(text: str) -> datetime:
    """An ISO 8601 time, in UTC unless it says otherwise."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no time like 2026-11-24T08:30") from None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def existing(rows: QuerySet[M], key: UUID | None) -> M | None:
    """The row of a given id; raises CommandError when there is none."""
    row = None if key is None else rows.filter(pk=key).first()
    if key is not None and row is None:
        raise CommandError(f"There is no {rows.model._meta.verbose_name} {key}.")
    return row


class Command(BaseCommand):
    help = f"Try failed deliveries again, {PER_SECOND} a second, at most {MOST} at a time, the oldest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--endpoint", type=UUID, metavar="ID", help="of this endpoint alone")
        parser.add_argument("--partner", type=UUID, metavar="ID", help="of this partner alone")
        parser.add_argument("--since", type=moment, metavar="TIME", help="made at this time (UTC) or later")
        parser.add_argument("--until", type=moment, metavar="TIME", help="made before this time (UTC)")
        parser.add_argument("--event", default="", metavar="NAME", help="of this event alone, e.g. lead.created")
        parser.add_argument("--reason", default="", help="why, for the partner to read; needed unless --dry-run")
        parser.add_argument("--dry-run", action="store_true", help="count them only")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (options["endpoint"] or options["partner"] or options["since"]):
            raise CommandError("Give --endpoint, --partner or --since.")
        choice = Choice(
            endpoint=existing(WebhookEndpoint.objects.all(), options["endpoint"]),
            partner=existing(Partner.objects.all(), options["partner"]),
            event_name=options["event"],
            since=options["since"],
            until=options["until"],
        )
        if options["dry_run"]:
            self.stdout.write(preview_recovery(choice).summary)
            return
        if not options["reason"]:
            raise CommandError("Give a --reason.")
        try:
            with acting_as(SYSTEM):
                recovery = recover_deliveries(choice=choice, reason=options["reason"], actor=SYSTEM)
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        finish_recovery(recovery.id)
        recovery.refresh_from_db()
        self.stdout.write(f"{recovery.retried} are being tried again.")
