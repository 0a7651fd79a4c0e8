"""Being asked to stop, whatever the main thread is doing."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import pytest

from common.stopping import StopFlag


@pytest.fixture
def flag() -> Iterator[StopFlag]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    flag = StopFlag()
    flag.handle_signals()
    yield flag
    for number, handler in before.items():
        signal.signal(number, handler)


def test_it_waits_when_nobody_asks(flag: StopFlag) -> None:
    started = time.monotonic()
    assert not flag.wait(0.05)
    assert time.monotonic() - started >= 0.05


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_before_the_wait(flag: StopFlag, number: signal.Signals) -> None:
    signal.raise_signal(number)
    started = time.monotonic()
    assert flag.wait(10)
    assert flag.wait(10)
    assert time.monotonic() - started < 5


def test_a_signal_within_the_wait(flag: StopFlag) -> None:
    signal.signal(signal.SIGALRM, flag.ask)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    started = time.monotonic()
    assert flag.wait(10)
    assert time.monotonic() - started < 5
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
