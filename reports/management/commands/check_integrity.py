from collections import Counter

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from records import integrity


class Command(BaseCommand):
    help = "Check that registers, ledgers and trail agree with themselves; lists the rows that do not and ends with 1."

    @transaction.atomic
    def handle(self, *args, **options) -> None:
        found = Counter()
        for check, fault in integrity.run():
            found[check.name] += 1
            self.stdout.write(f"{check.name}: {fault.row}: expected {fault.expected}, found {fault.found}")
        for name in integrity.names():
            self.stdout.write(f"{name}: {found[name]} faults")
        if found:
            raise CommandError(f"{found.total()} rows are off.")
