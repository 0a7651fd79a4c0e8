"""The options of `manage.py up`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from config.environment import data_dir


def number(lowest: int, highest: int) -> Callable[[str], int]:
    """A parser of whole numbers between two."""

    def parse(text: str) -> int:
        value = int(text)
        if not lowest <= value <= highest:
            raise argparse.ArgumentTypeError(f"{value} is not between {lowest} and {highest}")
        return value

    parse.__name__ = "int"  # what argparse calls it when it is no number at all
    return parse


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare them on `parser`."""
    parser.add_argument("--host", default="127.0.0.1", help="address the web server binds (default: %(default)s)")
    parser.add_argument(
        "--port", type=number(1, 65535), default=8000, help="port the web server binds (default: %(default)s)"
    )
    parser.add_argument("--data", type=Path, default=data_dir(), metavar="DIR", help="where everything is kept")
    parser.add_argument(
        "--demo",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="fill an empty instance with a demonstration world and write DIR/demo.json",
    )
    parser.add_argument(
        "--workers",
        type=number(1, 512),
        default=max(1, (os.cpu_count() or 1) // 2),
        metavar="N",
        help="web processes, and job processes (default: half the processors)",
    )


def parse_options(arguments: list[str]) -> argparse.Namespace:
    """Parse them; what Django's own commands accept besides (`--verbosity`, ...) is left to Django."""
    parser = argparse.ArgumentParser(prog="manage.py up", description="Run the whole platform on this machine.")
    add_options(parser)
    options, _ = parser.parse_known_args(arguments)
    options.data = options.data.resolve()
    return options
