"""A month day by day: a late village is reminded, warned, escalated, lowered, rectified, checked, restored.

Everybody gets what is theirs, each message once; nobody else anything. The clock's jobs run as they are scheduled.
"""

from collections import defaultdict
from datetime import date, timedelta

import pytest

from accounts.models import User
from accounts.roles import Role
from followups import workflow as followups
from followups.models import FollowUp
from followups.tasks import escalate
from notifications.models import Notice
from ratings.events.happening import Happening
from ratings.events.rectification import RectificationOrder
from ratings.models import Cycle, Event, StarPeriod
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
from tests.in_browser import press, sign_in
from villages.models import Unit

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
    # Checked: the star is restored on the day after; then it applies. Until the 30th it may appeal against the event.
    "11-25": village("event_closed", "rectification.accepted")
    | {"signer": ["due_own", "event_closed", "rectification.accepted"]}
    | {"office": ["event_closed"], "leader": ["event_closed"]},
    "11-26": village("star_restored") | {"office": ["star_restored"], "leader": ["star_restored"]},
    "11-27": village("due_own", "warning_W1.accepted"),
    "11-30": {"county": ["due_own"]},
}
"""By day, who got which messages."""


def begin() -> tuple[dict[str, User], Cycle, Unit]:
    """The people by name, the year's rating, and the village that is late."""
    with freeze_time("2026-11-01 08:00+08:00"):
        who = {name: person(role, code, username=name) for name, (role, code) in PEOPLE.items()}
        cycle = CycleFactory(windows=False)
        for step, closes in (("apply", at(2026, 11, 7)), ("township_review", at(2026, 12, 10))):
            WindowFactory(cycle=cycle, step=step, closes=closes)
        ApplicationFactory(cycle=cycle, unit=UnitFactory(code=f"{TOWNSHIP}205"), state="confirmed")
        village = UnitFactory(code=VILLAGE)
        DecisionFactory(unit=village, star=5)
    return who, cycle, village


def happen(village: Unit, by: User) -> None:
    order = RectificationOrder(village, 5)
    record(Happening(village, "case_opened", date(2026, 11, 9), rectification=order), by=by)


def test_a_month_with_a_late_village():
    who, cycle, village = begin()

    def rectification():
        return FollowUp.objects.get(kind="rectification")

    acts = {
        date(2026, 11, 9): lambda: happen(village, who["discipline"]),
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


@pytest.mark.django_db(transaction=True)
def test_everybody_finds_what_is_his_on_the_home_page(new_context, live_server, settings):
    """The same month in Chromium, on the days on which somebody has to act."""
    settings.SECOND_FACTOR_REQUIRED = False
    page = new_context(viewport={"width": 390, "height": 844}, base_url=live_server.url).new_page()
    with freeze_time("2026-11-01 08:00+08:00") as clock:
        who, _cycle, village = begin()

        def on(day: str) -> None:
            """The clock's jobs of that day; then it is ten o'clock."""
            for moment, job in JOBS:
                clock.move_to(f"2026-{day} {moment}+08:00")
                job()
            clock.move_to(f"2026-{day} 10:00+08:00")

        def finds(name: str, *words: str) -> None:
            text = sign_in(page, name).locator("main").inner_text()
            assert [one for one in words if one not in text] == []

        on("11-06")
        finds("filler", "开始2026年度申报", "今天\n截止")
        on("11-07")
        finds("office", "还没申报的单位", f"单位{VILLAGE}没有申报，申报已于2026年11月6日截止")
        on("11-09")
        happen(village, who["discipline"])
        finds("signer", "预警：未申报", "三星", "整改2026年11月9日“村干部被立案审查”反映的问题", "还剩7天")
        finds("county", "有1项星级变动待处理")
        on("11-17")
        finds("office", f"已超期（期限2026年11月16日24时）：单位{VILLAGE}：整改")
        on("11-24")
        finds("signer", "已超期8天")
        rectification = FollowUp.objects.get(kind="rectification").get_absolute_url()
        page.goto(rectification)
        page.locator("form[action$='report_followup/'] textarea").fill("已整改")
        press(page, "form[action$='report_followup/'] button")
        finds("discipline", f"请核实：单位{VILLAGE}：整改")
        page.goto(rectification)
        press(page, "form[action$='accept_followup/'] button")
        on("11-25")
        finds("signer", "五星", "情形的影响已经结束，由3星恢复为5星", "已核实办结")
        finds("next_signer", "今天没有要您办的事")
        assert VILLAGE not in page.locator("main").inner_text()
