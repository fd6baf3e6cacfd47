"""``export_register [--on DATE] [--unit CODE] --output FILE.csv``: who holds which star on a day (formats §3)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ratings.register.rerating import export
from records.management.arguments import day


class Command(BaseCommand):
    help = "Write unit,star,since,decided,effects for every unit with a decision in force on the day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=day, help="the day (today when absent), e.g. 2026-06-30")
        parser.add_argument("--unit", default="", help="only this unit and those below it")
        parser.add_argument("--output", type=Path, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["output"].open("wb") as file:
                export(file, options["unit"], options["on"])
        except OSError as wrong:
            raise CommandError(str(wrong)) from wrong
