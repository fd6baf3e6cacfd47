"""``try_scheme``: random schemes and facts against the literal implementation, and the response to bad files
(formats §1–2)."""

import csv
import json
import tempfile
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path

import pytest
import simplejson
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from openpyxl import Workbook

from ratings.allowance.dry_run import try_scheme, written_results
from ratings.models import Scheme, Veto
from ratings.scheme.reading import check_scheme, read_scheme_file
from ratings.scoring.facts_file import FactsRefused, read_facts
from records.table_lines import BLOCK
from tests import sheets_made
from tests.clock import freeze_time
from tests.ratings.random_schemes import cases
from tests.ratings.reference_scoring import plain_try
from villages.models import Unit

pytestmark = pytest.mark.django_db
FIXTURES = Path(__file__).parents[2] / "fixtures/schemes"


def tried(scheme, rows, day, folder):
    """The output of the command for a scheme and rows, as parsed JSON."""
    scheme_file, facts_file = Path(folder, "scheme.json"), Path(folder, "facts.csv")
    scheme_file.write_text(simplejson.dumps(scheme, ensure_ascii=False), encoding="utf-8")
    with facts_file.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    out = StringIO()
    call_command("try_scheme", scheme_file, facts_file, f"--on={day}", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(case=cases())
def test_every_figure_is_that_of_the_plain_reading(case):
    scheme, rows, day = case
    expected = plain_try(scheme, rows, day)
    with tempfile.TemporaryDirectory() as folder:
        assert tried(scheme, rows, day, folder) == expected
        units = read_facts(Path(folder, "facts.csv"), (reading := check_scheme(scheme)).spec)
    found = try_scheme(reading, units, day)
    assert list(written_results(reading, units, day)) == [json.dumps(one, ensure_ascii=False) for one in found]


SCHEME = FIXTURES / "330624.json"
FACTS = [
    ("330624108204", "@tag", "山区", ""),
    ("330624108204", "1.1.a", "2", ""),
    ("330624108204", "2.3", "93.5", ""),
    ("330624108204", "2.1.a", "1", ""),
    ("330624108204", "5.1", "2.5", ""),
    ("330624108204", "V1", "", "2025-06-30"),
    ("330624108204", "V1", "", "2025-07-30"),
]


def run(folder, raw, *options):
    file = folder / "facts"
    file.write_bytes(raw)
    out = StringIO()
    call_command("try_scheme", SCHEME, file, *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def lines(rows):
    return "".join(f"{','.join(row)}\n" for row in rows)


def workbook(rows):
    book, raw = Workbook(), BytesIO()
    for row in rows:
        unit, item, value, met = row
        number = float(value) if value[:1].isdigit() else value
        day = date.fromisoformat(met) if met[:1].isdigit() else met
        book.active.append([int(unit) if unit.isdigit() else unit, item, number, day])
    book.save(raw)
    return raw.getvalue()


HEAD = ("unit", "item", "value", "date")


@pytest.mark.parametrize(
    "raw",
    [
        lines(FACTS).encode("utf-8-sig"),
        lines(FACTS).encode("gb18030"),
        lines([HEAD, *FACTS]).encode(),
        lines([row[::-1] for row in [HEAD, *FACTS]]).encode(),
        lines([HEAD, *FACTS, ("", "", "", "")]).replace("\n", "\r\n").encode(),
        lines(FACTS).replace(",\n", "\n").encode(),
        workbook([HEAD, *FACTS]),
    ],
    ids=["bom", "gb18030", "heading", "columns turned", "windows", "no date column", "workbook"],
)
def test_the_same_facts_in_every_dress(tmp_path, raw):
    plain = run(tmp_path, lines(FACTS).encode(), "--on=2026-11-24")
    assert run(tmp_path, raw, "--on=2026-11-24") == plain
    (unit,) = json.loads(plain)
    assert (unit["unit"], unit["criteria"]["1.1"], unit["barred"]) == ("330624108204", "3.00", ["V1"])


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (("", "1.1.a", "2", ""), "row 8,"),
        (("330624108204", "1.1.a", "3", ""), "row 8,"),
        (("330624108204", "1.1.z", "3", ""), "row 8,"),
        (("330624108204", "1.1.b", "three", ""), "row 8,"),
        (("330624108204", "1.1.b", "", ""), "row 8,"),
        (("330624108204", "1.1.b", "-1", ""), "row 8,"),
        (("330624108204", "2.1.b", "2", ""), "row 8,"),
        (("330624108204", "5.3", "2.25", ""), "row 8,"),
        (("330624108204", "5.3", "9", ""), "row 8,"),
        (("330624108204", "V2", "", ""), "row 8,"),
        (("330624108204", "V2", "", "2025-02-30"), "row 8,"),
        (("330624108204", "V2", "1", "2025-02-03"), "row 8,"),
        (("330624108204", "1.1.b", "1", "234.5"), "row 8, column date"),
        (("330624108204", "1.1.b", "1", "", "2"), "row 8, column E"),
        (("330624108204", "@tag", "", ""), "row 8,"),
        (("330624108204", "@tag", "平原", ""), "330624108204"),
        (("330624108205", "1.1.a", "1", ""), "330624108205"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_written(tmp_path, row, place):
    with pytest.raises(CommandError) as refused, translation.override("en"):
        run(tmp_path, lines([*FACTS, row]).encode())
    assert [place in line for line in str(refused.value).splitlines()] == [True]


@pytest.mark.parametrize("before", [1, 6000])
def test_a_number_torn_at_its_comma_does_not_pass_for_its_first_half(tmp_path, before):
    """In the first lines, and in a block of lines that are read at once."""
    tags = [(f"33062410{n}", "@tag", "山区", "") for n in range(1000, 1000 + before)]
    torn = ("330624101000", "1.1.b", "1", "234.5")
    with pytest.raises(CommandError) as refused, translation.override("en"):
        run(tmp_path, lines([HEAD[:3], *tags, torn]).encode())
    assert str(refused.value).split(":")[0] == f"row {before + 2}, column D"


def test_every_wrong_row_is_named(tmp_path):
    wrong = [("330624108204", "9.9", "1", ""), ("330624108204", "5.3", "9", ""), ("330624108205", "5.3", "1", "")]
    with pytest.raises(CommandError) as refused:
        run(tmp_path, lines([*FACTS, *wrong]).encode())
    assert len(str(refused.value).splitlines()) == 3


def test_values_that_cannot_be_taken_are_named_beside_all_else_that_is_wrong(tmp_path):
    wrong = [
        ("330624108204", "1.1.b", "three", ""),
        ("330624108204", "1.1.c", "-1", ""),
        ("330624108204", "1.1.a", "-2", ""),
        ("330624108205", "1.1.a", "-3", ""),
    ]
    with pytest.raises(CommandError) as refused, translation.override("en"):
        run(tmp_path, lines([*FACTS, *wrong]).encode())
    named = str(refused.value).splitlines()
    assert [[f"row {n}," in line for line in named].count(True) for n in (8, 9, 10, 11)] == [1, 1, 2, 1]
    assert ["330624108205" in line and "variants" in line for line in named].count(True) == 1


def test_a_heading_that_facts_files_do_not_have_is_named(tmp_path):
    with pytest.raises(CommandError) as refused, translation.override("en"):
        run(tmp_path, lines([(*HEAD[:3], "dat"), *FACTS]).encode())
    assert "row 1, column dat" in str(refused.value)


@pytest.mark.parametrize("raw", [b"\x81\x20\xff", b'a,"b\nc', b"PK\x03\x04rubbish"])
def test_what_is_no_facts_file_is_refused(tmp_path, raw):
    with pytest.raises(CommandError):
        run(tmp_path, raw)


def test_the_day_is_today_in_shanghai_and_the_output_may_be_a_file(tmp_path):
    facts = lines([FACTS[0], ("330624108204", "V1", "", "2024-11-25")]).encode()
    output = tmp_path / "out.json"
    with freeze_time("2026-11-24T15:59:00Z"):
        assert run(tmp_path, facts, f"--output={output}") == ""
    assert json.loads(output.read_text(encoding="utf-8"))[0]["barred"] == ["V1"]
    with freeze_time("2026-11-24T16:01:00Z"):
        run(tmp_path, facts, f"--output={output}")
    assert json.loads(output.read_text(encoding="utf-8"))[0]["barred"] == []


def test_a_veto_ends_on_the_last_day_of_a_shorter_month(tmp_path):
    facts = lines([FACTS[0], ("330624108204", "V4", "", "2024-02-29")]).encode()
    barred = {day: json.loads(run(tmp_path, facts, f"--on={day}"))[0]["barred"] for day in ("2025-02-27", "2025-02-28")}
    assert barred == {"2025-02-27": ["V4"], "2025-02-28": []}


def test_a_scheme_with_an_error_scores_nothing(tmp_path):
    scheme = tmp_path / "scheme.json"
    scheme.write_text(SCHEME.read_text(encoding="utf-8").replace('"linear"', '"guess"'), encoding="utf-8")
    (tmp_path / "facts").write_bytes(lines(FACTS).encode())
    with pytest.raises(CommandError, match=r"areas\[2\]\.criteria\[2\]"):
        call_command("try_scheme", scheme, tmp_path / "facts", stdout=StringIO())


def test_nothing_is_kept(tmp_path):
    run(tmp_path, lines(FACTS).encode())
    assert (Unit.objects.count(), Scheme.objects.count(), Veto.objects.count()) == (0, 0, 0)
    assert "trial_scheme" not in connection.introspection.table_names()


def made(*lines):
    return sheets_made.workbook(sheets_made.sheet(*(sheets_made.row(*line) for line in lines)))


UNIT = "330624108204"


def points(folder, raw):
    return json.loads(run(folder, raw))[0]["criteria"]


def test_a_workbook_of_another_program_says_what_it_shows(tmp_path):
    shown = made(
        (UNIT, "@tag", "山区"),
        (sheets_made.number("3.30624108204E+11"), "2.3", sheets_made.number("0.935", sheets_made.PERCENT)),
        (UNIT, sheets_made.number("5.1"), sheets_made.number("2.5", sheets_made.TWO_PLACES)),
    )
    typed = lines([(UNIT, "@tag", "山区", ""), (UNIT, "2.3", "93.5", ""), (UNIT, "5.1", "2.5", "")]).encode()
    assert points(tmp_path, shown) == points(tmp_path, typed)


@pytest.mark.parametrize("ticked", ["√", "是", "有", "１", "TRUE"])
def test_a_tick_however_it_is_written(tmp_path, ticked):
    there = [(UNIT, "@tag", "山区", ""), (UNIT, "2.1.a", "1", "")]
    written = [there[0], (UNIT, "2.1.a", ticked, "")]
    assert points(tmp_path, lines(written).encode()) == points(tmp_path, lines(there).encode())


@pytest.mark.parametrize(
    "row",
    [
        ("3.30624E+11", "2.3", "93.5", ""),
        ("330624108204.0", "2.3", "93.5", ""),
        (UNIT, "2.3", '"12,5"', ""),
        (UNIT, "2.3", '"1,234"', ""),
        (UNIT, "5.1", "2%", ""),
        (UNIT, "V1", "", "2025-13-01"),
    ],
)
def test_what_may_mean_something_else_is_an_error(tmp_path, row):
    with pytest.raises(CommandError):
        run(tmp_path, lines([(UNIT, "@tag", "山区", ""), row]).encode())


def test_formulas_without_values_and_per_cent_elsewhere_are_errors_with_their_place(tmp_path):
    raw = made(
        (UNIT, "@tag", "山区"),
        (UNIT, "2.3", "<c><f>A1</f></c>"),
        (UNIT, "5.1", sheets_made.number("0.02", sheets_made.PERCENT)),
    )
    with pytest.raises(CommandError) as refused, translation.override("en"):
        run(tmp_path, raw)
    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == [
        "row 2, column value",
        "row 3, column value",
    ]


def test_a_long_plain_file_reads_as_the_same_file_with_each_cell_in_quotes(tmp_path):
    """Plain lines are read many at once; what is odd in their midst is told as line by line."""
    spec = read_scheme_file(SCHEME).spec
    items = ("2.3", "90.5"), ("1.1.a", "1"), ("1.1.b", "0"), ("5.1", "2.5")
    codes = [f"33062410{n}" for n in range(7000, 9000)]
    good = [(code, item, value, "") for code in codes for item, value in (("@tag", "山区"), *items)]
    assert len(lines(good)) > 3 * BLOCK
    last, others = codes[-1], codes[-9:]
    odd = [(last, "V1", "", "2025-06-30"), (last, "2.1.a", "1", ""), *((code, "1.2.a", "1", "") for code in others)]
    wrong = [
        *[(last, "2.3", "90.5", ""), (last, "9.9", "1", ""), (last, "1.1.b", "three", ""), (last, "5.3", "9", "")],
        *[("33062", "1.1.a", "1", ""), (last, "V1", "", "2025-02-30"), (last, "@tag", "平原", ""), ("", "", "", "")],
        *[(code, "2.3", "1.5", "") for code in others],
    ]

    def read(rows, **dress):
        text = StringIO()
        csv.writer(text, lineterminator="\n", **dress).writerows(rows)
        (file := tmp_path / "facts.csv").write_text(text.getvalue(), encoding="utf-8")
        try:
            return read_facts(file, spec)
        except FactsRefused as refused:
            return [str(problem) for problem in refused.problems]

    at = len(good) - 20
    for added in (odd, wrong):
        rows = [("", "", "", ""), HEAD, *good[:at], *added, *good[at:]]
        plain = read(rows)
        assert plain == read(rows, quoting=csv.QUOTE_ALL)
        assert len(plain) == (len(codes) if added is odd else 16)
