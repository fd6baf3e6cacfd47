"""``manage.py import_units FILE.csv …``: administrative divisions (architecture §3)."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from villages.division_import import WrongUnitRows, import_units


class Command(BaseCommand):
    help = "Import units from CSV files with the columns code and name; nothing is kept if a row is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE.csv")

    def handle(self, *args, files: list[Path], **options) -> None:
        if absent := [str(file) for file in files if not file.is_file()]:
            raise CommandError(f"no such file: {', '.join(absent)}")
        try:
            imported = import_units(files, tell=self.stderr.write)
        except WrongUnitRows as wrong:
            for row in wrong.rows:
                self.stderr.write(str(row))
            raise CommandError(str(wrong)) from wrong
        self.stdout.write(f"{imported.added} added, {imported.renamed} renamed")
