"""Labels spelt as people spell them."""

from __future__ import annotations

from django.apps import apps

SPELT = {
    "api": "API",
    "id": "ID",
    "ip": "IP",
    "oauth": "OAuth",
    "sha256": "SHA-256",
    "uri": "URI",
    "uris": "URIs",
    "url": "URL",
}


def spelt(label: str) -> str:
    """`redirect uris` as `redirect URIs`."""
    return " ".join(SPELT.get(word.lower(), word) for word in label.split(" "))


def spell_labels() -> None:
    """Spell the labels that Django made of field names: in forms, in the admin and in the audit."""
    for model in apps.get_models():
        for field in model._meta.fields:
            field.verbose_name = spelt(str(field.verbose_name))
