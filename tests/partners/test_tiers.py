"""One table decides what a tier allows."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from common.errors import LimitError
from common.scopes import SCOPES
from partners import tiers
from partners.models import Partner
from tests.conftest import make_application, make_partner


def test_every_tier_has_a_row() -> None:
    assert set(settings.TIERS) == set(Partner.Tier.values)
    assert [tiers.limits_of(tier).rate_limit for tier in Partner.Tier.values] == [1000, 10_000, 100_000]


def test_admin_is_in_no_tier() -> None:
    for tier in Partner.Tier.values:
        assert tiers.refused_scopes(tier, ["admin", "read:leads"]) == ["admin"]


def test_scopes_withheld_from_basic() -> None:
    assert tiers.refused_scopes("basic", sorted(SCOPES)) == ["admin", "read:claims", "write:claims", "write:policies"]
    assert tiers.refused_scopes("premium", sorted(SCOPES)) == ["admin"]


@pytest.mark.parametrize(("current", "refused"), [(0, False), (9, False), (10, True), (11, True)])
def test_quota_is_a_bound(db: None, current: int, refused: bool) -> None:  # noqa: FBT001 (a table's column)
    partner = make_partner("Initech", tier="basic")
    if not refused:
        tiers.check_quota(partner, "applications", current)
        return
    with pytest.raises(LimitError) as caught:
        tiers.check_quota(partner, "applications", current)
    assert caught.value.code == "applications_limit"
    assert caught.value.status == 409


def test_quota_counts_a_queryset(db: None, settings: Any) -> None:
    partner = make_partner("Initech", tier="basic")
    settings.TIERS = {**settings.TIERS, "basic": {**settings.TIERS["basic"], "applications": 1}}
    tiers.check_quota(partner, "applications", partner.applications.all())
    make_application(partner)
    with pytest.raises(LimitError, match="allows 1 applications; 1 exist"):
        tiers.check_quota(partner, "applications", partner.applications.all())


def test_usage(acme: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiers, "counters", {})
    tiers.register_usage("applications", lambda _partner_id: 5)
    assert tiers.usage_of(acme) == [tiers.Usage("applications", "applications", 5, 50)]
    assert tiers.usage_of(acme)[0].percent == 10
