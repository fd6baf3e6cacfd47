from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from reports.annual import workbook
from villages.models import Unit


class Command(BaseCommand):
    help = "Write the annual report of a unit as an Excel workbook, and in prose as a Word document."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True, help="the year assessed")
        parser.add_argument("--unit", required=True, help="division code")
        parser.add_argument("--output", required=True, help="FILE.xlsx")
        parser.add_argument("--words", help="FILE.docx: the written report with the same figures")

    def handle(self, *args, **options) -> None:
        unit = Unit.objects.filter(code=options["unit"]).first()
        if unit is None:
            raise CommandError(_("There is no unit %s.") % options["unit"])
        with translation.override("zh-hans"):
            workbook.write(unit, options["year"], options["output"], words=options["words"])
