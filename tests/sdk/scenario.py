"""What a partner's program does with the Python client, told as JSON: `scenario.py URL KEY INTEGRATION RECEIVER`."""

from __future__ import annotations

import json
import sys
from typing import Any
from uuid import UUID

from treaty_client import TreatyError, all_pages, answered, connect, verify_webhook
from treaty_client.generated.api.webhooks import (
    webhooks_create,
    webhooks_list,
    webhooks_partial_update,
    webhooks_retrieve,
    webhooks_test_create,
)
from treaty_client.generated.models import (
    PatchedWebhookUpdateInputRequest,
    TestInputRequest,
    WebhookCreateInputRequest,
)


def told(url: str, key: str, integration: str, receiver: str) -> dict[str, Any]:
    """Create, repeat, list page by page, read, change, be refused, have a delivery sent."""
    client = connect(url, key)
    bodies = [
        WebhookCreateInputRequest(
            integration_id=UUID(integration), endpoint_url=f"{receiver}/{number}", subscribed_events=["lead.created"]
        )
        for number in range(3)
    ]
    created = [answered(webhooks_create.sync(client=client, body=body)) for body in bodies[:2]]
    first, again = (
        webhooks_create.sync_detailed(client=client, body=bodies[2], idempotency_key="once") for _ in range(2)
    )
    webhook = answered(first.parsed).data
    listed = [row.endpoint_url for row in all_pages(webhooks_list.sync, client=client, limit=1)]
    changed = answered(
        webhooks_partial_update.sync(
            webhook.id, client=client, body=PatchedWebhookUpdateInputRequest(description="Changed")
        )
    )
    try:
        answered(webhooks_retrieve.sync(UUID(int=0), client=client))
    except TreatyError as error:
        refused = [error.problem.status, error.problem.code]
    bad = webhooks_list.sync_detailed(client=client, cursor="nonsense")
    answered(webhooks_test_create.sync(webhook.id, client=client, body=TestInputRequest(event="lead.created")))
    return {
        "created": [row.data.endpoint_url for row in created],
        "repeated": [again.headers.get("Idempotency-Replayed"), answered(again.parsed).data.id == webhook.id],
        "listed": sorted(listed),
        "changed": changed.data.description,
        "refused": refused,
        "field": [bad.status_code, bad.parsed.errors[0].field],
        "version": first.headers["Api-Version"],
        "secret": webhook.webhook_secret,
    }


if __name__ == "__main__":
    if sys.argv[1] == "verify":
        given = json.load(sys.stdin)
        print(json.dumps(verify_webhook(given["body"].encode(), given["headers"], given["secret"])))
    else:
        print(json.dumps(told(*sys.argv[1:])))
