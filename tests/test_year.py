"""A county's year in a browser: eleven roles, three villages, and what goes wrong in a real one.

A return, a conflict of interest, a department's veto, an objection upheld, an appeal won, a merger in between. Cadres
work at 390 px, everybody else at 1366 px; nothing bypasses the pages except the scheduled tasks.
"""

from datetime import date

import pytest
from django.core.cache import cache
from django.utils.translation import gettext as _
from playwright.sync_api import expect

from accounts.roles import Role
from ratings.models import Application, StarPeriod
from records import integrity
from reviews.models import Sheet
from reviews.workflow.confirmation import confirm_due
from tests import in_browser
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    CycleFactory,
    ProfileFactory,
    SchemeFactory,
    UnitFactory,
    person,
    scheme_body,
)

pytestmark = pytest.mark.django_db(transaction=True)
PHONE, DESK = 390, 1366
CITY = "3306"
ALDER, BIRCH, CEDAR = (f"{TOWNSHIP}{number}" for number in (204, 205, 206))
NAMES = {CITY: "绍兴市", COUNTY: "新昌县", TOWNSHIP: "沙溪镇", ALDER: "桤树村", BIRCH: "桦树村", CEDAR: "柏树村"}
PEOPLE = {
    "filler": (Role.FILLER, ALDER, PHONE),
    "signer": (Role.SIGNER, ALDER, PHONE),
    "filler_birch": (Role.FILLER, BIRCH, PHONE),
    "signer_birch": (Role.SIGNER, BIRCH, PHONE),
    "signer_cedar": (Role.SIGNER, CEDAR, PHONE),
    "township_office": (Role.TOWNSHIP_OFFICE, TOWNSHIP, DESK),
    "reviewer_a": (Role.TOWNSHIP_REVIEWER, TOWNSHIP, DESK),
    "reviewer_b": (Role.TOWNSHIP_REVIEWER, TOWNSHIP, DESK),
    "reviewer_c": (Role.TOWNSHIP_REVIEWER, TOWNSHIP, DESK),
    "township_leader": (Role.TOWNSHIP_LEADER, TOWNSHIP, DESK),
    "county_reviewer": (Role.COUNTY_REVIEWER, COUNTY, DESK),
    "county_reviewer_b": (Role.COUNTY_REVIEWER, COUNTY, DESK),
    "county_office": (Role.COUNTY_OFFICE, COUNTY, DESK),
    "discipline": (Role.DISCIPLINE, COUNTY, DESK),
    "finance": (Role.FINANCE, COUNTY, DESK),
    "department": (Role.DEPARTMENT, COUNTY, DESK),
    "police": (Role.DEPARTMENT, COUNTY, DESK),
    "city_office": (Role.CITY_OFFICE, CITY, DESK),
}
DEPARTMENTS = {"department": "农业农村局", "police": "公安局"}
NOVEMBER, DECEMBER, JANUARY = "2026-11-24T02:00:00Z", "2026-12-03T02:00:00Z", "2027-01-06T02:00:00Z"


@pytest.fixture
def county(settings, tmp_path):
    """Everybody, an open cycle, and three villages that have not begun."""
    cache.clear()  # the rate limit on objections from one address outlasts a test
    settings.SECOND_FACTOR_REQUIRED = False
    settings.MEDIA_ROOT = tmp_path
    for code, name in NAMES.items():
        UnitFactory(code=code, name=name)
    body = scheme_body()
    meetings, polled = body["areas"][0]["criteria"]
    meetings["evidence"] = [{"name": "会议记录"}]
    polled["supplier"] = "department:农业农村局"
    body["areas"][1]["criteria"][1]["supplier"] = "township"
    CycleFactory(scheme=SchemeFactory(unit=UnitFactory(code=COUNTY), body=body), facts_until=date(2026, 10, 31))
    for village in (ALDER, BIRCH, CEDAR):
        ProfileFactory(unit=UnitFactory(code=village), year=2026, population=1200)
    for username, (role, place, _width) in PEOPLE.items():
        someone = person(role, place, username=username, name=username)
        someone.appointments.update(department=DEPARTMENTS.get(username, ""))


@pytest.fixture
def sign_in(new_context, live_server):
    """``sign_in("filler")``: their page, in the phone or at the desk that they share one after the other."""
    pages = {
        width: new_context(viewport={"width": width, "height": 800}, base_url=live_server.url).new_page()
        for width in (PHONE, DESK)
    }

    def signed_in(username: str):
        page = pages[PEOPLE[username][2]]
        in_browser.take_over(page, username)
        return page

    return signed_in


@pytest.fixture
def anyone(new_context, live_server):
    """A villager's phone; nobody signs in on it."""
    return new_context(viewport={"width": PHONE, "height": 800}, base_url=live_server.url).new_page()


def on(day: str):
    return freeze_time(day, tick=True)


def application(village: str) -> Application:
    return Application.objects.get(unit=village)


def sheet(username: str, village: str) -> int:
    return Sheet.objects.get(reviewer__username=username, application__unit=village).pk


def test_a_year(county, sign_in, anyone):
    with on(NOVEMBER):
        page = sign_in("filler_birch")
        page.goto("/")
        in_browser.press(page, ".next a.button")
        in_browser.press(page, "main form button")  # begins
        in_browser.supply(sign_in("department"), {ALDER: "96", BIRCH: "91", CEDAR: "80"})
        for filler, signer, village, star, counts, ticks in (
            ("filler", "signer", ALDER, 4, {"1.1.a": "0"}, "abcde"),
            ("filler_birch", "signer_birch", BIRCH, 3, {"1.1.a": "4"}, "abcd"),
        ):
            page = sign_in(filler)
            page.goto("/")
            in_browser.press(page, ".next a.button")
            in_browser.fill(page, star, counts, ticks)
            in_browser.submit(sign_in(signer), application(village).pk)

        # A village that cannot: the office fills in, the village signs.
        office = sign_in("township_office")
        office.goto("/applications/not-begun/")
        in_browser.press(office, "tr:has-text('柏树村') form button, tr:has-text('柏树村') a.button")
        in_browser.fill(office, 2, {"1.1.a": "6"}, "abc")
        in_browser.submit(sign_in("signer_cedar"), application(CEDAR).pk)
        for village in (ALDER, BIRCH, CEDAR):
            in_browser.submit(sign_in("township_office"), application(village).pk, "accept")

        # One item is returned; only it opens.
        in_browser.give_back(office, application(BIRCH).pk, "村民代表会议", "少开的次数与会议记录不符")
        page = sign_in("filler_birch")
        page.goto(f"/applications/{application(BIRCH).pk}/form/1/")
        page.locator("[name='1.1.a']").fill("2")
        in_browser.press(page, ".dock button.primary")
        in_browser.submit(sign_in("signer_birch"), application(BIRCH).pk, "resubmit")

        # One reviewer is related to somebody in the village: the two others score it.
        in_browser.convene(sign_in("township_office"), TOWNSHIP, "township")
        in_browser.convene(sign_in("county_office"), COUNTY, "county")
        in_browser.declare_tie(sign_in("reviewer_c"), sheet("reviewer_c", ALDER))
        for reviewer in ("reviewer_a", "reviewer_b", "reviewer_c"):
            page = sign_in(reviewer)
            for village, typed in ((ALDER, "8"), (BIRCH, "7"), (CEDAR, "5")):
                if (reviewer, village) != ("reviewer_c", ALDER):
                    in_browser.score(page, sheet(reviewer, village), typed)
        in_browser.decide(
            sign_in("township_leader"),
            {
                application(ALDER).pk: ("recommend", ""),
                application(BIRCH).pk: ("2", "村务公开栏有两个月没有更新"),
                application(CEDAR).pk: ("1", ""),
            },
        )
        in_browser.release(sign_in("township_office"), "沙评〔2026〕1号")
        for reviewer in ("county_reviewer", "county_reviewer_b"):
            in_browser.score(sign_in(reviewer), sheet(reviewer, ALDER), "8")

        # Before four and five stars every department answers; one reports a veto.
        in_browser.ask_departments(sign_in("county_office"))
        in_browser.answer_check(sign_in("police"))
        veto = {"village": "桤树村", "veto": "V1", "on": "2026-05-06", "document": "新纪〔2026〕12号"}
        in_browser.answer_check(sign_in("discipline"), veto)
        in_browser.decide(sign_in("county_office"), {application(ALDER).pk: ("3", "")})
        in_browser.release(sign_in("county_office"), "新评〔2026〕1号")

        # A villager objects without an account, and is right: the panel reviews again, and the township decides again.
        in_browser.object_to(anyone, "柏树村", "村务公开栏里的数字与账上不一样。")
        in_browser.answer_objection(sign_in("township_office"), "核对账目后，反映属实。", "uphold")
        for reviewer in ("reviewer_a", "reviewer_b", "reviewer_c"):
            in_browser.score(sign_in(reviewer), sheet(reviewer, CEDAR), "2")
        in_browser.decide(sign_in("township_leader"), {application(CEDAR).pk: ("reject", "账实不符，今年不予评星")})
        assert dict(Application.objects.values_list("unit", "state")) == {
            ALDER: "public_notice",
            BIRCH: "public_notice",
            CEDAR: "rejected",
        }
    with on(DECEMBER):
        confirm_due()
        assert stars() == {ALDER: 3, BIRCH: 2}

        # The township decided below what the points allow; the county hears the village and gives it its star.
        in_browser.appeal(sign_in("signer_birch"), application(BIRCH).pk, "公开栏两个月没更新是在搬迁，台账都在。")
        in_browser.convene_hearing(sign_in("county_office"), "county_reviewer")
        in_browser.uphold(
            sign_in("county_reviewer"), star="3", document="新评申〔2026〕1号", answer="台账齐全，理由成立。"
        )
        assert stars() == {ALDER: 3, BIRCH: 3}

        # Money follows the stars, into the year's workbook; then a spot check fails, and a star falls.
        finance = in_browser.grant_rewards(sign_in, {"3": "30000", "0": "0"})
        expect(finance.locator("main")).to_contain_text("30,000.00")
        book = in_browser.workbook_of_year(sign_in("discipline"), "2026")
        heads, *rows = book["星级台账"].iter_rows(min_row=4, values_only=True)
        entered = [dict(zip(heads, row, strict=True)) for row in rows]
        asked_for = [[row[_(head)] for head in REGISTER] for row in entered]
        assert asked_for[:2] == [[ALDER, "桤树村", 38, "三星", "三星"], [BIRCH, "桦树村", 32, "三星", "三星"]]
        rewards = [
            (row[1], row[4], row[8]) for row in book["奖励"].iter_rows(min_row=4, values_only=True) if row[1] and row[8]
        ]
        assert rewards == [(ALDER, "三星", 30000), (BIRCH, "三星", 30000)]
        in_browser.record_event(sign_in("discipline"), ALDER, "spot_check_failed", "2026-12-03")
        assert stars() == {ALDER: 2, BIRCH: 3}
    with on(JANUARY):
        # Two villages are merged: the lowest star, and the effect that was on one of them.
        county_office = sign_in("county_office")
        in_browser.merge(county_office, [ALDER, BIRCH], into=BIRCH, document="新政〔2026〕9号")
        assert stars() == {BIRCH: 2}

        city = sign_in("city_office")
        city.goto(f"/dashboard/{COUNTY}/")
        three = city.locator("[aria-labelledby=move] tbody tr").filter(has_text="三星")
        assert three.locator("td").all_inner_texts() == ["1", "0"]  # on 1 January, today

        page = sign_in("signer_birch")
        page.goto(f"/results/{application(BIRCH).pk}/")
        told = page.locator("main").text_content()
        missing = [words for words in TOLD if words not in told]
        assert missing == []
        with page.expect_download() as download:
            page.locator("a[href$='/file/']").click()
        assert download.value.path().read_bytes()[:5] == b"%PDF-"
        assert faults() == []


REGISTER = ("Division code", "Village", "Total (points)", "Decided star", "Star now")
TOLD = (
    "少开的次数与会议记录不符",  # what was returned
    "村务公开栏有两个月没有更新",  # why the township decided below
    "沙评〔2026〕1号",
    "公开栏两个月没更新是在搬迁，台账都在。",  # the appeal
    "台账齐全，理由成立。",
    "新评申〔2026〕1号",
    "新政〔2026〕9号",  # the merger
)


def stars() -> dict[str, int]:
    return dict(StarPeriod.objects.on().values_list("unit", "star"))


def faults() -> list[str]:
    """What the integrity check finds in the year; people, units and the scheme were written by factories before it."""
    checks = [check for check in integrity.checks() if check.name != "changes by hand"]
    return [f"{check.name}: {fault.row}" for check in checks for fault in check.faults()]
