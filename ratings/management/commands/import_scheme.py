"""``import_scheme FILE [--issue]``: keep a scheme file as the next version for its unit and year; prints its id."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ratings.scheme.reading import read_scheme
from ratings.workflow.scheme import import_scheme
from records.refusals import Refused


class Command(BaseCommand):
    help = "Keep a scheme file (formats §1) and print its id. Nothing is kept of a file with an error."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--issue", action="store_true", help="in force at once for its unit and year")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            reading = read_scheme(options["file"].read_bytes())
            scheme = import_scheme(reading.body, by=None, issue=options["issue"])
        except (Refused, OSError) as wrong:
            raise CommandError(str(wrong)) from wrong
        for warning in reading.warnings:
            self.stderr.write(str(warning))
        self.stdout.write(str(scheme.pk))
