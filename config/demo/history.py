"""Some days of usage and deliveries, so that the charts of a fresh demonstration show something."""

from __future__ import annotations

import math
import random
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from applications.models import ApplicationVersion, PartnerApplication
from authn.metering import LATENCY_BUCKETS_MS, bucket_of
from authn.models import ApiCall
from authn.quotas import month_of
from billing.models import PartnerUsage
from billing.services.quotas import recount_month
from common.audit import acting_as
from common.principal import SYSTEM
from config.demo.build import demo_endpoints, explicit_times
from events.models import EventType, PlatformEvent
from webhooks.engine.messages import delivery_headers
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.payload import data_text, envelope, signed_body

SEED = 20_240_101  # the same history on every machine
USAGE_DAYS = 7
REVENUE_DAYS = 30
# What is paid in, by the country of the partner; some customers pay in another currency than their own.
CURRENCIES = {"DE": "EUR", "FR": "EUR", "NL": "EUR", "GB": "GBP", "CH": "CHF", "CA": "CAD"}
DELIVERY_HOURS = 48
ROUTES = (
    ("GET", "/api/events", 200),
    ("GET", "/api/webhooks", 200),
    ("POST", "/api/webhooks/{id}/test", 200),
    ("GET", "/leads/*", 200),
    ("POST", "/leads/*", 201),
    ("GET", "/policies/*", 200),
    ("GET", "/policies/*", 404),
    ("GET", "/claims/*", 403),
)


def build_history() -> None:
    """Write it, unless there is some already."""
    if PartnerUsage.objects.exists():
        return
    dice = random.Random(SEED)  # noqa: S311 (a demonstration, not a secret)
    now = timezone.now()
    backdate_submissions(dice)
    with transaction.atomic(), explicit_times(PartnerUsage, PlatformEvent, WebhookDelivery, WebhookAttempt):
        for application in (
            PartnerApplication.objects.filter(status="published").select_related("partner").order_by("id")
        ):
            copy_usage([*usage(application, now, dice), *revenue(application, now, dice)])
            recount_month(partner_id=application.partner_id, month=month_of(now))
            ApiCall.objects.bulk_create(list(calls(application, now, dice)))
        deliveries(now, dice)


def backdate_submissions(dice: random.Random) -> None:
    """Let each decision have taken some hours, as its desk expects."""
    with acting_as(SYSTEM):
        for version in ApplicationVersion.objects.decided().order_by("id"):
            submitted = version.created_at - timedelta(hours=dice.uniform(4, 60))
            ApplicationVersion.objects.filter(pk=version.pk).update(created_at=submitted)


def uuid7_at(moment: datetime, dice: random.Random) -> uuid.UUID:
    """A UUIDv7 as it would have been made at `moment`."""
    milliseconds = int(moment.timestamp() * 1000)
    return uuid.UUID(
        int=milliseconds << 80 | 0x7 << 76 | dice.getrandbits(12) << 64 | 0b10 << 62 | dice.getrandbits(62)
    )


def load_at(hour: datetime) -> float:
    """Between 0.15 and 1: busy by day, quiet by night and on weekends."""
    daily = 0.575 - 0.425 * math.cos((hour.hour - 3) / 24 * 2 * math.pi)
    return daily * (0.35 if hour.weekday() >= 5 else 1.0)


def usage(application: PartnerApplication, now: datetime, dice: random.Random) -> Iterator[PartnerUsage]:
    """Hourly figures of one application, as the meter would have written them."""
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    busy = dice.randint(80, 900)
    typical = dice.uniform(15, 60)
    # Drawn once and dealt out again and again: a distribution per call would be most of the first start.
    times = [dice.lognormvariate(math.log(typical), 0.5) for _ in range(500)]
    answers = [(time, bucket_of(time)) for time in times]
    for back in range(USAGE_DAYS * 24, 0, -1):
        hour = this_hour - timedelta(hours=back)
        count = int(busy * load_at(hour) * dice.uniform(0.7, 1.3))
        errors = int(count * dice.uniform(0, 0.03))
        answered = dice.choices(answers, k=count)
        metrics: tuple[tuple[str, str, float, int, list[int]], ...] = (
            ("api_calls", "calls", count, count, []),
            ("api_errors", "calls", errors, errors, []),
            ("data_processed", "bytes", count * dice.randint(900, 2500), count, []),
            ("response_time", "ms", round(sum(time for time, _ in answered), 6), count, histogram(answered)),
        )
        for metric, unit, value, samples, buckets in metrics:
            yield PartnerUsage(
                partner_id=application.partner_id,
                application_id=application.id,
                metric_name=metric,
                unit=unit,
                usage_date=hour,
                metric_value=value,
                sample_count=samples,
                histogram=buckets,
                created_at=hour,
                updated_at=hour,
            )


def revenue(application: PartnerApplication, now: datetime, dice: random.Random) -> Iterator[PartnerUsage]:
    """What the core services reported each evening, in two currencies, and a little from the sandbox."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    own = CURRENCIES.get(application.partner.country.code, "USD")
    other = "EUR" if own == "USD" else "USD"
    for back in range(REVENUE_DAYS, 0, -1):
        evening = midnight - timedelta(days=back) + timedelta(hours=18)
        busy = load_at(evening)
        reports = [
            ("live", own, dice.randint(6, 40)),
            ("live", other, dice.randint(0, 6)),
            ("test", own, int(back % 6 == 0)),
        ]
        for environment, currency, policies in reports:
            cents = sum(int(dice.lognormvariate(11.2, 0.6) * busy) for _ in range(policies))
            if cents:
                yield PartnerUsage(
                    partner_id=application.partner_id,
                    application_id=application.id,
                    environment=environment,
                    metric_name=PartnerUsage.Metric.TRANSACTION_VALUE,
                    unit=currency,
                    usage_date=evening,
                    metric_value=Decimal(cents).scaleb(-2),
                    sample_count=policies,
                    created_at=evening,
                    updated_at=evening,
                )


def histogram(answered: list[tuple[float, int]]) -> list[int]:
    """Counts per latency bucket."""
    counts = Counter(bucket for _, bucket in answered)
    return [counts[bucket] for bucket in range(len(LATENCY_BUCKETS_MS) + 1)]


def copy_usage(rows: list[PartnerUsage]) -> None:
    """Store thousands of rows by COPY, in a tenth of the time of an INSERT."""
    fields = PartnerUsage._meta.concrete_fields
    columns = ", ".join(str(field.column) for field in fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {PartnerUsage._meta.db_table} ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row([getattr(row, field.attname) for field in fields])


def calls(application: PartnerApplication, now: datetime, dice: random.Random) -> Iterator[ApiCall]:
    """The last requests in the request log."""
    key = application.api_keys.filter(environment="live").order_by("id").first()
    for _ in range(60):
        at = now - timedelta(minutes=dice.uniform(5, 24 * 60))
        method, route, status = dice.choice(ROUTES)
        call_id = uuid7_at(at, dice)
        yield ApiCall(
            id=call_id,
            at=at,
            partner_id=application.partner_id,
            application_id=application.id,
            credential_id=key.id if key else None,
            address="203.0.113.10",
            request_id=uuid7_at(at, dice).hex,
            method=method,
            route=route,
            status=status,
            duration_ms=round(dice.lognormvariate(3.2, 0.5), 3),
            request_bytes=dice.randint(0, 900),
            response_bytes=dice.randint(200, 4000),
        )


def deliveries(now: datetime, dice: random.Random) -> None:
    """Events of the last two days and how their deliveries went."""
    endpoints = demo_endpoints()
    names = sorted({name for endpoint in endpoints for name in endpoint.subscribed_events})
    types = {event_type.event_name: event_type for event_type in EventType.objects.filter(event_name__in=names)}
    events: list[PlatformEvent] = []
    rows: list[WebhookDelivery] = []
    attempts: list[WebhookAttempt] = []
    for back in range(DELIVERY_HOURS * 60, 5, -8):
        at = now - timedelta(minutes=back) + timedelta(seconds=dice.uniform(0, 400))
        if dice.random() > load_at(at):
            continue
        event = past_event(types[dice.choice(names)], at, dice)
        events.append(event)
        for endpoint in endpoints:
            if event.event_type.event_name in endpoint.subscribed_events:
                delivery, sent = past_delivery(event, endpoint, at, now, dice)
                rows.append(delivery)
                attempts += sent
    PlatformEvent.objects.bulk_create(events)
    WebhookDelivery.objects.bulk_create(rows)
    WebhookAttempt.objects.bulk_create(attempts)


def past_event(event_type: EventType, at: datetime, dice: random.Random) -> PlatformEvent:
    """An event of that moment, with the catalogue's example as its payload."""
    entity = uuid7_at(at, dice)
    return PlatformEvent(
        id=uuid7_at(at, dice),
        event_type=event_type,
        schema_version=event_type.schema_version,
        entity_type=event_type.event_category,
        entity_id=str(entity),
        payload={**event_type.example, "id": str(entity)},
        created_at=at,
        updated_at=at,
    )


def sent_headers(event: PlatformEvent, endpoint: WebhookEndpoint, number: int, moment: datetime) -> str:
    """What an attempt of that moment was sent with."""
    name = event.event_type.event_name
    content = envelope(event_id=event.id, event_name=name, happened_at=event.created_at, data=data_text(event.payload))
    body, signature = signed_body(content, endpoint.webhook_secret)
    headers = delivery_headers(
        message_id=event.public_id,
        event_name=name,
        attempt_number=number,
        timestamp=int(moment.timestamp()),
        body=body,
        signature=signature,
        keys=[endpoint.webhook_secret],
    )
    return "\n".join(headers)


def past_delivery(
    event: PlatformEvent, endpoint: WebhookEndpoint, at: datetime, now: datetime, dice: random.Random
) -> tuple[WebhookDelivery, list[WebhookAttempt]]:
    """One in fifteen needs a second attempt two minutes later, one in sixty dies after five."""
    fate = dice.random()
    outcomes = [200] if fate > 1 / 15 else [503] * 5 if fate < 1 / 60 and at < now - timedelta(hours=1) else [503, 200]
    moments = [at + timedelta(minutes=2**number - 2 if number > 1 else 0) for number in range(1, len(outcomes) + 1)]
    times = [round(dice.lognormvariate(3.4, 0.6), 1) for _ in outcomes]
    succeeded = outcomes[-1] == 200
    answered = moments[-1] + timedelta(milliseconds=times[-1])
    delivery = WebhookDelivery(
        id=uuid7_at(at, dice),
        event=event,
        event_name=event.event_type.event_name,
        endpoint=endpoint,
        status="delivered" if succeeded else "failed",
        attempt_number=len(outcomes),
        response_status=outcomes[-1],
        last_error="" if succeeded else f"HTTP {outcomes[-1]}",
        delivered_at=answered if succeeded else None,
        created_at=at,
        updated_at=answered,
    )
    sent = [
        WebhookAttempt(
            id=uuid7_at(moment, dice),
            delivery=delivery,
            attempt_number=number,
            started_at=moment,
            duration_ms=times[number - 1],
            request_url=endpoint.endpoint_url,
            request_headers=sent_headers(event, endpoint, number, moment),
            response_status=status,
            response_headers="Content-Type: application/json",
            response_body='{"received": true}' if status == 200 else '{"error": "try again"}',
            succeeded=status == 200,
            created_at=moment,
            updated_at=moment,
        )
        for number, (moment, status) in enumerate(zip(moments, outcomes, strict=True), start=1)
    ]
    return delivery, sent
