"""What waits for a person in programmes (a source of ``accounts.todo_list``)."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.prepared import asked
from accounts.role_holders import places_of
from accounts.todo_list import Todo
from programmes.facts import facts_of
from programmes.models import RUN, CycleState, ProgrammeCycle
from programmes.models.lifecycle import ON_BEHALF, OWN
from programmes.workflow.answers import open_to
from villages.models import below_any

SHOWN = 20


def entries(user: User) -> list[Todo]:
    if not (_may_answer(user) or user.reach(RUN)):
        return []
    going_on = asked(_going_on, user)
    places = places_of(user.pk) if going_on and _may_answer(user) else set()
    return [entry for cycle in going_on for entry in (*_answers(user, cycle, places), *_steps(user, cycle))]


def _may_answer(user: User) -> bool:
    return bool(user.reach(OWN) or user.reach(ON_BEHALF))


def _going_on(user: User) -> QuerySet[ProgrammeCycle]:
    """Only whoever answers needs the scheme, whose text is long."""
    cycles = ProgrammeCycle.objects.seen_by(user).exclude(state=CycleState.PUBLISHED)
    return (cycles if _may_answer(user) else cycles.defer("scheme__body"))[:SHOWN]


def _answers(user: User, cycle: ProgrammeCycle, places: Collection[str]) -> list[Todo]:
    """Each own unit with something to answer; the others, for which an office may answer, in one line."""
    codes = {*user.reach(OWN), *user.reach(ON_BEHALF)}
    if not codes or not cycle.takes_answers:
        return []
    known = facts_of(cycle, cycle.rated_units().filter(below_any(codes)))
    open_ones = {
        code: missing
        for code, one in known.items()
        if (missing := sum(fact.value is None and not fact.awaits_review for fact in open_to(user, cycle, one, places)))
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
