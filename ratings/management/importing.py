"""Shared base of the commands that import a CSV file."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ratings.workflow.csv_staging import CsvImport, RowsRefused
from records.refusals import Refused


class ImportCommand(BaseCommand):
    """All or nothing; every invalid row is listed on stderr, and the command exits with 1."""

    take: Callable[..., CsvImport]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            imported = self.take(options["file"], by=None)
        except RowsRefused as refused:
            for problem in refused.problems:
                self.stderr.write(str(problem))
            count = len({problem.row for problem in refused.problems})
            raise CommandError(_("Nothing was kept: %(count)s rows are wrong.") % {"count": count}) from None
        except (Refused, OSError) as wrong:
            raise CommandError(str(wrong)) from wrong
        for odd in imported.odd:
            self.stderr.write(str(odd))
        counts = {"rows": imported.rows, "new": imported.new, "filled": imported.filled}
        self.stdout.write(_("%(rows)s rows: %(new)s new, %(filled)s completed") % counts)
