"""A month day by day: a late village is reminded, warned, escalated, lowered, rectified, checked, restored.

Everybody gets what is theirs, each message once; nobody else anything. The clock's jobs run as they are scheduled.
"""

from collections import defaultdict
from datetime import date, timedelta

import pytest

from accounts.roles import Role
from followups import workflow as followups
from followups.models import FollowUp
from followups.tasks import escalate
from notifications.models import Notice
from ratings.events.happening import Happening
from ratings.events.rectification import RectificationOrder
from ratings.models import Event, StarPeriod
from ratings.tasks import rerate_all
from ratings.workflow.event import record
from reminders.tasks import remind
from reports.tasks import refresh_warnings
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    ApplicationFactory,
    CycleFactory,
    DecisionFactory,
    UnitFactory,
    WindowFactory,
    at,
    person,
)

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 11, 2), date(2026, 11, 30)
JOBS = (("00:20", rerate_all), ("08:15", remind), ("08:40", refresh_warnings), ("09:10", escalate))
PEOPLE = {
    "filler": (Role.FILLER, VILLAGE),
    "signer": (Role.SIGNER, VILLAGE),
    "office": (Role.TOWNSHIP_OFFICE, TOWNSHIP),
    "leader": (Role.TOWNSHIP_LEADER, TOWNSHIP),
    "county": (Role.COUNTY_OFFICE, COUNTY),
    "discipline": (Role.DISCIPLINE, COUNTY),
    "next_signer": (Role.SIGNER, f"{TOWNSHIP}205"),
    "next_office": (Role.TOWNSHIP_OFFICE, "330624109"),
    "next_county": (Role.COUNTY_OFFICE, "330681"),
    "next_discipline": (Role.DISCIPLINE, "330681"),
}


def village(*kinds: str) -> dict[str, list[str]]:
    return {"filler": list(kinds), "signer": list(kinds)}


MESSAGES = {
    # Reminded: three working days before the last day, on it, and after it; the office after five working days.
    "11-03": village("due_own"),
    "11-06": village("due_own"),
    # Warned, once the window is closed.
    "11-07": village("warning_W1.opened") | {"office": ["warning_W1.opened"]},
    # An event: three stars instead of five, and a proposal to settle.
    "11-09": village("due_own", "star_cap", "rectification.opened")
    | {"office": ["star_cap", "plan_agree.opened"], "leader": ["star_cap"], "county": ["proposal.opened"]},
    "11-10": village("due_own"),
    "11-11": village("due_own"),
    "11-13": village("due_own") | {"office": ["due_others"]},
    "11-14": village("warning_W1.late") | {"office": ["warning_W1.late"]},
    "11-16": village("due_own"),
    "11-17": village("due_own", "rectification.late") | {"office": ["rectification.late"]},
    "11-18": {"county": ["due_own"]},
    "11-20": village("due_own") | {"office": ["due_others"]},
    # Five working days late: the level above that.
    "11-23": village("due_own", "warning_W1.late") | {"county": ["due_own", "warning_W1.late"]},
    "11-24": village("rectification.late")
    | {"county": ["due_own", "rectification.late"], "discipline": ["rectification.reported"]},
    # Checked: the star is restored on the day after; then it applies.
    "11-25": village("event_closed", "rectification.accepted")
    | {"office": ["event_closed"], "leader": ["event_closed"]},
    "11-26": village("star_restored") | {"office": ["star_restored"], "leader": ["star_restored"]},
    "11-27": village("due_own", "warning_W1.accepted"),
    "11-30": {"county": ["due_own"]},
}
"""By day, who got which messages."""


def test_a_month_with_a_late_village():
    with freeze_time("2026-11-01 08:00+08:00"):
        who = {name: person(role, code, username=name) for name, (role, code) in PEOPLE.items()}
        cycle = CycleFactory(windows=False)
        for step, closes in (("apply", at(2026, 11, 7)), ("township_review", at(2026, 12, 10))):
            WindowFactory(cycle=cycle, step=step, closes=closes)
        ApplicationFactory(cycle=cycle, unit=UnitFactory(code=f"{TOWNSHIP}205"), state="confirmed")
        village = UnitFactory(code=VILLAGE)
        DecisionFactory(unit=village, star=5)

    def recorded():
        order = RectificationOrder(village, 5)
        record(Happening(village, "case_opened", date(2026, 11, 9), rectification=order), by=who["discipline"])

    def rectification():
        return FollowUp.objects.get(kind="rectification")

    acts = {
        date(2026, 11, 9): recorded,
        date(2026, 11, 23): lambda: followups.report_progress(rectification(), by=who["filler"], report="已退款"),
        date(2026, 11, 24): lambda: followups.report_done(rectification(), by=who["signer"], report="已整改"),
        date(2026, 11, 25): lambda: followups.accept(rectification(), by=who["discipline"]),
        date(2026, 11, 26): lambda: ApplicationFactory(cycle=cycle, unit=village, state="township_review"),
    }
    told, stars = defaultdict(dict), {}
    with freeze_time("2026-11-01 08:00+08:00") as clock:
        for n in range((LAST - FIRST).days + 1):
            day = FIRST + timedelta(days=n)
            before = Notice.objects.count()
            for moment, job in JOBS:
                clock.move_to(f"{day} {moment}+08:00")
                job()
                job()  # a second scheduler
            clock.move_to(f"{day} 10:00+08:00")
            acts.get(day, lambda: None)()
            for one in Notice.objects.order_by("pk")[before:].select_related("user"):
                told[f"{day:%m-%d}"].setdefault(one.user.username, []).append(one.kind)
            stars[day] = StarPeriod.objects.on().get(unit=village).star
    assert Event.objects.get().closed == date(2026, 11, 25)
    assert {day for day, star in stars.items() if star == 3} == {date(2026, 11, n) for n in range(9, 26)}
    assert set(stars.values()) == {3, 5}
    assert told == MESSAGES
