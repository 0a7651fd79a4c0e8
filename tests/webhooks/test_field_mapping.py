"""What of an event's data an endpoint is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from common.errors import InvalidError
from events.models import PlatformEvent
from partners.models import User
from tests.receivers import Receiver
from tests.webhooks.conftest import LEAD
from tests.webhooks.test_wire_format import payloads
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.payload_mapping import apply_mapping, check_mapping
from webhooks.selectors import attempt_body
from webhooks.services.deliveries import process_pending_deliveries
from webhooks.signing import body_signature

Api = Callable[..., APIClient]
Publish = Callable[..., PlatformEvent]
DATA = {"id": "l1", "contact": {"email": "a@b.co", "phone": "1"}, "tags": ["x"], "score": 0.5}


@pytest.mark.parametrize(
    ("mapping", "result"),
    [
        ({}, DATA),
        ({"select": ["id", "contact.email", "nothing.here"]}, {"id": "l1", "contact": {"email": "a@b.co"}}),
        ({"drop": ["contact", "tags", "x.y"]}, {"id": "l1", "score": 0.5}),
        ({"drop": ["id.deeper"], "select": ["id"]}, {"id": "l1"}),
        (
            {"select": ["id", "contact"], "rename": {"contact.email": "mail", "id": "lead.key", "gone": "back"}},
            {"contact": {"phone": "1"}, "mail": "a@b.co", "lead": {"key": "l1"}},
        ),
        ({"select": ["id", "score"], "rename": {"id": "score", "score": "id"}}, {"id": 0.5, "score": "l1"}),
    ],
)
def test_mapping(mapping: dict[str, Any], result: dict[str, Any]) -> None:
    check_mapping(mapping)
    before = deepcopy(DATA)
    assert apply_mapping(mapping, DATA) == result
    assert before == DATA


@pytest.mark.parametrize(
    ("mapping", "field", "code"),
    [
        ({"keep": ["id"]}, "field_mapping.keep", "unknown_part"),
        ({"select": []}, "field_mapping.select", "invalid"),
        ({"select": {"id": "x"}}, "field_mapping.select", "invalid"),
        ({"rename": ["id"]}, "field_mapping.rename", "invalid"),
        ({"drop": ["a..b"]}, "field_mapping.drop", "invalid_path"),
        ({"drop": [7]}, "field_mapping.drop", "invalid_path"),
        ({"rename": {"a": ""}}, "field_mapping.rename", "invalid_path"),
        ({"rename": {"a": "c", "b": "c"}}, "field_mapping.rename", "duplicate"),
        ({"rename": {"a": "c", "b": "c.d"}}, "field_mapping.rename", "duplicate"),
    ],
)
def test_a_mapping_that_cannot_be_applied_is_refused(mapping: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        check_mapping(mapping)
    assert (refusal.value.field, refusal.value.code) == (field, code)


paths = st.lists(st.sampled_from(["id", "1", "a", "😀"]), min_size=1, max_size=3).map(".".join)


@given(
    data=payloads,
    mapping=st.fixed_dictionaries(
        {}, optional={"select": st.lists(paths), "drop": st.lists(paths), "rename": st.dictionaries(paths, paths)}
    ),
)
def test_it_never_fails_on_an_event(data: dict[str, Any], mapping: dict[str, Any]) -> None:
    assert isinstance(apply_mapping(mapping, data), dict)


@pytest.mark.django_db(transaction=True)
def test_the_mapped_data_arrive_signed_and_are_logged_as_sent(
    api: Api, acme_key: str, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    mapping = {"select": ["id", "score"], "rename": {"id": "leadId"}}
    answer = api(acme_key).patch(f"/api/webhooks/{endpoint.id}", {"fieldMapping": mapping}, format="json")
    assert (answer.status_code, answer.json()["data"]["fieldMapping"]) == (200, mapping)
    publish()
    assert process_pending_deliveries() == 1
    (request,) = receiver.requests
    body = json.loads(request.body)
    assert body["data"] == {"score": 0.5, "leadId": "lead_123"}
    content = request.body.decode().rpartition(',"signature":')[0] + "}"
    assert body["signature"] == body_signature(content.encode(), endpoint.webhook_secret)
    delivery = WebhookDelivery.objects.get()
    api(acme_key).patch(f"/api/webhooks/{endpoint.id}", {"fieldMapping": {}}, format="json")
    assert attempt_body(WebhookAttempt.objects.get(), delivery) == request.body.decode()


@pytest.mark.django_db(transaction=True)
def test_without_a_mapping_no_body_is_stored(endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish) -> None:
    publish()
    process_pending_deliveries()
    assert json.loads(receiver.requests[0].body)["data"] == LEAD
    assert WebhookAttempt.objects.get().request_body == ""


@pytest.mark.django_db
def test_a_refused_mapping_changes_nothing(api: Api, acme_key: str, endpoint: WebhookEndpoint) -> None:
    answer = api(acme_key).patch(f"/api/webhooks/{endpoint.id}", {"fieldMapping": {"keep": ["id"]}}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "fieldMapping.keep")
    endpoint.refresh_from_db()
    assert endpoint.field_mapping == {}


@pytest.mark.django_db
def test_the_portal_shows_what_will_arrive(alice: User, endpoint: WebhookEndpoint) -> None:
    browser = Client()
    browser.force_login(alice)
    form = {"endpoint_url": endpoint.endpoint_url, "subscribed_events": ["lead.*"], "field_mapping": "{"}
    assert "not valid JSON" in browser.post(f"/webhooks/{endpoint.id}/edit", form).content.decode()
    form["field_mapping"] = '{"rename": {"email": "mail"}}'
    assert browser.post(f"/webhooks/{endpoint.id}/edit", form).status_code == 302
    page = browser.get(f"/webhooks/{endpoint.id}").content.decode()
    assert "What arrives" in page
    assert "&quot;mail&quot;: &quot;john@example.com&quot;" in page
