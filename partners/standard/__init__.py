"""The agreements a fresh instance starts with. Staff publish their own versions over them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class StandardAgreement:
    """One of them; its text stands beside this file."""

    agreement_type: str
    title: str
    required: bool
    partner_types: tuple[str, ...] = ()
    validity_days: int | None = None

    @property
    def body(self) -> str:
        """The text."""
        return Path(__file__).with_name(f"{self.agreement_type}.txt").read_text(encoding="utf-8")


STANDARD_AGREEMENTS = (
    StandardAgreement("msa", "Master services agreement", required=True),
    StandardAgreement("dpa", "Data processing agreement", required=False),
    StandardAgreement("revenue_share", "Revenue share agreement", required=False, validity_days=730),
)
