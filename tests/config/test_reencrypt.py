"""`manage.py reencrypt`: giving up an old key."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from applications.models import PartnerApplication
from common import reencryption
from integrations.models import Integration


def make(application: PartnerApplication, name: str, **config: str) -> Integration:
    return Integration.objects.create(
        application=application, partner=application.partner, integration_name=name, config=config
    )


def sealed() -> list[str]:
    """What the database holds, as the id of its key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT split_part(config, ':', 1) FROM integrations_integration ORDER BY id")
        return [key for (key,) in cursor.fetchall()]


def run() -> str:
    output = StringIO()
    call_command("reencrypt", stdout=output, stderr=output)
    return output.getvalue()


def test_the_old_key_can_go(
    application: PartnerApplication, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reencryption, "BATCH", 2)
    old = settings.FIELD_ENCRYPTION_KEYS
    made = [make(application, f"CRM {number}", token=f"t{number}") for number in range(5)]
    settings.FIELD_ENCRYPTION_KEYS = {"new": b"n" * 32, **old}
    make(application, "CRM 5", token="t5")
    before = {one.pk: one.updated_at for one in Integration.objects.all()}

    assert "integrations_integration.config: 5 encrypted anew.\n" in run()

    assert sealed() == ["new"] * 6
    settings.FIELD_ENCRYPTION_KEYS = {"new": b"n" * 32}
    assert [one.config for one in Integration.objects.order_by("id")] == [{"token": f"t{n}"} for n in range(6)]
    assert {one.pk: one.updated_at for one in Integration.objects.all()} == before
    assert made[0].events.count() == 1  # type: ignore[attr-defined]  # (made by pghistory: no change of anybody's)
    assert "integrations_integration.config: 0 encrypted anew.\n" in run()


def test_a_value_that_no_key_opens_is_told_and_left(application: PartnerApplication, settings: Settings) -> None:
    make(application, "CRM", token="t")
    (key,) = sealed()
    settings.FIELD_ENCRYPTION_KEYS = {"new": b"n" * 32}

    with pytest.raises(CommandError, match="keep every key"):
        run()

    assert sealed() == [key]


def test_every_encrypted_column_is_known() -> None:
    assert {
        "webhooks_webhookendpoint.webhook_secret",
        "webhooks_webhookendpoint.previous_secrets",
        "webhooks_webhookendpoint.custom_headers",
        "integrations_integration.config",
        "partners_outboundmail.context",
    } <= {field.associated for field in reencryption.encrypted_fields()}
