"""The table of transitions, in the services and in the database."""

from __future__ import annotations

import itertools

import pytest
from django.db import ProgrammingError, transaction

from applications import transitions
from applications.models import ApplicationStatus, ApplicationVersion, PartnerApplication
from applications.models.version import VersionStatus
from applications.services.status import move_application
from common.errors import ForbiddenError, TransitionError
from common.principal import Principal
from partners.models import Partner
from tests.applications.helpers import changes_of, status_of
from tests.conftest import make_application

ALL = [value for value, _ in ApplicationStatus.choices]
LEGAL = set(transitions.pairs(transitions.APPLICATION))
ILLEGAL = sorted(set(itertools.permutations(ALL, 2)) - LEGAL)


def test_the_table_is_what_the_workflow_says() -> None:
    assert sorted(LEGAL) == [
        ("approved", "deprecated"),
        ("approved", "published"),
        ("approved", "suspended"),
        ("changes_requested", "submitted"),
        ("deprecated", "suspended"),
        ("draft", "submitted"),
        ("in_review", "approved"),
        ("in_review", "changes_requested"),
        ("in_review", "draft"),
        ("in_review", "rejected"),
        ("in_review", "submitted"),
        ("published", "deprecated"),
        ("published", "suspended"),
        ("rejected", "submitted"),
        ("submitted", "approved"),
        ("submitted", "changes_requested"),
        ("submitted", "draft"),
        ("submitted", "in_review"),
        ("submitted", "rejected"),
        ("suspended", "approved"),
        ("suspended", "deprecated"),
        ("suspended", "published"),
    ]


def test_every_state_of_the_tables_exists() -> None:
    assert {state for pair in LEGAL for state in pair} == set(ALL)
    assert {state for pair in transitions.pairs(transitions.VERSION) for state in pair} == set(VersionStatus.values)


def test_the_database_refuses_every_illegal_update(acme: Partner) -> None:
    for number, (before, after) in enumerate(ILLEGAL):
        application = make_application(acme, f"App {number}", status=before)
        with pytest.raises(ProgrammingError, match="Invalid transition"), transaction.atomic():
            PartnerApplication.objects.filter(pk=application.pk).update(status=after)
        assert status_of(application) == before


def test_the_database_takes_every_legal_update(acme: Partner) -> None:
    for number, (before, after) in enumerate(sorted(LEGAL)):
        application = make_application(acme, f"App {number}", status=before)
        PartnerApplication.objects.filter(pk=application.pk).update(status=after)
        assert status_of(application) == after


@pytest.mark.parametrize(("before", "after"), ILLEGAL)
def test_the_services_refuse_illegal_ones(acme: Partner, as_dana: Principal, before: str, after: str) -> None:
    application = make_application(acme, status=before)
    expected: type[Exception] = ForbiddenError if after == "draft" and before == "draft" else TransitionError
    with pytest.raises(expected) as refusal:
        move_application(application=application, target=after, reason="", actor=as_dana)
    assert getattr(refusal.value, "code", "") == f"{before}_to_{after}"
    assert status_of(application) == before
    assert changes_of(application) == []


@pytest.mark.parametrize("after", ["approved", "rejected", "changes_requested", "suspended", "in_review"])
def test_a_partner_cannot_decide(acme: Partner, as_alice: Principal, after: str) -> None:
    before = next(source for source, target in sorted(LEGAL) if target == after)
    application = make_application(acme, status=before)
    with pytest.raises(ForbiddenError):
        move_application(application=application, target=after, reason="", actor=as_alice)
    assert status_of(application) == before


def test_a_version_is_frozen(submitted: PartnerApplication) -> None:
    versions = ApplicationVersion.objects.filter(application=submitted)
    for change in ({"permissions": ["admin"]}, {"app_name": "Other"}, {"number": 9}, {"checks": [{"id": "SEC001"}]}):
        with pytest.raises(ProgrammingError, match="Cannot update rows"), transaction.atomic():
            versions.update(**change)
    with pytest.raises(ProgrammingError, match="Cannot delete rows"), transaction.atomic():
        versions.delete()
    assert versions.get().permissions == ["read:leads"]


def test_the_diagram_names_every_edge() -> None:
    drawing = transitions.mermaid(transitions.APPLICATION, initial="draft")
    assert drawing.startswith(
        "stateDiagram-v2\n    [*] --> draft\n    draft --> submitted: submit (partner or staff)\n"
    )
    assert "    submitted --> approved: approve (staff)\n" in drawing
    assert drawing.count(" --> ") == 1 + sum(len(step.sources) for step in transitions.APPLICATION)
