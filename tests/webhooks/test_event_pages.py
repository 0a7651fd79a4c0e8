"""The event log and the catalogue in the portal."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from applications.models import PartnerApplication
from events.models import EventType, PlatformEvent
from events.services.publishing import publish_event
from partners.models import Partner, PartnerMember, User
from tests.webhooks.conftest import make_endpoint, make_integration
from webhooks.models import WebhookDelivery


def happen(name: str = "lead.created", **fields: object) -> PlatformEvent:
    example = EventType.objects.get(event_name=name).example
    defaults = {"entity_type": name.partition(".")[0], "entity_id": "4821", "payload": example}
    return publish_event(event_name=name, **{**defaults, **fields})


@pytest.fixture
def signed_in(client: Client, alice: User, application: PartnerApplication) -> Client:
    client.force_login(alice)
    return client


def test_the_log_shows_what_the_partner_may_see(signed_in: Client, globex: Partner) -> None:
    mine, strange = happen(), happen("partner.created", partner_id=globex.id)
    page = signed_in.get("/events").content.decode()
    assert f"/events/{mine.id}" in page
    assert f"/events/{strange.id}" not in page


def test_filters_narrow_the_log(signed_in: Client) -> None:
    lead, policy = happen(), happen("policy.created", environment="test")
    page = signed_in.get("/events", {"event": "policy.created", "environment": "test"}).content.decode()
    assert f"/events/{policy.id}" in page
    assert f"/events/{lead.id}" not in page


def test_the_live_page_streams_on_from_where_its_rows_end(signed_in: Client) -> None:
    lead, policy = happen(), happen("policy.created")
    page = signed_in.get("/events/live", {"event": "lead.created", "entity": "4821"})
    assert list(page.context["events"]) == [lead]
    assert f'data-event="{policy.id}"' not in page.content.decode()

    later = happen()
    body = b"".join(signed_in.get(page.context["stream"]).streaming_content)  # type: ignore[attr-defined]  # a streaming response
    streamed = re.findall(r"^id: (\S+)\nevent:", body.decode(), re.MULTILINE)
    assert set(streamed) - {lead.public_id} == {later.public_id}  # one that it shows already may come again


def test_a_senseless_filter_is_ignored(signed_in: Client) -> None:
    lead = happen()
    page = signed_in.get("/events", {"environment": "moon", "before": "x"}).content.decode()
    assert f"/events/{lead.id}" in page


def test_pages_go_both_ways(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.keyset.keyset_page.__kwdefaults__", {"size": 2})
    first, second, third = happen(), happen(), happen()
    page = signed_in.get("/events").context["page"]
    assert page.rows == [third, second]
    assert page.newer == ""
    page = signed_in.get(f"/events{page.older}").context["page"]
    assert page.rows[0] == first
    page = signed_in.get(f"/events{page.newer}").context["page"]
    assert page.rows == [third, second]


def test_an_event_shows_its_payload_and_the_timeline_of_its_entity(signed_in: Client) -> None:
    earlier, event, other = happen(), happen("lead.updated"), happen(entity_id="9")
    page = signed_in.get(f"/events/{event.id}").content.decode()
    assert event.public_id in page
    assert f"/events/{earlier.id}" in page
    assert f"/events/{other.id}" not in page


def test_a_strangers_event_is_absent(signed_in: Client, globex: Partner) -> None:
    strange = happen("partner.created", partner_id=globex.id)
    assert signed_in.get(f"/events/{strange.id}").status_code == 404


def test_the_catalogue_lists_active_types_alone(signed_in: Client) -> None:
    EventType.objects.filter(event_name="lead.updated").update(active=False)
    page = signed_in.get("/event-types").content.decode()
    assert "/event-types/lead.created" in page
    assert "/event-types/lead.updated" not in page
    assert signed_in.get("/event-types/lead.created").status_code == 200
    assert signed_in.get("/event-types/lead.updated").status_code == 404


@pytest.mark.parametrize("path", ["/events", "/events/live", "/event-types", "/event-types/lead.created"])
def test_a_role_that_may_not_read_events_sees_none(client: Client, acme: Partner, path: str) -> None:
    viewer = User.objects.create_user("vera@acme.test", "correct horse battery")
    PartnerMember.objects.create(partner=acme, user=viewer, role="viewer")
    client.force_login(viewer)
    assert client.get(path).status_code == 403


def test_an_event_is_sent_again_from_its_page(
    signed_in: Client, client: Client, application: PartnerApplication, bob: User, charlie: User
) -> None:
    event = happen()
    path = f"/events/{event.id}/replay"
    assert b"None of your endpoints" in signed_in.post(path, follow=True).content
    endpoint = make_endpoint(make_integration(application), "https://hooks.acme.example/treaty")

    answer = signed_in.post(path, follow=True)

    assert b"On its way to 1 endpoint, marked as a replay." in answer.content
    delivery = WebhookDelivery.objects.get(endpoint=endpoint)
    assert (delivery.kind, delivery.event_id) == ("replay", event.id)
    assert f"/webhooks/{endpoint.id}/deliveries/{delivery.id}" in answer.content.decode()
    PartnerMember.objects.filter(user=bob).update(role="viewer")
    client.force_login(bob)
    assert client.post(path).status_code == 403
    client.force_login(charlie)
    assert client.post(path).status_code == 404
    assert WebhookDelivery.objects.count() == 1
