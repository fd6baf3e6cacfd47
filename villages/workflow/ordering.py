"""Units merged, split, renamed by order (practice §4).

``by`` needs ``villages.manage_unit`` over every unit concerned. The order is carried out at once, also by the
apps above (``villages.signals``): all of it or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from records import cells
from records.audit import acting
from records.previews import require_unchanged
from records.refusals import Incomplete, WrongState
from villages.models import CODE, CODE_LENGTHS, Level, ReorganizationOrder, Unit, UnitSuccession, prefixes
from villages.signals import units_passed, units_settled
from villages.workflow.locking import MANAGE, hold
from villages.workflow.naming import cleaned_name

PASSING_LEVELS = {Level.VILLAGE, Level.STATION}
"""Only units without units below can be merged or split: the codes below begin with the unit's own code."""


@dataclass(frozen=True)
class OrderConsequence:
    """A consequence of an order for the unit with this code, in words."""

    unit: str
    text: str


@dataclass(frozen=True)
class OrderPaper:
    """The document of the order: its number, the day from which it is in force, and the reason.

    ``posts_pass``: cadres of units that end continue in the successor; otherwise their posts end.
    """

    document: str
    on: date
    reason: str
    posts_pass: bool = False


@dataclass(frozen=True)
class SplitPart:
    """A unit that continues or is created: its code, and its name if it is new or renamed."""

    code: str
    name: str = ""


@transaction.atomic
def merge(codes: Collection[str], into: SplitPart, paper: OrderPaper, *, by: Any) -> ReorganizationOrder:
    """Merge the units of ``codes`` into one: one of them that continues, or a new unit.

    Raises ``NotAllowed``; ``Incomplete`` if the order is incomplete; ``WrongState`` if one of them has ended.
    """
    codes = sorted({cells.code(code).upper() for code in codes})
    into = _cleaned(into, "name")
    units = hold([*codes, into.code], MANAGE, by)
    merged = [units[code] for code in codes if code in units]
    problems = _of_paper(paper) | _of_units(merged, codes, paper.on)
    if len(codes) < 2:
        problems["units"] = _("Choose at least two units.")
    problems |= _of_part(into, units, may_go_on=codes, field="into")
    _require(problems)
    successor = _made(into, merged[0], by) if into.code not in units else units[into.code]
    steps = [(unit, successor, True) for unit in merged]
    return _carry_out(ReorganizationOrder.Kind.MERGE, steps, {successor.code: into.name}, paper, by)


@transaction.atomic
def split(code: str, parts: Collection[SplitPart], main: str, paper: OrderPaper, *, by: Any) -> ReorganizationOrder:
    """Split the unit of ``code`` into ``parts``; it may be one of them. Open work passes to the part ``main``.

    Raises ``NotAllowed``, ``Incomplete``, ``WrongState`` as ``merge``.
    """
    parts = [_cleaned(part, "parts") for part in parts]
    units = hold([code, *(part.code for part in parts)], MANAGE, by)
    problems = _of_paper(paper) | _of_units([units[code]] if code in units else [], [code], paper.on)
    if len({part.code for part in parts}) < max(2, len(parts)):
        problems["parts"] = _("Name at least two parts, each once.")
    if main not in {part.code for part in parts}:
        problems["main"] = _("Name the part that takes over what is open.")
    for part in parts:
        problems |= _of_part(part, units, may_go_on=[code], field="parts")
    _require(problems)
    whole = units[code]
    after = [units.get(part.code) or _made(part, whole, by) for part in parts]
    steps = [(whole, unit, unit.code == main) for unit in after]
    return _carry_out(ReorganizationOrder.Kind.SPLIT, steps, {part.code: part.name for part in parts}, paper, by)


@transaction.atomic
def rename(code: str, name: str, paper: OrderPaper, *, by: Any) -> ReorganizationOrder:
    """Rename the unit of ``code``; nothing else changes. Raises as ``merge``."""
    units = hold([code], MANAGE, by)
    name = cleaned_name(name, "name")
    problems = _of_paper(paper) | _of_name(name, "name")
    if code not in units:
        problems["unit"] = _("This unit is not known.")
    elif units[code].name == name:
        raise WrongState(_("The unit has this name already."))
    _require(problems)
    return _carry_out(ReorganizationOrder.Kind.RENAME, [(units[code], units[code], True)], {code: name}, paper, by)


def looked_at(carry_out: Callable[[], ReorganizationOrder], *, keep: bool, expected: Any = None) -> ReorganizationOrder:
    """Carry out the order, with its successions as ``passed``; rolled back unless ``keep``, as a dry run.

    The preview of an order is therefore exactly what follows. Raises what the step raises, and ``Outdated`` if the
    outcome is no longer what the page showed (``expected``).
    """
    with transaction.atomic():
        made = carry_out()
        made.passed = list(made.successions.select_related("before", "after"))
        require_unchanged(expected, outcome(made))
        transaction.set_rollback(not keep)
    return made


def outcome(order: ReorganizationOrder) -> dict[str, Any]:
    """The whole outcome of an order that was ``looked_at``: successions, units afterwards, consequences."""
    units = {unit.code: unit for succession in order.passed for unit in (succession.before, succession.after)}
    return {
        "passages": [[one.before_id, one.name_before, one.after_id, one.name_after, one.main] for one in order.passed],
        "units": {code: [unit.name, unit.level, unit.rated, unit.tags, unit.ended] for code, unit in units.items()},
        "consequences": order.consequences,
    }


def _cleaned(part: SplitPart, field: str) -> SplitPart:
    return SplitPart(cells.code(part.code).upper(), cleaned_name(part.name, field))


def _of_paper(paper: OrderPaper) -> dict[str, str]:
    problems = {}
    if not paper.document.strip():
        problems["document"] = _("Please enter the document number.")
    if not paper.reason.strip():
        problems["reason"] = _("Please write the reason.")
    if paper.on > timezone.localdate():
        problems["on"] = _("This day is still to come.")
    return problems


def _of_units(found: Collection[Unit], codes: Collection[str], on: date) -> dict[str, str]:
    """Why units cannot be merged or split from the day ``on``: an order cannot precede an earlier one."""
    if len(found) < len(codes):
        return {"units": _("One of these units is not known.")}
    if any(unit.level not in PASSING_LEVELS for unit in found):
        return {"units": _("Only villages and stations can be merged or split.")}
    last = (
        ReorganizationOrder.objects.filter(successions__after__in=found)
        .exclude(kind=ReorganizationOrder.Kind.RENAME)
        .order_by("-on")
        .first()
    )
    if last and on <= last.on:
        return {"on": _("A day after %(day)s, when the last order came into force.") % {"day": date_format(last.on)}}
    return {}


def _of_part(part: SplitPart, units: Mapping[str, Unit], *, may_go_on: Collection[str], field: str) -> dict[str, str]:
    """Errors of a part: one that continues must be among the units, a new one needs a free code and a name."""
    if part.code in units:
        return {} if part.code in may_go_on else {field: _("The code %(code)s is taken.") % {"code": part.code}}
    if len(part.code) != CODE_LENGTHS[-1] or not re.fullmatch(CODE, part.code):
        return {field: _("A division code has 12 digits (a station: nine digits, S, two digits).")}
    if not Unit.objects.filter(code=prefixes(part.code)[-2]).exists():
        return {field: _("There is no township %(code)s.") % {"code": prefixes(part.code)[-2]}}
    return _of_name(part.name.strip(), field)


def _of_name(name: str, field: str) -> dict[str, str]:
    return {} if 0 < len(name) <= 100 else {field: _("A name of at most 100 characters.")}


def _require(problems: Mapping[str, str]) -> None:
    if problems:
        raise Incomplete(_("The order cannot be carried out yet."), dict(problems))


def _made(part: SplitPart, like: Unit, by: Any) -> Unit:
    """A new unit, rated and tagged like its predecessor."""
    try:
        with transaction.atomic(), acting(by, "villages.order"):
            return Unit.objects.create(
                code=part.code, name=part.name.strip(), level=like.level, rated=like.rated, tags=like.tags
            )
    except IntegrityError:
        raise WrongState(_("The code %(code)s was taken just now.") % {"code": part.code}) from None


def _carry_out(
    kind: ReorganizationOrder.Kind,
    steps: list[tuple[Unit, Unit, bool]],
    names: Mapping[str, str],
    paper: OrderPaper,
    by: Any,
) -> ReorganizationOrder:
    """Store the order, end and rename units accordingly, and transfer everything to the successors."""
    going_on = {after.code for _before, after, _main in steps}
    with acting(by, "villages.order", paper.reason):
        order = ReorganizationOrder.objects.create(
            kind=kind,
            document=paper.document.strip(),
            on=paper.on,
            reason=paper.reason.strip(),
            posts_pass=paper.posts_pass,
            by=by,
        )
        named = {before.code: before.name for before, _after, _main in steps}
        for unit in {after.code: after for _before, after, _main in steps}.values():
            if name := names.get(unit.code, "").strip():
                unit.name = name
                unit.save(update_fields=["name"])
        for unit in {before.code: before for before, _after, _main in steps}.values():
            if unit.code not in going_on:
                unit.ended = paper.on
                unit.save(update_fields=["ended"])
        UnitSuccession.objects.bulk_create(
            UnitSuccession(
                order=order,
                before=before,
                after=after,
                name_before=named[before.code],
                name_after=after.name,
                main=main,
            )
            for before, after, main in steps
        )
        if kind != ReorganizationOrder.Kind.RENAME:
            _let_pass(order)
    return order


def _let_pass(order: ReorganizationOrder) -> None:
    """Let the apps above carry out their part; their consequences are stored with the order."""
    with translation.override(settings.LANGUAGE_CODE):
        told: list[tuple[Any, Any]] = units_passed.send(sender=ReorganizationOrder, order=order) + units_settled.send(
            sender=ReorganizationOrder, order=order
        )
    order.consequences = [asdict(one) for _receiver, said in told for one in said or ()]
    order.save(update_fields=["consequences"])
