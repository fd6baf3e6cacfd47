"""Telling those whom a programme concerns: the rated units, their offices, and the office that runs it."""

from collections.abc import Container, Iterable

from django.urls import reverse

from accounts.models import User
from accounts.role_holders import holders
from accounts.roles import RATED_POSTS, Role
from notifications.models import Notice
from notifications.workflow import announce_all
from programmes.facts import facts_of
from programmes.models import ProgrammeCycle
from records.deadlines import last_day
from villages.models import Level, Unit, county_of, township_of

OFFICES = (Role.TOWNSHIP_OFFICE, Role.COUNTY_OFFICE)


def tell_of_opening(cycle: ProgrammeCycle, but: User | None) -> None:
    """Those who fill in and sign, each about the own unit if it is asked something; the offices once each."""
    known = facts_of(cycle, cycle.rated_units())
    asked = {code for code, one in known.items() if any(fact.source == "village" for fact in one.facts)}
    _tell(cycle, "programme_opened", but, asked, until=last_day(cycle.answers_until).isoformat())


def tell_of_results(cycle: ProgrammeCycle, but: User | None) -> None:
    _tell(cycle, "programme_published", but)


def _tell(
    cycle: ProgrammeCycle, kind: str, but: User | None, among: Container[str] | None = None, **params: str
) -> None:
    """``among``: the units whose own people are told, None for all."""
    units = {unit.code: unit for unit in cycle.rated_units()}
    above = {code for unit in units for code in (township_of(unit), county_of(unit)) if code not in units}
    places = units | {unit.code: unit for unit in Unit.objects.filter(code__in=above)}
    offices = OFFICES if cycle.rates != Level.TOWNSHIP else (Role.COUNTY_OFFICE,)
    people = holders([*RATED_POSTS, *offices], places) if places else {}
    announce_all(
        Notice(
            user_id=user,
            kind=kind,
            params={"programme": cycle.programme.name, "year": cycle.year, "unit": places[code].name} | params,
            link=reverse("programme_unit", args=[cycle.pk, code]) if code in units else cycle.get_absolute_url(),
            unit_code=code,
        )
        for code, users in sorted(people.items())
        if among is None or code in among or code not in units
        for user in _others(users, but)
    )


def _others(users: Iterable[int], but: User | None) -> list[int]:
    return sorted({user for user in users if but is None or user != but.pk})
