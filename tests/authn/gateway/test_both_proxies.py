"""What nginx and Envoy, as they are shipped, do alike."""

from __future__ import annotations

import pytest

from applications.models import PartnerApplication
from authn.models import ApiKey
from authn.services.keys import revoke_api_key, update_scopes
from common.principal import SYSTEM
from partners.services.partners import suspend_partner
from tests.authn.gateway.conftest import call, stored
from tests.authn.gateway.core_service import CoreService
from tests.conftest import make_key

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]


@pytest.fixture(params=["nginx", "envoy"])
def edge(request: pytest.FixtureRequest) -> str:
    """The proxy's address."""
    return str(request.getfixturevalue(f"{request.param}_edge"))


def test_the_limit_is_429_at_the_edge(edge: str, core: CoreService, shop: PartnerApplication) -> None:
    key = make_key(shop)
    ApiKey.objects.update(rate_limit=2)
    assert [call(edge, key).status_code for _ in range(2)] == [200, 200]
    answer = call(edge, key)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert 1700 <= int(answer.headers["Retry-After"]) <= 1800
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == ("2", "0")
    assert answer.headers["X-RateLimit-Reset"].endswith("Z")
    assert answer.headers["RateLimit"].startswith('"hour";r=0;t=')
    assert len(core.seen) == 2


def test_changes_hold_from_the_next_request(edge: str, core: CoreService, shop: PartnerApplication) -> None:
    first, second, third = (make_key(shop) for _ in range(3))
    assert [call(edge, key, method="POST").status_code for key in (first, second, third)] == [200, 200, 200]
    revoke_api_key(api_key=stored(first), actor=SYSTEM)
    update_scopes(api_key=stored(second), scopes=["read:leads"], actor=SYSTEM)
    assert [call(edge, key, method="POST").status_code for key in (first, second, third)] == [401, 403, 200]
    suspend_partner(partner=shop.partner, reason="Late papers", actor=SYSTEM)
    assert call(edge, third).status_code == 401
    assert len(core.seen) == 4
