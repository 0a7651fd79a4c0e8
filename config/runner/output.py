"""One log of many processes: each line behind the name of who wrote it."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from typing import IO

COLOURS = (36, 32, 33, 35, 34, 96, 92, 93, 95, 94)


class Output:
    """Prefixed lines, coloured on a terminal unless NO_COLOR is set."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self.stream = stream or sys.stdout
        self.coloured = self.stream.isatty() and "NO_COLOR" not in os.environ
        self.lock = threading.Lock()
        self.colour_of: dict[str, int] = {}

    def paint(self, text: str, colour: int) -> str:
        """`text` in an ANSI colour, where colours are shown."""
        return f"\x1b[{colour}m{text}\x1b[0m" if self.coloured else text

    def line(self, name: str, text: str) -> None:
        """One line of process `name`."""
        with self.lock:
            colour = self.colour_of.setdefault(name, COLOURS[len(self.colour_of) % len(COLOURS)])
            self.write(f"{self.paint(f'{name:>9} │', colour)} {text}\n")

    def block(self, text: str) -> None:
        """Several lines that belong together."""
        with self.lock:
            self.write(text)

    def write(self, text: str) -> None:
        """A reader that went away must not take the platform down."""
        with contextlib.suppress(BrokenPipeError, ValueError):
            self.stream.write(text)
            self.stream.flush()
