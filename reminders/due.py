"""What is due in a place: for each unit and step until when, whose turn it is, and since when.

Nothing is kept here: it is read from cycles, applications, reviews and follow-ups, whatever the number of units in a
bounded number of queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Max, Q

from accounts.departments import speakers
from accounts.role_holders import holders
from accounts.roles import RATED_POSTS, Role
from followups.models import FollowUp
from followups.offices import Office, people_of, unknown_to
from ratings.application.correction import FOLLOW_UP as CORRECTION
from ratings.application.correction import filling_office
from ratings.models import Application, Cycle, Decision, Extension, Stage
from ratings.models.application import first_stage
from ratings.models.cycle import RATED_IN_CYCLE, CycleStep
from records.addresses import address
from records.deadlines import end_of
from reminders.models import DueStep
from reviews.appeals.appeal_rules import above, answer_dues
from reviews.decisions.release_due import release_dues
from reviews.decisions.visibility import barred_from
from reviews.department_checks.assignments import outstanding
from reviews.models import Appeal, Candidate, Objection, Settlement, Sheet
from reviews.models.review_levels import REVIEW_LEVELS, ReviewLevel
from villages.models import below_any, county_of, township_of

State = Application.State


@dataclass(frozen=True)
class Due:
    """One thing that waits for somebody about the unit with the code ``unit``.

    ``office``: whose turn it is; ``people``: of that office these alone. ``deciding``: the level (``Decision.Origin``)
    outside which nobody may know that it has decided: to others it is ``outside``. ``kind``: of a follow-up.
    ``unknown_to``: people who must not learn of it.
    """

    unit: str
    step: DueStep
    office: Office
    due: datetime | None
    since: datetime | None
    link: str
    people: tuple[int, ...] = ()
    deciding: str = ""
    outside: Due | None = None
    kind: str = ""
    unknown_to: frozenset[int] = frozenset()


def due_in(codes: Collection[str]) -> list[Due]:
    """Everything that waits at or below ``codes``."""
    cycles = {one.pk: one for one in _cycles(codes)}
    closes = _Closes(cycles)
    applications = list(
        Application.objects.filter(below_any(codes, "unit_id"), cycle__in=cycles)
        .exclude(state__in=State.SETTLED)
        .annotate(since=Max("transitions__at"))
        .order_by("unit")
    )
    return [
        *_not_begun(codes, cycles, closes),
        *_in_hand(applications, closes),
        *_in_review(applications, closes),
        *_decided(applications, closes),
        *_checks(applications),
        *_objections(applications),
        *_appeals(codes),
        *_followups(codes),
    ]


def first_deadline(dues: Iterable[Due]) -> tuple[datetime, str]:
    """The earliest deadline of those that have one, and its unit."""
    return min((one.due, one.unit) for one in dues if one.due is not None)


def people_whose_turn(dues: Iterable[Due]) -> dict[Due, list[int]]:
    """The ids of those whose turn it is today, by what is due."""
    dues = list(dues)
    by_kind: dict[str, set[Office]] = defaultdict(set)
    for one in dues:
        if not one.people:
            by_kind[one.kind].add(one.office)
    held = {kind: people_of(offices, kind) if kind else holders_of(offices) for kind, offices in by_kind.items()}
    return {one: sorted({*(one.people or held[one.kind].get(one.office, ()))} - one.unknown_to) for one in dues}


def holders_of(offices: Iterable[Office]) -> dict[Office, list[int]]:
    """The holders of each office today; filler and signer of a village share what is theirs."""
    by_role: dict[str, set[str]] = defaultdict(set)
    for office in offices:
        by_role[office.role].add(office.unit)
    found: dict[Office, list[int]] = {}
    for role, units in by_role.items():
        here = holders(RATED_POSTS if role in RATED_POSTS else [role], units)
        found |= {Office(unit, role): here.get(unit, []) for unit in units}
    return found


def office_over(unit: str) -> Office:
    """The office that accepts what a unit (by code) has sent."""
    if first_stage(unit) == Stage.COUNTY:
        return Office(county_of(unit), Role.COUNTY_OFFICE)
    return Office(township_of(unit), Role.TOWNSHIP_OFFICE)


def _cycles(codes: Collection[str]) -> Iterator[Cycle]:
    """The open ones, and closed ones in which something still goes on."""
    here = Q(state=Cycle.State.OPEN) | Q(applications__state__in=State.UNDER_WAY)
    at_or_below = Q(unit__in={county_of(code) for code in codes}) | below_any(codes, "unit_id")
    yield from Cycle.objects.filter(at_or_below & here).distinct().prefetch_related("windows")


class _Closes:
    """The end of a step for a unit, extensions included; None where no time is set or the cycle is closed."""

    def __init__(self, cycles: dict[int, Cycle]) -> None:
        self.cycles = cycles
        rows = Extension.objects.filter(cycle__in=cycles).values_list("cycle", "step", "unit", "closes")
        self.extended = {(cycle, step, unit): closes for cycle, step, unit, closes in rows}

    def __call__(self, cycle: int, step: str, unit: str) -> datetime | None:
        window = self.cycles[cycle].window(step) if self.cycles[cycle].state == Cycle.State.OPEN else None
        return max(window.closes, self.extended.get((cycle, step, unit), window.closes)) if window else None


def _not_begun(codes: Collection[str], cycles: dict[int, Cycle], closes: _Closes) -> Iterator[Due]:
    here = " or ".join(["u.code >= %s and u.code < %s"] * len(codes)) or "false"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            select c.id, u.code from ratings_cycle c join ratings_scheme s on s.id = c.scheme_id
            join villages_unit u on {RATED_IN_CYCLE}
            where c.id = any(%s) and c.state = 'open'
                and ({here})
                and not exists (select from ratings_application a where a.cycle_id = c.id and a.unit_id = u.code)
            order by u.code
            """,  # noqa: S608 our own words
            [list(cycles), *(bound for code in codes for bound in (code, code + "~"))],
        )
        rows = cursor.fetchall()
    for pk, unit in rows:
        window = cycles[pk].window(CycleStep.APPLY)
        if window:
            yield Due(
                unit,
                DueStep.APPLY,
                filling_office(unit),
                closes(pk, CycleStep.APPLY, unit),
                window.opens,
                address("applications_not_begun"),
            )


def _in_hand(applications: list[Application], closes: _Closes) -> Iterator[Due]:
    """Drafts in the village, and what the level above has not accepted; corrections are follow-ups."""
    for one in applications:
        unit, link = one.unit_id, _page(one)
        village, above = filling_office(unit), office_over(unit)
        if one.state == State.DRAFT:
            yield Due(unit, DueStep.APPLY, village, closes(one.cycle_id, CycleStep.APPLY, unit), one.since, link)
        elif one.state == State.SUBMITTED:
            by_county = one.first_stage == Stage.COUNTY
            step = DueStep.COUNTY_REVIEW if by_county else DueStep.TOWNSHIP_REVIEW
            window = CycleStep.COUNTY_REVIEW if by_county else CycleStep.TOWNSHIP_REVIEW
            yield Due(unit, step, above, closes(one.cycle_id, window, unit), one.since, link)


def _in_review(applications: list[Application], closes: _Closes) -> Iterator[Due]:
    """To be scored by some, settled by all who scored, then decided; without any reviewer the office convenes."""
    under_review = {one.pk: one for one in applications if one.state in State.IN_REVIEW}
    seats: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    sheets = Sheet.objects.filter(application__in=under_review, state__in=Sheet.State.HELD)
    for pk, stage, state, reviewer in sheets.values_list("application", "stage", "state", "reviewer"):
        seats[pk, stage, state].append(reviewer)
    apart = set(Settlement.objects.waiting().filter(application__in=under_review).values_list("application", "stage"))
    for one in under_review.values():
        at = next(level for level in REVIEW_LEVELS.values() if level.state == one.state)
        to_score = seats[one.pk, at.stage, Sheet.State.OPEN]
        scored = seats[one.pk, at.stage, Sheet.State.HANDED_IN]
        role, people = at.leader, []
        if to_score:
            role, people = at.reviewer, to_score
        elif not scored:
            role = at.office
        elif (one.pk, at.stage) in apart:
            role, people = at.reviewer, scored
        step, until = DueStep(at.window), closes(one.cycle_id, at.window, one.unit_id)
        office = Office(one.unit_id[: at.code_length], role)
        yield Due(one.unit_id, step, office, until, one.since, _page(one), tuple(sorted(people)))


def _decided(applications: list[Application], closes: _Closes) -> Iterator[Due]:
    """Decided and not released: known to the deciding office alone."""
    waiting = {one.pk: one for one in applications if one.state == State.DECIDED}
    rows = Decision.objects.filter(application__in=waiting, state=Decision.State.DECIDED)
    found = list(rows.values_list("application", "origin", "decided_at").order_by("decided_at"))
    until = release_dues()
    for pk, origin, decided_at in found:
        level, one = _level(origin), waiting[pk]
        if level:
            office, link = Office(one.unit_id[: level.code_length], level.office), _page(one)
            review = closes(one.cycle_id, level.window, one.unit_id)
            yield Due(
                one.unit_id,
                DueStep.RELEASE,
                office,
                until(one.unit_id, decided_at),
                decided_at,
                link,
                deciding=origin,
                outside=Due(one.unit_id, DueStep(level.window), office, review, None, link),
            )


def _checks(applications: list[Application]) -> Iterator[Due]:
    """Departments that have not answered a list on which one of these stands."""
    here = {one.pk: one for one in applications if one.state in State.COUNTY_UNRELEASED}
    listed = list(Candidate.objects.filter(application__in=here).prefetch_related("of__cycle__scheme"))
    silent = outstanding({one.of_id: one.of.cycle.scheme.spec.departments for one in listed}) if listed else {}
    people = {county: speakers(county) for county in {one.of.unit_id for one in listed if silent[one.of_id]}}
    for one in listed:
        if silent[one.of_id]:
            answering = people[one.of.unit_id]
            ids = sorted({user for name in silent[one.of_id] for user in answering.get(name, ())})
            yield Due(
                here[one.application_id].unit_id,
                DueStep.CHECK,
                Office(one.of.unit_id, Role.DEPARTMENT),
                one.of.due,
                one.of.opened_at,
                address("review_check", one.of_id),
                tuple(ids),
            )


def _objections(applications: list[Application]) -> Iterator[Due]:
    """Answered by somebody who neither decided nor scored, and has no post in the unit; those do not learn of it here
    either."""
    noticed = {one.pk: one for one in applications if one.state == State.PUBLIC_NOTICE}
    found = Objection.objects.filter(decision__application__in=noticed, state__in=Objection.State.UNANSWERED)
    found = list(found.select_related("decision__batch_entry__batch"))
    barred = barred_from(found)
    for one in found:
        level, entry = _level(one.decision.origin), getattr(one.decision, "batch_entry", None)
        if level:
            role = Role.TOWNSHIP_OFFICE if level.code_length == 9 else Role.DISCIPLINE
            yield Due(
                one.unit_id,
                DueStep.OBJECTION,
                Office(one.unit_id[: level.code_length], role),
                end_of(entry.batch.last_day) if entry and entry.batch.last_day else None,
                one.made_at,
                address("review_objections"),
                deciding=one.decision.origin,
                unknown_to=frozenset(barred[one.pk]),
            )


def _appeals(codes: Collection[str]) -> Iterator[Due]:
    """To be convened by the office of the level above, then decided by those who hear it."""
    found = Appeal.objects.filter(below_any(codes, "unit_id"), state__in=Appeal.State.UNANSWERED)
    until = answer_dues()
    for one in found.select_related("decision").prefetch_related("hearers").order_by("unit", "pk"):
        level = above(one)
        place = level.place(one.unit_id)
        yield Due(
            one.unit_id,
            DueStep.APPEAL,
            Office(place, level.office),
            until(one),
            one.made_at,
            address("review_appeals"),
            tuple(sorted(hearer.user_id for hearer in one.hearers.all())),
            deciding=level.name,
        )


def _followups(codes: Collection[str]) -> Iterator[Due]:
    """To be done, or reported and to be checked; a correction is a step of its own."""
    waiting = list(FollowUp.objects.waiting().filter(below_any(codes, "unit_id")).order_by("due_at", "pk"))
    units: dict[str, set[str]] = defaultdict(set)
    for one in waiting:
        units[one.kind].add(one.unit_id)
    kept_from = {kind: unknown_to(kind, here) for kind, here in units.items()}
    for one in waiting:
        reported = one.state == FollowUp.State.REPORTED
        office = Office(one.responsible_unit_id, one.responsible_role)
        if reported and one.checker_unit_id:
            office = Office(one.checker_unit_id, one.checker_role)
        correction = one.kind == CORRECTION
        yield Due(
            one.unit_id,
            DueStep.CORRECTION if correction else DueStep.FOLLOW_UP,
            office,
            one.due_at,
            one.reported_at if reported else one.opened_at,
            one.link if correction else address("followup", one.pk),
            () if reported or one.person_id is None else (one.person_id,),
            kind="" if correction else one.kind,
            unknown_to=frozenset(kept_from[one.kind].get(one.unit_id, ())),
        )


def _level(origin: str) -> ReviewLevel | None:
    return next((level for level in REVIEW_LEVELS.values() if level.origin == origin), None)


def _page(application: Application) -> str:
    return address("application", application.pk)
