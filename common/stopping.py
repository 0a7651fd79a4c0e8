"""Being asked to stop by a signal."""

from __future__ import annotations

import os
import select
import signal


class StopFlag:
    """Set by SIGTERM or Ctrl-C, waited for by the main thread.

    threading.Event would not do: a handler runs in the main thread, and when that is just inside `wait`, the lock which
    `set` needs is held by the very thread that waits for it.
    """

    def __init__(self) -> None:
        self.asked = False
        self.descriptor = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def handle_signals(self) -> None:
        """Have SIGTERM and Ctrl-C set it."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.ask)

    def ask(self, *_: object) -> None:
        """Signal handler."""
        self.asked = True
        os.eventfd_write(self.descriptor, 1)

    def wait(self, seconds: float) -> bool:
        """Wait `seconds`, less when it is set; whether it is."""
        if not self.asked:
            select.select([self.descriptor], [], [], seconds)
        return self.asked
