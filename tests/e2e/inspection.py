"""Looking at a page the way every page of the portal is looked at."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.conftest import DESK, PHONE

MODES = {
    "light": ({"color_scheme": "light"}, DESK),
    "dark": ({"color_scheme": "dark"}, DESK),
    "phone": ({"color_scheme": "light"}, PHONE),
}
axe = Axe()


def problems_of(page: Page, width: int) -> list[str]:
    """What axe finds, and whether the page is wider than the screen."""
    found: list[dict[str, Any]] = axe.run(page).response["violations"]
    problems = [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]
    actual = page.evaluate("document.documentElement.scrollWidth")
    if actual > width:
        problems.append(f"{actual} px wide on a screen of {width} px")
    return problems


def inspect(page: Page, name: str, shots: Path | None) -> list[str]:
    """Look at the open page in both themes and on a phone; photograph it when asked to."""
    problems = []
    for mode, (media, viewport) in MODES.items():
        # A colour half-way through its transition has no contrast to measure.
        page.emulate_media(**media, reduced_motion="reduce")  # type: ignore[arg-type]  # (a literal per mode)
        page.set_viewport_size(viewport)  # type: ignore[arg-type]  # (as above)
        page.wait_for_load_state("networkidle")
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        problems += [f"{name} ({mode}): {problem}" for problem in problems_of(page, viewport["width"])]
        if shots:
            page.screenshot(path=shots / f"{name}-{mode}.png", full_page=True)
    return problems


def name_of(path: str) -> str:
    """A file name for the page at `path`."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "id", path).strip("/").replace("/", "-") or "home"
