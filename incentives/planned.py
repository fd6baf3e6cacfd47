"""The villages and sums of a project as people type them: one line for each, its code or name and yuan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from django.forms import ValidationError
from django.utils.translation import gettext as _

from incentives.models import ProjectFund
from incentives.templatetags.money import yuan
from villages.models import Unit

MOST = Decimal("999999999999.99")


def read_planned(typed: str, fund: ProjectFund) -> dict[str, Decimal]:
    """Yuan by the unit's code. Raises ``ValidationError`` with every line that is wrong."""
    known: dict[str, list[str]] = defaultdict(list)
    for code, name in Unit.objects.within(fund.unit_id).rated(fund.rates).values_list("code", "name"):
        known[code].append(code)
        known[name].append(code)
    found: dict[str, Decimal] = {}
    wrong = []
    for line in filter(None, map(str.strip, typed.splitlines())):
        name, written = line.rsplit(maxsplit=1) if len(line.split()) > 1 else (line, "")  # any space, also U+3000
        codes, amount = known.get(name, []), _yuan(written)
        if not codes:
            wrong.append(_("“%s”: no unit of this code or name is rated here.") % line)
        elif len(codes) > 1:
            wrong.append(_("“%s”: several units have this name; please write the code.") % line)
        elif codes[0] in found:
            wrong.append(_("“%s”: this unit stands here twice.") % line)
        elif amount is None:
            wrong.append(_("“%s”: the sum is no amount in yuan above 0.") % line)
        else:
            found[codes[0]] = amount
    if wrong:
        raise ValidationError(wrong)
    return found


def above_budget(budget: Decimal, planned: Mapping[str, Decimal]) -> str:
    """By how much the planned sums exceed the budget, in words; empty where they do not."""
    over = sum(planned.values(), Decimal(0)) - budget
    return _("The planned sums are %(amount)s yuan above the budget.") % {"amount": yuan(over)} if over > 0 else ""


def _yuan(written: str) -> Decimal | None:
    try:
        amount = Decimal(written.replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 < amount <= MOST or amount != round(amount, 2):
        return None
    return amount
