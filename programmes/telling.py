"""Telling those whom a programme concerns: the rated units, their offices, and the office that runs it."""

from collections.abc import Collection

from django.urls import reverse

from accounts.role_holders import holders
from accounts.roles import RATED_POSTS, ROLES, Role
from notifications.models import Notice
from notifications.workflow import announce_all
from programmes.facts import Waiting
from programmes.models import RUN, ProgrammeCycle
from records.deadlines import last_day
from villages.models import Level, Unit, county_of, township_of

OFFICES = (Role.TOWNSHIP_OFFICE, Role.COUNTY_OFFICE)


def tell_what_is_asked(cycle: ProgrammeCycle, kind: str, waiting: Waiting) -> None:
    """Those who fill in and sign for the units that are asked themselves, each about the own unit; the offices of all
    units of which something is asked, once each."""
    own = {code for code, sources in waiting.items() if "village" in sources}
    concerned = {code for code, sources in waiting.items() if sources}
    _tell(cycle, kind, own, concerned, until=last_day(cycle.answers_until).isoformat())


def tell_that_time_is_over(cycle: ProgrammeCycle) -> None:
    """The office that runs it, whoever of it has issued the version that asks more."""
    roles = [role for role, posts in ROLES.items() if RUN in posts.permissions]
    announce_all(
        Notice(
            user_id=user,
            kind="programme_needs_time",
            params={"programme": cycle.programme.name, "year": cycle.year},
            link=cycle.get_absolute_url(),
            unit_code=cycle.unit_id,
        )
        for user in holders(roles, [cycle.unit_id]).get(cycle.unit_id, ())
    )


def tell_of_results(cycle: ProgrammeCycle) -> None:
    every = {unit.code for unit in cycle.rated_units()}
    _tell(cycle, "programme_published", every, every)


def _tell(cycle: ProgrammeCycle, kind: str, own: Collection[str], concerned: Collection[str], **params: str) -> None:
    """The people of the units ``own``, and the offices over those ``concerned``."""
    units = {unit.code: unit for unit in cycle.rated_units()}
    above = {code for one in concerned for code in (township_of(one), county_of(one))} - units.keys()
    places = {code: units[code] for code in own} | {unit.code: unit for unit in Unit.objects.filter(code__in=above)}
    offices = OFFICES if cycle.rates != Level.TOWNSHIP else (Role.COUNTY_OFFICE,)
    people = holders([*RATED_POSTS, *offices], places) if places else {}
    notices = (
        Notice(
            user_id=user,
            kind=kind,
            params={"programme": cycle.programme.name, "year": cycle.year, "unit": places[code].name} | params,
            link=reverse("programme_unit", args=[cycle.pk, code]) if code in units else cycle.get_absolute_url(),
            unit_code=code,
        )
        for code, users in sorted(people.items())
        for user in sorted(set(users))
    )
    announce_all(notices)
