"""``export_scheme ID [--output FILE]``: export a stored scheme as the file that was imported (formats §2)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ratings.models import Scheme
from ratings.scheme.writing import scheme_text


class Command(BaseCommand):
    help = "Write a kept scheme as a scheme file (formats §1)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=int)
        parser.add_argument("--output", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        scheme = Scheme.objects.filter(pk=options["id"]).first()
        if scheme is None:
            raise CommandError(_("There is no scheme %s.") % options["id"])
        text = scheme_text(scheme.body)
        if options["output"]:
            options["output"].write_text(text + "\n", encoding="utf-8")
        else:
            self.stdout.write(text)
