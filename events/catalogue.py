"""The standard event types: the spec's list, and what happens to partners, applications and keys on the platform.

Payload schemas are open: they hold the named members to their type and let a publisher add more, so that a new member
never breaks one. What every receiver may rely on stands in `required`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"
EXAMPLE_ID = "0198c5e2-7c1b-7e6a-9d57-3f1a2b4c5d6e"
EXAMPLE_TIME = "2026-01-15T09:30:00Z"

Schema = dict[str, Any]


def text(description: str, example: str) -> Schema:
    """A string."""
    return {"type": "string", "description": description, "examples": [example]}


def nullable(description: str, example: str) -> Schema:
    """A string, or null where there is none."""
    return {"type": ["string", "null"], "description": description, "examples": [example]}


def formatted(name: str, description: str, example: str) -> Schema:
    """A string in a format of JSON Schema."""
    return {"type": "string", "format": name, "description": description, "examples": [example]}


def moment(description: str) -> Schema:
    """An RFC 3339 time."""
    return formatted("date-time", description, EXAMPLE_TIME)


def day(description: str) -> Schema:
    """A calendar date."""
    return formatted("date", description, "2026-01-15")


def money(description: str, example: str = "1250.00") -> Schema:
    """A decimal amount: a string, so that no receiver rounds it; a number is taken too."""
    return {"type": ["string", "number"], "description": description, "examples": [example]}


def number(description: str, example: float) -> Schema:
    """A number."""
    return {"type": "number", "description": description, "examples": [example]}


def texts(description: str, *examples: str) -> Schema:
    """A list of strings."""
    return {"type": "array", "items": {"type": "string"}, "description": description, "examples": [list(examples)]}


CURRENCY = text("ISO 4217 code.", "USD")
REASON = nullable("Why, in words.", "Requested by the customer")


@dataclass(frozen=True)
class StandardEvent:
    """One entry of the catalogue."""

    name: str
    description: str
    category: str
    required_scope: str
    members: dict[str, Schema] = field(default_factory=dict)
    required: tuple[str, ...] = ("id",)

    @property
    def payload_schema(self) -> Schema:
        """The JSON Schema (2020-12) of the payload."""
        return {
            "$schema": DIALECT,
            "title": self.name,
            "description": self.description,
            "type": "object",
            "properties": self.members,
            "required": list(self.required),
        }

    @property
    def example(self) -> dict[str, Any]:
        """A payload made of the members' examples."""
        return {name: schema["examples"][0] for name, schema in self.members.items()}


def family(
    category: str, scope: str, base: dict[str, Schema], events: dict[str, tuple[str, dict[str, Schema]]]
) -> list[StandardEvent]:
    """Events about one kind of entity: name -> (description, members beside the base)."""
    return [
        StandardEvent(name, description, category, scope, {**base, **members})
        for name, (description, members) in events.items()
    ]


LEAD = {
    "id": text("The lead.", "lead_123"),
    "email": formatted("email", "The prospect's e-mail address.", "john@example.com"),
    "firstName": text("Given name.", "John"),
    "lastName": text("Family name.", "Doe"),
    "insuranceType": text("Line of business.", "auto"),
    "status": text("Where the lead stands.", "received"),
}
POLICY = {
    "id": text("The policy.", "pol_123"),
    "policyNumber": text("The number on the contract.", "AU-2026-004711"),
    "leadId": nullable("The lead it came from.", "lead_123"),
    "insuranceType": text("Line of business.", "auto"),
    "carrier": text("The insurer.", "Evergreen Mutual"),
    "premium": money("Premium per term.", "1184.50"),
    "currency": CURRENCY,
    "status": text("State of the contract.", "active"),
}
CLAIM = {
    "id": text("The claim.", "clm_123"),
    "claimNumber": text("The number given to the policyholder.", "CL-2026-000815"),
    "policyId": text("The policy claimed on.", "pol_123"),
    "lossDate": day("When the loss happened."),
    "amount": money("Amount claimed.", "3400.00"),
    "currency": CURRENCY,
    "status": text("State of the claim.", "filed"),
}
USER = {
    "id": text("The user.", EXAMPLE_ID),
    "email": formatted("email", "Sign-in address.", "bob@acme.example"),
    "name": text("Full name.", "Bob Brand"),
    "role": nullable("Role at the partner.", "developer"),
}
INTEGRATION = {
    "id": text("The integration.", EXAMPLE_ID),
    "integrationName": text("Its name.", "Acme CRM"),
    "integrationType": text("How it connects.", "webhook"),
    "appId": text("The application it belongs to.", EXAMPLE_ID),
    "environment": text("`live` or `test`.", "live"),
    "status": text("Its state.", "active"),
}
BILLING = {
    "id": text("The object billed.", EXAMPLE_ID),
    "partnerId": text("The partner billed.", EXAMPLE_ID),
    "currency": CURRENCY,
}
PARTNER = {
    "id": text("The partner.", EXAMPLE_ID),
    "partnerName": text("Company name.", "Acme Insurance Tech"),
    "partnerType": text("What kind of partner.", "technology"),
    "status": text("State of the account.", "active"),
    "tier": text("Commercial tier.", "premium"),
}
APPLICATION = {
    "id": text("The application.", EXAMPLE_ID),
    "appName": text("Its name.", "Quote Sync"),
    "partnerId": text("Who owns it.", EXAMPLE_ID),
    "status": text("State of the review.", "approved"),
}
AGREEMENT = {
    "id": text("The agreement.", EXAMPLE_ID),
    "partnerId": text("The party.", EXAMPLE_ID),
    "agreementType": text("What was agreed.", "master_service"),
    "status": text("State of the agreement.", "active"),
}
KEY = {
    "id": text("The key.", EXAMPLE_ID),
    "keyPrefix": text("First eight characters.", "sk_4fJ8a"),
    "appId": text("The application it belongs to.", EXAMPLE_ID),
    "environment": text("`live` or `test`.", "live"),
    "status": text("State of the key.", "active"),
}
WEBHOOK = {
    "id": text("The webhook endpoint.", EXAMPLE_ID),
    "endpointUrl": text("Where it posts to.", "https://acme.example/webhooks"),
}

LEAD_EVENTS = family(
    "lead", "read:leads", LEAD,
    {
        "lead.created": ("A prospect asked for a quote.", {"source": nullable("Where the prospect came from.", "web_form")}),
        "lead.updated": ("Data of a lead changed.", {"changedFields": texts("Members that changed.", "phone", "status")}),
        "lead.qualified": ("A lead passed qualification.", {"score": number("Qualification score, 0 to 100.", 87)}),
        "lead.assigned": ("A lead was given to an agent.", {"agentId": text("The agent.", "agt_42"), "assignedAt": moment("When.")}),
        "lead.converted": ("A lead became a policy.", {"policyId": text("The policy.", "pol_123"), "premium": money("Premium per term.", "1184.50"), "currency": CURRENCY}),
    },
)  # fmt: skip
POLICY_EVENTS = family(
    "policy", "read:policies", POLICY,
    {
        "policy.created": ("A policy was bound.", {"effectiveDate": day("First day of cover."), "expirationDate": day("Last day of cover.")}),
        "policy.updated": ("A policy was endorsed or corrected.", {"changedFields": texts("Members that changed.", "premium")}),
        "policy.renewed": ("A policy was renewed for another term.", {"effectiveDate": day("First day of the new term."), "expirationDate": day("Last day of the new term.")}),
        "policy.cancelled": ("A policy was cancelled.", {"cancelledOn": day("Last day of cover."), "reason": REASON}),
    },
)  # fmt: skip
CLAIM_EVENTS = family(
    "claim", "read:claims", CLAIM,
    {
        "claim.filed": ("A policyholder filed a claim.", {"filedAt": moment("When.")}),
        "claim.approved": ("A claim was approved.", {"approvedAmount": money("Amount approved.", "3150.00")}),
        "claim.denied": ("A claim was denied.", {"reason": REASON}),
        "claim.paid": ("A claim was paid out.", {"paidAmount": money("Amount paid.", "3150.00"), "paidAt": moment("When.")}),
    },
)  # fmt: skip
USER_EVENTS = family(
    "user", "read:events", USER,
    {
        "user.created": ("A user joined.", {}),
        "user.updated": ("A user's data changed.", {"changedFields": texts("Members that changed.", "name")}),
        "user.role_changed": ("A user was given another role.", {"previousRole": nullable("Role before.", "viewer")}),
    },
)  # fmt: skip
INTEGRATION_EVENTS = family(
    "integration", "read:events", INTEGRATION,
    {
        "integration.connected": ("An integration was activated.", {}),
        "integration.disconnected": ("An integration was deactivated.", {}),
        "integration.failed": ("An integration passed an error threshold.", {
            "error": nullable("What went wrong.", "Error rate above 5 %"), "healthStatus": text("Finding of the health check.", "unhealthy"),
        }),
    },
)  # fmt: skip
BILLING_EVENTS = family(
    "billing", "read:billing", BILLING,
    {
        "billing.usage_updated": ("Usage of a partner was recorded.", {
            "metricName": text("What was counted.", "api_calls"), "metricValue": number("How much.", 1250), "unit": text("Of what.", "calls"), "usageDate": day("On which day."),
        }),
        "billing.invoice_generated": ("An invoice was made.", {
            "invoiceNumber": text("Its number.", "INV-2026-000042"), "totalAmount": money("Total with taxes."),
            "billingPeriodStart": day("First day billed."), "billingPeriodEnd": day("Last day billed."), "dueDate": day("When it falls due."),
        }),
        "billing.payment_received": ("An invoice was paid.", {
            "invoiceNumber": text("Its number.", "INV-2026-000042"), "amount": money("Amount received."), "paidAt": moment("When."),
        }),
    },
)  # fmt: skip
PARTNER_EVENTS = family(
    "platform", "", PARTNER,
    {
        "partner.created": ("A partner account was opened.", {}),
        "partner.updated": ("A partner's profile changed.", {"changedFields": texts("Members that changed.", "website")}),
        "partner.verified": ("A partner passed verification.", {}),
        "partner.activated": ("A partner account went live.", {}),
        "partner.suspended": ("A partner account was suspended: its keys, tokens and deliveries stop.", {"reason": REASON}),
        "partner.deleted": ("A partner account was closed.", {}),
    },
)  # fmt: skip
APPLICATION_EVENTS = family(
    "platform", "", APPLICATION,
    {
        "application.created": ("An application was drafted.", {}),
        "application.updated": ("The content of an application changed.", {"changedFields": texts("Members that changed.", "permissions")}),
        "application.deleted": ("An application was deleted.", {}),
        "application.submitted": ("An application was submitted for review.", {}),
        "application.withdrawn": ("A submission was taken back.", {}),
        "application.approved": ("A reviewer approved an application.", {"permissions": texts("Scopes granted.", "read:leads")}),
        "application.rejected": ("A reviewer rejected an application.", {"reason": REASON}),
        "application.changes_requested": ("A reviewer asked for changes.", {"comments": nullable("What to change.", "Please state a purpose for read:claims")}),
        "application.published": ("An application was published to the marketplace.", {}),
        "application.suspended": ("An application was suspended: its keys and tokens stop.", {"reason": REASON}),
        "application.resumed": ("A suspended application works again.", {}),
        "application.stopped": ("An application reached its sunset date: its keys and tokens stop.", {}),
        "application.deprecated": ("An application will stop on its sunset date.", {"sunsetDate": day("Last day of operation.")}),
    },
)  # fmt: skip
PLATFORM_EVENTS = [
    *PARTNER_EVENTS,
    *APPLICATION_EVENTS,
    *family(
        "platform", "", AGREEMENT,
        {
            "agreement.created": ("An agreement was offered.", {}),
            "agreement.signed": ("An agreement was signed.", {"signedDate": day("When.")}),
            "agreement.expired": ("An agreement ran out.", {"expirationDate": day("Last day of validity.")}),
        },
    ),
    *family(
        "platform", "", KEY,
        {
            "key.created": ("An API key was made.", {}),
            "key.rotated": ("An API key was replaced; the old one works until its overlap ends.", {"overlapEndsAt": moment("When the old key stops.")}),
            "key.revoked": ("An API key was revoked.", {"reason": REASON}),
            "key.expired": ("An API key ran out.", {}),
        },
    ),
    *family(
        "platform", "", WEBHOOK,
        {
            "webhook.test": ("Sent on request, to try an endpoint.", {"message": text("For the reader.", "A test of your webhook endpoint")}),
            "webhook.disabled": ("An endpoint was switched off after it kept failing.", {"reason": REASON}),
        },
    ),
]  # fmt: skip

STANDARD_EVENTS: tuple[StandardEvent, ...] = (
    *LEAD_EVENTS,
    *POLICY_EVENTS,
    *CLAIM_EVENTS,
    *USER_EVENTS,
    *INTEGRATION_EVENTS,
    *BILLING_EVENTS,
    *PLATFORM_EVENTS,
)

# Events about one partner's own account: never broadcast.
ADDRESSED_CATEGORIES = frozenset({"platform"})
