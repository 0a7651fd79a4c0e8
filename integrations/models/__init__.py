"""Integrations of partner applications."""

from integrations.models.integration import Integration

__all__ = ["Integration"]
