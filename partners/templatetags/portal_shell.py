"""What the shell around every signed-in page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from common.portal import NavItem, portal
from partners.models import PartnerMember, User
from partners.selectors import principal_of_member, session_member

register = template.Library()


@dataclass(frozen=True)
class NavLink:
    """A sidebar entry on the current page."""

    item: NavItem
    url: str
    current: bool


@dataclass(frozen=True)
class NavSection:
    """Sidebar entries under one heading."""

    title: str
    links: list[NavLink]


@dataclass(frozen=True)
class Shell:
    """The sidebar, and the memberships the person can switch between."""

    member: PartnerMember | None
    memberships: list[PartnerMember]
    sections: list[NavSection]


def sections_of(member: PartnerMember, path: str) -> list[NavSection]:
    """The entries `member` sees, by section in the order of their first entry."""
    sections: dict[str, list[NavLink]] = {}
    for item in portal.nav(principal_of_member(member)):
        try:
            url = reverse(item.url_name)
        except NoReverseMatch:
            continue  # the app's pages are not mounted on this instance
        current = path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))
        sections.setdefault(item.section, []).append(NavLink(item, url, current))
    return [NavSection(title, links) for title, links in sections.items()]


@register.simple_tag(takes_context=True)
def shell(context: dict[str, Any]) -> Shell:
    """`{% shell as shell %}`: empty for people who belong to no partner."""
    request: HttpRequest = context["request"]
    member = session_member(request)
    if member is None or not isinstance(request.user, User):
        return Shell(None, [], [])
    memberships = list(request.user.memberships.select_related("partner").order_by("partner__partner_name"))
    return Shell(member, memberships, sections_of(member, request.path))
