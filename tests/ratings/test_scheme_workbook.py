"""A scheme as a workbook: out, through another program and back the same; what bad ones get (formats §6)."""

import json
import shutil
import subprocess
from decimal import Decimal
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path

import pytest
import simplejson
from django.core.management import call_command
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from ratings.forms.scheme_parts import METHODS, RULES, STEPS
from ratings.models import Scheme
from ratings.scheme import spec as shapes
from ratings.scheme.problems import wrong_cells
from ratings.scheme.reading import SchemeRefused, check_scheme, read_scheme
from ratings.scheme.workbook import layout
from ratings.scheme.workbook.writing import workbook_of
from ratings.scheme.writing import scheme_text
from records.workbooks import marked_copy
from tests.factories import UnitFactory
from tests.ratings.random_schemes import schemes

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures/schemes").glob("*.json"))
OFFICE = shutil.which("libreoffice")
OF_ALL_SHAPES = [file for file in FIXTURES if file.stem in ("330624", "330681", "core-and-others")]
"""Between them they fill every column that any fills: another program takes a quarter of a second for each."""

ODD = """=1+1 +1 -1 @x 1.10 007 2026-01-31 TRUE 50% 是 村 全部 json:1
"引" _x0041_ a、b 甲，乙；丙 #2 [1] 部门：纪委 é ① #N/A"""
SPACED = ["两行\n文字", "回车\r\n", " 前后有空 ", "零宽\u200b", "\x07"]
ANY_TEXT = st.text(min_size=1, max_size=6, alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
ODD_TEXTS = st.sampled_from([*ODD.split(), *SPACED]) | ANY_TEXT
NAMES = st.sampled_from(["会议记录", "纪委监委", "documents", "visit", "山区"]) | ODD_TEXTS


@st.composite
def dressed(draw):
    """A random scheme with everything that the scoring does not look at, in texts that are hard on a workbook."""
    scheme = draw(schemes())

    def sometimes(target, key, strategy):
        if draw(st.integers(0, 2)) == 0:
            target[key] = draw(strategy)

    scheme["name"] = draw(NAMES)
    few = st.integers(0, 40)
    sometimes(scheme, "tolerance", st.decimals("0", "20", places=10))
    for key in ("notice_days", "appeal_days", "townships_decide_up_to"):
        sometimes(scheme, key, few | st.sampled_from([5, 15, 3]))
    sometimes(scheme, "departments", st.lists(NAMES, max_size=3, unique=True))
    for area in scheme["areas"]:
        sometimes(area, "name", ODD_TEXTS | st.just(""))
        for criterion in area["criteria"]:
            sometimes(criterion, "name", ODD_TEXTS)
            sometimes(criterion, "supplier", NAMES | NAMES.map("department:{}".format) | st.just("department:"))
            sometimes(criterion, "checks", st.lists(NAMES, max_size=3))
            sometimes(criterion, "figure", ODD_TEXTS)
            pieces = st.fixed_dictionaries(
                {"name": NAMES}, optional={"signed_by": NAMES | st.just(""), "instead": NAMES}
            )
            sometimes(criterion, "evidence", st.lists(pieces, max_size=3))
    codes = draw(st.lists(st.sampled_from(["case_opened", "0012", "1.10", "=x", "甲"]), unique=True, max_size=4))
    scheme["events"] = [{"code": code} for code in codes]
    for event in scheme["events"]:
        sometimes(event, "name", NAMES)
    if codes:
        scheme["rules"] = draw(st.lists(rules(codes), max_size=5))
    return scheme


@st.composite
def rules(draw, codes):
    does = draw(st.sampled_from(list(layout.EFFECTS)))
    rule = {"event": draw(st.sampled_from(codes)), "does": does}
    rule |= {"lower": {"by": 2}, "cap": {"star": draw(st.integers(0, 5))}}.get(does, {})
    if draw(st.booleans()):
        rule |= {"months": draw(st.integers(1, 36)), "automatic": draw(st.booleans())}
    return rule


def test_every_key_of_a_scheme_has_its_column():
    """A key that the format gains is lost on its way through a workbook until it has a column."""
    columns = {sheet.title: {column.key for column in sheet.columns} for sheet in layout.SHEETS}
    criteria = set().union(*(model.model_fields for model in shapes.METHOD_MODELS.values()))
    items = set().union(*(model.model_fields for model in (shapes.DeductionItem, shapes.TickItem)))
    cover = {line.key for line in layout.COVER_LINES}
    assert cover == shapes.SchemeSpec.model_fields.keys() - {"format", "areas", "vetoes", "stars", "events", "rules"}
    assert columns["方面"] == shapes.Area.model_fields.keys() - {"criteria"}
    assert columns["指标"] == criteria - {"items", "tiers", "evidence"} | {"area"}
    assert columns["计分项"] == items | {"criterion", "only", "tier_at_least", "tier_at_most"}
    assert shapes.Tier.model_fields.keys() == {"at_least", "at_most", "points"}
    assert columns["佐证"] == shapes.EvidenceSpec.model_fields.keys() | {"criterion", "only"}
    star = shapes.StarLine.model_fields.keys() - layout.CONDITIONS.keys()
    assert columns["星级线"] == star | {"condition", "code", "at_least", "at_most"}
    assert columns["一票否决"] == shapes.VetoSpec.model_fields.keys()
    assert columns["情形规则"] == shapes.Rule.model_fields.keys() | {"event_name"}


def test_the_pages_choices_are_the_workbooks():
    """Whoever goes on in the workbook chooses by the words read on the page."""
    with translation.override("zh-hans"):
        assert {code: str(words) for code, words in METHODS} == layout.METHODS
        assert {code: str(words) for code, words in RULES} == layout.RULES
        assert {code: str(words) for code, words in STEPS if code} == layout.STEPS


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.stem)
def test_a_scheme_comes_back_the_same(file):
    spec = read_scheme(file.read_bytes()).spec
    assert read_scheme(workbook_of(spec)).spec == spec


@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
@given(scheme=dressed())
def test_random_schemes_come_back_the_same(scheme):
    spec = check_scheme(scheme).spec
    again = read_scheme(workbook_of(spec)).spec
    assert (again, scheme_text(again)) == (spec, scheme_text(spec))


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
@settings(max_examples=1, suppress_health_check=list(HealthCheck), deadline=None)
@given(bodies=st.lists(dressed(), min_size=5, max_size=5))
def test_they_come_back_from_another_program(bodies, tmp_path_factory):
    folder = tmp_path_factory.mktemp("office")
    real = [read_scheme(file.read_bytes()).spec for file in OF_ALL_SHAPES]
    specs = [*(check_scheme(body).spec for body in bodies), *real]
    for number, spec in enumerate(specs):
        (folder / f"{number}.xlsx").write_bytes(workbook_of(spec))
    saved = folder / "saved"
    subprocess.run(  # noqa: S603 - our own files
        [OFFICE, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx",
         "--outdir", str(saved), *map(str, sorted(folder.glob("*.xlsx")))],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    for number, spec in enumerate(specs):
        assert read_scheme((saved / f"{number}.xlsx").read_bytes()).spec == spec


# The commands

FILE = Path(__file__).parents[2] / "fixtures/schemes/330624.json"


def ran(command, *arguments):
    out = StringIO()
    call_command(command, *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


@pytest.mark.django_db
def test_workbook_to_an_empty_database_to_json(tmp_path):
    UnitFactory(code="330624")
    first = ran("import_scheme", FILE)
    book = tmp_path / "scheme.XLSX"
    ran("export_scheme", first, "--output", book)
    second = ran("import_scheme", book, "--issue")
    assert ran("export_scheme", second) == ran("export_scheme", first)
    assert Scheme.objects.get(pk=second).state == "issued"


@pytest.mark.django_db
def test_json_goes_out_in_one_form(tmp_path):
    UnitFactory(code="330624")
    body = json.loads(FILE.read_text(encoding="utf-8"), parse_float=Decimal)
    spelt = body | {"tolerance": Decimal("2.50"), "rule": "lines", "notice_days": 5, "departments": []}
    spelt["areas"][0] |= {"cap": None, "core": False}
    (tmp_path / "spelt.json").write_text(simplejson.dumps(spelt), encoding="utf-8")
    out = json.loads(ran("export_scheme", ran("import_scheme", tmp_path / "spelt.json")), parse_float=Decimal)
    assert [key in out for key in ("rule", "notice_days", "departments", "tolerance")] == [False, False, False, True]
    assert [key in out["areas"][0] for key in ("cap", "core")] == [False, False]
    assert str(out["tolerance"]) == "2.5"


@pytest.mark.django_db
def test_a_draft_is_tried_from_its_workbook(tmp_path):
    book, facts = tmp_path / "scheme.xlsx", tmp_path / "facts.csv"
    book.write_bytes(workbook_of(read_scheme(FILE.read_bytes()).spec))
    facts.write_text("330624108204,@tag,山区\n330624108204,1.1.a,2\n", encoding="utf-8")
    assert ran("try_scheme", book, facts) == ran("try_scheme", FILE, facts)


# What is wrong


@cache
def example():
    return workbook_of(read_scheme(FILE.read_bytes()).spec)


def changed(*changes):
    """The workbook of the example with (sheet, cell, value) written over."""
    book = load_workbook(BytesIO(example()))
    for sheet, cell, value in changes:
        book[sheet][cell] = value
    return saved(book)


def saved(book):
    raw = BytesIO()
    book.save(raw)
    return raw.getvalue()


def refused(raw):
    with pytest.raises(SchemeRefused) as wrong, translation.override("en"):
        read_scheme(raw)
    return [problem for problem in wrong.value.problems if problem.severity == "error"]


@pytest.mark.parametrize(
    ("sheet", "cell", "value"),
    [
        ("封面", "B4", "二〇二六"),
        ("封面", "B3", None),
        ("封面", "A5", "代码"),
        ("封面", "B7", "总分"),
        ("方面", "C5", "基础"),
        ("方面", "A6", "1"),
        ("方面", "D5", "-1"),
        ("指标", "A5", "9"),
        ("指标", "C5", None),
        ("指标", "D5", "六"),
        ("指标", "E5", "扣"),
        ("指标", "J5", "1"),
        ("计分项", "A5", "9.9"),
        ("计分项", "B5", "山区"),
        ("计分项", "E5", "=1/0"),
        ("计分项", "J5", "3"),
        ("计分项", "I5", "也许"),
        ("佐证", "A5", "1.9"),
        ("佐证", "C5", None),
        ("星级线", "A5", "五"),
        ("星级线", "G5", "总分"),
        ("星级线", "H5", "9"),
        ("星级线", "I5", "很高"),
        ("星级线", "J5", "3"),
        ("一票否决", "C5", "五星"),
        ("一票否决", "D5", "0"),
        ("情形规则", "C5", "罚"),
        ("情形规则", "E5", "高"),
    ],
)
def test_a_wrong_cell_is_named_with_its_value_and_what_was_expected(sheet, cell, value):
    problems = refused(changed((sheet, cell, value)))
    places = [problem.place for problem in problems]
    assert f"{sheet}!{cell}" in places
    named = problems[places.index(f"{sheet}!{cell}")]
    assert (named.cell.sheet, f"{named.cell.column}{named.cell.row}") == (sheet, cell)
    assert (named.cell.value, bool(named.expected)) == (value or "", True)


def test_all_that_is_wrong_is_told_at_once_and_marked():
    changes = [("指标", "D5", "六"), ("指标", "D7", "七"), ("方面", "C5", "基础"), ("计分项", "A5", "9.9")]
    raw = changed(*changes)
    problems = refused(raw)
    assert [problem.place for problem in problems] == ["计分项!A5", "方面!C5", "指标!D5", "指标!D7"]
    marked = load_workbook(BytesIO(marked_copy(raw, wrong_cells(problems))))
    assert [bool(marked[sheet][cell].comment) for sheet, cell, _value in changes] == [True] * 4
    assert marked["方面"]["C5"].comment.text.endswith("基本、加分、扣分")


def without(change):
    book = load_workbook(BytesIO(example()))
    change(book)
    return saved(book)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda book: setattr(book["计分项"], "title", "计分项 (2)"), "计分项"),
        (lambda book: book.remove(book["星级线"]), "星级线"),
        (lambda book: book["指标"].delete_cols(6), "指标!4"),
        (lambda book: book["指标"].delete_rows(4), "指标!"),
        (lambda book: book["指标"].merge_cells("F5:F9"), "指标!F5:F9"),
        (lambda book: setattr(book["星级线"]["Z4"], "value", "总分下线"), "星级线!Z4"),
    ],
)
def test_sheets_renamed_columns_lost_cells_merged(change, place):
    problems = refused(without(change))
    assert problems[0].place.startswith(place)


def test_a_cell_that_holds_a_formula_alone_is_named():
    assert [problem.place for problem in refused(changed(("指标", "D5", "=1+1")))] == ["指标!D5"]
