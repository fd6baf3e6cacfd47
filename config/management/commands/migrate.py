"""``migrate``, as the role that owns the tables; what it writes is not recorded as done by hand, whoever calls it.

It may be killed at any moment and simply goes on the next time; two at once work one after the other.
"""

from typing import Any

import pghistory
from django.core.management.commands import migrate
from django.db import transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from django.db.models.signals import pre_migrate

from config.owner_role import as_owner
from records.locks import Lock, held_across_transactions
from records.migration_batches import apply_in_batches


class WholeExecutor(MigrationExecutor):
    """Django records most migrations after their transaction: one that was killed in between would never run again."""

    def _migrate_all_forwards(
        self,
        state: ProjectState,
        plan: list[tuple[Migration, bool]],
        full_plan: list[tuple[Migration, bool]],
        **how: bool,
    ) -> ProjectState:
        """Django would also render all models before each of them, which most need only in part
        (``OperationBatch``)."""
        wanted = {migration for migration, _backwards in plan}
        for migration, _backwards in full_plan:
            if migration in wanted:
                state = self.apply_migration(state, migration, **how)
        return state

    def apply_migration(self, state: ProjectState, migration: Migration, *args: Any, **options: Any) -> ProjectState:
        if not migration.atomic:
            return super().apply_migration(state, migration, *args, **options)
        with transaction.atomic(using=self.connection.alias):
            return super().apply_migration(state, migration, *args, **options)


migrate.MigrationExecutor = WholeExecutor  # the command has no other place that names its executor


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        pre_migrate.connect(apply_in_batches)
        with as_owner(), held_across_transactions(Lock.MIGRATION), pghistory.context(verb="migrate"):
            super().handle(*args, **options)
