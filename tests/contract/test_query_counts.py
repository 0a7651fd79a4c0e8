"""A list costs the same number of queries whether it shows two rows or twenty."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from applications.models import ApplicationReview, ApplicationVersion, PartnerApplication
from authn.services.oauth import create_client
from common.api.documents import openapi
from common.principal import SYSTEM
from events.services.publishing import publish_event
from integrations.services.integrations import create_integration
from partners.models import Invitation, PartnerMember, User
from partners.services.agreements import create_agreement
from partners.services.contacts import add_contact
from tests.conftest import make_application, make_key, make_partner
from tests.contract.world import REQUIRED_QUERY, build_world, concrete
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.services.endpoints import register_webhook

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
FEW, MANY = 2, 20
# A catalogue that has more than twenty from the start, and a checklist that has as many items as its type says.
FIXED = {"/api/event-types", "/api/partners/{partner_id}/verification"}


class Rows:
    """Makes the n-th row of each list, with relatives of its own: those are what a careless list reads one by one."""

    def __init__(self, application: PartnerApplication) -> None:
        self.application = application
        self.world = build_world(application)

    def owner(self, n: int) -> PartnerApplication:
        return make_application(make_partner(f"Partner {n}"), f"Application {n}")

    def partner(self, n: int) -> None:
        make_partner(f"Partner {n}")

    def contact(self, n: int) -> None:
        address = f"contact{n}@acme.test"
        add_contact(partner=self.application.partner, contact_name=f"Contact {n}", email=address, actor=SYSTEM)

    def agreement(self, n: int) -> None:
        create_agreement(
            partner=self.application.partner, agreement_type="nda", title=f"NDA {n}", terms="Silence.", actor=SYSTEM
        )

    def member(self, n: int) -> None:
        user = User.objects.create_user(f"member{n}@acme.test", "correct horse battery", name=f"Member {n}")
        PartnerMember.objects.create(partner=self.application.partner, user=user, role="viewer")

    def invitation(self, n: int) -> None:
        inviter = User.objects.create_user(f"inviter{n}@acme.test", "correct horse battery")
        Invitation.objects.create(
            partner=self.application.partner,
            email=f"guest{n}@acme.test",
            role="viewer",
            token_hash=f"{n:064}",
            expires_at=timezone.now(),
            invited_by=inviter,
        )

    def listed_application(self, n: int) -> None:
        application = self.owner(n)
        content = {"application": application, "app_name": application.app_name, "due_at": timezone.now()}
        live = ApplicationVersion.objects.create(number=1, status="approved", risk="low", **content)
        PartnerApplication.objects.filter(pk=application.pk).update(live_version=live)
        ApplicationVersion.objects.create(number=2, status="submitted", risk="low", **content)

    def integration(self, n: int) -> None:
        create_integration(application=self.owner(n), integration_name=f"Integration {n}", actor=SYSTEM)

    def key(self, n: int) -> None:
        make_key(self.owner(n))

    def client(self, n: int) -> None:
        uris = ["https://acme.test/cb", f"https://acme.test/cb/{n}"]
        create_client(application=self.owner(n), name=f"Client {n}", redirect_uris=uris, actor=SYSTEM)

    def event(self, n: int) -> Any:
        names = ("lead.created", "lead.updated")
        return publish_event(
            event_name=names[n % 2],
            entity_type="lead",
            entity_id="lead_1",
            payload={"id": "lead_1"},
            partner_id=self.application.partner_id,
        )

    def webhook(self, n: int) -> None:
        integration = create_integration(application=self.owner(n), integration_name="Events", actor=SYSTEM)
        address = f"http://127.0.0.1:9/{n}"
        register_webhook(integration=integration, endpoint_url=address, subscribed_events=["lead.*"], actor=SYSTEM)

    def delivery(self, n: int) -> None:
        endpoint = WebhookEndpoint.objects.get(pk=self.world["/api/webhooks"])
        # Publishing has fanned out to the endpoint already.
        assert WebhookDelivery.objects.filter(event=self.event(n).pk, endpoint=endpoint).exists()

    def review(self, n: int) -> None:
        version = ApplicationVersion.objects.create(
            application=self.application,
            number=n + 1,
            app_name="Quote Sync",
            status="rejected",
            risk="low",
            due_at=timezone.now(),
        )
        for one in range(2):
            reviewer = User.objects.create_user(f"reviewer{n}.{one}@treaty.test", "correct horse battery", name="Ray")
            ApplicationReview.objects.create(
                version=version,
                reviewer=reviewer,
                reviewer_key=str(reviewer.pk),
                reviewer_label=reviewer.email,
                decision="reject",
            )


MAKERS: dict[str, Callable[[Rows, int], Any]] = {
    "/api/partners": Rows.partner,
    "/api/partners/{partner_id}/contacts": Rows.contact,
    "/api/partners/{partner_id}/agreements": Rows.agreement,
    "/api/partners/{partner_id}/members": Rows.member,
    "/api/partners/{partner_id}/invitations": Rows.invitation,
    "/api/applications": Rows.listed_application,
    "/api/applications/{id}/reviews": Rows.review,
    "/api/integrations": Rows.integration,
    "/api/keys": Rows.key,
    "/api/oauth/clients": Rows.client,
    "/api/events": Rows.event,
    "/api/events/timeline": Rows.event,
    "/api/webhooks": Rows.webhook,
    "/api/webhooks/{webhook_id}/deliveries": Rows.delivery,
    "/api/webhooks/undelivered": Rows.delivery,
}


def lists() -> set[str]:
    """Every documented GET that answers in pages."""
    found = set()
    for path, item in openapi()["paths"].items():
        answer = item.get("get", {}).get("responses", {}).get("200", {}).get("content", {}).get("application/json", {})
        if "/Paginated" in answer.get("schema", {}).get("$ref", ""):
            found.add(path)
    return found


def queries(client: APIClient, path: str, rows: Rows) -> tuple[int, int]:
    """Rows shown, and queries needed."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(concrete(path, rows.world), REQUIRED_QUERY.get(path, {}))
    assert response.status_code == 200, response.content
    return len(response.json()["data"]), len(captured)


def test_every_list_is_counted() -> None:
    assert lists() - FIXED == set(MAKERS)


@pytest.mark.parametrize("path", sorted(MAKERS))
def test_rows_cost_no_queries(api: Api, application: PartnerApplication, dana: User, path: str) -> None:
    rows = Rows(application)
    for n in range(FEW):
        MAKERS[path](rows, n)
    client = api(dana)
    client.get(concrete(path, rows.world), REQUIRED_QUERY.get(path, {}))  # whatever is read once per process
    few, needed = queries(client, path, rows)
    for n in range(FEW, MANY):
        MAKERS[path](rows, n)

    many, needed_later = queries(client, path, rows)

    assert few >= FEW
    assert many >= few + MANY - FEW
    assert needed_later == needed
