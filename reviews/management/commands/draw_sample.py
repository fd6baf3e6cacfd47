"""``draw_sample --unit CODE --share P --seed S``: villages drawn by lot, so that anyone can draw again (formats §7)."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from records.management.arguments import day
from reviews.samples.draw import sample
from reviews.samples.strata import StratifiedBy, strata
from villages.models import Unit

_DECIMAL = re.compile(r"(\d{1,20}(\.\d{0,40})?|\.\d{1,40})", re.ASCII)


def share(text: str) -> Decimal:
    """A share above 0 and at most 1, as it was written. Raises ``ArgumentTypeError``."""
    if not _DECIMAL.fullmatch(text) or not 0 < Decimal(text) <= 1:
        raise ArgumentTypeError(_("“%s” is not a decimal above 0 and at most 1, such as 0.1.") % text)
    return Decimal(text)


def seed(text: str) -> str:
    """The seed, any text in UTF-8. Raises ``ArgumentTypeError``."""
    if not text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ArgumentTypeError(_("The seed is empty, or not a text in UTF-8."))
    return text


class Command(BaseCommand):
    help = "Print the codes of the villages drawn, one a line, sorted. The same arguments give the same draw."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--unit", required=True, help="the code of the place whose rated villages are drawn from")
        parser.add_argument("--share", type=share, required=True, help="of each stratum, rounded up, e.g. 0.1")
        parser.add_argument("--seed", type=seed, required=True)
        parser.add_argument("--by", choices=[str(by) for by in StratifiedBy], default=str(StratifiedBy.NONE))
        parser.add_argument("--on", type=day, help="the day (today when absent), e.g. 2026-06-30")

    def handle(self, *args: Any, **options: Any) -> None:
        unit = Unit.objects.filter(code=options["unit"]).first()
        if unit is None:
            raise CommandError(_("There is no unit %s.") % options["unit"])
        by_stratum = strata(unit, options["on"] or timezone.localdate(), StratifiedBy(options["by"]))
        for code in sample(by_stratum, options["share"], options["seed"]):
            self.stdout.write(code)
