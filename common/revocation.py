"""Telling every process at once that a credential, an application or a partner no longer is what it was.

Whoever changes what a credential may do calls `invalidate` in the same transaction. The app that caches credentials
registers how to drop them when it is ready.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest

from common.principal import Principal

# Called with (partner_id, application_id), after the commit; it must not raise: the change has already happened.
Listener = Callable[[uuid.UUID | None, uuid.UUID | None], None]

listeners: list[Listener] = []

# Called with the request that opened a long answer and who it was then: does the caller still stand as it did? It reads
# the current truth, and says yes of a kind of caller that is none of its business.
Check = Callable[[HttpRequest, Principal], bool]

checks: list[Check] = []


def register_invalidation(listener: Listener) -> None:
    """Call `listener(partner_id, application_id)` when the credentials of one of them must be read again."""
    if listener not in listeners:
        listeners.append(listener)


def invalidate(*, partner_id: uuid.UUID | None = None, application_id: uuid.UUID | None = None) -> None:
    """Have every process read the credentials of a partner or an application again, once the transaction commits.

    Call it inside the transaction that changes a partner's or an application's status, tier or permissions: from the
    next request on, the change holds everywhere. The partner alone is enough when it is at hand. A service account
    counts as a partner here.
    """

    def drop() -> None:
        for listener in listeners:
            listener(partner_id, application_id)

    transaction.on_commit(drop)


def register_check(check: Check) -> None:
    """Have `check` asked while an answer to one of its callers is open."""
    if check not in checks:
        checks.append(check)


def still_admitted(request: HttpRequest, principal: Principal) -> bool:
    """Whether the caller of a request that is still being answered is what it was when the request came."""
    return all(check(request, principal) for check in checks)
