"""Credentials in the admin: looked at, revoked with a reason, and judged when they look abused."""

from authn.admin import credentials, suspicion

__all__ = ["credentials", "suspicion"]
