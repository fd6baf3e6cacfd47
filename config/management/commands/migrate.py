"""``migrate``, as the role that owns the tables; what it writes is not recorded as done by hand, whoever calls it."""

from typing import Any

import pghistory
from django.core.management.commands import migrate
from django.db.models.signals import pre_migrate

from config.owner_role import as_owner
from records.migration_batches import apply_in_batches


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        pre_migrate.connect(apply_in_batches)
        with as_owner(), pghistory.context(verb="migrate"):
            super().handle(*args, **options)
