"""DIR/demo.json: the sign-ins, ids and keys of the demonstration, the same from run to run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings

from applications.models import PartnerApplication
from authn.keys import digest
from authn.models import ApiKey, OAuthClient, OAuthConsent, ServiceAccount
from authn.services.keys import generate_api_key, generate_service_key
from authn.services.oauth_clients import create_client
from common.audit import acting_as
from common.principal import SYSTEM, Role
from config.demo.build import ADMIN_EMAIL, PASSWORD, ensure_integration
from config.demo.world import ACME, GLOBEX
from partners.models import Partner

REDIRECT_URI = f"https://{ACME.domain}/oauth/callback"
FLOWS = ("authorization_code", "client_credentials", "refresh_token")


def write_credentials(directory: Path, base_url: str) -> dict[str, Any]:
    """Write demo.json. Keys and secrets it already holds are kept while they work, else issued again."""
    path = directory / "demo.json"
    known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    partner, application = owned(ACME.name, "Quote Sync")
    stranger, feed = owned(GLOBEX.name, "Globex Feed")
    with acting_as(SYSTEM):
        client = oauth_client(application, known.get("oauth", {}))
        world = {
            "baseUrl": base_url,
            "admin": {"email": ADMIN_EMAIL, "password": PASSWORD},
            "partner": {
                "email": f"owner@{ACME.domain}",
                "password": PASSWORD,
                "partnerId": str(partner.id),
                "applicationId": str(application.id),
                "integrationId": str(ensure_integration(application).id),
                "apiKey": application_key(application, "live", known.get("partner", {}).get("apiKey")),
                "testApiKey": application_key(application, "test", known.get("partner", {}).get("testApiKey")),
            },
            "stranger": {
                "email": f"owner@{GLOBEX.domain}",
                "password": PASSWORD,
                "partnerId": str(stranger.id),
                "apiKey": application_key(feed, "live", known.get("stranger", {}).get("apiKey")),
            },
            "service": {"apiKey": service_key(known.get("service", {}).get("apiKey"))},
            "oauth": client,
        }
        ensure_install(client["clientId"], stranger)
    temporary = path.with_suffix(".new")
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(world, indent=2) + "\n", encoding="utf-8")
    temporary.replace(path)
    return world


def owned(partner_name: str, app_name: str) -> tuple[Partner, PartnerApplication]:
    """A partner of the world and one of its applications."""
    application = PartnerApplication.objects.select_related("partner").get(
        partner__partner_name=partner_name, app_name=app_name
    )
    return application.partner, application


def works(key: str | None) -> bool:
    """Whether `key` is stored and usable."""
    return bool(key) and ApiKey.objects.usable().filter(key_value=digest(key or "", settings.API_KEY_PEPPER)).exists()


def application_key(application: PartnerApplication, environment: str, known: str | None) -> str:
    """The known key, or a new one with everything the application was granted."""
    if known and works(known):
        return known
    return generate_api_key(
        application=application,
        scopes=application.approved_permissions,
        name=f"Demo {environment}",
        environment=environment,
        actor=SYSTEM,
    ).full_key


def service_key(known: str | None) -> str:
    """The known key of the core platform, or a new one."""
    if known and works(known):
        return known
    account, _ = ServiceAccount.objects.get_or_create(name="core-platform")
    return generate_service_key(service_account=account, name="Demo", actor=SYSTEM).full_key


def ensure_install(client_id: str, organization: Partner) -> None:
    """An owner of another organization lets the client act for it."""
    owner = organization.members.filter(role=Role.OWNER).order_by("id").select_related("user").first()
    if owner is not None:
        OAuthConsent.objects.get_or_create(
            user=owner.user,
            client=OAuthClient.objects.get(client_id=client_id),
            partner=organization,
            defaults={"scopes": ["read:leads", "read:policies"]},
        )


def oauth_client(application: PartnerApplication, known: dict[str, str]) -> dict[str, str]:
    """The known client, or a new one with every flow."""
    if known and OAuthClient.objects.filter(client_id=known["clientId"], active=True).exists():
        return known
    issued = create_client(
        application=application,
        name="Quote Sync for agencies",
        redirect_uris=[REDIRECT_URI],
        allowed_flows=FLOWS,
        actor=SYSTEM,
    )
    return {
        "clientId": issued.client.client_id,
        "clientSecret": issued.client_secret or "",
        "redirectUri": REDIRECT_URI,
    }
