"""``try_scheme SCHEME FACTS [--on DATE] [--output FILE]``: score a facts file without saving anything (formats §2)."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ratings.allowance.dry_run import try_scheme
from ratings.scheme.reading import SchemeRefused, read_scheme
from ratings.scoring.facts_file import FactsRefused, read_facts
from records.management.arguments import day


class Command(BaseCommand):
    help = "Score the units of a facts file by a scheme file, as on a day, without keeping anything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("scheme", type=Path)
        parser.add_argument("facts", type=Path)
        parser.add_argument("--on", type=day, help="the decision day (today when absent)")
        parser.add_argument("--output", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            reading = read_scheme(options["scheme"].read_bytes())
            units = read_facts(options["facts"], reading.spec)
        except (SchemeRefused, FactsRefused, OSError) as wrong:
            raise CommandError(str(wrong)) from wrong
        for warning in reading.warnings:
            self.stderr.write(str(warning))
        results = try_scheme(reading, units, options["on"] or timezone.localdate())
        text = json.dumps(results, ensure_ascii=False, indent=1)
        if options["output"]:
            options["output"].write_text(text + "\n", encoding="utf-8")
        else:
            self.stdout.write(text)
