"""Uploads: stored where no URL leads, and only what they claim to be."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO

from django.core.files.storage import Storage, storages

DOCUMENT_TYPES = {"application/pdf", "image/png", "image/jpeg"}
IMAGE_TYPES = {"image/png", "image/jpeg", "image/webp"}
MAX_DOCUMENT_BYTES = 10 * 1024 * 1024
MAX_LOGO_BYTES = 512 * 1024
EXTENSIONS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


def private_storage() -> Storage:
    """Files served by an authorised view alone."""
    return storages["private"]


@dataclass(frozen=True)
class Upload:
    """A file that was looked at."""

    name: str
    content: bytes
    content_type: str
    sha256: str

    @property
    def extension(self) -> str:
        """Of the type found, not of the name given."""
        return EXTENSIONS[self.content_type]


def sniff(content: bytes) -> str | None:
    """The type that the first bytes show, None for one we do not take."""
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def read_upload(name: str, stream: IO[bytes], *, types: set[str], limit: int) -> Upload:
    """Read at most `limit` bytes and look at them; raises ValueError."""
    content = stream.read(limit + 1)
    if not content:
        raise ValueError("The file is empty.")
    if len(content) > limit:
        raise ValueError(f"The file is larger than {limit // 1024} KiB.")
    content_type = sniff(content)
    if content_type not in types:
        allowed = ", ".join(sorted(EXTENSIONS[kind].upper() for kind in types))
        raise ValueError(f"Upload one of these: {allowed}.")
    # The name is shown and sent back as a download's name, never used as a path.
    shown = "".join(character for character in PurePath(name.replace("\\", "/")).name if character.isprintable())[:150]
    return Upload(shown or "document", content, content_type, hashlib.sha256(content).hexdigest())
