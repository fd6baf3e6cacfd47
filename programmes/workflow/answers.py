"""Answering what only the programme asks; what the ordinary application asks is answered there."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.role_holders import places_of
from programmes.facts import FactAsked, FactsOfUnit, fact_of
from programmes.models import RUN, ProgrammeAnswer, ProgrammeCycle
from programmes.models.lifecycle import ON_BEHALF, OWN
from programmes.workflow.actions import taking
from ratings.application.answer_parsing import parsed_answer
from records.previews import require_unchanged
from records.refusals import Incomplete, NotAllowed, WrongState
from villages.models import Level, Unit


class TypedEntry(NamedTuple):
    """What a person typed for one question; empty takes the answer away."""

    text: str
    reason: str = ""


def may_answer(user: User, cycle: ProgrammeCycle, unit: Unit, fact: FactAsked, places: Collection[str]) -> bool:
    """The unit's own people or, for one that cannot, its township's office answer what is asked of the unit; what is
    asked of others, the township's office or the one that runs the programme, if they have no post in the unit
    (``places``: their ``places_of``). A township's office never answers for the township itself."""
    on_behalf = unit.level != Level.TOWNSHIP and user.has_perm(ON_BEHALF, unit)
    if fact.source == "village":
        return user.has_perm(OWN, unit) or on_behalf
    judges = fact.source == "office" and (on_behalf or user.has_perm(RUN, cycle))
    return judges and unit.pk not in places


def open_to(user: User, cycle: ProgrammeCycle, known: FactsOfUnit, places: Collection[str]) -> list[FactAsked]:
    """The questions that ``user``, of these ``places`` (``places_of``), may answer for the unit."""
    return [one for one in known.asked if may_answer(user, cycle, known.unit, one, places)]


def standing(cycle: ProgrammeCycle, facts: list[FactAsked]) -> dict[str, Any]:
    """What the form shows: which version of the scheme asks, and what is typed so far."""
    typed = {one.item: [one.answer.typed, one.answer.reason] for one in facts if one.answer is not None}
    return {"scheme": cycle.scheme_id, "typed": typed}


def save_answers(
    cycle: ProgrammeCycle, unit: Unit, typed: Mapping[str, TypedEntry], *, by: User, expected: Any = None
) -> int:
    """Save what ``by`` typed, all of it or nothing; returns how many of ``by``'s questions are still open.

    Raises ``NotAllowed``; ``WrongState`` when the time is over, or a question is answered in the application;
    ``Incomplete`` with a message by question; ``Outdated`` when others have answered meanwhile or another version
    asks now (``standing``).
    """
    with taking("answer_programme", cycle, by) as fresh:
        if not fresh.rated_units().filter(pk=unit.pk).exists():
            raise WrongState(_("This unit is not rated in this programme."))
        known = fact_of(fresh, unit)
        places = places_of(by.pk)
        own = {one.item: one for one in open_to(by, fresh, known, places)}
        require_unchanged(expected, standing(fresh, list(own.values())))
        if not own:
            raise NotAllowed
        if strange := [item for item in typed if item not in own]:
            raise WrongState(_("This question is answered elsewhere: %s.") % _(", ").join(strange))
        problems: dict[str, str] = {}
        for item, given in typed.items():
            try:
                _keep(fresh, unit, own[item], given, by)
            except Incomplete as wrong:
                problems[item] = str(wrong)
        if problems:
            raise Incomplete(_("Some answers are not valid. Nothing was saved."), problems)
        return sum(one.value is None for one in open_to(by, fresh, fact_of(fresh, unit), places))


def _keep(cycle: ProgrammeCycle, unit: Unit, fact: FactAsked, given: TypedEntry, by: User) -> None:
    value = parsed_answer(fact.criterion, fact.question, given.text)
    there = ProgrammeAnswer.objects.filter(cycle=cycle, unit=unit, item=fact.item)
    if value is None:
        there.delete()
        return
    if fact.question.kind == "points" and not given.reason.strip():
        raise Incomplete(_("Points that you type need a reason."))
    same = there.filter(typed=given.text.strip(), reason=given.reason.strip()).exists()
    if not same:
        new = {"typed": given.text.strip(), "value": value, "reason": given.reason.strip(), "by": by}
        ProgrammeAnswer.objects.update_or_create(cycle=cycle, unit=unit, item=fact.item, defaults=new)
