"""Agreements as PDF: tagged, and the same bytes for the same content."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import typst

SOURCE = Path(__file__).with_name("agreement.typ")
EPOCH = 946_684_800  # a fixed creation time: the dates that matter stand in the text


@dataclass(frozen=True)
class AgreementText:
    """What the PDF of an agreement says."""

    title: str
    version: int
    reference: str
    platform: str
    partner_name: str
    partner_details: str
    terms: str
    effective: str = ""
    expires: str = ""
    signature: list[tuple[str, str]] = field(default_factory=list)


def blocks(terms: str) -> list[dict[str, str]]:
    """Paragraphs and headings of plain text: blank lines separate, a line that begins with `#` is a heading."""
    parsed = []
    for part in terms.replace("\r\n", "\n").split("\n\n"):
        text = part.strip()
        if text.startswith("#"):
            heading, _, rest = text.partition("\n")
            parsed.append({"kind": "heading", "text": heading.lstrip("# ").strip()})
            text = rest.strip()
        if text:
            parsed.append({"kind": "text", "text": " ".join(text.split("\n"))})
    return parsed


def render_agreement(text: AgreementText) -> bytes:
    """The PDF (PDF/UA-1 tagged). The words reach typst as data, so nothing in them is markup."""
    data: dict[str, Any] = asdict(text)
    data["partner"] = {"name": data.pop("partner_name"), "details": data.pop("partner_details")}
    data["blocks"] = blocks(data.pop("terms"))
    data["signature"] = [{"label": label, "value": value} for label, value in text.signature] or None
    inputs = {"data": json.dumps(data)}
    try:
        return compile_pdf(inputs, universal=True)
    except typst.TypstError:
        # PDF/UA refuses a character that no embedded font draws; the document stays tagged without the claim.
        return compile_pdf(inputs, universal=False)


def compile_pdf(inputs: dict[str, str], *, universal: bool) -> bytes:
    """Run typst with the fonts it ships, so that every host makes the same bytes."""
    return typst.compile(
        SOURCE.read_bytes(),
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=["ua-1"] if universal else [],
        timestamp=EPOCH,
        ignore_system_fonts=True,
    )
