"""One way to export a list to Excel, one way to import."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import itemgetter

import pytest
from django.utils.translation import gettext_lazy
from openpyxl import Workbook, load_workbook

from records.excel_writer import ExcelSheet, open_workbook, write_list
from records.workbooks import SheetColumn, SheetRefused, marked_copy, read_rows


def written(columns, rows) -> list[tuple]:
    out = io.BytesIO()
    write_list("清单/一", columns, rows, out, notes=["2026"])
    return list(load_workbook(out).worksheets[0].iter_rows(values_only=True))


def test_a_list_and_its_notes():
    columns = [SheetColumn("名称", lambda r: r[0]), SheetColumn("数", lambda r: r[1])]
    assert written(columns, [("甲", 1), ("乙", None)]) == [
        ("清单/一", None),
        ("2026", None),
        ("名称", "数"),
        ("甲", 1),
        ("乙", None),
    ]


def test_no_text_becomes_a_formula():
    out = io.BytesIO()
    write_list("x", [SheetColumn("a", str)], ['=HYPERLINK("http://x")'], out)
    cell = load_workbook(out).worksheets[0]["A3"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


@pytest.mark.parametrize("text", ["<r>&</r>", "<r><t>b</t></r>", " a ", 'a\n"b" <c> & d', "\ta", "a\x01b"])
def test_a_text_is_never_taken_for_markup(text):
    assert written([SheetColumn("a", str)], [text])[-1] == (text.replace("\x01", ""),)


def test_nor_where_it_is_written_alone():
    out = io.BytesIO()
    with open_workbook(out) as book:
        ExcelSheet(book, "1").worksheet.write_string(0, 0, "<r>&</r>")
    assert load_workbook(out).active["A1"].value == "<r>&</r>"


def test_every_kind_of_value_keeps_its_type():
    moment = datetime(2026, 11, 28, 4, 30, tzinfo=UTC)
    values = [True, 3, 0.25, Decimal("24.50"), date(2026, 11, 28), moment, gettext_lazy("None."), None, ""]
    columns = [SheetColumn(str(n), itemgetter(n)) for n in range(len(values))]
    shown = written(columns, [values])[-1]
    assert shown == (True, 3, 0.25, 24.5, datetime(2026, 11, 28), datetime(2026, 11, 28, 12, 30), "无。", None, None)
    assert [type(value) for value in shown[:4]] == [bool, int, float, float]


def test_a_text_is_no_longer_than_excel_takes():
    assert written([SheetColumn("a", str)], ["𠮷" * 20_000])[-1] == ("𠮷" * 16_383,)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_csv_comes_in_by_its_heads(encoding):
    raw = "说明\n单位,值,备注\n001,2,\n\n002,x,好\n".encode(encoding)
    assert [(row.number, row["单位"], row["值"]) for row in read_rows(raw, ["值", "单位"])] == [
        (3, "001", "2"),
        (5, "002", "x"),
    ]


def test_a_sheet_without_the_heads_is_refused():
    with pytest.raises(SheetRefused):
        read_rows(b"a,b\n1,2\n", ["单位"])
    with pytest.raises(SheetRefused):
        read_rows(b"PK\x03\x04rubbish", ["单位"])


def test_a_number_of_more_digits_than_a_spreadsheet_keeps_is_refused_not_rounded():
    """An account number typed as a number ends in zeros in the file: it would be somebody else's."""
    book = Workbook()
    for row in (["账号", "值"], [622848040256489001, 1], ["622848040256489001", 123456789012345]):
        book.active.append(row)
    raw = io.BytesIO()
    book.save(raw)
    with pytest.raises(SheetRefused) as refused:
        read_rows(raw.getvalue(), ["账号", "值"])
    assert [(one.row, one.head) for one in refused.value.problems] == [(2, "账号")]


def test_the_marked_copy_shows_the_wrong_cell():
    book = Workbook()
    for row in (["单位", "值"], ["001", "x"]):
        book.active.append(row)
    raw = io.BytesIO()
    book.save(raw)
    [row] = read_rows(raw.getvalue(), ["单位", "值"])
    wrong = row.wrong("值", "一个数")
    assert str(wrong.column) == "B"
    marked = load_workbook(io.BytesIO(marked_copy(raw.getvalue(), [wrong]))).worksheets[0]["B2"]
    assert (marked.value, marked.comment.text, marked.fill.fgColor.rgb) == ("x", "一个数", "00FFC7CE")
