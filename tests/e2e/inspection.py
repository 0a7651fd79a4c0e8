"""Looking at a page the way every page of the portal is looked at."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.e2e.conftest import DESK, PHONE

MODES = {
    "light": ({"color_scheme": "light"}, DESK),
    "dark": ({"color_scheme": "dark"}, DESK),
    "phone": ({"color_scheme": "light"}, PHONE),
}
# A theme changes colours alone: what else axe looks at is the same as in the light one.
RULES = {"dark": ["color-contrast", "link-in-text-block"]}
# Fonts there, no partial on its way, and two frames drawn since.
SETTLED = """
new Promise(done => {
  const settle = () => document.querySelector(".htmx-request")
    ? setTimeout(settle, 20)
    : document.fonts.ready.then(() => requestAnimationFrame(() => requestAnimationFrame(done)));
  settle();
})
"""


def violations_of(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe finds; by every rule of its own unless some are named."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
    found: list[dict[str, Any]] = page.evaluate("options => axe.run(options).then(it => it.violations)", options)
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def inspect(page: Page, name: str, shots: Path | None, *, reload: bool = False) -> list[str]:
    """Look at the open page in both themes and on a phone; photograph it when asked to.

    `reload` for a page that chooses its theme once, when it is loaded.
    """
    problems = []
    for mode, (media, viewport) in MODES.items():
        # A colour half-way through its transition has no contrast to measure.
        page.emulate_media(**media, reduced_motion="reduce")  # type: ignore[arg-type]  # (a literal per mode)
        page.set_viewport_size(viewport)  # type: ignore[arg-type]  # (as above)
        if reload:
            page.reload()
        page.evaluate(SETTLED)
        found = violations_of(page, RULES.get(mode))
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > viewport["width"]:
            found.append(f"{width} px wide on a screen of {viewport['width']} px")
        problems += [f"{name} ({mode}): {problem}" for problem in found]
        if shots:
            page.screenshot(path=shots / f"{name}-{mode}.png", full_page=True)
    return problems


def name_of(path: str) -> str:
    """A file name for the page at `path`."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "id", path).strip("/").replace("/", "-") or "home"
