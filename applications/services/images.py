"""Icons and screenshots: checked, stored under names that are never used twice."""

from __future__ import annotations

from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from applications.checks.images import ImageInfo, inspect
from applications.models import PartnerApplication
from applications.models.content import image_path
from applications.services.applications import require_editable
from applications.services.status import lock_application
from common.errors import InvalidError
from common.principal import Principal

MAX_BYTES = 1024 * 1024
MAX_SCREENSHOTS = 5
ICON_SIDES = range(128, 1025)
SCREENSHOT_WIDTHS = range(640, 3841)


def set_icon(*, application: PartnerApplication, file: IO[bytes], actor: Principal) -> PartnerApplication:
    """Store a square PNG as the icon. Raises InvalidError for anything else; earlier versions keep theirs."""
    data, info = read_image(file, field="icon")
    if info.kind != "png" or info.width != info.height or info.width not in ICON_SIDES:
        raise InvalidError("Upload a square PNG of 128 to 1024 pixels.", field="icon", code="invalid_image")
    name = default_storage.save(image_path(application, "icon.png"), ContentFile(data))
    with transaction.atomic():
        lock_application(application)
        require_editable(application, actor)
        application.icon = name
        application.save(update_fields=["icon", "updated_at"])
    return application


def add_screenshot(*, application: PartnerApplication, file: IO[bytes], actor: Principal) -> PartnerApplication:
    """Store a PNG or JPEG as one of at most five screenshots."""
    data, info = read_image(file, field="screenshots")
    if info.width not in SCREENSHOT_WIDTHS:
        raise InvalidError("Upload an image 640 to 3840 pixels wide.", field="screenshots", code="invalid_image")
    name = default_storage.save(image_path(application, f"screenshot.{info.kind}"), ContentFile(data))
    with transaction.atomic():
        lock_application(application)
        require_editable(application, actor)
        if len(application.screenshots) >= MAX_SCREENSHOTS:
            raise InvalidError(f"There are {MAX_SCREENSHOTS} already.", field="screenshots", code="max_length")
        application.screenshots = [*application.screenshots, name]
        application.save(update_fields=["screenshots", "updated_at"])
    return application


@transaction.atomic
def remove_screenshot(*, application: PartnerApplication, name: str, actor: Principal) -> PartnerApplication:
    """Take a screenshot off the list; the file stays for the versions that were submitted with it."""
    lock_application(application)
    require_editable(application, actor)
    application.screenshots = [kept for kept in application.screenshots if kept != name]
    application.save(update_fields=["screenshots", "updated_at"])
    return application


def read_image(file: IO[bytes], *, field: str) -> tuple[bytes, ImageInfo]:
    """The bytes of an upload and what image they are; raises InvalidError for none or one that is too large."""
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InvalidError("Use at most 1 MiB.", field=field, code="too_large")
    info = inspect(data)
    if info is None:
        raise InvalidError("Upload a PNG or JPEG.", field=field, code="invalid_image")
    return data, info
