"""The permission scopes, in words (spec: Permission Scopes; the manage and read scopes of the HTTP contract)."""

from __future__ import annotations

SCOPES: dict[str, str] = {
    "read:leads": "Read leads, with the personal data in them",
    "write:leads": "Create and update leads",
    "read:agents": "Read agents and their contact data",
    "write:agents": "Create and update agents",
    "read:policies": "Read policies and their holders",
    "write:policies": "Create and update policies",
    "read:claims": "Read claims, which may hold health data",
    "write:claims": "Create and update claims",
    "read:analytics": "Read usage, statistics and metrics",
    "read:billing": "Read invoices, payouts and pricing",
    "read:events": "Read platform events",
    "manage:webhooks": "Manage webhook endpoints and their deliveries",
    "manage:applications": "Manage applications",
    "manage:integrations": "Manage integrations",
    "manage:keys": "Manage API keys and OAuth clients",
    "manage:listings": "Manage marketplace listings",
    "admin": "Administer the platform. Granted by staff alone",
}

# Scopes that expose personal data: a review asks for a purpose and a data processing agreement.
PERSONAL_DATA_SCOPES = frozenset({"read:leads", "read:agents", "read:policies", "read:claims"})
HIGH_RISK_SCOPES = frozenset({"read:claims", "write:claims", "write:policies", "admin"})


# What the roles of the portal carry. Reading is open to every member; these are for changes.
ROLE_SCOPES: dict[str, frozenset[str]] = {
    "owner": frozenset(
        {
            "manage:partner",
            "manage:members",
            "manage:applications",
            "manage:integrations",
            "manage:keys",
            "manage:webhooks",
            "manage:listings",
            "read:billing",
            "manage:billing",
            "read:events",
            "read:analytics",
        }
    ),
    "developer": frozenset(
        {
            "manage:applications",
            "manage:integrations",
            "manage:keys",
            "manage:webhooks",
            "manage:listings",
            "read:events",
            "read:analytics",
        }
    ),
    "billing": frozenset({"read:billing", "manage:billing", "read:analytics"}),
    "viewer": frozenset({"read:analytics"}),
}


def unknown_scopes(scopes: list[str]) -> list[str]:
    """Those of `scopes` that do not exist, in order."""
    return [scope for scope in scopes if scope not in SCOPES]
