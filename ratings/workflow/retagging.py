"""How changed tags of a unit affect its application (formats §1, ``only``): they select the variants that apply.

A draft follows its unit at once; a submitted application keeps the criteria of its submission until it is withdrawn.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from ratings import notices
from ratings.models import Application, Cycle
from ratings.scheme.spec import Criterion, NoSingleVariant, SchemeSpec
from ratings.workflow.answers import add_up, reread
from villages.models import CODE_LENGTHS, Unit
from villages.workflow import OrderConsequence

State = Application.State


def follow(
    sender: Any, units: Sequence[Unit], before: Mapping[str, Sequence[str]], **kwargs: Any
) -> list[OrderConsequence]:
    """Receives ``units_tagged``: drafts are parsed again and their villages notified; reports what follows for whom."""
    above = {unit.code[:length] for unit in units for length in CODE_LENGTHS}
    cycles = Cycle.objects.filter(state=Cycle.State.OPEN, unit__in=above).select_related("scheme").order_by("pk")
    return [followed for cycle in cycles for followed in _in_cycle(cycle, units, before)]


def _in_cycle(cycle: Cycle, units: Sequence[Unit], before: Mapping[str, Sequence[str]]) -> Iterator[OrderConsequence]:
    spec, rates = cycle.scheme.spec, cycle.scheme.rates
    asked = {
        unit.code: _fitting(spec, unit.tags)
        for unit in units
        if unit.is_rateable and unit.level == rates and cycle.covers(unit.code)
    }
    concerned = {code for code, criteria in asked.items() if criteria != _fitting(spec, before[code])}
    rows = cycle.applications.select_for_update(of=("self",)).filter(unit__in=concerned).select_related("unit")
    applications = {application.unit_id: application for application in rows.order_by("pk")}
    for application in applications.values():
        application.cycle = cycle
    fitting = [a for a in applications.values() if a.state == State.DRAFT and not isinstance(asked[a.unit_id], str)]
    _ask_anew(fitting)
    for unit in units:
        if unit.code in concerned:
            yield OrderConsequence(unit.code, _words(unit, cycle, applications.get(unit.code), asked[unit.code]))


def _fitting(spec: SchemeSpec, tags: Collection[str]) -> tuple[Criterion, ...] | str:
    """The criteria for a unit with ``tags``, or the code of the one of which no single variant fits."""
    try:
        return spec.fitting(tags)
    except NoSingleVariant as wrong:
        return wrong.code


def _ask_anew(drafts: Sequence[Application]) -> None:
    """Parse the answers for the variants that now apply; also update the points of a draft that was sent before."""
    reread(drafts)
    add_up(draft for draft in drafts if draft.self_total is not None)
    alike: dict[str, list[Application]] = {}
    for draft in drafts:
        alike.setdefault("、".join(draft.tags) or "—", []).append(draft)
    for tags, of_these in alike.items():
        notices.tell_village(of_these, "application_reasked", tags=tags)


def _words(unit: Unit, cycle: Cycle, application: Application | None, asked: tuple[Criterion, ...] | str) -> str:
    params = {"unit": unit.name, "year": cycle.year, "criterion": asked}
    if application and application.state != State.DRAFT:
        return _("%(unit)s: the application of %(year)s keeps the criteria of its submission.") % params
    if isinstance(asked, str):
        return (
            _("%(unit)s: criterion %(criterion)s of %(year)s has variants, and these tags do not tell which.") % params
        )
    return _("%(unit)s is asked for %(year)s by its new tags.") % params
