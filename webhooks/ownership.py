"""Which endpoints must show that whoever registered them runs them."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from common.base import Environment
from common.outbound_urls import resolves_into


def needs_proof(url: str, environment: str) -> bool:
    """Whether a live receiver at `url` must answer a challenge before anything is sent to it.

    An address in the operator's own allowed networks is the operator's business.
    """
    if environment != Environment.LIVE or settings.WEBHOOK_OWNERSHIP_CHECK == "never":
        return False
    if settings.WEBHOOK_OWNERSHIP_CHECK == "always":
        return True
    return not resolves_into(urlsplit(url).hostname or "", settings.WEBHOOK_ALLOWED_NETWORKS)
