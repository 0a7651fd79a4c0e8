"""Migration operations."""

from __future__ import annotations

from typing import Any

import pgtrigger.migrations
from django.db.migrations.operations.base import Operation


class PartitionByDay(Operation):
    """Make a table that was just created, and is empty, partitioned by its UUIDv7 `id`.

    Goes right after CreateModel in the same migration: Django adds indexes and foreign keys at the end of a migration,
    so they land on the partitioned table. The default partition takes rows for which no daily one exists.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The model's state does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Swap the table for a partitioned one of the same shape."""
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        schema_editor.execute(f"CREATE TABLE {table}_new (LIKE {table} INCLUDING ALL) PARTITION BY RANGE (id)")
        schema_editor.execute(f"DROP TABLE {table}")
        schema_editor.execute(f"ALTER TABLE {table}_new RENAME TO {table}")
        schema_editor.execute(f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Dropping the table, which CreateModel does next, drops its partitions."""

    def describe(self) -> str:
        """Shown by `migrate --plan`."""
        return f"Partition {self.model_name} by day"


class AddTrigger(pgtrigger.migrations.AddTrigger):
    """pgtrigger's operation without rendering every related model again: a trigger changes none of them.

    The initial migrations add a hundred triggers; rendering after each took most of the time of `migrate`.
    """

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Note the trigger in the model's options."""
        options = state.models[app_label, self.model_name].options
        options["triggers"] = [*options.get("triggers", []), self.trigger]


class RemoveTrigger(pgtrigger.migrations.RemoveTrigger):
    """The same for pgtrigger's removal."""

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Take the trigger out of the model's options."""
        options = state.models[app_label, self.model_name].options
        options["triggers"] = [trigger for trigger in options["triggers"] if trigger.name != self.name]


class Together(Operation):
    """Operations that make models, with one rendering of all models instead of one after each.

    Each sees what all of them make: models may point at each other, and nothing in here may change one made in here.
    """

    reversible = True
    reduces_to_sql = True
    serialization_expand_args = ["operations"]

    def __init__(self, operations: list[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Apply all before anything is rendered."""
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Run them one after the other."""
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Undo them, the last one first."""
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Shown by `migrate --plan`."""
        return "; ".join(operation.describe() for operation in self.operations)
