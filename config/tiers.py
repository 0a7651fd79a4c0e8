"""What a partner may have, by tier."""

from __future__ import annotations

from typing import Any

from config import declarations as env

PARTNER_RATE_FACTOR = 5
# Requests per hour of one key and of all its credentials together, numbers of things, live calls a month (and whether
# more are let through and billed, or refused), and scopes it cannot ask for.
TIERS: dict[str, dict[str, Any]] = {
    "basic": {
        "rate_limit": env.DEFAULT_RATE_LIMIT,
        "partner_rate_limit": PARTNER_RATE_FACTOR * env.DEFAULT_RATE_LIMIT,
        "applications": 10,
        "api_keys": 20,
        "webhooks": 20,
        "members": 10,
        "monthly_calls": 500_000,
        "overage": False,
        "scopes_withheld": ["read:claims", "write:claims", "write:policies"],
    },
    "premium": {
        "rate_limit": env.PREMIUM_RATE_LIMIT,
        "partner_rate_limit": PARTNER_RATE_FACTOR * env.PREMIUM_RATE_LIMIT,
        "applications": 50,
        "api_keys": 200,
        "webhooks": 100,
        "members": 50,
        "monthly_calls": 5_000_000,
        "overage": True,
        "scopes_withheld": [],
    },
    "enterprise": {
        "rate_limit": env.ENTERPRISE_RATE_LIMIT,
        "partner_rate_limit": PARTNER_RATE_FACTOR * env.ENTERPRISE_RATE_LIMIT,
        "applications": 500,
        "api_keys": 2000,
        "webhooks": 1000,
        "members": 500,
        "monthly_calls": 50_000_000,
        "overage": True,
        "scopes_withheld": [],
    },
}
