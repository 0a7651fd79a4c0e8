"""The home page and choosing a partner."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from common.portal import Attention, portal
from partners.models import Partner, PartnerMember, User
from partners.selectors import SESSION_PARTNER


@pytest.fixture
def attention() -> Iterator[None]:
    """Two things wait for whoever looks."""

    def items(principal: object) -> list[Attention]:
        return [
            Attention("Read the news", "Something changed.", "/news"),
            Attention("Rotate a key", "It expires tomorrow.", "/keys", level="danger"),
        ]

    portal.attention.append(items)
    yield
    portal.attention.remove(items)


def test_nobody_is_sent_to_sign_in(client: Client, db: None) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/?next=/")


@pytest.mark.usefixtures("attention")
def test_the_urgent_comes_first(client: Client, alice: User) -> None:
    client.force_login(alice)
    page = client.get("/").content.decode()
    assert page.index("Rotate a key") < page.index("Read the news")


def test_one_switches_between_ones_own_partners(client: Client, alice: User, acme: Partner, globex: Partner) -> None:
    PartnerMember.objects.create(partner=globex, user=alice, role="viewer")
    client.force_login(alice)
    answer = client.post("/switch-partner", {"partner": str(globex.id)})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert "Globex Data" in client.get("/").content.decode().split("<main")[1]


@pytest.mark.parametrize("partner", ["", "not-a-uuid", "stranger"])
def test_one_cannot_switch_to_anothers_partner(client: Client, alice: User, globex: Partner, partner: str) -> None:
    client.force_login(alice)
    answer = client.post("/switch-partner", {"partner": str(globex.id) if partner == "stranger" else partner})
    assert answer.status_code == 404
    assert SESSION_PARTNER not in client.session


def test_someone_without_a_partner_gets_a_page_of_their_own(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("eve@nowhere.test", "correct horse battery"))
    assert client.get("/").headers["Location"] == "/no-partner"
    assert client.get("/no-partner").status_code == 200


def test_members_have_no_use_for_that_page(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/no-partner").headers["Location"] == "/"


def test_staff_are_sent_to_the_admin(client: Client, dana: User) -> None:
    client.force_login(dana)
    assert client.get("/").headers["Location"] == "/admin/"


def test_the_sidebar_starts_with_home(client: Client, alice: User) -> None:
    client.force_login(alice)
    sidebar = client.get("/").content.decode().split('aria-label="Main"')[1]
    assert sidebar.index("Home") < sidebar.index("Applications")
    assert 'aria-current="page"' in sidebar
