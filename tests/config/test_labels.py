"""Labels of the admin are spelt as people spell them."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.utils.text import capfirst

from common.labels import SPELT, spelt

PAGES = admin.site._registry.values()  # noqa: SLF001 (the only list of what is registered)


def misspelt(label: str) -> bool:
    return any(SPELT.get(word.lower(), word) != word for word in re.findall(r"\w+", label))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_labels_of_the_admin(page: admin.ModelAdmin) -> None:  # type: ignore[type-arg]  # (of whatever model)
    names = {*page.list_display, *page.readonly_fields, *(field.name for field in page.model._meta.fields)}
    labels = [capfirst(str(label_for_field(name, page.model, page))) for name in names]
    labels += [capfirst(str(page.opts.verbose_name)), capfirst(str(page.opts.verbose_name_plural))]
    assert [label for label in labels if misspelt(label)] == []


def test_only_whole_words_are_spelt_anew() -> None:
    assert spelt("redirect uris") == "redirect URIs"
    assert spelt("Api key of a rapid valid zip") == "API key of a rapid valid zip"
