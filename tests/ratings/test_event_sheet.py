"""Events by sheet: all errors at once, what each line does before it counts, and all of it or nothing."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from accounts.roles import Role
from followups.models import FollowUp
from ratings.models import Event, StarPeriod
from ratings.register.rerating import rerate
from tests.clock import freeze_time
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, DecisionFactory, EventFactory, SchemeFactory, UnitFactory, person

pytestmark = [pytest.mark.django_db, pytest.mark.urls("config.urls")]
HEADS = [
    "区划代码",
    "单位",
    "情形",
    "日期",
    "来源",
    "说明",
    "整改销号日期",
    "整改期限（工作日）",
    "责任单位",
    "核实单位",
]
OTHER = f"{TOWNSHIP}201"


@pytest.fixture(autouse=True)
def _world(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    with freeze_time("2026-06-15 10:00:00+08:00"):
        SchemeFactory(year=2026)
        for code, name in ((COUNTY, "新昌县"), (TOWNSHIP, "沙溪镇"), (VILLAGE, "沙溪村"), (OTHER, "溪东村")):
            UnitFactory(code=code, name=name)
        for code in (VILLAGE, OTHER):
            DecisionFactory(unit_id=code, star=5)
        rerate("")
        yield


@pytest.fixture
def commission(client):
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    return client


def upload(client, *lines):
    book = Workbook()
    for line in (HEADS, *lines):
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return client.post(reverse("event_sheet"), {"sheet": SimpleUploadedFile("情形.xlsx", out.getvalue())})


def record(client, shown, **more):
    return client.post(reverse("event_sheet_record"), {"carried": shown.context["carried"], **more})


def stars():
    return dict(StarPeriod.objects.on().values_list("unit", "star"))


CASE = [
    VILLAGE,
    "沙溪村",
    "村干部被立案审查",
    "2026-06-01",
    "新纪〔2026〕3号",
    "",
    "",
    10,
    "沙溪镇",
    str(Event.Checker.COUNTY.label),
]


def test_a_sheet_is_shown_then_recorded_once(commission):
    lines = [
        CASE,
        [OTHER, "", "spot_check_failed", "2026年6月2日", "县"],
        [OTHER, "", "spot_check_failed", "2026/6/2", "市", "", "2026年6月15日"],
    ]
    shown = upload(commission, *lines)
    assert (shown.status_code, shown.context["new"], Event.objects.count()) == (200, 3, 0)
    ahead = [outlook.shifts for _entry, outlook, _words in shown.context["lines"]]
    assert [len(shifts) for shifts in ahead] == [1, 1, 1]
    assert ahead[1] != ahead[2], "each on top of those before it"
    for _click in range(2):
        assert record(commission, shown).headers["Location"] == reverse("events")
    assert list(Event.objects.order_by("pk").values_list("unit_id", "kind", "on", "source")) == [
        (VILLAGE, "case_opened", date(2026, 6, 1), "新纪〔2026〕3号"),
        (OTHER, "spot_check_failed", date(2026, 6, 2), "县"),
        (OTHER, "spot_check_failed", date(2026, 6, 2), "市"),
    ]
    assert stars() == {VILLAGE: 3, OTHER: 3}
    assert Event.objects.get(source="市").closed == date(2026, 6, 15)
    due = FollowUp.objects.get(kind="rectification")
    assert (due.responsible_unit_id, due.checker_unit_id) == (TOWNSHIP, COUNTY)
    again = upload(commission, *lines)
    assert (again.context["new"], [outlook for _e, outlook, _w in again.context["lines"]]) == (0, [None] * 3)


def test_all_errors_at_once_and_a_marked_copy(commission):
    UnitFactory(code="330681101200", name="别处村")
    refused = upload(
        commission,
        CASE[:5],
        CASE[:5],
        ["330681101200", "", "村干部被立案审查", "2026-06-01"],
        [VILLAGE, "", "没有的情形", "2026-06-01"],
        [VILLAGE, "", "村干部被立案审查", "2026-06-16"],
        [VILLAGE, "", "村干部被立案审查", "2026-06-03", "", "", "", "三天"],
        [VILLAGE, "", "村干部被立案审查", "2026-06-04", "", "", "", "", "沙溪镇"],
        [VILLAGE, "", "村干部被立案审查", "2026-06-05", "", "", "", 5, "沙溪镇", str(Event.Checker.TOWNSHIP.label)],
        [VILLAGE, "", "村干部被立案审查", "2026-06-06", "", "", "", 0, "溪东村"],
        [VILLAGE, "", "村干部被立案审查", "2026-06-07", "", "", "2026-06-06"],
        [VILLAGE, "", "村干部被立案审查", "2026-06-08", "", "", "六月"],
    )
    problems = refused.context["refused"].problems
    assert refused.status_code == 409
    assert [(problem.row, problem.head) for problem in problems] == [
        (3, "情形"),
        (4, "区划代码"),
        (5, "情形"),
        (6, "日期"),
        (7, "整改期限（工作日）"),
        (8, "责任单位"),
        (9, "核实单位"),
        (10, "责任单位"),
        (11, "整改销号日期"),
        (12, "整改销号日期"),
    ]
    marked = commission.get(reverse("event_sheet_marked", args=[refused.context["marked"]]))
    assert load_workbook(io.BytesIO(marked.content)).active["A4"].comment is not None
    commission.force_login(person(Role.DISCIPLINE, "330681", username="elsewhere"))
    assert commission.get(reverse("event_sheet_marked", args=[refused.context["marked"]])).status_code == 404
    assert Event.objects.count() == 0


def test_a_heading_that_the_sheet_does_not_know_is_named(commission, monkeypatch):
    monkeypatch.setitem(globals(), "HEADS", [*HEADS[:7], "整改期限", "", *HEADS[8:]])
    refused = upload(commission, CASE)
    [problem] = refused.context["refused"].problems
    assert (refused.status_code, problem.row, problem.column, problem.value) == (409, 1, "H", "整改期限")


def test_nothing_is_recorded_where_it_would_do_something_else(commission):
    shown = upload(commission, CASE[:5])
    EventFactory(unit_id=VILLAGE, kind="spot_check_failed", on=date(2026, 6, 2))
    rerate([VILLAGE])
    answer = record(commission, shown)
    assert (answer.status_code, Event.objects.count()) == (409, 1)
    assert record(commission, answer).headers["Location"] == reverse("events")
    assert Event.objects.count() == 2


def test_words_of_a_clue_ask_for_a_tick_of_the_whole_sheet(commission):
    shown = upload(commission, [*CASE[:5], "涉嫌违纪，已结案"], [OTHER, "", "村干部被立案审查", "2026-06-02"])
    assert [words for _entry, _outlook, words in shown.context["lines"]] == ["涉嫌", ""]
    answer = record(commission, shown)
    assert (answer.status_code, Event.objects.count()) == (400, 0)
    assert record(commission, answer, sure="on").status_code == 302
    assert Event.objects.count() == 2


def test_the_template_comes_back_as_it_was_sent(commission):
    raw = commission.get(reverse("event_sheet_empty")).content
    answer = commission.post(reverse("event_sheet"), {"sheet": SimpleUploadedFile("情形.xlsx", raw)})
    assert (answer.status_code, answer.context["refused"].problems) == (409, [])
    rows = list(load_workbook(io.BytesIO(raw)).active.iter_rows(values_only=True))
    assert [row[0] for row in rows if row[0] in (VILLAGE, OTHER)] == [OTHER, VILLAGE]
