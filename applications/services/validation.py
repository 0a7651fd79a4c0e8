"""The security validation: gathers facts, applies the rules, reads the links, keeps the result."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

from django.utils import timezone

from applications import registry
from applications.checks.catalogue import Finding
from applications.checks.images import inspect
from applications.checks.links import check_links
from applications.checks.rules import Facts, apply_rules
from applications.models import ApplicationCheckRun, PartnerApplication
from common.errors import ConflictError, InvalidFieldsError
from common.principal import Principal
from partners.models import PartnerAgreement, PartnerContact
from partners.tiers import refused_scopes

DPA = "dpa"
FRESH_FOR = timedelta(minutes=15)


def content_hash(application: PartnerApplication) -> str:
    """What identifies the content a run looked at."""
    return hashlib.sha256(json.dumps(application.content(), sort_keys=True).encode()).hexdigest()


def gather_facts(application: PartnerApplication) -> Facts:
    """What the pure rules look at."""
    partner = application.partner
    return Facts(
        permissions=tuple(application.permissions),
        purposes=application.permission_purposes,
        redirect_uris=registry.registered_redirect_uris(application),
        security_info=application.security_info,
        description=application.description,
        homepage_url=application.homepage_url,
        privacy_policy_url=application.privacy_policy_url,
        support_url=application.support_url,
        icon_size=icon_size(application),
        today=timezone.now().date(),
        has_contact=bool(partner.support_email) or PartnerContact.objects.filter(partner=partner).exists(),
        has_data_agreement=PartnerAgreement.objects.active().filter(partner=partner, agreement_type=DPA).exists(),
        unused_scopes=registry.unused_scopes(application),
        scopes_beyond_tier=tuple(s for s in refused_scopes(partner.tier, application.permissions) if s != "admin"),
    )


def icon_size(application: PartnerApplication) -> tuple[int, int] | None:
    """Width and height of the icon; (0, 0) for a file that is no image any more."""
    if not application.icon:
        return None
    with application.icon.open("rb") as file:
        info = inspect(file.read(64 * 1024))
    return (info.width, info.height) if info else (0, 0)


def check_content(application: PartnerApplication) -> list[Finding]:
    """The pure checks alone: fast enough for every page of the wizard."""
    return apply_rules(gather_facts(application))


def run_security_validation(*, application: PartnerApplication, actor: Principal) -> ApplicationCheckRun:
    """Run every check, links and webhook endpoints included, and keep the result. Call it outside a transaction."""
    looked_at = content_hash(application)
    findings = check_content(application)
    urls = {name: getattr(application, name) for name in ("privacy_policy_url", "support_url")}
    findings += [*check_links(urls), *registry.probe_webhooks(application)]
    return ApplicationCheckRun.objects.create(
        application=application,
        content_hash=looked_at,
        findings=[finding.as_json() for finding in sorted(findings, key=lambda finding: finding.check.id)],
        requested_label=actor.label,
    )


def current_run(application: PartnerApplication) -> ApplicationCheckRun | None:
    """The latest run over the present content, if it is recent."""
    return application.check_runs.filter(
        content_hash=content_hash(application), created_at__gte=timezone.now() - FRESH_FOR
    ).first()


def require_passed(run: ApplicationCheckRun) -> None:
    """Raise InvalidFieldsError naming every check that blocks submission."""
    problems: dict[str, str] = {}
    for row in run.errors:
        field = row["field"] or "webhooks"
        text = f"{row['id']} {row['title']}: {row['detail']}"
        problems[field] = f"{problems[field]}; {text}" if field in problems else text
    if problems:
        raise InvalidFieldsError(problems, code="security_check_failed")


def require_same_content(application: PartnerApplication, run: ApplicationCheckRun) -> None:
    """Refuse content that was changed while it was being checked."""
    if content_hash(application) != run.content_hash:
        raise ConflictError("application_changed", "It was changed while it was being checked. Submit it again.")
