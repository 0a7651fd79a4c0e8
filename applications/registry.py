"""What apps above this one know about an application. Each fills its part in AppConfig.ready."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from applications.checks.catalogue import Finding, skipped

if TYPE_CHECKING:
    from applications.models import PartnerApplication

# SEC013: sends a well and a badly signed delivery to the application's endpoints.
WebhookProbe = Callable[["PartnerApplication"], Finding]
# Redirect URIs registered elsewhere, on OAuth clients.
RedirectURIs = Callable[["PartnerApplication"], Sequence[str]]
# Scopes the application needed lately, for calls or for what it subscribed to; None when it did nothing at all.
UsedScopes = Callable[["PartnerApplication"], Collection[str] | None]
# A section of the statistics: its members, camelCase.
Statistics = Callable[["PartnerApplication"], dict[str, Any]]
ANY_OBJECT: dict[str, Any] = {"type": "object", "additionalProperties": True}
# Tells whoever installed a deprecated application which day it stops. Runs in the transaction of the deprecation.
InstallerNotice = Callable[["PartnerApplication"], None]


@dataclass(frozen=True)
class StatisticsPanel:
    """The template that shows a section as `figures`: a `<c-stat>` of the row on top, or a card when it is wide."""

    template: str
    wide: bool


webhook_probes: list[WebhookProbe] = []
redirect_uri_sources: list[RedirectURIs] = []
used_scope_sources: list[UsedScopes] = []
statistics_sections: dict[str, Statistics] = {}
statistics_panels: dict[str, StatisticsPanel] = {}
statistics_schemas: dict[str, dict[str, Any]] = {}
installer_notices: list[InstallerNotice] = []


def register_webhook_probe(probe: WebhookProbe) -> None:
    """Have the security validation probe webhook endpoints with `probe`."""
    webhook_probes.append(probe)


def register_redirect_uris(source: RedirectURIs) -> None:
    """Have the security validation judge the redirect URIs `source` knows."""
    redirect_uri_sources.append(source)


def register_used_scopes(source: UsedScopes) -> None:
    """Have the security validation ask `source` which scopes are in use."""
    used_scope_sources.append(source)


def register_statistics(
    section: str, source: Statistics, *, template: str, wide: bool = False, schema: dict[str, Any] | None = None
) -> None:
    """Add `section` to the statistics of an application, its template to their page, its schema to the document."""
    statistics_sections[section] = source
    statistics_schemas[section] = schema or ANY_OBJECT
    statistics_panels[section] = StatisticsPanel(template, wide)


def register_installer_notice(notice: InstallerNotice) -> None:
    """Have `notice` tell installers of an application that it was deprecated."""
    installer_notices.append(notice)


def notify_installers(application: PartnerApplication) -> None:
    """Tell everyone who installed a deprecated application."""
    for notice in installer_notices:
        notice(application)


def probe_webhooks(application: PartnerApplication) -> list[Finding]:
    """SEC013 by every probe; skipped without one."""
    if not webhook_probes:
        return [skipped("SEC013", "There are no webhook endpoints to probe.")]
    return [probe(application) for probe in webhook_probes]


def registered_redirect_uris(application: PartnerApplication) -> tuple[str, ...]:
    """The application's own redirect URIs and those registered elsewhere, each once."""
    elsewhere = [uri for source in redirect_uri_sources for uri in source(application)]
    return tuple(dict.fromkeys([*application.redirect_uris, *elsewhere]))


def unused_scopes(application: PartnerApplication) -> tuple[str, ...] | None:
    """Requested scopes that nothing needed; None when no source saw anything. `admin` is another check's."""
    seen = [used for source in used_scope_sources if (used := source(application)) is not None]
    if not seen:
        return None
    used = {"admin"}.union(*seen)
    return tuple(scope for scope in application.permissions if scope not in used)
