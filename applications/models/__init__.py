"""Partner applications and their review."""

from applications.models.application import PartnerApplication

__all__ = ["PartnerApplication"]
