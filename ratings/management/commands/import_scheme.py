"""``import_scheme FILE [--issue] [--programme CODE]``: store a scheme file as the next version for its unit and year;
prints its id.

What would change for units that have answered under the previous version is listed on stderr (formats §1).
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ratings.allowance.scheme_revision import revised
from ratings.models import Scheme
from ratings.scheme.reading import Reading, read_scheme_file
from ratings.workflow.scheme import import_scheme, issue_scheme
from records.refusals import Refused


class Command(BaseCommand):
    help = "Keep a scheme file (formats §1) and print its id. Nothing is kept of a file with an error."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--programme", metavar="CODE", help="a second standard, beside that for stars")
        parser.add_argument("--issue", action="store_true", help="in force at once for its unit and year")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            reading = read_scheme_file(options["file"])
            with transaction.atomic():
                scheme = import_scheme(reading.body, by=None, programme=options["programme"])
                changes = self._changes(reading, scheme)  # before the year's cycle goes on under it
                if options["issue"]:
                    issue_scheme(scheme, by=None)
        except (Refused, OSError) as wrong:
            raise CommandError(str(wrong)) from wrong
        for warning in reading.warnings:
            self.stderr.write(str(warning))
        for change in changes:
            self.stderr.write(change)
        self.stdout.write(str(scheme.pk))

    def _changes(self, reading: Reading, scheme: Scheme) -> list[str]:
        """What the version changes for those who answered under the one before, a line a unit."""
        return [
            _("%(unit)s: %(before)s under version %(old)s, %(after)s under version %(new)s")
            % {
                "unit": change.unit,
                "before": _result(change.before),
                "after": _result(change.after),
                "old": previous.version,
                "new": scheme.version,
            }
            for previous in scheme.earlier_versions()[:1]
            for change in revised(reading, previous, timezone.localdate())
        ]


def _result(result: tuple[str, int] | None) -> str:
    if result is None:
        return _("not scored (no single variant fits)")
    return _("%(total)s points and %(star)s stars") % {"total": result[0], "star": result[1]}
