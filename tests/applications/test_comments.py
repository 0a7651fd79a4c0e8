"""The conversation between reviewer and partner."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from applications.conversation import threads
from applications.models import PartnerApplication, ReviewComment
from applications.services.comments import add_comment
from common.errors import ForbiddenError, InvalidError
from common.principal import Principal
from partners.models import User

Api = Callable[..., APIClient]


def test_question_and_answer(submitted: PartnerApplication, as_dana: Principal, as_alice: Principal) -> None:
    question = add_comment(application=submitted, body=" Why leads? ", actor=as_dana)
    answer = add_comment(application=submitted, body="To route them.", parent_id=question.id, actor=as_alice)
    assert (question.body, question.from_staff, question.version) == ("Why leads?", True, submitted.versions.get())
    assert (answer.parent, answer.from_staff, answer.internal) == (question, False, False)


def test_notes_stay_between_reviewers(
    submitted: PartnerApplication, as_dana: Principal, as_alice: Principal, as_erin: Principal
) -> None:
    note = add_comment(application=submitted, body="Smells.", internal=True, actor=as_dana)
    reply = add_comment(application=submitted, body="Agreed.", parent_id=note.id, actor=as_erin)
    assert reply.internal
    assert not ReviewComment.objects.visible_to(as_alice).exists()
    with pytest.raises(InvalidError) as refusal:
        add_comment(application=submitted, body="What smells?", parent_id=note.id, actor=as_alice)
    assert refusal.value.code == "not_found"
    with pytest.raises(ForbiddenError):
        add_comment(application=submitted, body="Secret.", internal=True, actor=as_alice)
    assert ReviewComment.objects.count() == 2


def test_strangers_and_silence(submitted: PartnerApplication, as_charlie: Principal, as_alice: Principal) -> None:
    with pytest.raises(ForbiddenError):
        add_comment(application=submitted, body="Hello.", actor=as_charlie)
    for body in ("  ", "x" * 5001):
        with pytest.raises(InvalidError):
            add_comment(application=submitted, body=body, actor=as_alice)
    assert not ReviewComment.objects.exists()


def test_what_was_said_stays(submitted: PartnerApplication, as_dana: Principal) -> None:
    comment = add_comment(application=submitted, body="Why?", actor=as_dana)
    with pytest.raises(ProgrammingError), transaction.atomic():
        ReviewComment.objects.update(body="Never mind.")
    with pytest.raises(ProgrammingError), transaction.atomic():
        comment.delete()
    comment.refresh_from_db()
    assert comment.body == "Why?"


def test_threads_gather_answers_of_any_depth(
    submitted: PartnerApplication, as_dana: Principal, as_alice: Principal
) -> None:
    def say(body: str, parent: ReviewComment | None = None) -> ReviewComment:
        actor = as_alice if len(said) % 2 else as_dana
        said.append(add_comment(application=submitted, body=body, parent_id=parent.id if parent else None, actor=actor))
        return said[-1]

    said: list[ReviewComment] = []
    first, second = say("first"), say("second")
    deepest = first
    for number in range(20):
        deepest = say(f"answer {number}", deepest)
        say(f"aside {number}", second)
    comments = list(ReviewComment.objects.all())
    with CaptureQueriesContext(connection) as queries:
        one, two = threads(comments)
        assert [reply.comment.body for reply in one.replies] == [f"answer {number}" for number in range(20)]
        assert [reply.answers.body if reply.answers else None for reply in one.replies] == [
            None,
            *(f"answer {number}" for number in range(19)),
        ]
        assert [reply.comment.body for reply in two.replies] == [f"aside {number}" for number in range(20)]
        assert {reply.answers for reply in two.replies} == {None}
        # Clocks of two hosts may differ: an answer can come before what it answers.
        backwards = threads(reversed(comments))
        assert [thread.first for thread in backwards] == [two.first, one.first]
        assert {len(thread.replies) for thread in backwards} == {20}
        # What the reader may not see is no thread: its answers stand for themselves.
        assert [thread.first.body for thread in threads(comments[1:])] == ["second", "answer 0"]
    assert len(queries) == 0
    assert threads([]) == []


def test_over_http(api: Api, submitted: PartnerApplication, bob: User, dana: User, charlie: User) -> None:
    path = f"/api/applications/{submitted.id}"
    asked = api(dana).post(f"{path}/comments", {"body": "Why leads?"})
    assert (asked.status_code, asked.json()["data"]["author"]) == (201, "dana@treaty.test")
    assert asked["Location"] == f"{path}/reviews"
    api(dana).post(f"{path}/comments", {"body": "Odd.", "internal": True})
    answered = api(bob).post(f"{path}/comments", {"body": "Routing.", "parentId": asked.json()["data"]["id"]})
    assert answered.status_code == 201
    assert api(bob).post(f"{path}/comments", {"body": "x", "internal": True}).status_code == 403
    assert api(charlie).post(f"{path}/comments", {"body": "x"}).status_code == 404
    seen = api(bob).get(f"{path}/reviews").json()["data"][0]["comments"]
    assert [(row["author"], row["body"]) for row in seen] == [("Reviewer", "Why leads?"), ("bob@acme.test", "Routing.")]
    assert len(api(dana).get(f"{path}/reviews").json()["data"][0]["comments"]) == 3
