"""The ownership challenge: a signed request whose token a live endpoint gives back before it is sent events."""

from __future__ import annotations

import secrets
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from common.errors import ThrottledError
from common.http import Response, send
from common.principal import Principal
from webhooks.models import WebhookEndpoint
from webhooks.ownership import gives_back
from webhooks.services.endpoints import refuse_stranger, release_held
from webhooks.services.probes import probe_request

CHALLENGE_EVENT = "webhook.challenge"
ASKED_AT_ONCE = 16
TURN_SECONDS = 6  # a little longer than an endpoint has to answer
KEEP_TRYING = timedelta(days=3)


def verify_webhook(*, webhook: WebhookEndpoint, actor: Principal) -> WebhookEndpoint:
    """Challenge the endpoint now, if it has not proven itself yet, and return it as it is then.

    Call it outside a transaction. Raises ForbiddenError for another partner's; ThrottledError while another of the
    partner's is being asked: whoever waits for the answer holds up a thread of the web server.
    """
    refuse_stranger(webhook.partner_id, actor)
    turn = f"challenge:{webhook.partner_id}"
    if not cache.add(turn, 1, timeout=TURN_SECONDS) and cache.get(turn):  # neither when the cache is away
        raise ThrottledError("Another endpoint of yours is being asked.", retry_after=TURN_SECONDS)
    try:
        challenge_endpoint(webhook.pk)
    finally:
        cache.delete(turn)
    return WebhookEndpoint.objects.select_related("integration__application").get(pk=webhook.pk)


def challenge_endpoint(endpoint_id: uuid.UUID) -> bool:
    """Post the challenge and note what came of it; return whether the endpoint is proven."""
    endpoint = WebhookEndpoint.objects.filter(pk=endpoint_id).first()
    if endpoint is None or not endpoint.unproven:
        return endpoint is not None
    challenge = secrets.token_urlsafe(24)
    request = probe_request(
        endpoint,
        endpoint.webhook_secret,
        event_name=CHALLENGE_EVENT,
        payload={"challenge": challenge},
        kind="challenge",
    )
    return record(endpoint, refusal_in(send(request), challenge))


def refusal_in(answer: Response, challenge: str) -> str:
    """Why an answer does not pass; empty when it does."""
    if answer.error:
        return f"{answer.error}: {answer.detail}"[:200]
    if not answer.ok:
        return f"HTTP {answer.status}"
    return "" if gives_back(challenge, answer.body) else f"HTTP {answer.status} without the challenge"


@transaction.atomic
def record(asked: WebhookEndpoint, refusal: str) -> bool:
    """Let the held events go when nothing speaks against it, unless the address was changed meanwhile."""
    endpoint = (
        WebhookEndpoint.objects.select_for_update(no_key=True)
        .filter(pk=asked.pk, endpoint_url=asked.endpoint_url, unproven=True)
        .first()
    )
    if endpoint is None:
        return False
    endpoint.ownership_error = refusal
    if not refusal:
        endpoint.unproven, endpoint.verified_at = False, timezone.now()
    # Not updated_at: it tells for how long to go on asking.
    endpoint.save(update_fields=["unproven", "ownership_error", "verified_at"])
    if not refusal and endpoint.active:
        release_held(endpoint)
    return not refusal


def challenge_unproven() -> int:
    """Ask again those that are on and were registered or changed in the last days; return how many passed."""
    waiting = WebhookEndpoint.objects.active().filter(unproven=True, updated_at__gte=timezone.now() - KEEP_TRYING)
    keys = list(waiting.values_list("pk", flat=True))
    # Many at once, so that those that hang hold up neither the others nor the next round.
    with ThreadPoolExecutor(max_workers=ASKED_AT_ONCE) as pool:
        return sum(pool.map(challenge_apart, keys))


def challenge_apart(endpoint_id: uuid.UUID) -> bool:
    """The same in a thread of its own, whose connection it gives back."""
    try:
        return challenge_endpoint(endpoint_id)
    finally:
        connection.close()
