"""``export_scheme ID [--output FILE]``: a stored scheme as JSON (formats §2), or as a workbook (formats §6)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ratings.models import Scheme
from ratings.scheme.workbook.writing import workbook_of
from ratings.scheme.writing import scheme_text


class Command(BaseCommand):
    help = "Write a kept scheme as a scheme file (formats §1), JSON or a workbook."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=int)
        parser.add_argument("--output", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        scheme = Scheme.with_programmes.filter(pk=options["id"]).first()
        if scheme is None:
            raise CommandError(_("There is no scheme %s.") % options["id"])
        output: Path | None = options["output"]
        if output and output.suffix.lower() == ".xlsx":
            output.write_bytes(workbook_of(scheme.spec))
        elif output:
            output.write_text(scheme_text(scheme.spec) + "\n", encoding="utf-8")
        else:
            self.stdout.write(scheme_text(scheme.spec))
