"""A believable Acme for the walk through the portal: something on every page, in every state that looks different."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from applications.models import PartnerApplication
from applications.services.applications import create_application
from applications.services.comments import add_comment
from authn.models import ApiCall, OAuthConsent
from authn.services.keys import generate_api_key, revoke_api_key, rotate_api_key
from authn.services.oauth import create_client, revoke_client, rotate_client_secret
from billing.models import PartnerUsage
from common.charts import last_hours
from common.partitions import ensure_partition, registry, uuid7_floor
from common.principal import SYSTEM
from events.models import EventType, PlatformEvent
from events.services.catalogue import initialize_standard_events
from events.services.publishing import publish_event
from integrations.models import Integration
from integrations.services.integrations import create_integration
from partners.files import DOCUMENT_TYPES, read_upload
from partners.models import Partner, PartnerMember, User
from partners.selectors import principal_of_member
from partners.services.agreements import create_agreement
from partners.services.contacts import add_contact
from partners.services.verification import add_document
from tests.conftest import make_application, make_partner
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint

SCOPES = ["read:leads", "write:leads", "read:policies", "manage:webhooks", "read:events"]


def yesterday_partitions() -> None:
    """History that began yesterday needs somewhere to live."""
    for table in registry:
        ensure_partition(table, timezone.now().date() - timedelta(days=1))


def add_calls(application: PartnerApplication) -> None:
    """Calls of this minute: one that worked, one that failed, one over the limit."""
    key = application.api_keys.order_by("id").first()
    for status in (200, 404, 429):
        ApiCall.objects.create(
            at=timezone.now(),
            partner_id=application.partner_id,
            application_id=application.id,
            credential_id=key.id if key else None,
            request_id=f"request-{status}",
            method="GET",
            route="/api/webhooks/{id}/deliveries",
            status=status,
            duration_ms=12.5,
            response_bytes=2048,
            address="2001:db8::7",
            headers='{"Authorization":"Bearer [redacted]","User-Agent":"acme-sync/1.4 (+https://acme.example/bot)"}',
        )


def add_usage(application: PartnerApplication, rng: random.Random) -> None:
    """A day of calls, and what transactions were worth."""
    rows = []
    for hour in last_hours():
        calls = 40 + 30 * (8 <= hour.hour <= 18) + rng.randrange(40)
        figures = (("api_calls", calls), ("api_errors", rng.randrange(4)), ("data_processed", calls * 18_400))
        for metric, value in figures:
            rows.append(
                PartnerUsage(
                    partner_id=application.partner_id,
                    application_id=application.id,
                    metric_name=metric,
                    unit="calls",
                    usage_date=hour,
                    metric_value=value,
                    sample_count=calls,
                )
            )
        slow = PartnerUsage(
            partner_id=application.partner_id,
            application_id=application.id,
            metric_name="response_time",
            unit="ms",
            usage_date=hour,
            metric_value=calls * 21,
            sample_count=calls,
            histogram=[0] * 30 + [rng.randrange(4, 12) for _ in range(12)] + [0] * 28,
        )
        rows.append(slow)
    for currency, amount in (("EUR", "1280.4"), ("JPY", "52000"), ("USD", "48210.75")):
        rows.append(
            PartnerUsage(
                partner_id=application.partner_id,
                application_id=application.id,
                metric_name="transaction_value",
                unit=currency,
                usage_date=last_hours()[0],
                metric_value=Decimal(amount),
                sample_count=12,
            )
        )
    PartnerUsage.objects.bulk_create(rows)


def add_attempt(delivery: WebhookDelivery, number: int, at: datetime, status: int | None, error: str = "") -> None:
    """One request of a delivery and its answer."""
    WebhookAttempt.objects.create(
        id=uuid7_floor(at),
        delivery=delivery,
        attempt_number=number,
        started_at=at,
        duration_ms=84.2,
        request_url=delivery.endpoint.endpoint_url,
        request_headers="Content-Type: application/json\nX-Webhook-Event: lead.created",
        request_body='{"id":"evt_1","event":"lead.created","data":{"id":"lead_4821"}}',
        response_status=status,
        response_headers="Content-Type: text/plain",
        response_body="ok" if status == 200 else "upstream timed out",
        error=error,
        succeeded=status == 200,
    )


def add_delivery(event: PlatformEvent, endpoint: WebhookEndpoint, at: datetime, status: str) -> None:
    """A delivery in one of its states, with its attempts."""
    delivered = status == "delivered"
    delivery, _ = WebhookDelivery.objects.get_or_create(event=event, endpoint=endpoint)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        status=status,
        attempt_number={"delivered": 1, "pending": 2, "failed": 5}[status],
        response_status=200 if delivered else 503,
        last_error="" if delivered else "HTTP 503",
        delivered_at=at if delivered else None,
        next_retry_at=timezone.now() + timedelta(minutes=7) if status == "pending" else None,
        due_at=timezone.now() + timedelta(minutes=7) if status == "pending" else None,
        created_at=at,
    )
    for number in range(1, 2 if delivered else 3):
        add_attempt(delivery, number, at + timedelta(seconds=number), 200 if delivered else 503)


def happen(rng: random.Random) -> PlatformEvent:
    """A lead arrives or moves on, or a policy is written."""
    lead = f"lead_{rng.randrange(4800, 4812)}"
    name = rng.choice(["lead.created", "lead.created", "lead.updated", "policy.created"])
    example = EventType.objects.get(event_name=name).example
    kind = name.split(".")[0]
    return publish_event(event_name=name, entity_type=kind, entity_id=lead.replace("lead", kind), payload=example)


def add_webhooks(application: PartnerApplication, rng: random.Random) -> None:
    """Two endpoints with deliveries of the last day."""
    integration = create_integration(application=application, integration_name="Lead router", actor=SYSTEM)
    sandbox = create_integration(
        application=application, integration_name="Sandbox router", environment="test", actor=SYSTEM
    )
    Integration.objects.filter(pk=integration.pk).update(health_status="healthy")
    WebhookEndpoint.objects.create(
        integration=sandbox,
        partner=application.partner,
        endpoint_url="https://staging.acme.example/agencies/north-east/webhooks/treaty",
        webhook_secret="whsec_dGVzdA",
        subscribed_events=["lead.created"],
        environment="test",
        active=False,
        disabled_reason="It failed for five days.",
    )
    live = WebhookEndpoint.objects.create(
        integration=integration,
        partner=application.partner,
        endpoint_url="https://hooks.acme.example/treaty",
        description="Production receiver",
        webhook_secret="whsec_bGl2ZQ",
        subscribed_events=["lead.created", "policy.created"],
    )
    for hour in last_hours():
        for _ in range(rng.randrange(1, 4)):
            event = happen(rng)
            status = rng.choices(["delivered", "pending", "failed"], weights=[12, 1, 1])[0]
            add_delivery(event, live, min(hour + timedelta(minutes=rng.randrange(55)), timezone.now()), status)


def add_keys(application: PartnerApplication) -> None:
    """Keys in every state."""
    generate_api_key(application=application, name="Production", scopes=SCOPES, actor=SYSTEM)
    sandbox = generate_api_key(
        application=application, name="Sandbox", scopes=SCOPES[:2], environment="test", actor=SYSTEM
    )
    rotate_api_key(api_key=sandbox.api_key, actor=SYSTEM)
    old = generate_api_key(application=application, name="Old importer", scopes=SCOPES[:1], actor=SYSTEM)
    revoke_api_key(api_key=old.api_key, reason="Left the company", actor=SYSTEM)


def add_clients(application: PartnerApplication, alice: User) -> None:
    """OAuth clients, one with two secrets, one revoked, and what Alice let another partner's application do."""
    uris = ["https://app.acme.example/oauth/callback", "http://127.0.0.1/callback"]
    client = create_client(application=application, name="Acme sign-in", redirect_uris=uris, actor=SYSTEM).client
    rotate_client_secret(client=client, actor=SYSTEM)
    old = create_client(
        application=application,
        name="Old importer",
        allowed_flows=["client_credentials"],
        environment="test",
        actor=SYSTEM,
    )
    revoke_client(client=old.client, actor=SYSTEM)
    theirs = make_application(make_partner("Globex Data"), "Lead Scorer")
    scorer = create_client(application=theirs, name="Globex Lead Scorer", redirect_uris=uris[1:], actor=SYSTEM).client
    OAuthConsent.objects.create(
        user=alice, client=scorer, partner=application.partner, scopes=["manage:webhooks", "read:leads"]
    )


def add_conversation(application: PartnerApplication, alice: User) -> None:
    """A question with answers, one of them to an answer, a remark of its own, and a note between reviewers."""
    reviewer = replace(SYSTEM, label="dana@treaty.test")
    owner = principal_of_member(alice.memberships.select_related("partner", "user").get())
    question = add_comment(application=application, body="Why does it read leads?", actor=reviewer)
    answer = add_comment(application=application, body="To route them.", parent_id=question.id, actor=owner)
    add_comment(application=application, body="We support both regions now.", actor=owner)
    add_comment(application=application, body="And how long are they kept?", parent_id=answer.id, actor=reviewer)
    add_comment(application=application, body="Looks sound to me.", internal=True, actor=reviewer)


def add_papers(acme: Partner) -> None:
    """Somebody to call, an agreement to sign, and a document of the verification."""
    add_contact(partner=acme, contact_name="Carol Crane", email="carol@acme.test", actor=SYSTEM)
    create_agreement(partner=acme, agreement_type="msa", actor=SYSTEM)
    file = SimpleUploadedFile("register.pdf", b"%PDF-1.7 an extract of the register")
    upload = read_upload("register.pdf", file, types=DOCUMENT_TYPES, limit=1000)
    add_document(partner=acme, key="company_data", upload=upload, actor=SYSTEM)


def build_world() -> User:
    """Acme with Alice, its owner, who is returned."""
    rng = random.Random(7)  # noqa: S311 (the same world each time)
    initialize_standard_events()
    yesterday_partitions()
    acme = make_partner("Acme Insurance Tech", website="https://acme.example")
    alice = User.objects.create_user("alice@acme.test", "correct horse battery", name="Alice Ames")
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    PartnerMember.objects.create(partner=acme, user=alice, role="owner")
    bob = User.objects.create_user("bob@acme.test", "correct horse battery", name="Bob Brand")
    PartnerMember.objects.create(partner=acme, user=bob, role="developer")
    application = make_application(acme, "Quote Sync", description="Pushes quotes into agency systems.")
    desk = make_application(acme, "Claims Desk", status=PartnerApplication.Status.SUBMITTED, approved_permissions=[])
    add_conversation(desk, alice)
    create_application(
        partner=acme,
        app_name="Policy Mirror",
        description="Keeps a copy of policies for reporting.",
        permissions=["read:policies"],
        actor=SYSTEM,
    )
    add_keys(application)
    add_clients(application, alice)
    add_calls(application)
    add_usage(application, rng)
    add_webhooks(application, rng)
    add_papers(acme)
    Partner.objects.filter(pk=acme.pk).update(city="Hartford", region="CT")
    return alice
