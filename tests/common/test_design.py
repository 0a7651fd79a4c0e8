"""The page that shows the component kit."""

import pytest
from django.test import Client
from pytest_django import Settings

from common.design import EXAMPLES
from common.templatetags.treaty import TONES


@pytest.mark.django_db
def test_it_shows_every_component_on_a_demonstration_instance(client: Client, settings: Settings) -> None:
    settings.DEMO = True
    page = client.get("/design").content.decode()
    for title in EXAMPLES.values():
        assert title in page
    assert "&lt;c-button" in page


@pytest.mark.django_db
def test_it_does_not_exist_in_production(client: Client) -> None:
    assert client.get("/design").status_code == 404


def test_every_status_has_a_known_tone() -> None:
    assert set(TONES.values()) == {"success", "info", "warning", "danger", "neutral"}
