"""What an event type may be called, at each door."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from common.errors import InvalidError
from events.models import EventType
from events.services.catalogue import save_event_type
from partners.models import User
from tests.events.test_admin import FIELDS

pytestmark = pytest.mark.django_db
BAD_NAMES = [
    "",
    "*",
    "lead.*",
    "lead",
    ".lead",
    "lead.",
    "lead..created",
    "Lead.created",
    "1lead.created",
    "angebot.erstellt_ü",
    "lead created",
    "lead.created\n",
    "lead.created\r\nX-Evil: 1",
    "lead.created\ndata: {}",
    "lead.created\0",
]


def quote(name: str) -> EventType:
    return EventType(event_name=name, description="A quote.", event_category="custom", required_scope="read:leads")


# A form takes blanks off the ends before anything is checked.
@pytest.mark.parametrize("name", [name for name in BAD_NAMES if name == name.strip()])
def test_the_admin_refuses_it(client: Client, dana: User, name: str) -> None:
    client.force_login(dana)
    before = EventType.objects.count()

    response = client.post("/admin/events/eventtype/add/", {**FIELDS, "event_name": name})

    assert response.status_code == 200
    assert "event_name" in response.context["adminform"].form.errors
    assert EventType.objects.count() == before


@pytest.mark.parametrize("name", BAD_NAMES)
def test_the_service_refuses_it(name: str) -> None:
    before = EventType.objects.count()

    with pytest.raises(InvalidError) as refusal:
        save_event_type(event_type=quote(name))

    assert refusal.value.field == "event_name"
    assert EventType.objects.count() == before


@pytest.mark.parametrize("name", [name for name in BAD_NAMES if "\0" not in name])
def test_the_database_refuses_it(name: str) -> None:
    before = EventType.objects.count()

    with pytest.raises(IntegrityError, match="event_type_name_valid"), transaction.atomic():
        quote(name).save()

    assert EventType.objects.count() == before


@pytest.mark.parametrize("name", ["quote.made", "quote_v2.line_item.added", "q2.1"])
def test_a_good_one_is_stored(name: str) -> None:
    assert save_event_type(event_type=quote(name)) == EventType.objects.get(event_name=name)
