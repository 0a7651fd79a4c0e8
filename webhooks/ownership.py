"""Which endpoints must show that whoever registered them runs them, and what shows it."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from common.base import Environment
from common.outbound_urls import RefusedURLError, check_url, resolves_into


@dataclass(frozen=True, slots=True)
class Place:
    """What is to be said about an address today."""

    refusal: str  # why the platform does not call it; empty when it does
    needs_proof: bool


def look_up(url: str, environment: str) -> Place:
    """Judge an address. Call it outside a transaction: names may be resolved, which takes as long as it takes."""
    try:
        check_url(url, environment=environment, allowed_networks=settings.WEBHOOK_ALLOWED_NETWORKS)
    except RefusedURLError as refusal:
        return Place(str(refusal), needs_proof=True)
    return Place("", needs_proof(url, environment))


def needs_proof(url: str, environment: str) -> bool:
    """Whether a live receiver at `url` must answer a challenge before anything is sent to it.

    An address in the operator's own allowed networks is the operator's business.
    """
    if environment != Environment.LIVE or settings.WEBHOOK_OWNERSHIP_CHECK == "never":
        return False
    if settings.WEBHOOK_OWNERSHIP_CHECK == "always":
        return True
    return not resolves_into(urlsplit(url).hostname or "", settings.WEBHOOK_ALLOWED_NETWORKS)


def gives_back(challenge: str, body: bytes) -> bool:
    """Whether an answer is `challenge`: the bare text, or the member of that name of a JSON object.

    Nowhere deeper: a server that mirrors what it is sent has read nothing of it.
    """
    text = body.decode("utf-8", "replace").strip()
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    given = document.get("challenge") if isinstance(document, dict) else text
    return isinstance(given, str) and secrets.compare_digest(given.encode("utf-8", "replace"), challenge.encode())
