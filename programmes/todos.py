"""What waits for a person in programmes (a source of ``accounts.todo_list``)."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, Self

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.prepared import asked
from accounts.role_holders import posts_of
from accounts.todo_list import Todo
from programmes.facts import FactsOfUnit, asked_of, latest
from programmes.models import RUN, CycleState, ProgrammeAnswer, ProgrammeCycle
from programmes.models.lifecycle import ON_BEHALF, OWN, VIEW
from programmes.workflow.answers import open_to
from ratings.models import Application, Scheme
from villages.models import Unit, below_any

SHOWN = 20


class _AtHand(NamedTuple):
    """What tells which questions are open to a person: of all programmes that go on, of all units in reach."""

    places: Collection[str]
    applications: list[Application]
    schemes: Mapping[int, Scheme]
    typed: list[ProgrammeAnswer]

    @classmethod
    def of(cls, user: User) -> Self:
        schemes = {scheme.pk: scheme for scheme in asked(_schemes, user)}
        return cls({code for (code,) in asked(_places, user)}, asked(_applications, user), schemes, asked(_typed, user))

    def asked_in(self, cycle: ProgrammeCycle, units: Iterable[Unit]) -> dict[str, FactsOfUnit]:
        same = (one for one in self.applications if (one.cycle.year, one.rates) == (cycle.year, cycle.rates))
        typed = (one for one in self.typed if one.cycle_id == cycle.pk)
        return asked_of(cycle, units, latest(same), self.schemes, typed)


def entries(user: User) -> list[Todo]:
    answers = bool(_answered_for(user))
    if not (answers or user.reach(RUN)):
        return []
    going_on = asked(_going_on, user)
    at_hand = _AtHand.of(user) if answers and any(cycle.takes_answers for cycle in going_on) else None
    return [entry for cycle in going_on for entry in (*_answers(user, cycle, at_hand), *_steps(user, cycle))]


def _answered_for(user: User) -> set[str]:
    return {*user.reach(OWN), *user.reach(ON_BEHALF)}


def _going_on(user: User) -> QuerySet[ProgrammeCycle]:
    """Only whoever answers needs the scheme, whose text is long."""
    cycles = ProgrammeCycle.objects.seen_by(user).exclude(state=CycleState.PUBLISHED)
    return (cycles if _answered_for(user) else cycles.defer("scheme__body"))[:SHOWN]


def _units(user: User, place: str, rates: str) -> QuerySet[Unit]:
    """Those of ``user`` that a scheme of this place rates."""
    return Scheme(unit_id=place, rates=rates).rated_units().filter(below_any(_answered_for(user)))


def _applications(user: User) -> QuerySet[Application]:
    """In the years in which a programme asks."""
    asking = ProgrammeCycle.objects.around(user.reach(VIEW)).filter(state=CycleState.OPEN)
    rows = Application.objects.filter(below_any(_answered_for(user), "unit_id"), cycle__year__in=asking.values("year"))
    return rows.select_related("cycle").annotate(rates=F("cycle__scheme__rates")).order_by("cycle")


def _schemes(user: User) -> QuerySet[Scheme]:
    return Scheme.objects.filter(pk__in=_applications(user).values("cycle__scheme"))


def _typed(user: User) -> QuerySet[ProgrammeAnswer]:
    here = below_any(_answered_for(user), "unit_id")
    return ProgrammeAnswer.objects.filter(here, cycle__state=CycleState.OPEN)


def _places(user: User) -> QuerySet:
    return posts_of(user.pk)


def _answers(user: User, cycle: ProgrammeCycle, at_hand: _AtHand | None) -> list[Todo]:
    """Each own unit with something to answer; the others, for which an office may answer, in one line."""
    if at_hand is None or not cycle.takes_answers:
        return []
    known = at_hand.asked_in(cycle, asked(_units, user, cycle.scheme.unit_id, rates=cycle.rates))
    open_ones = {
        code: missing
        for code, one in known.items()
        if (
            missing := sum(
                fact.value is None and not fact.awaits_review for fact in open_to(user, cycle, one, at_hand.places)
            )
        )
    }
    name = {"programme": cycle.programme.name, "year": cycle.year}
    mine = user.reach(OWN)
    own = {code: missing for code, missing in open_ones.items() if code in mine}
    entries = [
        Todo(
            title=_("Answer what “%(programme)s” of %(year)s asks") % name,
            url=reverse("programme_unit", args=[cycle.pk, code]),
            detail=ngettext("%(n)s question", "%(n)s questions", missing) % {"n": missing},
            due=cycle.answers_until,
            over=_("Programmes"),
            action=_("Answer"),
        )
        for code, missing in own.items()
    ]
    if others := len(open_ones) - len(own):
        entries.append(
            Todo(
                title=_("“%(programme)s” of %(year)s: answers are missing") % name,
                url=cycle.get_absolute_url(),
                detail=ngettext("%(n)s unit", "%(n)s units", others) % {"n": others},
                due=cycle.answers_until,
                over=_("Programmes"),
                action=_("Look"),
            )
        )
    return entries


def _steps(user: User, cycle: ProgrammeCycle) -> list[Todo]:
    """For the office that runs it: to be confirmed once the time for answers is over, then to be published."""
    if cycle.takes_answers or not user.has_perm(RUN, cycle):
        return []
    title = _("Confirm the results of “%(programme)s” of %(year)s")
    if cycle.state == CycleState.CONFIRMED:
        title = _("Publish the results of “%(programme)s” of %(year)s")
    return [
        Todo(
            title=title % {"programme": cycle.programme.name, "year": cycle.year},
            url=cycle.get_absolute_url(),
            over=_("Programmes"),
            action=_("Look"),
            since=cycle.answers_until,
        )
    ]
