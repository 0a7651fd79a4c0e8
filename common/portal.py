"""What the portal is made of. Each app adds its pages, home panels and attention items in its AppConfig.ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from common.principal import Principal


@dataclass(frozen=True)
class NavItem:
    """An entry of the sidebar."""

    label: str
    url_name: str
    icon: str  # a heroicons name
    order: int
    section: str = ""
    scope: str | None = None  # shown to members whose role carries it; None: to everyone


@dataclass(frozen=True)
class Attention:
    """Something on the home page that waits for the person."""

    title: str
    detail: str
    url: str
    level: str = "info"  # info, warning, danger


@dataclass(frozen=True)
class HomePanel:
    """A template of the home page and the function that reads what it shows."""

    template: str
    context: Callable[[Principal], dict[str, Any]]
    order: int
    wide: bool = True  # two narrow ones share a row


@dataclass
class Registry:
    """Filled at start-up, read by the portal shell."""

    navigation: list[NavItem] = field(default_factory=list)
    panels: list[HomePanel] = field(default_factory=list)
    attention: list[Callable[[Principal], list[Attention]]] = field(default_factory=list)

    def nav(self, principal: Principal) -> list[NavItem]:
        """The entries this person sees, in order."""
        visible = [item for item in self.navigation if item.scope is None or principal.has_scope(item.scope)]
        return sorted(visible, key=lambda item: item.order)


portal = Registry()
