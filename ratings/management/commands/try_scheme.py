"""``try_scheme SCHEME FACTS [--on DATE] [--output FILE]``: score a facts file without saving anything (formats §2)."""

import gc
import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from ratings.allowance.comparison import comparison, judge_both
from ratings.allowance.dry_run import written_results
from ratings.models import Scheme
from ratings.scheme.reading import Reading, read_scheme_file
from ratings.scoring.facts_file import read_facts, read_facts_for_both
from ratings.scoring.unit_facts import UnitFacts
from records.management.arguments import day
from records.refusals import Refused

LONGEST_ID = 10


class Command(BaseCommand):
    help = "Score the units of a facts file by a scheme file, as on a day, without keeping anything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("scheme", help="a file (JSON or workbook) or the id of a kept version")
        parser.add_argument("facts", type=Path)
        parser.add_argument("--against", metavar="OLD", help="another scheme, to compare with")
        parser.add_argument("--on", type=day, help="the decision day (today when absent)")
        parser.add_argument("--output", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        with _without_collection():
            self._write(options)

    def _write(self, options: Mapping[str, Any]) -> None:
        on = options["on"] or timezone.localdate()
        try:
            new = _scheme(options["scheme"])
            old = _scheme(options["against"]) if options["against"] is not None else None
            if old:
                results = iter([json.dumps(_compared(new, old, options["facts"], on), ensure_ascii=False, indent=1)])
            else:
                results = _tried(new, read_facts(options["facts"], new.spec), on)
        except (Refused, OSError) as wrong:
            raise CommandError(str(wrong)) from wrong
        for warning in [*new.warnings, *(old.warnings if old else [])]:
            self.stderr.write(str(warning))
        with _opened(options["output"]) as output:
            for text in results:
                (output or self.stdout).write(text)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Millions of facts are needed to the end: no garbage collection can free any, it would only look through them."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _scheme(named: str) -> Reading:
    """The scheme in a file, or a kept version by its id. Raises ``Refused``."""
    if not named.isdecimal() or Path(named).exists():
        return read_scheme_file(Path(named))
    kept = Scheme.with_programmes.filter(pk=int(named)).first() if len(named) < LONGEST_ID else None
    if kept is None:
        raise Refused(_("There is no scheme %s.") % named)
    return Reading(kept.body, kept.spec)


def _tried(scheme: Reading, units: Mapping[str, UnitFacts], on: date) -> Iterator[str]:
    """A list of objects in JSON, one a line."""
    before = "["
    for found in written_results(scheme, units, on):
        yield f"{before}\n{found}"
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def _opened(path: Path | None) -> AbstractContextManager[TextIO | None]:
    return path.open("w", encoding="utf-8") if path else nullcontext()


def _compared(new: Reading, old: Reading, facts: Path, on: date) -> dict[str, Any]:
    new_facts, old_facts = read_facts_for_both(facts, new.spec, old.spec)
    return comparison(new.spec, old.spec, judge_both(new, old, new_facts, old_facts, on))
