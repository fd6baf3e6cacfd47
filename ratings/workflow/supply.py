"""Figures that departments supply for all villages of a county, one criterion at a time (formats §1, ``supplier``)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.departments import departments_of
from accounts.models import User
from accounts.prepared import asked
from ratings import notices
from ratings.application import questions
from ratings.application.answer_parsing import LONGEST, parsed_answer
from ratings.models import Answer, Application, Cycle
from ratings.models.cycle import RATED_IN_CYCLE
from ratings.scheme.spec import Criterion, Question
from ratings.workflow.answers import AnswerEntry, SavedAnswers, add_up, write
from ratings.workflow.application import open_drafts
from ratings.workflow.computed_figures import keep_computed_figures
from ratings.workflow.filling_rights import criteria_of
from ratings.workflow.window import hold_open
from records.kept_statements import rows_of
from records.known import known
from records.refusals import Incomplete, NotAllowed, WrongState

State = Application.State
SUPPLY = "ratings.supply"
# How many figures of each item there are, and how many units are rated, by cycle.
_GIVEN = """
select a.cycle_id, w.item, count(*)
from ratings_application a join ratings_answer w on w.application_id = a.id
where a.cycle_id = any (%s) and w.item = any (%s) and w.value is not null
group by a.cycle_id, w.item
"""
_RATED = f"""
select c.id, count(*)
from ratings_cycle c join ratings_scheme s on s.id = c.scheme_id join villages_unit u on {RATED_IN_CYCLE}
where c.id = any (%s)
group by c.id
"""  # noqa: S608 our own words


def supplied_by(cycle: Cycle, user: User) -> dict[str, list[Criterion]]:
    """The criteria that the departments supply for which ``user`` speaks: variants by code, in the order of the
    scheme."""
    by_code: dict[str, list[Criterion]] = {}
    departments = departments_of(user, cycle.unit_id)
    for criterion in cycle.scheme.spec.criteria:
        if questions.department(criterion) in departments:
            by_code.setdefault(criterion.code, []).append(criterion)
    return by_code


@dataclass(frozen=True)
class AskedCriterion:
    """A criterion of an open cycle that a department supplies: how many figures exist, how many are missing."""

    cycle: Cycle
    criterion: Criterion
    given: int
    missing: int


def asked_of(user: User) -> list[AskedCriterion]:
    """What the person's departments are asked for in every cycle whose scoring is not closed."""
    found = [(cycle, variants) for cycle in asked(_open, user) for variants in supplied_by(cycle, user).values()]
    if not found:
        return []
    cycles = sorted({cycle.pk for cycle, _variants in found})
    items = sorted({item for _cycle, variants in found for item in _items(variants)})
    rated = dict(rows_of(_RATED, [cycles]))
    given = {(pk, item): n for pk, item, n in rows_of(_GIVEN, [cycles, items])}
    rows = []
    for cycle, variants in found:
        n = sum(given.get((cycle.pk, item), 0) for item in _items(variants))
        missing = rated.get(cycle.pk, 0) * len(variants[0].questions) - n
        rows.append(AskedCriterion(cycle, variants[0], n, missing))
    return rows


def _items(variants: Iterable[Criterion]) -> set[str]:
    return {question.item for criterion in variants for question in criterion.questions}


def _open(user: User) -> QuerySet[Cycle]:
    cycles = Cycle.objects.filter(state=Cycle.State.OPEN, scoring_closed_at=None, unit__in=user.reach(SUPPLY))
    return cycles.select_related("scheme", "unit")


def takes_figure(application: Application, before: Answer | None) -> bool:
    """Whether a figure of ``application`` may still change: until the review begins; in its course what a version of
    the scheme asks that was issued since the application was sent, until it is given."""
    if application.state in State.TAKES_FIGURES:
        return True
    sent, issued = application.submitted_at, application.cycle.scheme.issued_at
    asked_since = sent is not None and issued is not None and sent < issued
    return application.state in State.IN_REVIEW and asked_since and (before is None or before.value is None)


@transaction.atomic
def supply(
    cycle: Cycle,
    criterion: str,
    typed: Mapping[tuple[str, str], str],
    *,
    by: User,
    sure: Collection[tuple[str, str]] = (),
) -> dict[tuple[str, str], SavedAnswers]:
    """Save a department's figures of one criterion: what was typed by (unit code, item); ``sure``: those that were
    confirmed as outliers.

    An invalid figure is saved as typed, with its problem. A village that has not begun gets an empty draft that holds
    the figure. Raises ``NotAllowed`` (another department's criterion), ``WrongState`` (cycle closed, an application
    that is no longer open to figures, a unit that is not rated); then nothing is saved.
    """
    variants = supplied_by(cycle, by).get(criterion)
    if not variants or not by.has_perm(SUPPLY, cycle.unit):
        raise NotAllowed
    hold_open([cycle.pk])
    cycle.refresh_from_db(fields=["state", "scoring_closed_at"])
    if cycle.state != Cycle.State.OPEN or cycle.scoring_closed_at:
        raise WrongState(_("Scoring of %s is closed.") % cycle.year)
    applications = _applications(cycle, {code for code, _item in typed})
    there = {
        (a.application_id, a.item): a
        for a in Answer.objects.filter(application__in=[a.pk for a in applications.values()])
        if a.item == criterion or a.item.startswith(f"{criterion}.")
    }
    source = questions.DEPARTMENT + known(questions.department(variants[0]))
    for (code, item), text in typed.items():
        application, before = applications[code], there.get((applications[code].pk, item))
        if not takes_figure(application, before) and _typed(before) != text:
            raise WrongState(_("%s: it is under review, its figures can no longer change.") % application.unit)
    saved = {
        (code, item): _keep(
            applications[code], criterion, AnswerEntry(item, text, sure=(code, item) in sure), there, source, by
        )
        for (code, item), text in typed.items()
    }
    answers = [kept.answer for kept in saved.values() if kept.answer]
    fresh = [answer for answer in answers if answer.saved_at is None]
    write(fresh, by, "supply")
    changed = [a for a in fresh if _typed(there.get((a.application_id, a.item))) != a.typed]
    _follow([answer.application for answer in changed], source)
    return saved


def _applications(cycle: Cycle, codes: set[str]) -> dict[str, Application]:
    """The units' applications, locked, by code; begun for those that have none. Raises ``WrongState``."""
    units = {unit.code: unit for unit in cycle.rated_units().filter(code__in=codes)}
    begun = set(cycle.applications.filter(unit__in=codes).values_list("unit_id", flat=True))
    if missing := sorted(codes - begun):
        if set(missing) - units.keys():
            raise WrongState(_("This unit is not rated in this cycle."))
        open_drafts(cycle, [Application(cycle=cycle, unit=units[code]) for code in missing])
    rows = cycle.applications.select_for_update(of=("self",)).filter(unit__in=codes).select_related("unit")
    applications = {application.unit_id: application for application in rows.order_by("pk")}
    for application in applications.values():
        application.cycle = cycle
    return applications


def _keep(
    application: Application,
    code: str,
    entry: AnswerEntry,
    there: Mapping[tuple[int, str], Answer],
    source: str,
    by: User,
) -> SavedAnswers:
    criterion, question = _asked(application, code, entry.item)
    value, problem = None, ""
    try:
        value = parsed_answer(criterion, question, entry.typed)
    except Incomplete as wrong:
        problem = str(wrong)
    before = there.get((application.pk, entry.item))
    if len(entry.typed) > LONGEST:
        return SavedAnswers(entry, before, problem, refused=True)
    same = _typed(before) == entry.typed
    sure = value is not None and (entry.sure or (same and before is not None and before.sure))
    if same and (before is None or before.sure == sure):
        return SavedAnswers(entry, before, problem)
    fresh = Answer(
        application=application, item=entry.item, typed=entry.typed, value=value, source=source, sure=sure, by=by
    )
    return SavedAnswers(entry, fresh, problem)


def _typed(answer: Answer | None) -> str:
    return answer.typed if answer else ""


def _asked(application: Application, code: str, item: str) -> tuple[Criterion, Question]:
    """The item in the variant that fits the unit. Raises ``WrongState`` for an item that it does not have."""
    asked = questions.on_form(c for c in criteria_of(application) if c.code == code)
    if item not in asked:
        raise WrongState(_("This unit is not asked for this."))
    return asked[item]


def _follow(applications: list[Application], source: str) -> None:
    """Update the points for the new figures; the villages are notified that they need not fill them in."""
    counts: dict[int, int] = {}
    for application in applications:
        counts[application.pk] = counts.get(application.pk, 0) + 1
    distinct = list({application.pk: application for application in applications}.values())
    keep_computed_figures(distinct)
    add_up(application for application in distinct if application.state != State.DRAFT)
    for count in sorted(set(counts.values())):
        notices.tell_village(
            [application for application in distinct if counts[application.pk] == count],
            "figures_supplied",
            department=source.removeprefix(questions.DEPARTMENT),
            count=count,
        )
