"""Creating, editing and deleting applications."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from applications.models import PartnerApplication
from applications.services.announcements import announce
from applications.services.status import lock_application, require_open, require_partner_side
from common.api.casing import camelize
from common.errors import ConflictError, InvalidError
from common.principal import Principal
from common.scopes import unknown_scopes
from partners.models import Partner
from partners.tiers import check_quota

MAX_URIS = 20
MAX_DESCRIPTION = 5_000
WEB_URL = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)
EDITABLE = frozenset(PartnerApplication.CONTENT) - {"icon", "screenshots"}


@transaction.atomic
def create_application(
    *,
    partner: Partner,
    app_name: str,
    description: str = "",
    permissions: Sequence[str] = (),
    permission_purposes: dict[str, str] | None = None,
    data_access: dict[str, Any] | None = None,
    security_info: dict[str, Any] | None = None,
    homepage_url: str = "",
    privacy_policy_url: str = "",
    support_url: str = "",
    redirect_uris: Sequence[str] = (),
    actor: Principal,
) -> PartnerApplication:
    """Draft an application.

    Raises InvalidError for bad content, ConflictError for a taken name or a closed partner, LimitError for a full tier.
    """
    content = clean_content(
        {
            "app_name": app_name,
            "description": description,
            "permissions": permissions,
            "permission_purposes": permission_purposes or {},
            "data_access": data_access or {},
            "security_info": security_info or {},
            "homepage_url": homepage_url,
            "privacy_policy_url": privacy_policy_url,
            "support_url": support_url,
            "redirect_uris": redirect_uris,
        }
    )
    require_open(partner)
    application = PartnerApplication(partner=partner, **content)
    require_partner_side(application, actor)
    check_quota(partner, "applications", PartnerApplication.objects.present().filter(partner=partner))
    save_named(application, force_insert=True)
    announce(application, "application.created")
    return application


@transaction.atomic
def update_application(*, application: PartnerApplication, actor: Principal, **changes: Any) -> PartnerApplication:
    """Change the content fields named. Raises ConflictError while a review looks at it or once it is on its way out."""
    if unknown := sorted(set(changes) - EDITABLE):
        raise InvalidError("This field cannot be changed.", field=unknown[0], code="read_only")
    lock_application(application)
    require_editable(application, actor)
    for name, value in clean_content(changes).items():
        setattr(application, name, value)
    save_named(application, update_fields=[*changes, "updated_at"])
    announce(application, "application.updated", changedFields=[camelize(name) for name in changes])
    return application


@transaction.atomic
def delete_application(*, application: PartnerApplication, actor: Principal) -> None:
    """Take an application away that is neither live nor under review; its history stays.

    Raises ConflictError for one that is: withdraw or deprecate it first.
    """
    lock_application(application)
    require_partner_side(application, actor)
    if application.pending_version is not None:
        raise ConflictError("application_in_review", "It is under review. Withdraw the submission first.")
    gone = application.deleted_at is not None
    live = application.is_live and not application.is_sunset()
    if gone or live or application.status == PartnerApplication.Status.SUSPENDED:
        state = "deleted" if gone else application.get_status_display().lower()
        raise ConflictError("application_in_use", f"It is {state}. An application that went live ends by deprecation.")
    application.deleted_at = timezone.now()
    application.save(update_fields=["deleted_at", "updated_at"])
    announce(application, "application.deleted")


def require_editable(application: PartnerApplication, actor: Principal) -> None:
    """Refuse changes to a locked application that is not the caller's or is in no state to be changed."""
    require_partner_side(application, actor)
    if application.pending_version is not None:
        raise ConflictError("application_in_review", "It is under review. Withdraw the submission to change it.")
    if not application.is_editable:
        state = application.get_status_display().lower()
        raise ConflictError(f"application_{application.status}", f"It is {state} and cannot be changed.")


def save_named(application: PartnerApplication, **options: Any) -> None:
    """Save, turning the unique constraint on names into a refusal."""
    try:
        with transaction.atomic():
            application.save(**options)
    except IntegrityError as error:
        if "application_name_unique" not in str(error):
            raise
        raise ConflictError(
            "application_name_taken", "You already have an application of this name.", field="app_name"
        ) from None


def clean_content(values: dict[str, Any]) -> dict[str, Any]:
    """The content fields among `values`, normalised; raises InvalidError for the first one that breaks a rule."""
    cleaned = dict(values)
    for name, cleaner in CLEANERS.items():
        if name in cleaned:
            cleaned[name] = cleaner(name, cleaned[name])
    return cleaned


def clean_name(field: str, value: str) -> str:
    """A visible name of at most 100 characters."""
    name = " ".join(value.split())
    if not name:
        raise InvalidError("Give the application a name.", field=field, code="blank")
    if len(name) > 100:
        raise InvalidError("Use at most 100 characters.", field=field, code="max_length")
    if not name.isprintable():
        raise InvalidError("Use printable characters.", field=field)
    return name


def clean_description(field: str, value: str) -> str:
    """Text of a bounded length."""
    if len(value) > MAX_DESCRIPTION:
        raise InvalidError(f"Use at most {MAX_DESCRIPTION} characters.", field=field, code="max_length")
    return value.replace("\x00", "").strip()


def clean_permissions(field: str, value: Sequence[str]) -> list[str]:
    """Known scopes, each once, in the order given."""
    scopes = list(dict.fromkeys(value))
    if unknown := unknown_scopes(scopes):
        raise InvalidError(f"There is no scope {unknown[0]!r}.", field=field, code="unknown_scope")
    return scopes


def clean_purposes(field: str, value: Any) -> dict[str, str]:
    """Scope to purpose; empty purposes are left out."""
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise InvalidError("Expected an object from scope to purpose.", field=field)
    if unknown := unknown_scopes(list(value)):
        raise InvalidError(f"There is no scope {unknown[0]!r}.", field=field, code="unknown_scope")
    if any(len(text) > 1_000 for text in value.values()):
        raise InvalidError("Use at most 1000 characters per purpose.", field=field, code="max_length")
    return {scope: text.strip() for scope, text in value.items() if text.strip()}


def clean_object(field: str, value: Any) -> dict[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise InvalidError("Expected an object.", field=field)
    return value


def clean_url(field: str, value: str) -> str:
    """A web address or nothing."""
    url = value.strip()
    if url and (not WEB_URL.fullmatch(url) or len(url) > 500):
        raise InvalidError("Expected a web address of at most 500 characters.", field=field, code="invalid_url")
    return url


def clean_uris(field: str, value: Sequence[str]) -> list[str]:
    """Redirect URIs as given, each once; the security validation judges them."""
    uris = [uri for uri in dict.fromkeys(text.strip() for text in value) if uri]
    if len(uris) > MAX_URIS:
        raise InvalidError(f"Use at most {MAX_URIS} redirect URIs.", field=field, code="max_length")
    if any(len(uri) > 500 or not uri.isprintable() for uri in uris):
        raise InvalidError("Use at most 500 printable characters per URI.", field=field, code="max_length")
    return uris


CLEANERS = {
    "app_name": clean_name,
    "description": clean_description,
    "permissions": clean_permissions,
    "permission_purposes": clean_purposes,
    "data_access": clean_object,
    "security_info": clean_object,
    "homepage_url": clean_url,
    "privacy_policy_url": clean_url,
    "support_url": clean_url,
    "redirect_uris": clean_uris,
}
