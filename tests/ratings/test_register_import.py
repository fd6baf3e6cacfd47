"""``import_register``, ``import_events`` and ``rerate``: what they save, refuse and print."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from accounts.roles import Role
from notifications.models import Notice
from ratings.models import Decision, Event, StarPeriod
from ratings.register.rerating import rerate
from tests.clock import freeze_time
from tests.factories import TOWNSHIP, VILLAGE, DecisionFactory, EventFactory, SchemeFactory, UnitFactory, person
from tests.sheets_made import DAY, number, row, sheet, workbook

pytestmark = pytest.mark.django_db
OTHER = f"{TOWNSHIP}205"


@pytest.fixture(autouse=True)
def _world():
    SchemeFactory(year=2025)
    for code in (VILLAGE, OTHER):
        UnitFactory(code=code)
    with freeze_time("2026-06-15 10:00:00+08:00"), override("en"):
        yield


@pytest.fixture
def run(tmp_path):
    """Runs an import of text and returns its stdout; stderr is in ``run.errors``."""

    def importing(command, text, encoding="utf-8"):
        path = tmp_path / "file.csv"
        path.write_text(text, encoding=encoding)
        out, importing.errors = StringIO(), StringIO()
        call_command(command, path, stdout=out, stderr=importing.errors)
        return out.getvalue().strip()

    return importing


def refused(run, command, text):
    with pytest.raises(CommandError):
        run(command, text)
    return [line.split(";")[0] for line in run.errors.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("on", "year"), [("2026-06-30", 2025), ("2026-07-01", 2026), ("2025-01-01", 2024), ("2025-12-31", 2025)]
)
def test_the_year_follows_from_the_day(run, on, year):
    run("import_register", f"unit,star,on,document\n{VILLAGE},4,{on},新评1号\n")
    decision = Decision.objects.get()
    assert (decision.year, decision.state, decision.origin) == (year, "confirmed", "imported")
    assert (decision.cut_off - decision.on).days == -1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_row_says_all_it_can(run, encoding):
    text = f"total,document,on,star,unit,year\n92.5,新评〔2026〕1号,2026/1/20,5,{VILLAGE},2024\n\n"
    assert run("import_register", text, encoding) == "1 rows: 1 new, 0 completed"
    assert run("import_register", text, encoding) == "1 rows: 0 new, 0 completed"
    assert list(Decision.objects.values_list("unit", "star", "on", "document", "year", "total")) == [
        (VILLAGE, 5, date(2026, 1, 20), "新评〔2026〕1号", 2024, 92.5)
    ]


def test_every_wrong_row_of_stars_is_listed_and_nothing_kept(run):
    kept = f"{VILLAGE},4,2026-01-20,新评1号\n"
    run("import_register", "unit,star,on,document\n" + kept)
    text = (
        f"unit,star,on,document,year,total\n{OTHER},3,2026-01-20,新评1号\n"
        f"{OTHER},10,2026-02-30,新评1号\n999999999999,3,2026-01-20,\n{OTHER},2,2026-01-20,新评1号,26,9.123\n"
        f"{VILLAGE},5,2026-01-20,新评2号\n{OTHER},3,2026-03-01,新评1号,,,x\n"
    )
    assert refused(run, "import_register", text) == [
        "row 3, column star: “10”",
        "row 3, column on: “2026-02-30”",
        "row 4, column document: “”",
        "row 4, column unit: “999999999999”",
        "row 5, column year: “26”",
        "row 5, column total: “9.123”",
        "row 5, column star: “2”",
        "row 6, column star: “5”",
        "row 6, column document: “新评2号”",
        "row 7, column 7: “x”",
    ]
    assert "expected: “4”, which is recorded for this unit and day" in run.errors.getvalue()
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("heading", ["unit,star,on", "unit,star,on,document,colour", "unit,unit,star,on,document"])
def test_a_file_without_its_columns_is_refused(run, heading):
    assert len(refused(run, "import_register", f"{heading}\n{VILLAGE},4,2026-01-20,x,y\n")) == 1


def test_wrong_rows_are_listed_in_the_readers_language(run):
    with override("zh-hans"):
        refused(run, "import_register", f"unit,star,on,document\n{VILLAGE},x,2026-01-20,新评1号\n")
    assert "x" in run.errors.getvalue()


def test_a_later_row_fills_what_was_empty_in_any_order(run):
    heading = "unit,event,date,closed,note,source\n"
    bare, closed = f"{VILLAGE},case_opened,2026-03-01,,,\n", f"{VILLAGE},case_opened,2026-03-01,2026-05-01,立案,\n"
    assert run("import_events", heading + bare + closed + bare) == "3 rows: 1 new, 0 completed"
    assert list(Event.objects.values_list("closed", "note")) == [(date(2026, 5, 1), "立案")]
    assert run("import_events", heading + bare) == "1 rows: 0 new, 0 completed"
    assert run("import_events", heading + f"{OTHER},case_opened,2026-03-01,,,\n") == "1 rows: 1 new, 0 completed"
    filled = heading + f"{OTHER},case_opened,2026-03-01,2026-05-01,,\n"
    assert run("import_events", filled) == "1 rows: 0 new, 1 completed"
    assert run("import_events", filled) == "1 rows: 0 new, 0 completed"


def test_every_wrong_row_of_events_is_listed_and_nothing_kept(run):
    heading = "unit,event,date,closed,note,source\n"
    run("import_events", heading + f"{VILLAGE},case_opened,2026-03-01,2026-05-01,立案,\n")
    text = heading + (
        f"{VILLAGE},case_opened,2026-06-16,,,\n{VILLAGE},case_opened,2026-03-01,2026-05-02,结案,\n"
        f"{OTHER},case_opened,2026-03-01,2026-02-01,,\n{OTHER},case_opened,2026-04-01,,甲,\n"
        f"{OTHER},case_opened,2026-04-01,,乙,\n{OTHER},,2026-04-01,,,\n330699,case_opened,2026-04-01,,,\n"
    )
    assert refused(run, "import_events", text) == [
        "row 2, column date: “2026-06-16”",
        "row 3, column closed: “2026-05-02”",
        "row 3, column note: “结案”",
        "row 4, column closed: “2026-02-01”",
        "row 6, column note: “乙”",
        "row 7, column event: “”",
        "row 8, column unit: “330699”",
    ]
    assert Event.objects.count() == 1


def test_an_event_that_no_scheme_knows_is_kept_and_mentioned(run):
    assert run("import_events", f"unit,event,date\n{VILLAGE},unheard,2026-03-01\n") == "1 rows: 1 new, 0 completed"
    assert run.errors.getvalue().startswith("row 2, column event: “unheard”")


def test_rerate_prints_what_changed_and_keeps_it_once():
    DecisionFactory(unit_id=VILLAGE, star=5)
    rerate("")
    EventFactory(unit_id=VILLAGE, on=date(2026, 3, 1))
    change = f"{VILLAGE}: 5 → 3 from 2026-03-01\n"
    for arguments, said in (
        (["--dry-run"], change),
        (["--unit", "330681"], ""),
        (["--on", "2026-02-28"], ""),
        (["--on", "2026-03-01"], change),
        ([], ""),
        (["--on", "2027-03-01"], f"{VILLAGE}: 3 → 5 from 2027-03-01\n"),
        ([], ""),
    ):
        call_command("rerate", *arguments, stdout=(out := StringIO()))
        assert (arguments, out.getvalue()) == (arguments, said)
    periods = StarPeriod.objects.known().values_list("during__startswith", "during__endswith", "star")
    assert list(periods) == [(date(2026, 1, 20), date(2026, 3, 1), 5), (date(2026, 3, 1), None, 3)]


def test_time_passing_moves_the_register_on():
    DecisionFactory(unit_id=VILLAGE, star=5)
    EventFactory(unit_id=VILLAGE, on=date(2026, 3, 1))
    rerate("")
    with freeze_time("2027-03-01 00:20:00+08:00"):
        assert [(c.unit, c.star_before, c.star) for c in rerate("")] == [(VILLAGE, 3, 5)]
        assert StarPeriod.objects.on().get().effects == []


def test_people_are_told_when_todays_star_moves_and_only_then(run):
    told = [person(Role.SIGNER, VILLAGE), person(Role.TOWNSHIP_LEADER, TOWNSHIP)]
    person(Role.SIGNER, OTHER)
    run("import_register", f"unit,star,on,document\n{VILLAGE},5,2025-01-20,甲\n{VILLAGE},4,2026-01-20,乙\n")
    run("import_events", f"unit,event,date\n{VILLAGE},case_opened,2025-02-01\n")  # over: a change of the past
    assert Notice.objects.count() == 0
    run("import_events", f"unit,event,date\n{VILLAGE},case_opened,2026-05-01\n")
    run("import_events", f"unit,event,date\n{VILLAGE},case_opened,2026-05-01\n")
    notices = list(Notice.objects.order_by("user_id"))
    assert [(n.user_id, n.kind) for n in notices] == [(user.pk, "star_cap") for user in told]
    assert notices[0].params == {
        "unit": f"单位{VILLAGE}",
        "before": 4,
        "after": 3,
        "event": "村干部被立案审查",
        "on": "2026-05-01",
        "n": 3,
    }
    with freeze_time("2027-05-01 00:20:00+08:00"):
        rerate("")
    assert set(Notice.objects.exclude(kind="star_cap").values_list("kind", flat=True)) == {"star_restored"}


@pytest.mark.parametrize("on", ["2026/1/20", "2026.1.20", "2026年1月20日", "20260120", "46042"])
def test_days_as_offices_write_them(run, on):
    run("import_register", f"unit,star,on,document\n{VILLAGE},4,{on},新评1号\n,,,\n")
    assert Decision.objects.get().on == date(2026, 1, 20)


def test_the_register_as_a_workbook(tmp_path):
    path = tmp_path / "register.xlsx"
    rows = row("unit", "star", "on", "document"), row(number(VILLAGE), number(4), number(46042, DAY), "新评1号")
    path.write_bytes(workbook(sheet(*rows)))
    call_command("import_register", path, stdout=StringIO())
    assert list(Decision.objects.values_list("unit", "star", "on")) == [(VILLAGE, 4, date(2026, 1, 20))]


def test_a_file_that_breaks_off_is_told_in_a_sentence(run):
    with pytest.raises(CommandError, match="not a CSV file: line 2"):
        run("import_register", f'unit,star,on,document\n{VILLAGE},"4"x,2026-01-20,a\n')


def test_a_code_cut_by_a_spreadsheet_is_none(run):
    text = "unit,star,on,document\n3.30624E+11,4,2026-01-20,a\n330624108204.0,4,2026-01-20,a\n"
    assert refused(run, "import_register", text) == [
        "row 2, column unit: “3.30624E+11”",
        "row 3, column unit: “330624108204.0”",
    ]
