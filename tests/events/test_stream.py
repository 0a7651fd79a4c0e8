"""Events as they happen: over HTTP and over a WebSocket."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.db import connection, transaction
from django.test import Client
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from applications.services.lifecycle import suspend_application
from authn.models import ApiKey
from authn.services.keys import revoke_api_key
from common.partitions import uuid7_floor
from common.principal import SYSTEM
from config.asgi import application as asgi
from config.websocket import same_origin
from events.api import stream
from events.models import PlatformEvent
from events.services.publishing import publish_event
from partners.models import Partner, PartnerMember, User
from partners.services.partners import suspend_partner

Api = Callable[..., APIClient]
Act = Callable[[PartnerApplication], None]


def make_event(name: str = "lead.created", **fields: Any) -> PlatformEvent:
    kind = name.partition(".")[0]
    return publish_event(event_name=name, entity_type=kind, entity_id="e_1", payload={"id": "e_1"}, **fields)


def text_of(response: Any) -> str:
    return (b"".join(response.streaming_content) if response.streaming else response.content).decode()


def parse(body: bytes) -> list[tuple[str, str]]:
    blocks = [
        dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
        for block in body.decode().split("\n\n")
        if block
    ]
    return [(block["id"], block["event"]) for block in blocks if "event" in block]


@pytest.mark.django_db
def test_over_wsgi_it_sends_what_is_there_and_ends(api: Api, acme_key: str, globex: Partner) -> None:
    events = [make_event(), make_event("claim.filed"), make_event()]
    make_event(partner_id=globex.pk)
    make_event(environment="test")

    response = api(acme_key).get("/api/events/stream", headers={"Last-Event-ID": events[0].public_id})

    assert response.status_code == 200
    assert response["Content-Type"] == "text/event-stream"
    body = b"".join(response.streaming_content)  # type: ignore[attr-defined]  # a streaming response
    assert body.startswith(f"retry: 2000\nid: {events[0].public_id}\n\n".encode())
    assert parse(body) == [(event.public_id, event.event_type.event_name) for event in events[1:]]
    data = json.loads(body.split(b"data: ")[1].split(b"\n")[0])
    assert data == api(acme_key).get(f"/api/events/{events[1].pk}").json()["data"]


@pytest.mark.django_db
def test_it_takes_the_filters_of_the_list(api: Api, acme_key: str) -> None:
    first, claim = make_event(), make_event("claim.filed")
    make_event()

    response = api(acme_key).get("/api/events/stream", {"event": "claim.filed", "lastEventId": str(first.pk)})

    assert parse(b"".join(response.streaming_content)) == [(claim.public_id, "claim.filed")]  # type: ignore[attr-defined]  # as above


@pytest.mark.django_db
def test_who_is_cut_off_before_the_first_event_misses_none(api: Api, acme_key: str) -> None:
    begun = b"".join(api(acme_key).get("/api/events/stream").streaming_content)  # type: ignore[attr-defined]  # as above
    between = make_event()
    stood = begun.split(b"id: ")[1].split(b"\n")[0].decode()

    response = api(acme_key).get("/api/events/stream", headers={"Last-Event-ID": stood})

    assert parse(b"".join(response.streaming_content)) == [(between.public_id, "lead.created")]  # type: ignore[attr-defined]  # as above


@pytest.mark.django_db
@pytest.mark.parametrize("query", [{"lastEventId": "x"}, {"color": "red"}, {"environment": "moon"}])
def test_a_bad_query_is_refused(api: Api, acme_key: str, query: dict[str, str]) -> None:
    assert api(acme_key).get("/api/events/stream", query).status_code == 400


@pytest.mark.django_db
def test_it_needs_the_scope(api: Api) -> None:
    assert api().get("/api/events/stream").status_code == 401


def scope_of(kind: str, path: str, key: str, query: str = "", **headers: str) -> dict[str, Any]:
    pairs = {"host": "testserver", "authorization": f"Bearer {key}", **headers}
    return {
        "type": kind,
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "ws" if kind == "websocket" else "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in pairs.items()],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
        "subprotocols": [],
    }


def connect(scope: dict[str, Any]) -> Any:
    return ApplicationCommunicator(asgi, scope)  # type: ignore[no-untyped-call]  # asgiref leaves it untyped


def publish_elsewhere() -> str:
    try:
        return make_event().public_id
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_over_asgi_an_event_arrives_while_the_stream_is_open(acme_key: str) -> None:
    async def run() -> None:
        client = connect(scope_of("http", "/api/events/stream", acme_key))
        await client.send_input({"type": "http.request", "body": b""})
        start = await client.receive_output(5)
        assert start["status"] == 200
        assert (await client.receive_output(5))["body"].startswith(b"retry: 1000\nid: evt_")
        published = await sync_to_async(publish_elsewhere)()
        part = await client.receive_output(5)
        assert parse(part["body"]) == [(published, "lead.created")]
        await client.send_input({"type": "http.disconnect"})
        await client.wait(5)

    asyncio.run(run())


@pytest.mark.django_db(transaction=True)
def test_a_websocket_gets_one_message_per_event(acme_key: str) -> None:
    async def run() -> None:
        client = connect(scope_of("websocket", "/api/events/ws", acme_key, "event=lead.created"))
        await client.send_input({"type": "websocket.connect"})
        assert (await client.receive_output(5))["type"] == "websocket.accept"
        published = await sync_to_async(publish_elsewhere)()
        text = (await client.receive_output(5))["text"]
        assert (json.loads(text)["eventId"], json.loads(text)["event"]) == (published, "lead.created")
        await client.send_input({"type": "websocket.disconnect", "code": 1000})
        await client.wait(8)

    asyncio.run(run())


@pytest.mark.django_db(transaction=True)
def test_whose_websocket_ends_before_the_first_event_misses_none(
    acme_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def messages(query: str) -> list[dict[str, Any]]:
        client = connect(scope_of("websocket", "/api/events/ws", acme_key, query))
        await client.send_input({"type": "websocket.connect"})
        assert (await client.receive_output(5))["type"] == "websocket.accept"
        received = []
        while (part := await client.receive_output(5))["type"] == "websocket.send":
            received.append(json.loads(part["text"]))
        assert part == {"type": "websocket.close", "code": 1012}
        await client.wait(8)
        return received

    async def run() -> None:
        ((_, stood),) = (await messages(""))[0].items()
        between = await sync_to_async(publish_elsewhere)()
        assert [one["eventId"] for one in await messages(f"lastEventId={stood}")] == [between]

    monkeypatch.setattr(stream, "LIFETIME_SECONDS", 1.0)
    asyncio.run(run())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("path", "key", "headers", "code"),
    [
        ("/api/events/ws", "garbled", {}, 4401),
        ("/api/events/other", "garbled", {}, 4404),
        ("/api/events/ws", "garbled", {"origin": "https://evil.example"}, 4404),
    ],
)
def test_a_refused_websocket_is_closed_with_a_reason(path: str, key: str, headers: dict[str, str], code: int) -> None:
    async def run() -> None:
        client = connect(scope_of("websocket", path, key, **headers))
        await client.send_input({"type": "websocket.connect"})
        while (part := await client.receive_output(5))["type"] != "websocket.close":
            pass
        assert part["code"] == code

    asyncio.run(run())


@pytest.mark.django_db(transaction=True)
def test_an_earlier_event_that_commits_late_is_not_missed_by_who_resumes(api: Api, acme_key: str) -> None:
    start = make_event().public_id
    made: dict[str, str] = {}
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            made["early"] = make_event().public_id
            written.set()
            go_on.wait(10)
        connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    written.wait(10)
    late = make_event().public_id

    def resume(after: str) -> list[str]:
        response = api(acme_key).get("/api/events/stream", headers={"Last-Event-ID": after})
        return [key for key, _ in parse(b"".join(response.streaming_content))]  # type: ignore[attr-defined]  # as above

    assert resume(start) == []  # the later one waits for the earlier
    go_on.set()
    writer.join()
    assert made["early"] < late
    assert resume(start) == [made["early"], late]
    assert resume(late) == []


async def seconds_to_end(client: Any, ends: Callable[[dict[str, Any]], bool]) -> float:
    started = time.monotonic()
    while not ends(await client.receive_output(5)):
        pass
    return time.monotonic() - started


def revoke_all_keys() -> None:
    try:
        for key in ApiKey.objects.all():
            revoke_api_key(api_key=key, reason="It leaked.", actor=SYSTEM)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_revoked_key_ends_its_stream_and_its_socket_within_a_second(acme_key: str) -> None:
    async def run() -> None:
        stream = connect(scope_of("http", "/api/events/stream", acme_key))
        await stream.send_input({"type": "http.request", "body": b""})
        assert (await stream.receive_output(5))["status"] == 200
        socket = connect(scope_of("websocket", "/api/events/ws", acme_key))
        await socket.send_input({"type": "websocket.connect"})
        assert (await socket.receive_output(5))["type"] == "websocket.accept"
        await sync_to_async(revoke_all_keys)()
        assert await seconds_to_end(stream, lambda part: not part.get("more_body", False)) < 1.0
        assert await seconds_to_end(socket, lambda part: part["type"] == "websocket.close") < 1.0
        await stream.wait(5)

    asyncio.run(run())


def stop_partner(application: PartnerApplication) -> None:
    suspend_partner(partner=application.partner, reason="Under investigation.", actor=SYSTEM)


def stop_application(application: PartnerApplication) -> None:
    suspend_application(application=application, reason="Under investigation.", actor=SYSTEM)


def leave(application: PartnerApplication) -> None:
    PartnerMember.objects.filter(partner=application.partner, role="developer").delete()


def become_viewer(application: PartnerApplication) -> None:
    PartnerMember.objects.filter(partner=application.partner, role="developer").update(role="viewer")


def seconds_until_cut_off(headers: dict[str, str], act: Act, application: PartnerApplication) -> float:
    """How long after `act` an open stream ends."""

    def elsewhere() -> None:
        try:
            act(application)
        finally:
            connection.close()

    async def run() -> float:
        scope = scope_of("http", "/api/events/stream", "")
        scope["headers"] = [(b"host", b"testserver"), *((k.encode(), v.encode()) for k, v in headers.items())]
        stream = connect(scope)
        await stream.send_input({"type": "http.request", "body": b""})
        assert (await stream.receive_output(5))["status"] == 200
        await sync_to_async(elsewhere)()
        seconds = await seconds_to_end(stream, lambda part: not part.get("more_body", False))
        await stream.wait(5)
        return seconds

    return asyncio.run(run())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [stop_partner, stop_application])
def test_a_suspended_credential_ends_its_stream(
    api: Api, acme_key: str, application: PartnerApplication, act: Act
) -> None:
    assert seconds_until_cut_off({"authorization": f"Bearer {acme_key}"}, act, application) < 1.0
    assert api(acme_key).get("/api/events/stream").status_code == 401


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("act", "status"),
    [(leave, 401), (become_viewer, 403), (stop_partner, 200), (stop_application, 200)],
    ids=["leaves", "becomes a viewer", "partner suspended", "application suspended"],
)
def test_what_a_person_loses_their_stream_loses_at_once(
    api: Api, bob: User, alice: User, application: PartnerApplication, act: Act, status: int
) -> None:
    lead = make_event()
    browser = Client()
    browser.force_login(bob)
    cookie = f"sessionid={browser.cookies['sessionid'].value}"
    query = {"lastEventId": str(uuid7_floor(lead.created_at - timedelta(seconds=1))), "event": "lead.created"}
    assert lead.public_id in text_of(api(bob).get("/api/events/stream", query))

    assert seconds_until_cut_off({"cookie": cookie}, act, application) < 1.0

    response = api(bob).get("/api/events/stream", query)
    assert response.status_code == status
    assert lead.public_id not in text_of(response)


@pytest.mark.parametrize(
    ("origin", "ours"),
    [("", True), ("http://testserver", True), ("https://partners.example", True), ("https://evil.example", False)],
)
def test_whose_pages_may_open_a_socket(settings: Any, origin: str, ours: bool) -> None:  # noqa: FBT001 (a parameter)
    settings.PUBLIC_URL = "https://partners.example"
    headers = {"origin": origin} if origin else {}
    assert same_origin(scope_of("websocket", "/api/events/ws", "", **headers)) is ours
