"""The next version of a programme's scheme in mid-year: what stays answered, what is asked again, who is told."""

from collections.abc import Mapping

from accounts.models import User
from programmes import telling
from programmes.facts import FactsOfUnit, facts_of, shared_items
from programmes.models import CycleState, ProgrammeAnswer, ProgrammeCycle
from ratings.models import Scheme
from ratings.scheme.spec import NoSingleVariant, SchemeSpec
from records import audit

Same = Mapping[str, frozenset[str]]
"""By unit, the items that both versions ask in the same words."""


def follow(scheme: Scheme, *, by: User | None) -> None:
    """Let the open year go on under the version that has just been issued.

    Answers to what it asks in the same words stay, others are forgotten. Those who are asked something new are told; if
    the time for answers is over, so is the office that can give more.
    """
    rows = ProgrammeCycle.objects.select_for_update(of=("self",)).select_related("programme__unit", "scheme")
    there = rows.filter(programme=scheme.programme_id, year=scheme.year, rates=scheme.rates, state=CycleState.OPEN)
    with audit.acting(by, "issue_scheme"):
        for cycle in there.exclude(scheme=scheme):
            before = cycle.scheme.spec
            cycle.scheme = scheme
            cycle.save(update_fields=["scheme"])
            known = facts_of(cycle, cycle.rated_units())
            same = {code: _same(before, scheme.spec, one) for code, one in known.items() if not one.unfit}
            _forget_changed(cycle, same)
            _tell(cycle, known, same)


def _same(before: SchemeSpec, after: SchemeSpec, known: FactsOfUnit) -> frozenset[str]:
    try:
        return frozenset(shared_items(after, before, known.tags))
    except NoSingleVariant:
        return frozenset()


def _forget_changed(cycle: ProgrammeCycle, same: Same) -> None:
    """What was answered to another question is no answer. The units that no single variant fits keep theirs."""
    answers = ProgrammeAnswer.objects.filter(cycle=cycle, unit__in=same)
    gone = [answer.pk for answer in answers if answer.item not in same[answer.unit_id]]
    ProgrammeAnswer.objects.filter(pk__in=gone).delete()


def _tell(cycle: ProgrammeCycle, known: Mapping[str, FactsOfUnit], same: Same) -> None:
    waiting = {
        code: FactsOfUnit.asked_now(fact for fact in known[code].facts if fact.item not in items)
        for code, items in same.items()
    }
    if not any(waiting.values()):
        return
    if not cycle.takes_answers:
        telling.tell_that_time_is_over(cycle)
        return
    telling.tell_what_is_asked(cycle, "programme_amended", waiting)
