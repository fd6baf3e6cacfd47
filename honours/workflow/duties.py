"""What is due in a round, followed up: opinions, answers of departments, answers to objections."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.utils import timezone

from accounts.departments import DISCIPLINE, speakers
from accounts.impartial import tell_where_no_speaker_may, tell_where_nobody_may
from accounts.models import User
from accounts.roles import Role
from followups import workflow as followups
from followups.due import working_days_due
from followups.offices import Office
from followups.workflow import Opening
from honours.kinds import CHECK, OBJECTION, OPINION
from honours.models import Nomination, NominationState, Round, RoundObjection
from villages.models import Unit, county_of, township_of

CITY_LENGTH = 4
DAYS_TO_ANSWER = 5
"""Working days in which an objection is to be answered."""
WHOSE = {
    NominationState.TOWNSHIP: (township_of, Role.TOWNSHIP_LEADER),
    NominationState.COUNTY: (county_of, Role.COUNTY_OFFICE),
    NominationState.CITY: (lambda code: code[:CITY_LENGTH], Role.CITY_OFFICE),
}
"""By state, the place and role whose opinion is waited for."""


def opinion_waits(nomination: Nomination, *, by: User | None, at: datetime) -> None:
    """The level that a nomination has reached is to give its opinion; what the level below had to do is done."""
    followups.finish(OPINION, [nomination.pk], by=by)
    state = NominationState(nomination.state)
    if state not in WHOSE:
        return
    place, role = WHOSE[state]
    home = place(nomination.unit_id)
    if not Unit.objects.filter(code=home).exists():
        return
    round = nomination.round
    followups.open_followup(
        Opening(
            OPINION,
            nomination.pk,
            nomination.unit,
            Office(home, role),
            working_days_due(round.opinion_days, timezone.localdate(at)),
            nomination.get_absolute_url(),
            {"round": round.name},
        ),
        by=by,
    )
    tell_where_nobody_may(role, {nomination.unit_id: home})


def opinions_no_longer_wait(nominations: Iterable[int], *, by: User | None, reason: str) -> None:
    followups.call_off(OPINION, nominations, by=by, reason=reason)


def departments_answer(round: Round, counties: Collection[Unit], due: datetime, *, by: User) -> None:
    """Each department that the round names is to answer for the villages of its county by ``due``."""
    openings = []
    for county in counties:
        people = speakers(county.pk)
        for name in round.departments:
            role = Role.DISCIPLINE if name == DISCIPLINE else Role.DEPARTMENT
            only = people.get(name, [])
            openings.append(
                Opening(
                    CHECK,
                    check_subject(round, county.pk, name),
                    county,
                    Office(county.pk, role),
                    due,
                    round.get_absolute_url(),
                    {"round": round.name, "department": name},
                    person=User.objects.get(pk=only[0]) if len(only) == 1 else None,
                )
            )
    followups.open_all(openings, by=by)
    listed = Nomination.objects.filter(round=round, state=NominationState.LISTED).values_list("unit_id", flat=True)
    in_county = defaultdict[str, list[str]](list)
    for code in listed:
        in_county[county_of(code)].append(code)
    for county in counties:
        tell_where_no_speaker_may(county, round.departments, in_county[county.pk])


def department_answered(round: Round, county: str, department: str, *, by: User) -> None:
    followups.finish(CHECK, [check_subject(round, county, department)], by=by)


def checks_no_longer_wait(round: Round, counties: Iterable[str], *, by: User | None, reason: str) -> None:
    subjects = [check_subject(round, county, name) for county in counties for name in round.departments]
    followups.call_off(CHECK, subjects, by=by, reason=reason)


def end_idle_checks(round: Round, *, by: User | None, reason: str) -> None:
    """Where no village is on the list any more, whether it has gone or was named, no department is to answer."""
    if round.state not in (Round.State.CHECK, Round.State.NOTICE, Round.State.NAMED):
        return
    listed: dict[str, bool] = {}
    for code, state in Nomination.objects.filter(round=round).values_list("unit_id", "state"):
        county = county_of(code)
        listed[county] = listed.get(county, False) or state == NominationState.LISTED
    checks_no_longer_wait(round, [county for county, any_left in listed.items() if not any_left], by=by, reason=reason)


def department_lapsed(round: Round, county: str, department: str, *, by: User, reason: str) -> None:
    """The round goes on without the department: it may still answer, but nobody waits for it."""
    followups.call_off(CHECK, [check_subject(round, county, department)], by=by, reason=reason)


def check_subject(round: Round, county: str, department: str) -> str:
    return f"{round.pk}:{county}:{round.departments.index(department)}"


def objection_waits(objection: RoundObjection) -> None:
    home = Office(county_of(objection.unit_id), Role.DISCIPLINE)
    if not Unit.objects.filter(code=home.unit).exists():
        return
    due = working_days_due(DAYS_TO_ANSWER, timezone.localdate(objection.made_at))
    round = objection.nomination.round
    followups.open_followup(
        Opening(
            OBJECTION,
            objection.pk,
            objection.unit,
            home,
            due,
            objection.nomination.get_absolute_url(),
            {"round": round.name},
        ),
        by=None,
    )
    tell_where_nobody_may(home.role, {objection.unit_id: home.unit})


def objection_answered(objections: Iterable[int], *, by: User | None) -> None:
    followups.finish(OBJECTION, objections, by=by)
