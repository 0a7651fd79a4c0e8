"""Sizes of PNG and JPEG images from their headers: all the platform needs to know of an icon or a screenshot."""

from __future__ import annotations

import struct
from dataclasses import dataclass

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
START_OF_FRAME = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True)
class ImageInfo:
    """What an image file is."""

    kind: str  # png or jpeg
    width: int
    height: int


def inspect(data: bytes) -> ImageInfo | None:
    """Format and size of an image; None for anything that is neither PNG nor JPEG."""
    if data.startswith(PNG_SIGNATURE):
        return inspect_png(data)
    if data.startswith(b"\xff\xd8\xff"):
        return inspect_jpeg(data)
    return None


def inspect_png(data: bytes) -> ImageInfo | None:
    """The header chunk comes first (PNG, 5.6)."""
    if len(data) < 33 or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", data[16:24])
    return ImageInfo("png", width, height)


def inspect_jpeg(data: bytes) -> ImageInfo | None:
    """Walk the segments to the start of frame (ITU T.81, B.2.2)."""
    offset = 2
    while offset + 9 <= len(data) and data[offset] == 0xFF:
        marker = data[offset + 1]
        if marker in START_OF_FRAME:
            height, width = struct.unpack(">HH", data[offset + 5 : offset + 9])
            return ImageInfo("jpeg", width, height)
        offset += 2 + int(struct.unpack(">H", data[offset + 2 : offset + 4])[0])
    return None
