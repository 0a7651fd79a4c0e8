"""The main job, over HTTP alone: key, webhook, event, signed delivery, metered usage; and the README's own tour."""

from __future__ import annotations

import os
import re
import subprocess

import pytest
from standardwebhooks import Webhook

from config.environment import ROOT
from tests.running import eventually, free_port
from tests.stack import Stack, receiving

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

LEAD = {
    "id": "lead_123",
    "email": "john@example.com",
    "firstName": "John",
    "lastName": "Doe",
    "insuranceType": "auto",
    "status": "received",
}


def test_from_key_to_metered_delivery(stack: Stack) -> None:
    partner = stack.world["partner"]
    created = stack.call(
        "POST",
        "/api/keys",
        partner["apiKey"],
        json={"appId": partner["applicationId"], "scopes": ["read:leads", "manage:webhooks"]},
    )
    assert created.status_code == 201
    key, key_id = created.json()["data"]["fullKey"], created.json()["data"]["id"]

    with receiving() as receiver:
        registered = stack.call(
            "POST",
            "/api/webhooks",
            key,
            json={
                "integrationId": partner["integrationId"],
                "endpointUrl": receiver.url,
                "subscribedEvents": ["lead.created"],
            },
        )
        assert registered.status_code == 201
        webhook = registered.json()["data"]
        published = stack.call(
            "POST",
            "/api/events",
            stack.world["service"]["apiKey"],
            json={"event": "lead.created", "entityType": "lead", "entityId": "lead_123", "payload": LEAD},
        )
        assert published.status_code == 201
        (request,) = receiver.wait(1, timeout=20)

    verified = Webhook(webhook["webhookSecret"]).verify(request.body, request.headers)
    assert (verified["event"], verified["data"]) == ("lead.created", LEAD)

    # The answer is recorded a moment after the receiver gave it.
    states = "SELECT status FROM webhooks_webhookdelivery WHERE endpoint_id = %s"
    eventually(lambda: stack.query(states, webhook["id"]) == [("delivered",)], 5, "the record of the delivery")
    listed = stack.call("GET", f"/api/webhooks/{webhook['id']}/deliveries", key)
    assert [delivery["status"] for delivery in listed.json()["data"]] == ["delivered"]
    assert int(listed.headers["X-RateLimit-Remaining"]) < int(listed.headers["X-RateLimit-Limit"])

    def metered() -> bool:
        rows = stack.query("SELECT route, status FROM authn_apicall WHERE credential_id = %s ORDER BY id", key_id)
        return rows == [("/api/webhooks", 201), ("/api/webhooks/{webhook_id}/deliveries", 200)]

    eventually(metered, 20, "both calls of the key in the request log")
    eventually(
        lambda: stack.query("SELECT request_count FROM authn_apikey WHERE id = %s", key_id) == [(2,)], 5, "its count"
    )


def test_the_readmes_tour_works_as_printed(stack: Stack) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    tour = "\n".join(re.findall(r"```bash\n(.*?)```", readme, re.DOTALL))
    assert tour.count("curl") == 5
    script = (
        tour.replace("http://127.0.0.1:8000", stack.platform.url)
        .replace("var/demo.json", str(stack.platform.directory / "demo.json"))
        .replace("8900", str(free_port()))
        .replace("delivery.json", str(stack.platform.directory / "delivery.json"))
    )
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        env={**os.environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-2:] == ["Python: the signature is good", "Node: the signature is good"]


def test_demo_traffic_moves_the_pages(stack: Stack) -> None:
    result = stack.platform.manage("demo_traffic", "--rate", "20", "--seconds", "3")
    assert result.returncode == 0, result.stdout + result.stderr
    figures = {
        cells[0].strip(): cells[1].strip()
        for line in result.stdout.splitlines()
        if len(cells := line.split("│")[1:]) > 1
    }
    assert (figures["Requests sent"], figures["Answered 2xx"], figures["Events accepted"]) == ("60", "60", "30")
    assert int(figures["Webhooks delivered"]) > 0
