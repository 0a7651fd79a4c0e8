"""What a partner hears of its keys."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from applications.models import PartnerApplication
from authn.models import ApiKey
from authn.services.keys import expire_keys, generate_api_key, revoke_api_key, rotate_api_key
from common.principal import SYSTEM
from events.models import PlatformEvent


def test_a_key_s_life_in_events(application: PartnerApplication) -> None:
    key = generate_api_key(application=application, scopes=["read:leads"], actor=SYSTEM).api_key
    successor = rotate_api_key(api_key=key, overlap_hours=1, actor=SYSTEM).api_key
    revoke_api_key(api_key=successor, reason="Leaked", actor=SYSTEM)
    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert expire_keys() == 1
    assert expire_keys() == 0
    events = PlatformEvent.objects.filter(entity_type="key").select_related("event_type").order_by("id")
    assert [(event.event_type.event_name, event.payload["id"], event.payload["status"]) for event in events] == [
        ("key.created", str(key.id), "active"),
        ("key.rotated", str(key.id), "rotated"),
        ("key.revoked", str(successor.id), "revoked"),
        ("key.expired", str(key.id), "expired"),
    ]
    assert {event.partner_id for event in events} == {application.partner_id}
    assert events[2].payload["reason"] == "Leaked"
