"""Endpoints in the admin: switched, and asked again whose they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from partners.models import User
from webhooks.models import WebhookEndpoint

pytestmark = pytest.mark.django_db
LIST = "/admin/webhooks/webhookendpoint/"
Choose = Callable[[str], object]


@pytest.fixture
def clerk(client: Client) -> User:
    """Signed in, and may look."""
    user = User.objects.create_user("clerk@treaty.test", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_webhookendpoint"))
    client.force_login(user)
    return user


@pytest.fixture
def choose(client: Client, endpoint: WebhookEndpoint) -> Choose:
    """Take an action of the list for the one endpoint."""
    return lambda action: client.post(LIST, {"action": action, "_selected_action": [str(endpoint.pk)]})


def test_who_may_change_endpoints_switches_them(clerk: User, endpoint: WebhookEndpoint, choose: Choose) -> None:
    clerk.user_permissions.add(Permission.objects.get(codename="change_webhookendpoint"))
    for action, active in (("switch_off", False), ("switch_on", True)):
        choose(action)
        endpoint.refresh_from_db()
        assert endpoint.active is active


def test_who_may_view_them_does_not(clerk: User, client: Client, endpoint: WebhookEndpoint, choose: Choose) -> None:
    page = client.get(LIST).content.decode()
    before = WebhookEndpoint.objects.values().get()
    for action in ("switch_off", "switch_on", "verify"):
        assert f'value="{action}"' not in page
        choose(action)
    assert WebhookEndpoint.objects.values().get() == before
