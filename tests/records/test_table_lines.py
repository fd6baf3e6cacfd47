"""One reader for every imported table: the cells as a person sees them, or the reason why not."""

import csv
import io
import re
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from records import cells
from records.table_lines import BLOCK, NotATable, lines
from records.workbooks import SheetRefused, hidden, marked_copy, read_rows
from tests.sheets_made import (
    CHINESE_DAY,
    DAY,
    MAIN,
    PERCENT,
    PERCENT_TOO,
    STRICT,
    TWO_PLACES,
    hostile,
    number,
    row,
    sheet,
    workbook,
)


def texts(raw):
    return [line.cells for line in lines(raw)]


def one(cell, **options):
    [[text]] = texts(workbook(sheet(row(cell)), **options))
    return text


def test_a_wrong_dimension_hides_no_line():
    raw = workbook(sheet(row("a"), row("b"), row("c"), before='<dimension ref="A1:A2"/>'))
    assert texts(raw) == [["a"], ["b"], ["c"]]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (number(0.97, PERCENT), "97%"),
        (number(0.9305, PERCENT_TOO), "93.05%"),
        (number("1.1"), "1.1"),
        (number("1.1", TWO_PLACES), "1.10"),
        (number("93.333333333333329", TWO_PLACES), "93.3333333333333"),
        (number("0.30000000000000004"), "0.3"),
        (number("3.30624108204E+11"), "330624108204"),
        (number(45838, DAY), "2025-06-30"),
        (number(45838, CHINESE_DAY), "2025-06-30"),
        ('<c t="d"><v>2025-06-30T00:00:00</v></c>', "2025-06-30"),
        ('<c t="b"><v>1</v></c>', "TRUE"),
        ('<c t="str"><f>A2</f><v>x</v></c>', "x"),
        ("\u200b 李　试\u3000", "李　试"),
    ],
)
def test_a_cell_reads_as_a_person_sees_it_and_no_figure_is_rounded(cell, text):
    assert one(cell) == text


def test_days_from_1904():
    raw = workbook(
        sheet(row("日"), row(number(44376, DAY)), row(number(44376))), workbook_pr='<workbookPr date1904="1"/>'
    )
    assert [r["日"] for r in read_rows(raw, ["日"], days=["日"])] == ["2025-06-30", "2025-06-30"]


@pytest.mark.parametrize("cell", ["<c><f>A1+1</f><v></v></c>", "<c><f>A1</f></c>", '<c t="e"><v>#REF!</v></c>'])
def test_a_formula_without_a_value_is_a_wrong_cell(cell):
    with pytest.raises(SheetRefused) as refused:
        read_rows(workbook(sheet(row("a", "b"), row("1", cell))), ["a", "b"])
    assert [(one.row, one.column) for one in refused.value.problems] == [(2, "B")]


def test_what_only_styles_cells_is_passed_over_and_hidden_lines_are_counted():
    raw = workbook(sheet(row("a"), row("1", hidden=1), row("2"), '<row r="1048576"><c r="XFD1048576" s="1"/></row>'))
    rows = read_rows(raw, ["a"])
    assert ([r["a"] for r in rows], hidden(rows)) == (["1", "2"], 1)


def test_strict_workbooks_and_lone_carriage_returns_are_read():
    assert texts(workbook(sheet(row("a"), namespace=STRICT))) == [["a"]]
    assert texts(b"a,b\r1,2\r") == texts(b"a,b\n\n1,2\n,,,\n") == [["a", "b"], ["1", "2"]]


def test_the_first_sheet_that_is_seen_is_read():
    book, raw = Workbook(), io.BytesIO()
    book.active.sheet_state = "hidden"
    book.create_sheet("看").append(["b"])
    book.save(raw)
    assert texts(raw.getvalue()) == [["b"]]


def test_heads_are_found_however_they_are_written_and_twice_is_refused():
    raw = workbook(sheet(row("区划\n代码\u200b", "满意率（％）"), row("1", "2")))
    [found] = read_rows(raw, ["区划代码", "满意率(%)"])
    assert (found["区划代码"], found["满意率(%)"]) == ("1", "2")
    with pytest.raises(SheetRefused):
        read_rows(b"a,a\n1,2\n", ["a"])


def test_a_wrong_cell_in_a_merged_area_is_marked():
    book, raw = Workbook(), io.BytesIO()
    for line in (["a", "b"], ["1", "x"], ["2", None]):
        book.active.append(line)
    book.active.merge_cells("B2:B3")
    book.save(raw)
    rows = read_rows(raw.getvalue(), ["a", "b"])
    marked = load_workbook(io.BytesIO(marked_copy(raw.getvalue(), [rows[1].wrong("b", "一个数")]))).active["B2"]
    assert (marked.value, marked.comment.text) == ("x", "一个数")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("１２．５", "12.5"),
        ("1,234,567.8", "1234567.8"),
        ("93.33333333333333", "93.3333333333"),
        ("0.00000000005", "0.0000000001"),
        ("－5", "-5"),
        ("12,5", None),
        ("1,234", None),
        ("97%", None),
        ("", None),
    ],
)
def test_numbers(text, value):
    assert cells.number(text) == (None if value is None else Decimal(value))


def test_per_cent_where_it_is_counted_so():
    assert (cells.number("97%", percent=True), cells.number("９７％", percent=True)) == (97, 97)


@pytest.mark.parametrize(
    "text",
    [
        "2025-6-30",
        "2025/6/30",
        "2025.06.30",
        "2025年6月30日",
        "２０２５年６月３０日",
        "20250630",
        "45838",
        "2025-06-30 00:00:00",
    ],
)
def test_days(text):
    assert cells.day(text) == date(2025, 6, 30)


@pytest.mark.parametrize("text", ["2025-02-30", "30.6.2025", "2025-6", "0001-01-01", "6月30日", "2025/6-30", ""])
def test_no_days(text):
    assert cells.day(text) is None


@pytest.mark.parametrize(
    ("text", "ticked"), [("√", 1), ("是", 1), ("有", 1), ("TRUE", 1), ("×", 0), ("否", 0), ("无", 0)]
)
def test_ticks(text, ticked):
    assert cells.tick(text) == ticked


@pytest.mark.parametrize("text", ["李试", "李 试", "李　试", "李\u200b试", "\n李 试　"])
def test_one_name(text):
    assert cells.name(text) == "李试"


@pytest.mark.parametrize("text", ["<b>李试</b>", "李\x07试", "李\ufffd"])
def test_no_name(text):
    with pytest.raises(ValueError, match="名称"):
        cells.name(text)


KNOWN = ("1.2 million cells", "xls", "with a password", "ods", "UTF-16", "a web page", "broken XML", "locked package")


@pytest.mark.parametrize("name", KNOWN)
def test_what_is_not_read_is_named_and_how_to_save_it_is_said(name):
    with translation.override("zh-hans"), pytest.raises(NotATable, match="另存为”.xlsx"):
        texts(hostile(row("a"))[name]())


def test_the_namespace_of_a_program_does_not_matter():
    raw = sheet(row("a")).replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    assert (MAIN in raw, texts(workbook(raw))) == (True, [["a"]])


def quoted(rows):
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue()


TAILS = st.text('a1,"\r\n 中\0x', max_size=80) | st.builds(
    quoted, st.lists(st.lists(st.text('a1中（ ,"\n', max_size=2), min_size=2, max_size=2))
)


@settings(max_examples=80)
@given(before=st.integers(0, 40), tail=TAILS)
def test_a_long_csv_is_read_in_blocks_as_if_at_once(before, tail):
    text = "a" * (BLOCK - before) + tail
    try:
        expected = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as wrong:
        with pytest.raises(NotATable, match=re.escape(str(wrong))):
            texts(text.encode())
    else:
        tidied = [[cells.tidy(cell.replace("\0", "\ufffd")) for cell in row] for row in expected]
        assert texts(text.encode()) == [row for row in tidied if any(row)]


@pytest.mark.parametrize("text", ["平原", "农", "农\n平原", "×", "·\n5°", "a"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_short_text_is_read_in_its_own_encoding(text, encoding):
    """The bytes of 平原 in GB18030 are letters in UTF-8."""
    assert texts(text.encode(encoding)) == [[line] for line in text.split("\n")]
