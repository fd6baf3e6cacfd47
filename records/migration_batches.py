"""Operations that follow one another and need nothing of one another, carried out against one rendering of models.

Django renders all models again after every operation. On an empty database that, not the SQL, is nearly all the time. A
batch is rendered once, and of the models only those that it concerns and those that they refer to. ``migrate`` puts
every migration that it will apply into batches; a first migration may do so itself.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    CreateModel,
    Migration,
    RemoveConstraint,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.models import ModelOperation
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.utils import resolve_relation
from pgtrigger.migrations import AddTrigger, RemoveTrigger

# Operations of a kind need nothing of one another but that the models exist: foreign keys are added at the end anyway.
# What is removed is read from the models before the batch, what is added from those after it. A table is created with
# all that its model has after the batch: nothing more is added to it in the same one.
KINDS: tuple[tuple[type[Operation], ...], ...] = (
    (CreateModel,),
    (RemoveTrigger, RemoveConstraint, AddField, AddConstraint, AddIndex, AddTrigger),
)

ModelKey = tuple[str, str]


class OperationBatch(Operation):
    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.clear_delayed_apps_cache()
        vars(state).pop("apps", None)  # rendered when it is first needed after all of them
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        before, after = self._part_of(from_state, app_label), self._part_of(to_state, app_label)
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, before, after)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        before, after = self._part_of(from_state, app_label), self._part_of(to_state, app_label)
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, before, after)

    def describe(self) -> str:
        return "; ".join(operation.describe() for operation in self.operations)

    def _part_of(self, state: ProjectState, app_label: str) -> ProjectState:
        """The models that the operations concern, and all that these refer to."""
        part: dict[ModelKey, ModelState] = {}
        waiting = [(app_label, _model_of(operation)) for operation in self.operations]
        while waiting:
            key = waiting.pop()
            if key in state.models and key not in part:
                part[key] = state.models[key]
                waiting += _referred_to(part[key])
        return ProjectState(part, real_apps=state.real_apps)


def _model_of(operation: Any) -> str:
    return operation.name_lower if isinstance(operation, ModelOperation) else operation.model_name.lower()


def _referred_to(model: ModelState) -> Iterator[ModelKey]:
    own = model.app_label, model.name_lower
    named: list[Any] = [base for base in model.bases if isinstance(base, str)]
    for field in model.fields.values():
        if field.remote_field:
            named += [field.remote_field.model, getattr(field.remote_field, "through", None)]
    return (resolve_relation(one, *own) for one in named if one)


def in_batches(operations: Iterable[Operation]) -> list[Operation]:
    """``operations`` of a migration, in their order; those of one kind that stand together are one."""
    batches: list[Operation] = []
    for kind, same in groupby(operations, _kind):
        together = list(same)
        if kind is AlterField:  # the same field may be altered twice
            batches.extend(OperationBatch([operation]) for operation in together)
        else:
            batches.extend(together if kind is None else [OperationBatch(together)])
    return batches


def apply_in_batches(plan: Iterable[tuple[Migration, bool]], **_signal: Any) -> None:
    """Receiver of ``pre_migrate``: what stands in a batch already stays as it is."""
    for migration, _backwards in plan:
        vars(migration)["operations"] = in_batches(migration.operations)


def _kind(operation: Operation) -> Any:
    if isinstance(operation, AlterField):
        # What others may refer to is altered together with their references, which a batch does not know.
        return None if operation.field.unique else AlterField
    return next((kind for kind in KINDS if isinstance(operation, kind)), None)
