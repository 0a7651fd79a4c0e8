"""Old deliveries leave the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from common.partitions import uuid7_floor
from events.services.archive import read_archive, write_rows
from webhooks.actors import archive_old_deliveries
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.services import archive

DAY = datetime(2020, 5, 17, 10, 30, tzinfo=UTC)


@pytest.fixture
def old(endpoint: WebhookEndpoint, settings: Any, tmp_path: Path) -> Callable[..., list[WebhookDelivery]]:
    """`old("failed", "delivered")` makes deliveries of a day long ago, a minute apart."""
    settings.DATA_DIR = tmp_path

    def call(*statuses: str, days: int = 0) -> list[WebhookDelivery]:
        made = []
        for number, status in enumerate(statuses):
            moment = DAY + timedelta(days=days, minutes=number)
            key = UUID(int=uuid7_floor(moment).int + 1)
            made.append(
                WebhookDelivery(
                    id=key, event_id=key, event_name="lead.created", endpoint=endpoint, status=status, attempt_number=1
                )
            )
        return WebhookDelivery.objects.bulk_create(made)

    return call


def run(*args: str) -> str:
    output = StringIO()
    call_command("archive_deliveries", *args, stdout=output)
    return output.getvalue()


def test_what_is_settled_leaves_day_by_day(
    old: Callable[..., list[WebhookDelivery]],
    endpoint: WebhookEndpoint,
    fail: Callable[..., list[WebhookDelivery]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archive, "BATCH", 2)
    first, waiting, *more = old("delivered", "pending", "failed", "delivered", "delivered")
    (next_day,) = old("failed", days=1)
    (young,) = fail(1)
    directory = tmp_path / "archive" / "deliveries"

    said = run()

    assert said == (
        f"4 deliveries in {directory / '2020-05-17.jsonl.gz'}\n1 deliveries in {directory / '2020-05-18.jsonl.gz'}\n"
    )
    assert set(WebhookDelivery.objects.values_list("pk", flat=True)) == {waiting.pk, young.pk}
    rows = list(read_archive(directory / "2020-05-17.jsonl.gz"))
    assert [row["id"] for row in rows] == [str(one.pk) for one in (first, *more)]
    assert {name: rows[0][name] for name in ("status", "event_name", "partner_id", "endpoint_url")} == {
        "status": "delivered",
        "event_name": "lead.created",
        "partner_id": str(endpoint.partner_id),
        "endpoint_url": endpoint.endpoint_url,
    }
    assert [row["id"] for row in read_archive(directory / "2020-05-18.jsonl.gz")] == [str(next_day.pk)]
    assert run() == ""


def test_one_that_is_settled_later_gets_a_file_of_its_own(
    old: Callable[..., list[WebhookDelivery]], tmp_path: Path
) -> None:
    _, late = old("delivered", "pending")
    run()
    WebhookDelivery.objects.filter(pk=late.pk).update(status="failed")
    path = tmp_path / "archive" / "deliveries" / "2020-05-17-2.jsonl.gz"
    assert run() == f"1 deliveries in {path}\n"
    assert [row["id"] for row in read_archive(path)] == [str(late.pk)]
    assert not WebhookDelivery.objects.exists()


def test_one_that_is_retried_meanwhile_stays(
    old: Callable[..., list[WebhookDelivery]], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, _ = old("failed", "failed")
    write = write_rows

    def retry_first(path: Path, rows: Any) -> int:
        count = write(path, rows)
        WebhookDelivery.objects.filter(pk=kept.pk).update(status="failed", updated_at=datetime.now(tz=UTC))
        return count

    monkeypatch.setattr(archive, "write_rows", retry_first)
    run()
    assert list(WebhookDelivery.objects.values_list("pk", flat=True)) == [kept.pk]


def test_the_nightly_job_keeps_to_the_settings(old: Callable[..., list[WebhookDelivery]], settings: Any) -> None:
    old("delivered")
    settings.EVENT_ARCHIVE_DAILY = False
    archive_old_deliveries.fn()
    assert WebhookDelivery.objects.count() == 1
    settings.EVENT_ARCHIVE_DAILY = True
    archive_old_deliveries.fn()
    assert not WebhookDelivery.objects.exists()


def test_not_before_their_attempts_are_gone(old: Callable[..., list[WebhookDelivery]]) -> None:
    old("delivered")
    with pytest.raises(CommandError, match="90 days"):
        run("--older-than", "90")
    assert WebhookDelivery.objects.count() == 1
