"""How static files are prepared for whitenoise."""

from __future__ import annotations

from typing import Any

from django.contrib.staticfiles import apps
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesConfig(apps.StaticFilesConfig):
    """Leaves out the source of the style sheet: what browsers get is built from it."""

    ignore_patterns = [*apps.StaticFilesConfig.ignore_patterns, "css/treaty.css", "css/treaty/*"]


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashed names for caching for good, and gzip.

    Brotli at its usual level takes half a minute over the admin's and the API reference's files.
    """

    def create_compressor(self, **options: Any) -> Compressor:
        """Gzip alone."""
        return Compressor(use_brotli=False, **options)
