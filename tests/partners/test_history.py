"""Row history: who, whence, under which request; and nobody rewrites it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from authn.models import ApiKey
from common.audit import acting_as
from common.principal import SYSTEM
from config.environment import ROOT
from partners.audit import AuditFilter, Entry, Place, event_models, every_entry, read_audit
from partners.models import OutboundMail, Partner, User
from partners.services.mail import queue_mail, send_queued_mail, set_preferences
from tests.conftest import make_partner
from tests.partners.mailbox import Mailbox


def history(partner: Partner) -> Any:
    model: Any = apps.get_model("partners", "PartnerEvent")
    return model.objects.filter(pgh_obj_id=partner.id).order_by("pgh_id")


def change(partner: Partner, name: str) -> None:
    with acting_as(SYSTEM, job="rename"):
        partner.partner_name = name
        partner.save()


def test_change_is_recorded_with_its_principal(acme: Partner) -> None:
    change(acme, "Acme Two")
    row = history(acme).last()
    assert (row.pgh_label, row.partner_name) == ("update", "Acme Two")
    assert row.pgh_context.metadata["principal_kind"] == "system"
    assert row.pgh_context.metadata["job"] == "rename"


def test_deletion_is_recorded(acme: Partner) -> None:
    rows = history(acme)
    Partner.objects.all().delete()
    assert list(rows.values_list("pgh_label", flat=True)) == ["insert", "delete"]


@pytest.mark.parametrize(
    "statement", ["UPDATE partners_partnerevent SET tier = 'basic'", "DELETE FROM partners_partnerevent"]
)
def test_history_cannot_be_rewritten(acme: Partner, statement: str) -> None:
    with pytest.raises(DatabaseError, match="Cannot update or delete"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_context_cannot_be_deleted(acme: Partner) -> None:
    change(acme, "Acme Two")
    with pytest.raises(DatabaseError, match="audit"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM pghistory_context")


def test_closed_context_cannot_be_altered(acme: Partner) -> None:
    change(acme, "Acme Two")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pghistory_context SET created_at = %s", [timezone.now() - timedelta(days=2)])
        with pytest.raises(DatabaseError, match="audit"):
            cursor.execute("UPDATE pghistory_context SET metadata = '{}'")


def entries(noun: str) -> list[Entry]:
    return list(reversed(read_audit(AuditFilter(noun=noun))))


def test_every_table_is_tracked_or_append_only_or_has_its_reason() -> None:
    tracked = {model.pgh_tracked_model for model in event_models()}
    untracked = {
        model
        for label in ("partners", "applications", "authn", "events", "webhooks")
        for model in apps.get_app_config(label).get_models()
        if model not in tracked and model not in event_models()
    }
    append_only = {
        model
        for model in untracked
        for trigger in getattr(model._meta, "triggers", [])
        if trigger.name == "append_only" and str(trigger.operation) == "UPDATE OR DELETE"
    }
    rows = re.findall(r"^\| (`.+`) \| .{20,} \|$", (ROOT / "docs" / "partners.md").read_text(), re.MULTILINE)
    explained = {name for row in rows for name in re.findall(r"`([A-Z]\w+)`", row)}
    assert {model.__name__ for model in untracked - append_only} == explained
    assert {model.__name__ for model in append_only} == {
        "AgreementDocument",
        "ApplicationCheckRun",
        "ApplicationReview",
        "ApplicationStatusChange",
        "PlatformEvent",
        "ReviewComment",
    }


def test_mail_keeps_its_way_and_not_its_links(mailbox: Mailbox, alice: User) -> None:
    mail = queue_mail(kind="partner_suspended", to=alice, partner="Acme", reason="x", action_url="https://x.test/?t=1")
    assert mail is not None
    assert send_queued_mail(mail_id=mail.id)
    history: Any = apps.get_model("partners", "OutboundMailEvent")
    rows = history.objects.order_by("pgh_id")
    assert list(rows.values_list("pgh_label", "status")) == [
        ("insert", "pending"),
        ("update", "sending"),
        ("update", "sent"),
    ]
    assert "context" not in {column.name for column in history._meta.get_fields()}
    assert entries("partners.outboundmail")[0].summary == "Outbound mail alice@acme.test created"
    OutboundMail.objects.update(attempts=3)
    assert rows.count() == 3


def test_preferences_of_mail_are_recorded(alice: User) -> None:
    set_preferences(user=alice, enabled=["applications"])
    set_preferences(user=alice, enabled=[])
    changed = [entry for entry in entries("partners.mailpreference") if entry.changes]
    assert [[(c.field, c.before, c.after) for c in entry.changes] for entry in changed] == [[("enabled", "yes", "no")]]


def test_what_people_sign_in_with_is_recorded_without_its_secrets(alice: User) -> None:
    alice.set_password("a new horse battery")
    alice.save(update_fields=["password"])
    address = EmailAddress.objects.create(user=alice, email="alice@home.test")
    address.set_verified()
    step = Authenticator.objects.create(user=alice, type="recovery_codes", data={"seed": "1", "used_mask": 0})
    step.data["used_mask"] = 1
    step.save()
    Authenticator.objects.filter(pk=step.pk).update(last_used_at=timezone.now())
    step.delete()
    person = entries("partners.user")[-1]
    assert (person.summary, person.changes) == ("User Alice Ames given a new password", [])
    assert [entry.verb for entry in entries("partners.signinaddress")] == ["created", "changed"]
    assert [entry.verb for entry in entries("partners.secondstep")] == ["created", "changed", "deleted"]
    for name in ("UserEvent", "SecondStepEvent"):
        columns = {column.name for column in apps.get_model("partners", name)._meta.get_fields()}
        assert not columns & {"password", "data"}


def test_whoever_calls_is_named_with_address_and_request(api: Any, alice: User, acme: Partner, acme_key: str) -> None:
    key = ApiKey.objects.get()
    body = {"website": "https://acme.example"}
    api(alice).patch(f"/api/partners/{acme.id}", body, headers={"X-Request-Id": "req-alice"}, REMOTE_ADDR="2001:db8::7")
    api(acme_key).post("/api/applications", {"appName": "Lead Router"}, headers={"X-Request-Id": "req-key"})
    person, call = entries("partners.partner")[-1], entries("applications.partnerapplication")[-1]
    assert (person.actor, person.kind, person.ip, person.request_id) == (
        "alice@acme.test",
        "user",
        "2001:db8::7",
        "req-alice",
    )
    assert (call.kind, call.ip, call.request_id) == ("api_key", "127.0.0.1", "req-key")
    row = apps.get_model("applications", "PartnerApplicationEvent").objects.order_by("pgh_id").last()
    assert row.pgh_context.metadata["credential"] == str(key.pk)
    assert read_audit(AuditFilter(request_id="req-key", ip="127.0.0.1", actor=call.actor))[-1] == call


def pages(wanted: AuditFilter, limit: int) -> list[list[str]]:
    """What page after page says, each beginning where the address of the one before it leads."""
    found: list[list[str]] = []
    while page := read_audit(wanted, limit=limit):
        found.append([entry.summary for entry in page])
        wanted = replace(wanted, after=Place.read(str(page[-1].place)))
    return found


def test_pages_hold_every_change_once(acme: Partner, globex: Partner) -> None:
    """Everything here happens at one moment, as in an import."""
    for number in range(7):
        change(acme, f"Acme {number}")
        acme.contacts.create(contact_name=f"Contact {number}", email="x@acme.test")
    wanted = AuditFilter(partner_id=acme.id)
    everything = [entry.summary for entry in read_audit(wanted, limit=100)]
    assert len(set(everything)) == len(everything) == 15
    assert len({entry.at for entry in read_audit(wanted, limit=100)}) == 1
    for limit in (1, 3, 7):
        assert [summary for page in pages(wanted, limit) for summary in page] == everything


def test_a_transaction_that_began_earlier_and_wrote_later_is_not_lost(acme: Partner) -> None:
    for number in range(4):
        change(acme, f"Acme {number}")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for number in range(4):
            cursor.execute(
                "UPDATE partners_partnerevent SET pgh_created_at = now() + %s * interval '1 second'"
                " WHERE partner_name = %s",
                [-number, f"Acme {number}"],
            )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    wanted = AuditFilter(partner_id=acme.id, noun="partners.partner", since=timezone.now() - timedelta(minutes=1))
    names = [f"Partner Acme {number} changed" for number in range(4)]
    assert [one for page in pages(wanted, 1) for one in page if "Acme Insurance" not in one] == names


@pytest.mark.parametrize(
    "text",
    ["", "x", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00~partners.partnerevent~1", "2026-13-01T00:00:00Z~a~1",
     "2026-01-01T00:00:00Z~a~x", "2026-01-01T00:00:00Z~a~99999999999", "2026-01-01T00:00:00Z~a~-1"],
)  # fmt: skip
def test_what_is_no_place(text: str) -> None:
    assert Place.read(text) is None


def test_every_history_is_read_along_its_time(db: None) -> None:
    """A late page of fifty thousand changes reads no more than an early one."""
    for model in event_models():
        assert model._meta.get_field("pgh_created_at").db_index, model
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "INSERT INTO partners_mailpreferenceevent"
            " (pgh_created_at, pgh_label, id, created_at, updated_at, category, enabled, user_id, pgh_obj_id)"
            " SELECT timestamptz '2026-01-01' + n / 2 * interval '1 second', 'insert', gen_random_uuid(), now(), now(),"
            " 'billing', true, gen_random_uuid(), gen_random_uuid() FROM generate_series(1, 50000) AS n"
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        cursor.execute("ANALYZE partners_mailpreferenceevent")
    at = datetime(2026, 1, 1, 0, 5, tzinfo=UTC)
    for after in (None, *(Place(at, table, 601) for table in ("partners.mailpreferenceevent", "a", "z"))):
        wanted = AuditFilter(noun="partners.mailpreference", after=after)
        with CaptureQueriesContext(connection) as queries:
            assert len(read_audit(wanted, limit=200)) == 200
        statement = next(query["sql"] for query in queries if "LIMIT 200" in query["sql"])
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
            nodes = list(plan_nodes(cursor.fetchone()[0][0]["Plan"]))
        scan = nodes[-1]
        assert (scan["Node Type"], scan["Scan Direction"]) == ("Index Scan", "Backward")
        assert "pgh_created_at" in scan["Index Name"]
        assert scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0) <= 210
        assert "Sort" not in {node["Node Type"] for node in nodes}


def plan_nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", []):
        yield from plan_nodes(below)


@pytest.mark.django_db(transaction=True)
def test_an_export_holds_every_change_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("partners.audit.EXPORT_PART", 3)
    partner = make_partner("Acme Insurance Tech")
    for number in range(10):
        change(partner, f"Acme {number}")
    names = [c.after for entry in every_entry(AuditFilter(partner_id=partner.id)) for c in entry.changes]
    assert names == [f"Acme {number}" for number in range(9, -1, -1)]
