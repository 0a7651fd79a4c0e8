#!/usr/bin/env python
"""The one entry point for operators."""

import os
import sys

from config.environment import load_env_file
from config.runner.instance import prepare
from config.runner.program import start_loading


def main() -> None:
    """Run a management command with the environment of the local data directory, which `up` makes."""
    if sys.argv[1:2] == ["up"]:
        start_loading(prepare(sys.argv[2:]).metrics_dir)
    else:
        load_env_file()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415  (after the environment is complete)

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
