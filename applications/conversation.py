"""A review's comments as people read a conversation: what was answered, with its answers below it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from applications.models import ReviewComment


@dataclass(frozen=True)
class Reply:
    """An answer somewhere below a thread's first comment; `answers` names another than that one."""

    comment: ReviewComment
    answers: ReviewComment | None


@dataclass(frozen=True)
class Thread:
    """A comment that answers nothing, and all that came of it in the order it was said."""

    first: ReviewComment
    replies: list[Reply] = field(default_factory=list)


def threads(comments: Iterable[ReviewComment]) -> list[Thread]:
    """Threads by when they began. Answers to answers, however deep, are told apart by what they name."""
    said: dict[uuid.UUID | None, ReviewComment] = {comment.pk: comment for comment in comments}
    roots: dict[uuid.UUID, uuid.UUID] = {}
    found: dict[uuid.UUID, Thread] = {}
    for comment in said.values():
        root = comment
        while root.pk not in roots and root.parent_id in said:
            root = said[root.parent_id]
        roots[comment.pk] = roots.get(root.pk, root.pk)
        thread = found.setdefault(roots[comment.pk], Thread(said[roots[comment.pk]]))
        if comment is not thread.first:
            parent = said[comment.parent_id]
            thread.replies.append(Reply(comment, None if parent is thread.first else parent))
    return list(found.values())
