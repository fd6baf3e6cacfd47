"""Operations that follow one another and need nothing of one another, carried out against one rendering of the models.

Django renders the models anew after every operation. On an empty database that, not the SQL, is nearly all the time.
``migrate`` puts every migration that it will apply into batches; a first migration may do so itself.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration, RemoveConstraint
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

# Operations of a kind need nothing of one another but that the models exist: foreign keys are added at the end anyway.
# What is removed is read from the models before the batch, what is added from those after it. A table is created with
# all that its model has after the batch: nothing more is added to it in the same one.
KINDS: tuple[tuple[type[Operation], ...], ...] = (
    (CreateModel,),
    (RemoveTrigger, RemoveConstraint, AddField, AddConstraint, AddIndex, AddTrigger),
)


class Batch(Operation):
    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.clear_delayed_apps_cache()
        vars(state).pop("apps", None)  # rendered at the first question after all of them
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return "; ".join(operation.describe() for operation in self.operations)


def in_batches(operations: Iterable[Operation]) -> list[Operation]:
    """``operations`` of a migration, in their order; those of one kind that stand together are one."""
    batches: list[Operation] = []
    for kind, same in groupby(operations, _kind):
        together = list(same)
        batches.extend(together if kind is None else [Batch(together)])
    return batches


def apply_in_batches(plan: Iterable[tuple[Migration, bool]], **_signal: Any) -> None:
    """Receiver of ``pre_migrate``: what stands in a batch already stays as it is."""
    for migration, _backwards in plan:
        vars(migration)["operations"] = in_batches(migration.operations)


def _kind(operation: Operation) -> Any:
    return next((kind for kind in KINDS if isinstance(operation, kind)), None)
