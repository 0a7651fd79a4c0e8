"""Importing partners, and giving them back."""

from __future__ import annotations

import io
import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from authn.models import ApiKey
from authn.services.keys import generate_api_key
from billing.models import PartnerUsage
from common.principal import SYSTEM
from config.transfer.importing import import_records
from config.transfer.records import read_records
from events.models import PlatformEvent
from partners.models import OutboundMail, Partner, PartnerAgreement, PartnerContact
from tests.conftest import make_application, make_partner

ACME: dict[str, Any] = {
    "externalId": "crm-1",
    "partnerType": "technology",
    "status": "active",
    "tier": "premium",
    "partnerName": "Acme Insurance Tech",
    "website": "https://acme.test",
    "taxId": "12-1234567",
    "country": "US",
    "contacts": [
        {"contactName": "Ann", "email": "ann@acme.test", "phone": "+14155552671", "role": "billing", "isPrimary": True},
        {"contactName": "Ben", "email": "ben@acme.test", "phone": "", "role": "", "isPrimary": False},
    ],
    "agreements": [
        {
            "agreementType": "msa",
            "title": "Master services agreement",
            "version": 1,
            "terms": "As agreed.",
            "status": "active",
            "signerName": "Alice Ames",
            "signedDate": "2024-01-15",
            "effectiveDate": "2024-02-01",
            "expirationDate": "2099-01-31",
        }
    ],
    "applications": [
        {
            "appName": "Quote Sync",
            "description": "Quotes",
            "status": "approved",
            "permissions": ["read:leads", "manage:webhooks"],
            "keys": [{"name": "prod", "environment": "live", "scopes": ["read:leads", "manage:webhooks"]}],
        }
    ],
    "usage": [
        {"metricName": "api_calls", "usageDate": "2025-03-01T10:00:00+00:00", "metricValue": "1250", "unit": "calls"},
        {
            "metricName": "transaction_value",
            "usageDate": "2025-03-01T10:00:00+00:00",
            "metricValue": "9.5",
            "unit": "EUR",
        },
        {
            "metricName": "transaction_value",
            "usageDate": "2025-03-01T10:00:00+00:00",
            "metricValue": "12",
            "unit": "USD",
        },
    ],
}


def figure(metric: str, value: str, unit: str) -> dict[str, str]:
    return {"metricName": metric, "usageDate": "2025-03-01T10:00:00+00:00", "metricValue": value, "unit": unit}


def write(path: Path, *records: Any) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def run(*args: Any) -> tuple[str, str]:
    output, errors = io.StringIO(), io.StringIO()
    try:
        call_command(*args, stdout=output, stderr=errors)
    except CommandError as error:
        errors.write(str(error))
    return output.getvalue(), errors.getvalue()


def test_everything_arrives(db: None, tmp_path: Path) -> None:
    file = write(tmp_path / "crm.jsonl", ACME)
    output, errors = run("import_partners", file)
    assert output.startswith("1 imported, 0 are there already, 0 have problems, 1 keys.")
    assert errors == ""
    partner = Partner.objects.get()
    assert (partner.external_id, partner.status, partner.tier) == ("crm-1", "active", "premium")
    assert list(PartnerContact.objects.order_by("id").values_list("contact_name", "is_primary")) == [
        ("Ann", True),
        ("Ben", False),
    ]
    assert str(PartnerAgreement.objects.get().signed_date) == "2024-01-15"
    assert PartnerApplication.objects.get().approved_permissions == ["read:leads", "manage:webhooks"]
    assert list(PartnerUsage.objects.order_by("metric_name", "unit").values_list("unit", "metric_value")) == [
        ("calls", 1250),
        ("EUR", Decimal("9.5")),
        ("USD", 12),
    ]
    assert (PlatformEvent.objects.count(), OutboundMail.objects.count()) == (0, 0)


def test_keys_are_sealed_and_work(db: None, tmp_path: Path) -> None:
    file = write(tmp_path / "crm.jsonl", ACME)
    run("import_partners", file)
    sealed = tmp_path / "crm.jsonl.keys"
    assert sealed.stat().st_mode & 0o777 == 0o600
    assert "sk_" not in sealed.read_text()
    opened = json.loads(run("import_partners", "--unseal", sealed)[0])
    assert (opened["externalId"], opened["appName"]) == ("crm-1", "Quote Sync")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {opened['fullKey']}")
    assert client.get(f"/api/partners/{Partner.objects.get().id}").status_code == 200
    sealed.write_text("nonsense\n")
    assert "line 1" in run("import_partners", "--unseal", sealed)[1]


def test_running_again_doubles_nothing(db: None, tmp_path: Path) -> None:
    file = write(tmp_path / "crm.jsonl", ACME)
    run("import_partners", file)
    file = write(tmp_path / "crm.jsonl", ACME, {**ACME, "externalId": "crm-2", "applications": []})
    output, _ = run("import_partners", file)
    assert output.startswith("1 imported, 1 are there already, 0 have problems, 0 keys.")
    assert (Partner.objects.count(), ApiKey.objects.count()) == (2, 1)


def test_an_interruption_is_resumed(transactional_db: None, tmp_path: Path) -> None:
    """What was committed stays; the batch that died leaves nothing behind."""
    file = write(
        tmp_path / "crm.jsonl",
        *({"externalId": f"p-{n}", "partnerName": f"P {n}", "partnerType": "data"} for n in range(1200)),
    )

    class StopError(Exception):
        pass

    def stop_after_the_second(_rows: int) -> None:
        if Partner.objects.count() >= 1000:
            raise StopError

    with (tmp_path / "k").open("w") as sealed, pytest.raises(StopError):
        import_records(read_records(file), sealed=sealed, report=print, advance=stop_after_the_second)
    assert Partner.objects.count() == 1000
    output, _ = run("import_partners", file)
    assert output.startswith("200 imported, 1000 are there already")
    assert Partner.objects.count() == 1200


def test_dry_run_reports_every_problem_by_row(db: None, tmp_path: Path) -> None:
    file = write(
        tmp_path / "crm.jsonl",
        ACME,
        {"externalId": "a", "partnerName": "", "partnerType": "wizard"},
        {**ACME, "externalId": "b", "contacts": [{"contactName": "x", "email": "nobody"}]},
        {**ACME, "externalId": "c", "agreements": [{"agreementType": "msa", "status": "active"}]},
        {**ACME, "externalId": "d", "applications": [{"appName": "x", "permissions": ["admin"]}]},
        {**ACME, "externalId": "e", "usage": [{"metricName": "smiles", "usageDate": "2025-01-01", "metricValue": 1}]},
        {**ACME, "externalId": "f", "colour": "red"},
        {**ACME, "externalId": ""},
        ACME,
        "text",
        {**ACME, "externalId": "g", "contacts": "none"},
        {**ACME, "externalId": "h", "usage": [figure("transaction_value", "10", "euros")]},
        {**ACME, "externalId": "i", "usage": [figure("transaction_value", "10.001", "EUR")]},
        {**ACME, "externalId": "j", "usage": [figure("data_processed", "10", "MB")]},
        {**ACME, "externalId": "k", "usage": [figure("api_calls", "1e18", "calls")]},
        {**ACME, "externalId": "l", "applications": [{"appName": "Twice"}, {"appName": "Twice"}]},
        {**ACME, "externalId": "m", "usage": [{**figure("api_calls", "1", "calls"), "appName": "Nobody's"}]},
        {**ACME, "externalId": "n", "usage": [{**figure("response_time", "1", "ms"), "histogram": [1] * 999}]},
        {**ACME, "externalId": "o", "applications": [{"appName": "x", "status": "deprecated"}]},
        {**ACME, "externalId": "p", "applications": [{"appName": "x", "sunsetDate": "2099-01-01"}]},
        {**ACME, "externalId": "q", "agreements": ACME["agreements"] * 2},
        {**ACME, "externalId": "r", "agreements": [{"agreementType": "msa", "version": 10**9}]},
        {**ACME, "externalId": "s", "applications": [{"appName": "x", "description": "\0"}]},
        {**ACME, "externalId": "\ud800"},
        {**ACME, "externalId": "t", "usage": [{**figure("api_calls", "1", ""), "samples": float("inf")}]},
    )
    output, errors = run("import_partners", file, "--dry-run")
    assert output.startswith("1 would be imported, 0 are there already, 24 have problems, 1 keys.")
    for line in (
        "row 2: partnerType: expected one of",
        "row 2: partnerName: This field may not be blank.",
        "row 3: contacts[0].email: Enter an email address.",
        "row 4: agreements[0]: signedDate: an active agreement was signed on some day",
        "row 5: applications[0]: scopes: admin cannot be granted",
        "row 6: usage[0]: metricName: expected one of",
        "row 7: colour: This field is unknown.",
        "row 8: externalId: expected 1 to 100 characters",
        "row 9: externalId: crm-1 stands in this file twice",
        "row 10: text",
        "row 11: contacts: expected a list of objects",
        "row 12: usage[0]: unit: A transaction's value has an ISO 4217 currency as its unit",
        "row 13: usage[0]: metricValue: EUR has 2 decimals",
        "row 14: usage[0]: unit: This metric is counted in bytes.",
        "row 15: usage[0]: metricValue: expected a number from 0",
        "row 16: applications: two have the same appName",
        "row 17: usage: Nobody's is not among the applications",
        "row 18: usage[0]: histogram: expected a list",
        "row 19: applications[0]: sunsetDate: a deprecated application has one",
        "row 20: applications[0]: sunsetDate: a deprecated application has one",
        "row 21: agreements: two of one type are active",
        "row 22: agreements[0]: version: expected 1 to 10000",
        "row 23: it holds characters that are no text",
        "row 24: it holds characters that are no text",
        "row 25: usage[0]: cannot convert float infinity to integer",
    ):
        assert line in errors
    assert (Partner.objects.count(), (tmp_path / "crm.jsonl.keys").exists()) == (0, False)


def test_sound_rows_are_imported_beside_bad_ones(db: None, tmp_path: Path) -> None:
    file = write(tmp_path / "crm.jsonl", {"externalId": "bad"}, ACME)
    output, errors = run("import_partners", file)
    assert output.startswith("1 imported, 0 are there already, 1 have problems")
    assert "the others are unaffected" in errors


@pytest.mark.parametrize("name", ["crm.json", "crm.csv"])
def test_other_formats(db: None, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    if name.endswith("json"):
        file.write_text(json.dumps([ACME, {**ACME, "externalId": "crm-2"}], indent=2))
    else:
        header = "externalId,partnerName,partnerType,tier,contactName,contactEmail"
        file.write_text(f"{header}\ncrm-1,Acme,data,basic,Ann,ann@acme.test\ncrm-2,Globex,data,,,\n")
    assert run("import_partners", file)[0].startswith("2 imported")
    assert list(Partner.objects.order_by("external_id").values_list("external_id", flat=True)) == ["crm-1", "crm-2"]
    assert PartnerContact.objects.filter(is_primary=True).exists()


def test_a_file_that_breaks_off(db: None, tmp_path: Path) -> None:
    file = tmp_path / "crm.json"
    file.write_text("[" + json.dumps(ACME) + ', {"externalId": "x", "partn')
    output, errors = run("import_partners", file)
    assert output.startswith("1 imported, 0 are there already, 1 have problems")
    assert "row 2: not JSON" in errors


def test_no_such_file(db: None, tmp_path: Path) -> None:
    assert "is not a file" in run("import_partners", tmp_path / "nothing")[1]


def test_round_trip(db: None, tmp_path: Path) -> None:
    run("import_partners", write(tmp_path / "in.jsonl", ACME))
    assert run("export_partners", tmp_path / "out.jsonl")[0] == "1 partners exported.\n"
    assert json.loads((tmp_path / "out.jsonl").read_text()) == ACME


def test_the_round_trip_of_a_partner_that_works_here(db: None, tmp_path: Path) -> None:
    """Applications in every state, their usage apart from each other's, and no scope that no review granted."""
    partner = make_partner("Initech", external_id="here-1")
    statuses = ("published", "suspended", "deprecated", "rejected", "in_review", "draft")
    applications = {status: make_application(partner, status.title(), status=status) for status in statuses}
    make_application(partner, "Gone", status="rejected", deleted_at=timezone.now())
    sunset = timezone.now().date() + timedelta(days=60)
    PartnerApplication.objects.filter(pk=applications["deprecated"].pk).update(sunset_date=sunset)
    PartnerApplication.objects.update(permissions=["read:leads", "write:leads"], approved_permissions=["read:leads"])
    live = generate_api_key(application=applications["published"], scopes=["read:leads"], name="L", actor=SYSTEM)
    generate_api_key(
        application=applications["draft"], scopes=["write:leads"], name="T", environment="test", actor=SYSTEM
    )
    hour = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for number, status in enumerate(("published", "suspended")):
        for environment in ("live", "test"):
            PartnerUsage.objects.create(
                partner_id=partner.id,
                application_id=applications[status].id,
                environment=environment,
                metric_name="response_time",
                unit="ms",
                usage_date=hour,
                metric_value=Decimal("12.5"),
                sample_count=2 + number,
                histogram=[0, 2],
            )
    run("export_partners", tmp_path / "out.jsonl")
    record = json.loads((tmp_path / "out.jsonl").read_text())
    assert [(one["appName"], one["status"], one["permissions"]) for one in record["applications"]] == [
        ("Published", "published", ["read:leads"]),
        ("Suspended", "suspended", ["read:leads"]),
        ("Deprecated", "deprecated", ["read:leads"]),
        ("Rejected", "draft", ["read:leads", "write:leads"]),
        ("In_Review", "draft", ["read:leads", "write:leads"]),
        ("Draft", "draft", ["read:leads", "write:leads"]),
    ]
    PartnerUsage.objects.all().delete()
    moved = write(tmp_path / "in.jsonl", {**record, "externalId": "moved-1", "partnerName": "Initech Two"})
    assert run("import_partners", moved)[0].startswith("1 imported, 0 are there already, 0 have problems, 2 keys.")
    there = Partner.objects.get(external_id="moved-1")
    published = there.applications.get(app_name="Published")
    assert there.applications.get(status="deprecated").sunset_date == sunset
    assert {row.usage_date for row in PartnerUsage.objects.all()} == {hour}
    assert sorted(
        PartnerUsage.objects.filter(application_id=published.id).values_list(
            "environment", "metric_value", "sample_count", "histogram"
        )
    ) == [("live", Decimal("12.5"), 2, [0, 2]), ("test", Decimal("12.5"), 2, [0, 2])]
    assert PartnerUsage.objects.count() == 4
    assert live.api_key.scopes == published.api_keys.get().scopes
    run("export_partners", tmp_path / "again.jsonl")
    back = [json.loads(line) for line in (tmp_path / "again.jsonl").read_text().splitlines()]
    assert {**back[1], "externalId": "here-1", "partnerName": "Initech"} == record


def test_a_finer_history_is_added_up_by_the_hour(db: None, tmp_path: Path) -> None:
    minutes = [
        {**figure("api_calls", "10", "calls"), "usageDate": f"2026-03-01T{moment}", "samples": 10}
        for moment in ("12:10:00+00:00", "12:50:00+00:00", "18:00:00+05:30", "13:00:00+00:00")
    ]
    run("import_partners", write(tmp_path / "in.jsonl", {**ACME, "usage": minutes}))
    rows = PartnerUsage.objects.order_by("usage_date").values_list("usage_date", "metric_value", "sample_count")
    hour = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert list(rows) == [(hour, Decimal(30), 30), (hour + timedelta(hours=1), Decimal(10), 10)]


def test_memory_stays_flat(db: None, tmp_path: Path) -> None:
    """Ten times the rows need no more than the ids of the rows."""
    peaks = []
    for count in (1_000, 10_000):
        file = tmp_path / f"{count}.jsonl"
        with file.open("w") as stream:
            for n in range(count):
                record = {
                    "externalId": f"p-{n}",
                    "partnerName": f"P {n}",
                    "partnerType": "data",
                    "description": "x" * 500,
                }
                stream.write(json.dumps(record) + "\n")
        tracemalloc.start()
        import_records(read_records(file), sealed=None, report=print, advance=lambda _rows: None)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 4_000_000
