"""What is due in a place: for each unit and step until when, whose turn it is, and since when.

Nothing is kept here: it is read from cycles, applications, reviews and follow-ups, whatever the number of units in a
bounded number of queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from accounts.departments import speakers
from accounts.models import User
from accounts.role_holders import posts_held
from accounts.roles import RATED_POSTS, Role
from followups.models import FollowUp
from followups.offices import Office, all_unknown_to, told_roles
from ratings.application.correction import FOLLOW_UP as CORRECTION
from ratings.application.correction import filling_office
from ratings.models import Application, Cycle, Stage
from ratings.models.application import first_stage
from ratings.models.cycle import CycleStep
from records.deadlines import end_of
from reminders import due_questions as questions
from reminders.due_questions import Closing, Place, Waiting, WaitingFollowUp
from reminders.models import DueStep
from reviews.appeals.appeal_rules import above, answer_dues
from reviews.decisions.release_due import release_dues
from reviews.decisions.visibility import barred_from
from reviews.department_checks.assignments import outstanding
from reviews.models import Sheet
from reviews.models.review_levels import REVIEW_LEVELS, ReviewLevel
from villages.models import county_of, township_of

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


def due_in(codes: Collection[str], reader: User | None = None) -> list[Due]:
    """Everything that waits at or below ``codes``, asked on the page of ``reader``."""
    place = Place(sorted(codes), reader)
    cycles = dict(place(questions.cycles))
    closes = _Closes(cycles, place)
    applications = list(map(Waiting._make, place(questions.applications)))
    return [
        *_not_begun(place, cycles, closes),
        *_in_hand(place, applications, closes),
        *_in_review(place, applications, closes),
        *_decided(place, applications, closes),
        *_checks(place, applications),
        *_objections(place),
        *_appeals(place),
        *_followups(place),
    ]


def first_deadline(dues: Iterable[Due]) -> tuple[datetime, str]:
    """The earliest deadline of those that have one, and its unit."""
    return min((one.due, one.unit) for one in dues if one.due is not None)


def people_whose_turn(dues: Iterable[Due]) -> dict[Due, list[int]]:
    """The ids of those whose turn it is today, by what is due; one query."""
    dues = list(dues)
    held = _holders((one.office, one.kind) for one in dues if not one.people)
    return {one: sorted({*(one.people or held[one.office, one.kind])} - one.unknown_to) for one in dues}


def holders_of(offices: Iterable[Office]) -> dict[Office, list[int]]:
    """The holders of each office today; filler and signer of a village share what is theirs."""
    return {office: people for (office, _kind), people in _holders((office, "") for office in offices).items()}


def _holders(turns: Iterable[tuple[Office, str]]) -> dict[tuple[Office, str], list[int]]:
    """The same by office and kind of follow-up, "" for another step."""
    told = {(office, kind): _told(office.role, kind) for office, kind in turns}
    roles, units = set(chain.from_iterable(told.values())), {office.unit for office, _kind in told}
    held: dict[Office, set[int]] = defaultdict(set)
    for unit, role, user in posts_held(roles, units) if told else ():
        held[Office(unit, role)].add(user)
    return {
        (office, kind): sorted({user for role in roles for user in held[Office(office.unit, role)]})
        for (office, kind), roles in told.items()
    }


def _told(role: str, kind: str) -> Collection[str]:
    if kind:
        return told_roles(role, kind)
    return RATED_POSTS if role in RATED_POSTS else [role]


def office_over(unit: str) -> Office:
    """The office that accepts what a unit (by code) has sent."""
    if first_stage(unit) == Stage.COUNTY:
        return Office(county_of(unit), Role.COUNTY_OFFICE)
    return Office(township_of(unit), Role.TOWNSHIP_OFFICE)


class _Closes:
    """The end of a step for a unit, extensions included; None where no time is set or the cycle is closed."""

    def __init__(self, cycles: Mapping[int, str], place: Place) -> None:
        self.windows = {(one.cycle_id, one.step): one for one in map(Closing._make, place(questions.windows))}
        self.open = {pk for pk, state in cycles.items() if state == Cycle.State.OPEN}
        rows = place(questions.extensions)
        self.extended = {(cycle, step, unit): closes for cycle, step, unit, closes in rows}

    def __call__(self, cycle: int, step: str, unit: str) -> datetime | None:
        window = self.windows.get((cycle, step)) if cycle in self.open else None
        return max(window.closes, self.extended.get((cycle, step, unit), window.closes)) if window else None


def _not_begun(place: Place, cycles: Mapping[int, str], closes: _Closes) -> Iterator[Due]:
    for pk, unit in questions.not_begun(place.codes, list(cycles)):
        if window := closes.windows.get((pk, CycleStep.APPLY)):
            yield Due(
                unit,
                DueStep.APPLY,
                filling_office(unit),
                closes(pk, CycleStep.APPLY, unit),
                window.opens,
                place.address("applications_not_begun"),
            )


def _in_hand(place: Place, applications: list[Waiting], closes: _Closes) -> Iterator[Due]:
    """Drafts in the village, and what the level above has not accepted; corrections are follow-ups."""
    for one in applications:
        unit, link = one.unit_id, _page(place, one)
        village, above = filling_office(unit), office_over(unit)
        if one.state == State.DRAFT:
            yield Due(unit, DueStep.APPLY, village, closes(one.cycle_id, CycleStep.APPLY, unit), one.since, link)
        elif one.state == State.SUBMITTED:
            by_county = first_stage(unit) == Stage.COUNTY
            step = DueStep.COUNTY_REVIEW if by_county else DueStep.TOWNSHIP_REVIEW
            window = CycleStep.COUNTY_REVIEW if by_county else CycleStep.TOWNSHIP_REVIEW
            yield Due(unit, step, above, closes(one.cycle_id, window, unit), one.since, link)


def _in_review(place: Place, applications: list[Waiting], closes: _Closes) -> Iterator[Due]:
    """To be scored by some, settled by all who scored, then decided; without any reviewer the office convenes."""
    seats: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for pk, stage, state, reviewer in place(questions.sheets):
        seats[pk, stage, state].append(reviewer)
    apart = set(place(questions.settlements))
    reviewing = {level.state.value: level for level in REVIEW_LEVELS.values()}
    for one in applications:
        if (at := reviewing.get(one.state)) is None:
            continue
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
        yield Due(one.unit_id, step, office, until, one.since, _page(place, one), tuple(sorted(people)))


def _decided(place: Place, applications: list[Waiting], closes: _Closes) -> Iterator[Due]:
    """Decided and not released: known to the deciding office alone."""
    waiting = {one.pk: one for one in applications if one.state == State.DECIDED}
    until = release_dues(place.reader)
    for pk, origin, decided_at in place(questions.decisions):
        level, one = _level(origin), waiting[pk]
        if level:
            office, link = Office(one.unit_id[: level.code_length], level.office), _page(place, one)
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


def _checks(place: Place, applications: list[Waiting]) -> Iterator[Due]:
    """Departments that have not answered a list on which one of these stands."""
    unit_of = {one.pk: one.unit_id for one in applications}
    lists = {one.pk: one for one in place(questions.checks)}
    silent = outstanding({pk: one.cycle.scheme.spec.departments for pk, one in lists.items()})
    people = {county: speakers(county) for county in {lists[pk].unit_id for pk, names in silent.items() if names}}
    for application, pk in place(questions.candidates):
        if silent[pk]:
            one = lists[pk]
            ids = sorted({user for name in silent[pk] for user in people[one.unit_id].get(name, ())})
            yield Due(
                unit_of[application],
                DueStep.CHECK,
                Office(one.unit_id, Role.DEPARTMENT),
                one.due,
                one.opened_at,
                place.address("review_check", pk),
                tuple(ids),
            )


def _objections(place: Place) -> Iterator[Due]:
    """Answered by somebody who neither decided nor scored, and has no post in the unit; those do not learn of it here
    either."""
    found = place(questions.objections)
    barred = barred_from([one.pk for one in found])
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
                place.address("review_objections"),
                deciding=one.decision.origin,
                unknown_to=frozenset(barred[one.pk]),
            )


def _appeals(place: Place) -> Iterator[Due]:
    """To be convened by the office of the level above, then decided by those who hear it."""
    until = answer_dues(place.reader)
    hearing: dict[int, list[int]] = defaultdict(list)
    for appeal, user in place(questions.hearers):
        hearing[appeal].append(user)
    for one in place(questions.appeals):
        level = above(one)
        yield Due(
            one.unit_id,
            DueStep.APPEAL,
            Office(level.place(one.unit_id), level.office),
            until(one),
            one.made_at,
            place.address("review_appeals"),
            tuple(hearing[one.pk]),
            deciding=level.name,
        )


def _followups(place: Place) -> Iterator[Due]:
    """To be done, or reported and to be checked; a correction is a step of its own."""
    waiting = list(map(WaitingFollowUp.of_row, place(questions.followups)))
    units: dict[str, set[str]] = defaultdict(set)
    for one in waiting:
        units[one.kind].add(one.unit_id)
    kept_from = all_unknown_to(units)
    for one in waiting:
        reported = one.state == FollowUp.State.REPORTED
        correction = one.kind == CORRECTION
        yield Due(
            one.unit_id,
            DueStep.CORRECTION if correction else DueStep.FOLLOW_UP,
            one.checker if reported and one.checker else one.responsible,
            one.due_at,
            one.reported_at if reported else one.opened_at,
            one.link if correction else place.address("followup", one.pk),
            () if reported or one.person_id is None else (one.person_id,),
            kind="" if correction else one.kind,
            unknown_to=frozenset(kept_from[one.kind].get(one.unit_id, ())),
        )


def _level(origin: str) -> ReviewLevel | None:
    return next((level for level in REVIEW_LEVELS.values() if level.origin == origin), None)


def _page(place: Place, application: Waiting) -> str:
    return place.address("application", application.pk)
