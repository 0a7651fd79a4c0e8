"""The security validation over services and HTTP, with real pages to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from rest_framework.test import APIClient

from applications import registry
from applications.checks.catalogue import failed, passed
from applications.models import ApplicationCheckRun, ApplicationVersion, PartnerApplication
from applications.services.applications import update_application
from applications.services.review import submit_application
from applications.services.validation import run_security_validation
from common.errors import InvalidFieldsError
from common.principal import Principal
from partners.models import Partner, PartnerContact, User
from tests.applications.helpers import status_of
from tests.receivers import Receiver, hang, reply

Api = Callable[..., APIClient]


@pytest.fixture
def page() -> Iterator[Receiver]:
    receiver = Receiver(reply(200, b"<h1>Privacy</h1>"))
    yield receiver
    receiver.stop()


@pytest.fixture
def clean_registry() -> Iterator[None]:
    saved = registry.webhook_probes[:], registry.redirect_uri_sources[:], registry.used_scope_sources[:]
    for kept in (registry.webhook_probes, registry.redirect_uri_sources, registry.used_scope_sources):
        kept.clear()
    yield
    registry.webhook_probes[:], registry.redirect_uri_sources[:], registry.used_scope_sources[:] = saved


def outcome(run: ApplicationCheckRun, check_id: str) -> tuple[str, str]:
    row = next(row for row in run.findings if row["id"] == check_id)
    return row["outcome"], row["severity"]


def linked(draft: PartnerApplication, url: str, actor: Principal) -> PartnerApplication:
    return update_application(application=draft, privacy_policy_url=url, actor=actor)


def test_every_check_is_run_once(draft: PartnerApplication, as_alice: Principal) -> None:
    run = run_security_validation(application=draft, actor=as_alice)
    assert [row["id"] for row in run.findings] == [f"SEC{number:03d}" for number in range(1, 19)]
    assert run.is_passed
    assert {row["id"] for row in run.warnings} >= {"SEC005", "SEC009", "SEC011", "SEC014", "SEC017"}
    assert status_of(draft) == "draft"


def test_a_readable_page(draft: PartnerApplication, as_alice: Principal, page: Receiver) -> None:
    run = run_security_validation(application=linked(draft, page.url, as_alice), actor=as_alice)
    assert outcome(run, "SEC010") == ("passed", "error")
    assert [request.method for request in page.requests] == ["GET"]


@pytest.mark.parametrize(("status", "severity"), [(404, "error"), (500, "error"), (301, "warning"), (403, "warning")])
def test_pages_that_answer_something_else(
    draft: PartnerApplication, as_alice: Principal, page: Receiver, status: int, severity: str
) -> None:
    page.answer = reply(status, Location="http://169.254.169.254/")
    run = run_security_validation(application=linked(draft, page.url, as_alice), actor=as_alice)
    assert outcome(run, "SEC010") == ("failed", severity)
    assert len(page.requests) == 1


def test_no_answer_blocks_nobody(
    draft: PartnerApplication, as_alice: Principal, page: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("applications.checks.links.TIMEOUT_SECONDS", 0.3)
    page.answer = hang
    run = run_security_validation(application=linked(draft, page.url, as_alice), actor=as_alice)
    assert outcome(run, "SEC010") == ("failed", "warning")


def test_a_name_nobody_can_have_is_not_asked_for(draft: PartnerApplication, as_alice: Principal) -> None:
    url = "https://acme.example:8443/privacy"  # a port that is refused where an address is asked for
    run = run_security_validation(application=linked(draft, url, as_alice), actor=as_alice)
    assert outcome(run, "SEC010") == ("failed", "warning")


@pytest.mark.parametrize(
    "url", ["https://169.254.169.254/latest/meta-data", "https://user:pw@acme.test/", "https://10.0.0.1/"]
)
def test_inside_addresses_are_refused(draft: PartnerApplication, as_alice: Principal, url: str) -> None:
    run = run_security_validation(application=linked(draft, url, as_alice), actor=as_alice)
    assert outcome(run, "SEC010") == ("failed", "error")


def test_errors_block_submission(draft: PartnerApplication, as_alice: Principal) -> None:
    update_application(
        application=draft,
        permissions=["read:leads", "admin"],
        redirect_uris=["http://*.acme.test/cb#x"],
        actor=as_alice,
    )
    with pytest.raises(InvalidFieldsError) as refusal:
        submit_application(application=draft, actor=as_alice)
    assert sorted(refusal.value.errors) == ["permissions", "redirect_uris"]
    assert all(number in refusal.value.errors["redirect_uris"] for number in ("SEC001", "SEC002", "SEC003"))
    assert "SEC004" in refusal.value.errors["permissions"]
    assert status_of(draft) == "draft"
    assert not ApplicationVersion.objects.exists()


def test_scopes_beyond_the_tier_block_submission(draft: PartnerApplication, as_alice: Principal) -> None:
    Partner.objects.filter(pk=draft.partner_id).update(tier="basic")
    update_application(application=draft, permissions=["read:claims"], actor=as_alice)
    with pytest.raises(InvalidFieldsError, match="SEC018"):
        submit_application(application=draft, actor=as_alice)
    assert status_of(draft) == "draft"


def test_warnings_reach_the_reviewer(submitted: PartnerApplication) -> None:
    version = submitted.versions.get()
    warned = {row["id"] for row in version.checks if row["outcome"] == "failed"}
    assert "SEC005" in warned
    assert all(row["severity"] == "warning" for row in version.checks if row["outcome"] == "failed")


def test_submission_uses_a_fresh_run(draft: PartnerApplication, as_alice: Principal, page: Receiver) -> None:
    linked(draft, page.url, as_alice)
    run_security_validation(application=draft, actor=as_alice)
    submit_application(application=draft, actor=as_alice)
    assert len(page.requests) == 1


def test_a_changed_content_is_checked_again(draft: PartnerApplication, as_alice: Principal, page: Receiver) -> None:
    linked(draft, page.url, as_alice)
    run_security_validation(application=draft, actor=as_alice)
    update_application(application=draft, description="Other words.", actor=as_alice)
    submit_application(application=draft, actor=as_alice)
    assert len(page.requests) == 2


def test_apps_above_add_what_they_know(draft: PartnerApplication, as_alice: Principal, clean_registry: None) -> None:
    registry.register_webhook_probe(lambda _application: failed("SEC013", "https://acme.test took a bad signature."))
    registry.register_redirect_uris(lambda _application: ["http://acme.test/cb"])
    registry.register_used_scopes(lambda _application: ["read:agents"])
    run = run_security_validation(application=draft, actor=as_alice)
    assert {row["id"] for row in run.errors} == {"SEC001", "SEC013"}
    assert outcome(run, "SEC006") == ("failed", "warning")
    with pytest.raises(InvalidFieldsError) as refusal:
        submit_application(application=draft, actor=as_alice)
    assert sorted(refusal.value.errors) == ["redirect_uris", "webhooks"]
    registry.webhook_probes[:] = [lambda _application: passed("SEC013")]
    registry.redirect_uri_sources.clear()
    update_application(application=draft, description="Fixed.", actor=as_alice)
    submit_application(application=draft, actor=as_alice)
    assert status_of(draft) == "submitted"


def test_over_http(api: Api, draft: PartnerApplication, bob: User, charlie: User) -> None:
    PartnerContact.objects.create(partner=draft.partner, contact_name="Alice", email="alice@acme.test")
    path = f"/api/applications/{draft.id}"
    answer = api(bob).post(f"{path}/validate")
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert (data["passed"], data["errorCount"]) == (True, 0)
    assert data["checks"][3] == {
        "id": "SEC004",
        "title": "The admin scope is not asked for",
        "severity": "error",
        "outcome": "passed",
        "detail": "",
        "explanation": "It administers the platform and is granted by staff alone.",
        "fix": "Ask for the scopes your application works with.",
        "field": "permissions",
    }
    contact = next(row for row in data["checks"] if row["id"] == "SEC014")
    assert contact["outcome"] == "passed"
    assert api(charlie).post(f"{path}/validate").status_code == 404

    api(bob).patch(path, {"permissions": ["admin"], "redirectUris": ["http://acme.test/cb"]})
    refused = api(bob).post(f"{path}/submit")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    assert [(row["field"], row["code"]) for row in refused.json()["errors"]] == [
        ("redirectUris", "security_check_failed"),
        ("permissions", "security_check_failed"),
    ]


def test_statistics(api: Api, approved: PartnerApplication, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "statistics_sections", {"calls": lambda _application: {"total": 3}})
    data = api(bob).get(f"/api/applications/{approved.id}/statistics").json()["data"]
    assert data["status"] == "approved"
    assert data["submissions"]["byStatus"] == {"approved": 1}
    assert data["submissions"]["medianReviewSeconds"] >= 0
    assert data["calls"] == {"total": 3}
    assert "revenue" not in data
