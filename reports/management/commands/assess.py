"""``assess FILE [--output OUT]``: figures of townships or counties by a formula; keeps nothing (formats §9)."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from records.refusals import Refused
from reports.assessments.assessment import assess
from reports.assessments.reading import read_assessment


class Command(BaseCommand):
    help = "Write the assessment figure of each township or county of a formula file, without keeping anything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--output", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            spec = read_assessment(options["file"].read_bytes())
            units = [assessed.written() for assessed in assess(spec)]
            text = json.dumps({"units": units}, ensure_ascii=False, indent=1)
            if options["output"]:
                options["output"].write_text(text + "\n", encoding="utf-8")
            else:
                self.stdout.write(text)
        except (Refused, OSError) as wrong:
            raise CommandError(str(wrong)) from wrong
