"""The first page of the admin."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from applications.models import PartnerApplication
from partners.models import Partner, User
from tests.conftest import make_application

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(acme: Partner) -> PartnerApplication:
    """To be reviewed."""
    return make_application(acme, "Lead Router", status="submitted")


def test_it_tells_how_the_platform_is_doing(client: Client, dana: User, waiting: PartnerApplication) -> None:
    client.force_login(dana)
    page = client.get("/admin/")
    assert [(figure["label"], figure["value"]) for figure in page.context["figures"]] == [
        ("Active partners", 1),
        ("Applications to review", 1),
        ("Undelivered", 0),
        ("Dead letters", 0),
    ]
    assert [data["label"] for data in json.loads(page.context["chart"])["datasets"]] == ["API calls", "Events"]
    assert "Lead Router" in page.content.decode()


def test_it_tells_staff_of_what_they_may_see_alone(client: Client, waiting: PartnerApplication) -> None:
    clerk = User.objects.create_user("clerk@treaty.test", is_staff=True)
    client.force_login(clerk)
    page = client.get("/admin/")
    assert (page.status_code, page.context["figures"], page.context["chart"]) == (200, [], "")
    for words in ("Lead Router", "Acme", "waiting for a review", "Live calls"):
        assert words not in page.content.decode()

    clerk.user_permissions.add(Permission.objects.get(codename="view_platformevent"))
    clerk.user_permissions.add(Permission.objects.get(codename="view_partner"))
    page = client.get("/admin/")
    assert [figure["label"] for figure in page.context["figures"]] == ["Active partners"]
    assert [data["label"] for data in json.loads(page.context["chart"])["datasets"]] == ["Events"]
    assert "Lead Router" not in page.content.decode()
