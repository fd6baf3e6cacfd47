from collections import Counter
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.integrity_words import check_words, phrase
from records import integrity, rights
from records.chain_head import Head
from records.integrity import Fault
from records.proof_faults import head_faults
from records.refusals import Refused


class Command(BaseCommand):
    help = "Check that registers, ledgers and the proof agree; lists the rows that do not and ends with 1."
    requires_system_checks = []  # it asks of the data, not of the code

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--head", type=Path, action="append", default=[], help="a head exported earlier (export_head)"
        )

    @transaction.atomic
    def handle(self, *args, head: list[Path], **options) -> None:
        checks = [*integrity.checks(), *(self._of_head(path) for path in head)]
        found = Counter()
        for check in checks:
            for fault in check.faults():
                found[check.name] += 1
                self.stdout.write(_line(check.name, fault))
        for check in checks:
            self.stdout.write(f"{check.name}: {found[check.name]} faults")
        if rights.is_owner():
            self.stderr.write(
                _("Warning: the system runs as %s, which owns the tables: it can switch the proof off.")
                % settings.DATABASE_ROLE
            )
        if found:
            raise CommandError(f"{found.total()} rows are off.")

    def _of_head(self, path: Path) -> integrity.IntegrityCheck:
        try:
            head = Head.read(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, Refused) as wrong:
            raise CommandError(f"{path}: {wrong}") from None
        return integrity.IntegrityCheck(f"head {head.number}", lambda: head_faults(head))


def _line(check: str, fault: Fault) -> str:
    """A fault in the reader's language; content is shown as it is."""
    expected, found = (phrase(side) or side for side in (fault.expected, fault.found))
    words = _("expected %(expected)s, found %(found)s") % {"expected": expected, "found": found}
    return f"{check_words(check)}: {fault.row}: {words}"
