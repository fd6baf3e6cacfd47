"""Every village-level unit of Shaoxing about to apply: forms filled in, evidence attached, only the signature
missing."""

import time
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore

from accounts.authority import grant
from accounts.models import Appointment, User
from accounts.roles import Role
from ratings.models.cycle import CycleStep
from ratings.workflow.cycle import open_cycle
from ratings.workflow.scheme import import_scheme
from reports.demonstration import places, schemes
from reports.demonstration.people import SINCE, Staff
from reports.demonstration.plans import Phase, plan
from reports.demonstration.rating import Rating
from reports.demonstration.this_year import calendar, days
from villages.division_import import import_units
from villages.models import Level, Unit

MODEL, YEAR = "330624", 2026
"""All six counties rate by the scheme of this one."""


def ready() -> None:
    """The villages of all counties, each at the end of its form."""
    import_units([places.DIVISIONS])
    villages = list(Unit.objects.filter(level=Level.VILLAGE))
    for village in villages:
        village.rated, village.tags = True, [places.tag(village.code)]
        if village.tags == [places.SUBURB]:
            village.tags = [places.PLAIN]
    Unit.objects.bulk_update(villages, ["rated", "tags"], batch_size=500)
    _people()
    for county in Unit.objects.filter(level=Level.COUNTY):
        _fill(county)


def signers() -> Iterator[tuple[str, str]]:
    """The village's code and a session of its signer."""
    for signer in User.objects.filter(username__startswith="signer."):
        yield signer.username.removeprefix("signer."), session_of(signer)


def session_of(user: User) -> str:
    """The session key of ``user``."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.update(dict.fromkeys(("began", "seen"), int(time.time())))
    session.create()
    return session.session_key


def _people() -> None:
    posts = []
    for unit in Unit.objects.filter(level__in=[Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY]):
        if unit.level == Level.VILLAGE:
            posts += [(f"signer.{unit.code}", role, unit, "") for role in (Role.FILLER, Role.SIGNER)]
        elif unit.level == Level.TOWNSHIP:
            posts.append((f"office.{unit.code}", Role.TOWNSHIP_OFFICE, unit, ""))
        else:
            posts.append((f"office.{unit.code}", Role.COUNTY_OFFICE, unit, ""))
            posts += [(f"{name}.{unit.code}", Role.DEPARTMENT, unit, name) for name in schemes.departments(MODEL)]
    names = sorted({username for username, *_post in posts})
    users = {
        u.username: u for u in User.objects.bulk_create((User(username=n, name=n) for n in names), batch_size=2000)
    }
    appointments = Appointment.objects.bulk_create(
        (
            Appointment(user=users[username], role=role, unit=unit, department=department, starts=SINCE)
            for username, role, unit, department in posts
        ),
        batch_size=2000,
    )
    grant(appointments)


def _fill(county: Unit) -> None:
    staff = Staff()
    office = staff(Role.COUNTY_OFFICE, county.code)
    scheme = import_scheme(schemes.body(MODEL, YEAR) | {"unit": county.code}, by=office, issue=True)
    windows = {step: (days(-50, 0), days(12, 0)) for step in CycleStep}
    cycle = open_cycle(scheme, facts_until=days(-54).date(), windows=windows, by=office)
    plans = [plan(unit, scheme.spec, YEAR) for unit in scheme.rated_units()]
    for one in plans:
        one.phase = Phase.COMPLETE
    rating = Rating(cycle, plans, staff, calendar())
    rating.begin()
    rating.supply(lambda _department, _plan: True)
    rating.fill()
