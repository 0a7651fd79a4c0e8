"""What apps above this one know about an application. Each fills its part in AppConfig.ready."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from applications.checks.catalogue import Finding, skipped

if TYPE_CHECKING:
    from applications.models import PartnerApplication

# SEC013: sends a well and a badly signed delivery to the application's endpoints.
WebhookProbe = Callable[["PartnerApplication"], Finding]
# Redirect URIs registered elsewhere, on OAuth clients.
RedirectURIs = Callable[["PartnerApplication"], Sequence[str]]
# Requested scopes no sandbox call needed lately; None when nothing was called at all.
UnusedScopes = Callable[["PartnerApplication"], Sequence[str] | None]
# A section of the statistics: its members, camelCase.
Statistics = Callable[["PartnerApplication"], dict[str, Any]]

webhook_probes: list[WebhookProbe] = []
redirect_uri_sources: list[RedirectURIs] = []
unused_scope_sources: list[UnusedScopes] = []
statistics_sections: dict[str, Statistics] = {}


def register_webhook_probe(probe: WebhookProbe) -> None:
    """Have the security validation probe webhook endpoints with `probe`."""
    webhook_probes.append(probe)


def register_redirect_uris(source: RedirectURIs) -> None:
    """Have the security validation judge the redirect URIs `source` knows."""
    redirect_uri_sources.append(source)


def register_unused_scopes(source: UnusedScopes) -> None:
    """Have the security validation ask `source` which scopes go unused."""
    unused_scope_sources.append(source)


def register_statistics(section: str, source: Statistics) -> None:
    """Add `section` to the statistics of an application."""
    statistics_sections[section] = source


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
    """Requested scopes that went unused; None when no source saw a call."""
    for source in unused_scope_sources:
        if (scopes := source(application)) is not None:
            return tuple(scopes)
    return None
