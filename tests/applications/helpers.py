"""What the tests of applications look at."""

from __future__ import annotations

import struct
import zlib

from applications.checks.images import PNG_SIGNATURE
from applications.models import PartnerApplication
from events.models import PlatformEvent


def events_of(application: PartnerApplication) -> list[str]:
    """Names of the events published about it, in order."""
    events = PlatformEvent.objects.filter(entity_type="application", entity_id=str(application.id))
    return list(events.order_by("id").values_list("event_type__event_name", flat=True))


def changes_of(application: PartnerApplication) -> list[tuple[str, str, str, str]]:
    """(from, to, who, why) of every recorded change of state, in order."""
    return list(
        application.status_changes.order_by("id").values_list("from_status", "to_status", "actor_label", "reason")
    )


def status_of(application: PartnerApplication) -> str:
    """The stored status."""
    return PartnerApplication.objects.values_list("status", flat=True).get(pk=application.pk)


def png(width: int, height: int) -> bytes:
    """A grey PNG of that size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\x00" + b"\x80" * width) * height)
    return PNG_SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
