"""The order of the apps where import contracts cannot look: relations between tables, migrations, Django's HTTP."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader

from config.environment import ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
(LAYERS,) = [contract["layers"] for contract in CONTRACTS if contract["name"] == "Apps import only downwards"]
# From the top down; apps of one height may not know each other.
HEIGHTS = {
    app.strip(): height for height, layer in enumerate(reversed(LAYERS)) for app in layer.replace("|", " ").split()
}
HTTP = ("django.http", "rest_framework")
INNER = sorted(
    path for app in HEIGHTS for name in ("models", "services") for path in (ROOT / app).glob(f"{name}/**/*.py")
)


def points_down(source: str, target: str) -> bool:
    """Whether `source` may know `target`, if both are apps of ours."""
    return source == target or source not in HEIGHTS or target not in HEIGHTS or HEIGHTS[source] > HEIGHTS[target]


def relations() -> Iterator[tuple[str, str, str]]:
    """Each column that refers to a table: its name, its app and the app it leads to."""
    for model in apps.get_models(include_auto_created=True):
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
            if isinstance(field.related_model, type) and issubclass(field.related_model, models.Model):
                yield str(field), model._meta.app_label, field.related_model._meta.app_label


def imports_of(path: Path) -> Iterator[str]:
    """Dotted names of everything a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_foreign_keys_point_down() -> None:
    found = list(relations())
    assert ("authn.ApiKey.partner", "authn", "partners") in found
    assert [name for name, source, target in found if not points_down(source, target)] == []


def test_migrations_depend_downwards() -> None:
    graph = MigrationLoader(None).graph
    edges = [(node.key, parent.key) for node in graph.node_map.values() for parent in node.parents]
    assert ("authn", "partners") in {(node[0], parent[0]) for node, parent in edges}
    assert [(node, parent) for node, parent in edges if not points_down(node[0], parent[0])] == []


@pytest.mark.parametrize("path", INNER, ids=lambda path: str(path.relative_to(ROOT)))
def test_services_and_models_know_no_http(path: Path) -> None:
    assert [name for name in imports_of(path) if name.startswith(HTTP)] == []


def test_the_order_is_that_of_every_app() -> None:
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
    assert ours == set(HEIGHTS)
