"""Trying failed deliveries again, many at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from common.errors import ConflictError, ForbiddenError, InvalidError
from common.principal import SYSTEM, Principal, PrincipalKind
from events.models import PlatformEvent
from partners.models import Partner, User
from tests.conftest import portal_principal
from tests.receivers import Receiver
from tests.webhooks.conftest import states
from webhooks.actors import go_on_with_recoveries, recover_webhook_deliveries
from webhooks.models import DeliveryRecovery, WebhookDelivery, WebhookEndpoint
from webhooks.services import recovery as recoveries
from webhooks.services.deliveries import process_pending_deliveries
from webhooks.services.recovery import Choice, go_on_with, preview_recovery, recover_deliveries

Publish = Callable[..., PlatformEvent]
Fail = Callable[..., list[WebhookDelivery]]


def test_failed_deliveries_get_one_more_attempt_each(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, fail: Fail, alice: User
) -> None:
    publish()
    process_pending_deliveries()
    publish()
    waiting = WebhookDelivery.objects.pending()
    waiting.update(due_at=timezone.now() + timedelta(hours=1))
    failed = fail(3)

    recovery = recover_deliveries(choice=Choice(endpoint=endpoint), actor=portal_principal(alice), reason="Mended.")

    assert (recovery.found, recovery.retried, recovery.reason) == (3, 3, "Mended.")
    assert recovery.finished_at is not None
    assert states(failed) == [("pending", 5, 6)] * 3
    rows = WebhookDelivery.objects.filter(pk__in=[one.pk for one in failed], due_at__isnull=False).order_by("due_at")
    first, second, third = (due.timestamp() for due in rows.values_list("due_at", flat=True) if due)
    assert (round(second - first, 3), round(third - first, 3)) == (0.02, 0.04)
    assert WebhookDelivery.objects.pending().exclude(pk__in=[one.pk for one in failed]).count() == 1
    assert waiting.filter(due_at__gt=timezone.now() + timedelta(minutes=50)).count() == 1
    WebhookDelivery.objects.filter(pk__in=[one.pk for one in failed]).update(due_at=timezone.now())
    process_pending_deliveries()
    assert len(receiver.requests) == 4
    assert states(failed) == [("delivered", 6, 6)] * 3


def test_it_is_on_record_who_asked_and_why(endpoint: WebhookEndpoint, fail: Fail, dana: User) -> None:
    fail(1)
    staff = Principal(kind=PrincipalKind.STAFF, user_id=dana.id, label=dana.email)
    recovery = recover_deliveries(choice=Choice(partner=endpoint.partner), actor=staff, reason="Firewall opened.")
    (history,) = recovery.events.all()  # type: ignore[attr-defined]  # (made by pghistory)
    assert (history.requested_by, history.reason, history.partner_id) == (
        "dana@treaty.test",
        "Firewall opened.",
        endpoint.partner_id,
    )


def test_every_part_of_a_choice_narrows_it(endpoint: WebhookEndpoint, fail: Fail, globex: Partner) -> None:
    early, late = fail(2)
    for choice, found in (
        (Choice(), 2),
        (Choice(partner=endpoint.partner), 2),
        (Choice(partner=globex), 0),
        (Choice(endpoint=endpoint, event_name="lead.created"), 2),
        (Choice(endpoint=endpoint, event_name="lead.updated"), 0),
        (Choice(endpoint=endpoint, delivery_ids=[late.pk]), 1),
        (Choice(since=early.created_at - timedelta(minutes=1), until=late.created_at + timedelta(minutes=1)), 2),
        (Choice(until=early.created_at - timedelta(minutes=1)), 0),
        (Choice(since=late.created_at + timedelta(minutes=1)), 0),
    ):
        preview = preview_recovery(choice)
        assert (preview.failed, preview.endpoints, preview.switched_off) == (found, min(found, 1), 0), choice


def test_what_cannot_be_recovered_is_refused(
    endpoint: WebhookEndpoint, fail: Fail, alice: User, charlie: User, globex: Partner
) -> None:
    owner, stranger = portal_principal(alice), portal_principal(charlie)
    with pytest.raises(ConflictError) as none:
        recover_deliveries(choice=Choice(endpoint=endpoint), actor=owner)
    assert none.value.code == "nothing_to_recover"
    failed = fail(2)
    for choice, actor in ((Choice(endpoint=endpoint), stranger), (Choice(), owner), (Choice(partner=globex), owner)):
        with pytest.raises(ForbiddenError):
            recover_deliveries(choice=choice, actor=actor)
    many = Choice(endpoint=endpoint, delivery_ids=[one.pk for one in failed] * 101)
    with pytest.raises(InvalidError):
        recover_deliveries(choice=many, actor=owner)
    WebhookEndpoint.objects.update(active=False)
    with pytest.raises(ConflictError) as off:
        recover_deliveries(choice=Choice(endpoint=endpoint), actor=owner)
    assert off.value.code == "endpoint_inactive"
    assert preview_recovery(Choice(endpoint=endpoint)).switched_off == 2
    assert states(failed) == [("failed", 5, 5)] * 2
    assert not DeliveryRecovery.objects.exists()


@pytest.fixture
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recoveries, "BATCH", 2)
    monkeypatch.setattr(recoveries, "MOST", 5)


@pytest.mark.usefixtures("_small_batches")
def test_many_are_a_jobs_and_bounded(endpoint: WebhookEndpoint, fail: Fail) -> None:
    failed = fail(7)
    recovery = recover_deliveries(choice=Choice(endpoint=endpoint), actor=SYSTEM)
    assert (recovery.found, recovery.retried, recovery.finished_at) == (6, 0, None)

    assert go_on_with(recovery.id)
    assert states(failed) == [("pending", 5, 6)] * 2 + [("failed", 5, 5)] * 5
    # The one that fails again meanwhile is not taken a second time.
    WebhookDelivery.objects.filter(pk=failed[0].pk).update(status="failed", updated_at=timezone.now())
    recover_webhook_deliveries.fn(str(recovery.id))

    recovery.refresh_from_db()
    assert (recovery.retried, recovery.finished_at is None) == (5, False)
    assert [status for status, _, _ in states(failed)] == ["failed", *["pending"] * 4, "failed", "failed"]
    assert recovery.paced_until is not None
    assert recovery.paced_until - recovery.created_at >= timedelta(seconds=5 / recoveries.PER_SECOND)
    assert not go_on_with(recovery.id)


@pytest.mark.usefixtures("_small_batches")
def test_a_lost_job_is_taken_up_again(endpoint: WebhookEndpoint, fail: Fail) -> None:
    failed = fail(3)
    recovery = recover_deliveries(choice=Choice(endpoint=endpoint), actor=SYSTEM)
    go_on_with_recoveries.fn()
    recovery.refresh_from_db()
    assert recovery.retried == 3
    assert states(failed) == [("pending", 5, 6)] * 3


@pytest.mark.django_db(transaction=True)
def test_two_at_once_queue_each_delivery_once(endpoint: WebhookEndpoint, fail: Fail) -> None:
    failed = fail(40)
    ready = threading.Barrier(4)
    done: list[tuple[UUID, int]] = []

    def ask() -> None:
        ready.wait(10)
        try:
            recovery = recover_deliveries(choice=Choice(endpoint=endpoint), actor=SYSTEM)
            done.append((recovery.id, recovery.retried))
        except ConflictError:
            done.append((UUID(int=0), 0))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sum(retried for _, retried in done) == 40
    assert states(failed) == [("pending", 5, 6)] * 40


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("recover_deliveries", *arguments, stdout=out)
    return out.getvalue().strip()


def test_operators_recover_from_the_command_line(endpoint: WebhookEndpoint, fail: Fail) -> None:
    failed = fail(2)
    of = ("--endpoint", str(endpoint.id))
    since = failed[0].created_at.strftime("%Y-%m-%dT%H:%M")
    assert command("--partner", str(endpoint.partner_id), "--since", since, "--dry-run").startswith(
        "2 failed deliveries of 1 endpoint, the oldest of "
    )
    for wrong in ((), of, ("--endpoint", str(UUID(int=1)), "--reason", "x"), (*of, "--event", "a.b", "--reason", "x")):
        with pytest.raises(CommandError):
            command(*wrong)
    assert states(failed) == [("failed", 5, 5)] * 2
    assert command(*of, "--reason", "Mended.") == "2 are being tried again."
    assert states(failed) == [("pending", 5, 6)] * 2
    assert DeliveryRecovery.objects.get().events.get().pgh_context.metadata["principal"] == "system"  # type: ignore[attr-defined]  # (as above)


def test_staff_count_before_they_recover(client: Client, dana: User, endpoint: WebhookEndpoint, fail: Fail) -> None:
    failed = fail(2)
    client.force_login(dana)
    desk = "/admin/webhooks/webhookdelivery/recover/"
    sent = client.get(f"/admin/webhooks/webhookendpoint/{endpoint.id}/recover/")
    assert sent["Location"] == f"{desk}?endpoint={endpoint.id}"
    asked = client.get(sent["Location"]).content.decode()
    assert f'value="{endpoint.id}" selected' in asked
    assert "Count them" in asked
    assert "Choose a partner, an endpoint" in client.post(desk, {"reason": "Mended."}).content.decode()

    form = {"endpoint": str(endpoint.id), "reason": "Mended."}
    counted = client.post(desk, form)
    assert "2 failed deliveries of 1 endpoint" in counted.content.decode()
    assert "Try them again" in counted.content.decode()
    assert states(failed) == [("failed", 5, 5)] * 2
    confirmed = {**form, "counted": counted.context["form"].data["counted"]}
    assert "2 failed deliveries" in client.post(desk, {**confirmed, "event_name": "lead.created"}).content.decode()
    assert states(failed) == [("failed", 5, 5)] * 2  # another choice than was counted
    assert client.post(desk, {**confirmed, "reason": ""}).status_code == 200

    done = client.post(desk, confirmed, follow=True)

    assert "2 are being tried again." in done.content.decode()
    assert states(failed) == [("pending", 5, 6)] * 2
    (history,) = DeliveryRecovery.objects.get().events.all()  # type: ignore[attr-defined]  # (as above)
    assert (history.requested_by, history.reason) == ("dana@treaty.test", "Mended.")
    assert history.pgh_context.metadata["principal"] == "dana@treaty.test"


def test_staff_without_the_permission_recover_nothing(client: Client, endpoint: WebhookEndpoint, fail: Fail) -> None:
    failed = fail(1)
    erin = User.objects.create_user("erin@treaty.test", "correct horse battery", is_staff=True)
    erin.user_permissions.add(Permission.objects.get(codename="view_webhookdelivery"))
    client.force_login(erin)
    assert client.get("/admin/webhooks/webhookdelivery/").status_code == 200
    assert client.get("/admin/webhooks/webhookdelivery/recover/").status_code == 403
    client.post("/admin/webhooks/webhookdelivery/", {"action": "retry", "_selected_action": [str(failed[0].pk)]})
    assert states(failed) == [("failed", 5, 5)]
