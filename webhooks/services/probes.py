"""SEC013 of the security validation: do an application's endpoints tell our deliveries from anybody's?"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from django.utils import timezone

from applications.checks.catalogue import Finding, Severity, failed, passed, skipped
from applications.models import PartnerApplication
from common.http import Request, Response, send
from common.ids import uuid7
from webhooks.engine.messages import Claim, Endpoint, build_request
from webhooks.models import WebhookEndpoint
from webhooks.models.delivery import DeliveryKind
from webhooks.payload import data_text, envelope
from webhooks.services.deliveries import TEST_EVENT, TEST_PAYLOAD
from webhooks.signing import generate_secret

CHECK = "SEC013"
MOST_PROBED = 10
TIMEOUT_SECONDS = 5.0
REFUSED = {"refused_url", "blocked_address"}


def probe_endpoints(application: PartnerApplication) -> Finding:
    """Send each active endpoint a well and a badly signed test; call it outside a transaction.

    Only the newest MOST_PROBED are asked, all at the same time. Nothing is recorded as a delivery.
    """
    endpoints = list(
        WebhookEndpoint.objects.active().filter(integration__application=application).order_by("-id")[:MOST_PROBED]
    )
    if not endpoints:
        return skipped(CHECK, "There are no webhook endpoints to probe.")
    requests = [probe_request(endpoint, endpoint.webhook_secret) for endpoint in endpoints]
    requests += [probe_request(endpoint, generate_secret()) for endpoint in endpoints]
    with ThreadPoolExecutor(max_workers=len(requests)) as pool:
        answers = list(pool.map(send, requests))
    good, bad = answers[: len(endpoints)], answers[len(endpoints) :]
    problems = [
        problem
        for endpoint, right, wrong in zip(endpoints, good, bad, strict=True)
        if (problem := judge_answers(place(endpoint.endpoint_url), right, wrong)) is not None
    ]
    if not problems:
        return passed(CHECK, f"{len(endpoints)} of {len(endpoints)} refused a bad signature.")
    severities = {severity for severity, _ in problems}
    severity = Severity.ERROR if Severity.ERROR in severities else Severity.WARNING
    return failed(CHECK, "; ".join(text for _, text in problems), severity=severity)


def place(url: str) -> str:
    """The address without its query, which may hold a credential."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def probe_request(
    endpoint: WebhookEndpoint,
    secret: str,
    *,
    event_name: str = TEST_EVENT,
    payload: Mapping[str, str] = TEST_PAYLOAD,
    kind: str = DeliveryKind.TEST,
) -> Request:
    """A delivery as the engine would send it, signed with `secret`."""
    event_id = uuid7()
    content = envelope(event_id=event_id, event_name=event_name, happened_at=timezone.now(), data=data_text(payload))
    claim = Claim(
        delivery_id=uuid7(),
        event_id=event_id,
        endpoint_id=endpoint.id,
        kind=kind,
        attempt_number=1,
        attempt_limit=1,
        token=uuid.uuid4(),
        endpoint=Endpoint(
            id=endpoint.id,
            url=endpoint.endpoint_url,
            environment=endpoint.environment,
            secrets=(secret,),
            usable=True,
            failing=False,
            custom_headers=endpoint.custom_headers,
            max_in_flight=None,
            max_per_second=None,
        ),
        event_name=event_name,
        content=content,
    )
    return build_request(claim, deadline=TIMEOUT_SECONDS)


def judge_answers(where: str, good: Response, bad: Response) -> tuple[Severity, str] | None:
    """What is wrong with an endpoint; None when it took the good signature and refused the bad one.

    No answer and a server's own trouble block nobody: they may be ours, or pass.
    """
    if good.error in REFUSED:
        return Severity.ERROR, f"{where}: {good.detail}"
    if bad.ok:
        return Severity.ERROR, f"{where} took a delivery with a bad signature"
    for answer, kind in ((good, "good"), (bad, "bad")):
        if answer.error:
            return Severity.WARNING, f"{where} did not answer ({answer.error.replace('_', ' ')})"
        if answer.status == 429 or answer.status >= 500:
            return Severity.WARNING, f"{where} answered {answer.status} to a {kind} signature"
    if not good.ok:
        return Severity.ERROR, f"{where} answered {good.status} to a good signature"
    if bad.status < 400:
        return Severity.WARNING, f"{where} answered {bad.status} to a bad signature"
    return None
