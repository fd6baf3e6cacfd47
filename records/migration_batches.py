"""Operations of one kind that follow one another, carried out against one rendering of the models.

Django renders the models anew after every operation. In a first migration of several hundred operations that, not the
SQL, is nearly all the time.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger

# Operations of a kind need nothing of one another but that the models exist: foreign keys are added at the end anyway.
KINDS: tuple[tuple[type[Operation], ...], ...] = (
    (CreateModel,),
    (AddField,),
    (AddConstraint, AddIndex, AddTrigger),
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


def _kind(operation: Operation) -> Any:
    return next((kind for kind in KINDS if isinstance(operation, kind)), None)
