"""Integrations in the admin."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from applications.models import PartnerApplication
from common.principal import SYSTEM
from events.models import PlatformEvent
from integrations.services.integrations import create_integration
from partners.models import User

pytestmark = pytest.mark.django_db


def test_actions_switch_and_configuration_stays_sealed(
    client: Client, dana: User, application: PartnerApplication
) -> None:
    integration = create_integration(
        application=application, integration_name="Acme CRM", config={"token": "s3cret"}, actor=SYSTEM
    )
    client.force_login(dana)

    detail = client.get(f"/admin/integrations/integration/{integration.pk}/change/")
    for action in ("deactivate", "deactivate", "activate"):
        response = client.post(
            "/admin/integrations/integration/", {"action": action, "_selected_action": [str(integration.pk)]}
        )
        assert response.status_code == 302

    assert detail.status_code == 200
    assert "s3cret" not in detail.content.decode()
    names = list(PlatformEvent.objects.order_by("id").values_list("event_type__event_name", flat=True))
    assert names == ["integration.connected", "integration.disconnected", "integration.connected"]


def test_staff_who_may_view_switch_nothing(client: Client, application: PartnerApplication) -> None:
    integration = create_integration(application=application, integration_name="Acme CRM", actor=SYSTEM)
    clerk = User.objects.create_user("clerk@treaty.test", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_integration"))
    client.force_login(clerk)
    choice = {"action": "deactivate", "_selected_action": [str(integration.pk)]}

    page = client.get("/admin/integrations/integration/").content.decode()
    client.post("/admin/integrations/integration/", choice)

    assert 'value="deactivate"' not in page
    integration.refresh_from_db()
    assert integration.status == "active"
    clerk.user_permissions.add(Permission.objects.get(codename="change_integration"))
    client.post("/admin/integrations/integration/", choice)
    integration.refresh_from_db()
    assert integration.status == "inactive"
