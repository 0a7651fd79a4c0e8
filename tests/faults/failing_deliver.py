"""`manage.py deliver` that dies, once, at the point its first argument names."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import django

django.setup()

from webhooks.engine.dispatcher import Dispatcher  # noqa: E402 (Django first)
from webhooks.engine.messages import Claim, Outcome  # noqa: E402 (as above)
from webhooks.engine.process import DeliveryProcess  # noqa: E402 (as above)
from webhooks.engine.store import Store  # noqa: E402 (as above)

point = sys.argv[1]
claim, finish, store_finish = Dispatcher.claim, Dispatcher.finish, Store.finish


def die() -> None:
    """As `kill -9` would."""
    os.kill(os.getpid(), signal.SIGKILL)


def claim_and_die(self: Dispatcher) -> list[Claim]:
    claims = claim(self)
    if claims:
        die()
    return claims


def die_before_finishing(self: Dispatcher, outcomes: Sequence[Outcome], *, again: bool = False) -> bool:
    die()
    return False


def finish_and_die(self: Store, outcomes: Sequence[Outcome], *, again: bool = False) -> object:
    store_finish(self, outcomes, again=again)
    die()
    return set()


if point == "after_claim":
    Dispatcher.claim = claim_and_die  # type: ignore[method-assign]  # (the fault)
elif point == "after_send":
    Dispatcher.finish = die_before_finishing  # type: ignore[method-assign]  # (the fault)
elif point == "after_finish":
    Store.finish = finish_and_die  # type: ignore[method-assign, assignment]  # (the fault)
print("ready", flush=True)  # noqa: T201 (the test waits for it)
sys.stdin.readline()  # and lets it go
DeliveryProcess(deadline=1.0).run()
