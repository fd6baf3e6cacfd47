"""``rerate [--on DATE] [--unit CODE] [--dry-run]``: bring the register in line with its sources (formats §3)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from ratings.register.rerating import rerate
from records import audit
from records.management.arguments import day


class Command(BaseCommand):
    help = (
        "Recompute the whole past up to a day and print, unit by unit, what changed. Units whose record reads right up "
        "to that day are left alone. A day to come is a forecast: printed, not kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=day, help="the day (today when absent), e.g. 2026-06-30")
        parser.add_argument("--unit", default="", help="only this unit and those below it")
        parser.add_argument("--dry-run", action="store_true", help="print what would change and keep nothing")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        with audit.acting(None, "rerate"):
            changes = rerate(options["unit"], options["on"], dry_run=options["dry_run"])
        for change in changes:
            before, after = ("-" if star is None else star for star in (change.before, change.after))
            self.stdout.write(f"{change.unit}: {before} → {after} from {change.since}")
