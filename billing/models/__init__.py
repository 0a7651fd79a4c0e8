"""What partners used and what it costs."""

from billing.models.meter_checkpoint import MeterCheckpoint
from billing.models.usage import PartnerUsage
from billing.models.usage_report import UsageReport

__all__ = ["MeterCheckpoint", "PartnerUsage", "UsageReport"]
