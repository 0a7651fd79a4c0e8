"""Answers that carry what partners uploaded."""

from __future__ import annotations

from django.http import FileResponse

from partners.models import VerificationDocument


def document_response(document: VerificationDocument) -> FileResponse:
    """A download with the type that was found in the file."""
    return FileResponse(
        document.file.open("rb"),
        as_attachment=True,
        filename=document.filename,
        content_type=document.content_type,
        headers={"Cache-Control": "private, no-store", "Content-Security-Policy": "sandbox"},
    )
