"""The life of an integration: created, changed, switched on and off, removed."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from applications.models import PartnerApplication
from common.base import Environment
from common.errors import ConflictError, InvalidError, TransitionError
from common.principal import Principal, PrincipalKind
from events.payloads import check_value
from events.services.publishing import publish_event
from integrations.models import Integration

CLOSED_APPLICATIONS = {PartnerApplication.Status.SUSPENDED, PartnerApplication.Status.REJECTED}


@transaction.atomic
def create_integration(
    *,
    application: PartnerApplication,
    integration_name: str,
    integration_type: str = Integration.Type.WEBHOOK,
    environment: str = Environment.LIVE,
    config: dict[str, Any] | None = None,
    actor: Principal,
) -> Integration:
    """Create an active integration of `application`.

    Raises InvalidError for a bad value, ConflictError while the application is suspended or rejected.
    """
    check_environment(environment, actor)
    if application.status in CLOSED_APPLICATIONS:
        raise ConflictError(
            f"application_{application.status}",
            f"{application.app_name} is {application.status}: it cannot get an integration.",
        )
    integration = Integration(
        partner_id=application.partner_id,
        application=application,
        integration_name=integration_name,
        integration_type=integration_type,
        environment=environment,
        config={} if config is None else config,
    )
    check_integration(integration)
    integration.save(force_insert=True)
    announce(integration, "integration.connected")
    return integration


@transaction.atomic
def update_integration(*, integration: Integration, actor: Principal, **changes: Any) -> Integration:
    """Change `integration_name`, `integration_type` or `config`; raises InvalidError for a bad value."""
    integration = lock_integration(integration)
    for name, value in changes.items():
        if name not in {"integration_name", "integration_type", "config"}:
            raise TypeError(f"{name} cannot be changed")
        setattr(integration, name, value)
    check_integration(integration)
    integration.save(update_fields=[*changes, "updated_at"])
    return integration


@transaction.atomic
def activate_integration(*, integration: Integration, actor: Principal) -> Integration:
    """Switch it on; raises TransitionError when it is on already."""
    return set_status(integration, Integration.Status.ACTIVE, "integration.connected")


@transaction.atomic
def deactivate_integration(*, integration: Integration, actor: Principal) -> Integration:
    """Switch it off; raises TransitionError when it is off already."""
    return set_status(integration, Integration.Status.INACTIVE, "integration.disconnected")


@transaction.atomic
def delete_integration(*, integration: Integration, actor: Principal) -> None:
    """Remove it; raises ConflictError while webhooks hang on it."""
    integration = lock_integration(integration)
    announce(integration, "integration.disconnected")
    try:
        integration.delete()
    except ProtectedError:
        raise ConflictError(
            "integration_in_use", f"{integration.integration_name} still has webhooks: remove them first."
        ) from None


def set_status(integration: Integration, target: str, event_name: str) -> Integration:
    """Move to `target` and say so."""
    integration = lock_integration(integration)
    if integration.status == target:
        raise TransitionError(noun=integration.integration_name, current=integration.status, target=target)
    integration.status = target
    integration.save(update_fields=["status", "updated_at"])
    announce(integration, event_name)
    return integration


def lock_integration(integration: Integration) -> Integration:
    """The current row, locked until the transaction ends."""
    return Integration.objects.select_for_update().get(pk=integration.pk)


def check_environment(environment: str, actor: Principal) -> None:
    """Raise InvalidError for an environment that does not exist, or that a key or token does not work in."""
    if environment not in Environment.values:
        raise InvalidError("Expected live or test.", field="environment", code="invalid_choice")
    if actor.kind in {PrincipalKind.API_KEY, PrincipalKind.OAUTH} and environment != actor.environment:
        raise InvalidError(f"This credential works in {actor.environment} alone.", field="environment")


def check_integration(integration: Integration) -> None:
    """Raise InvalidError for a bad name, type or configuration."""
    if not integration.integration_name.strip() or len(integration.integration_name) > 100:
        raise InvalidError("Expected 1 to 100 characters.", field="integration_name", code="invalid_length")
    if integration.integration_type not in Integration.Type.values:
        raise InvalidError("There is no such type.", field="integration_type", code="invalid_choice")
    if not isinstance(integration.config, dict):
        raise InvalidError("Expected an object.", field="config", code="invalid_type")
    check_value(integration.config, "config", 1)


def announce(integration: Integration, event_name: str) -> None:
    """Tell the partner's own receivers."""
    publish_event(
        event_name=event_name,
        entity_type="integration",
        entity_id=str(integration.id),
        payload={
            "id": integration.id,
            "integrationName": integration.integration_name,
            "integrationType": integration.integration_type,
            "appId": integration.application_id,
            "environment": integration.environment,
            "status": integration.status,
        },
        environment=integration.environment,
        partner_id=integration.partner_id,
    )
