"""What is wrong with a scheme is told by the names of the page's fields and of the workbook's columns, never by the
keys of the file format."""

import re
from collections.abc import Iterator
from copy import deepcopy
from io import BytesIO

import pytest
from django.utils import translation
from openpyxl import load_workbook

from ratings.forms.scheme_outline import SchemeOutline
from ratings.forms.scheme_parts import choices_of, part_form
from ratings.scheme import drafting, spec
from ratings.scheme.reading import SchemeRefused, check_scheme, read_scheme
from ratings.scheme.workbook.writing import workbook_of

METHODS = {
    "judged": {"step": 1},
    "deduction": {"items": [{"code": "a", "name": "少开", "per": 1}, {"code": "b", "name": "弄虚", "zeroes": True}]},
    "count": {"items": [{"code": "a", "name": "市级", "per": 1}]},
    "tiers": {"figure": "满意率", "tiers": [{"at_least": 95, "points": 10}, {"at_least": 90, "points": 8}]},
    "linear": {"figure": "万元", "zero_at": 0, "full_at": 10},
    "checklist": {"items": [{"code": "a", "name": "有", "points": 10}]},
}
BODY = {
    "format": spec.FORMAT,
    "name": "某县标准",
    "year": 2026,
    "unit": "330624",
    "areas": [
        {
            "code": "1",
            "name": "甲",
            "kind": "base",
            "criteria": [
                {"code": f"1.{n}", "name": f"指标{n}", "max": 10, "method": method, **own}
                for n, (method, own) in enumerate(METHODS.items(), start=1)
            ],
        }
    ],
    "vetoes": [{"code": "V1", "name": "处分", "bars": [4]}],
    "stars": [{"star": 5, "total": 90, "areas": {"1": 1}}, {"star": 4, "total": 80}],
    "events": [{"code": "e1", "name": "立案"}],
    "rules": [{"event": "e1", "does": "cap", "star": 3}],
}
PARTS = ("head", "stars", "vetoes", "events", "a1", *(f"a1c{n}" for n in range(1, 7)))
TYPED = ("", "x y")
MACHINE = "|".join(
    {
        *(key for model in spec.SpecModel.__subclasses__() for key in model.model_fields),
        *spec.Linear.model_fields,
        *spec.Tiers.model_fields,
        "zeroes|all_or_nothing|township|village|department|cap|lower|warn|base|penalty|true|false",
    }
)
MACHINE_WORD = re.compile(rf"(?<!\w)(?:{MACHINE})(?!\w)", re.ASCII)


@pytest.fixture(autouse=True)
def _chinese():
    with translation.override("zh-hans"):
        yield


def typed_in(body: dict, name: str) -> dict[str, str]:
    value = drafting.part(body, name)
    form = part_form(name, value)
    tables = (cell for table in form.shown_tables(value, choices_of(body)) for row in table.rows for cell in row.cells)
    return {cell.name: cell.typed for cell in (*form.cells(value, choices_of(body)), *tables)}


def broken(name: str, field: str, typed: str, rule: str = "lines") -> SchemeOutline:
    body = deepcopy(BODY) | {"rule": rule}
    given = typed_in(body, name) | {field: typed}
    return SchemeOutline(drafting.with_part(body, name, part_form(name, drafting.part(body, name)).read(given)))


def everything_broken() -> Iterator[SchemeOutline]:
    for rule in ("lines", "areas", "core"):
        for name in PARTS if rule == "lines" else ("head", "stars", "a1"):
            for field in typed_in(BODY, name).keys() - {"method"}:
                yield from (broken(name, field, typed, rule) for typed in TYPED)


def test_no_field_when_broken_is_told_in_words_of_the_format():
    faults = [fault for outline in everything_broken() for fault in outline.faults]
    told = {text for fault in faults for text in (fault.words, fault.expected)}
    own = {text for text in told if MACHINE_WORD.search(re.sub(r"[“\"].*?[”\"]", "", text).replace("below:x", ""))}
    assert (len({fault.words for fault in faults}) > 60, own) == (True, set())


@pytest.mark.parametrize(
    ("part", "field", "typed", "words", "expected"),
    [
        ("a1c5", "zero_at", "", "几时0分：没有填。", ""),
        ("a1c5", "full_at", "0", "几时满分：“几时0分”与“几时满分”相同。", "与0不同的数值"),
        ("a1c2", "items:0:per", "", "计数的项目 1：没有填。", "每次几分 / 有一次，本项0分"),
        ("a1c2", "items:0:per", "abc", "计数的项目 1：每次几分：这里不能填“abc”。", "数字"),
        ("a1c3", "items:0:per", "", "计数的项目 1：每次几分：没有填。", ""),
        ("a1c4", "tiers:1:at_least", "", "第几档 2：每一档只能有一个界限。", "数不低于 / 或不高于"),
        ("a1c6", "items:0:code", "x y", "打勾的项目 1：代码：这里不能填“x y”。", "不含空格、逗号且不以@开头的代码"),
        ("stars", "stars:0:criteria", "abc", "星级线 1：指标：最低分：这里不能填“abc”。", "照这样填：1.5=3"),
        ("stars", "stars:0:areas", "9.9=1", "星级线 1：方面：占满分的比例：没有基本分方面“9.9”。", "1"),
        ("events", "rules:0:star", "", "怎么处理 1：没有填。", "最高几星"),
        (
            "events",
            "rules:0:does",
            "abc",
            "怎么处理 1：后果：这里不能填“abc”。",
            "警示 / 降星 / 限定最高星级 / 暂停星级 / 摘星",
        ),
        ("a1", "kind", "", "类别：没有填。", ""),
    ],
)
def test_a_fault_names_its_field_as_the_page_does(part, field, typed, words, expected):
    assert (words, expected) in [(one.words, one.expected) for one in broken(part, field, typed).faults]


def test_a_workbook_is_told_by_its_own_headings():
    book = load_workbook(BytesIO(workbook_of(check_scheme(BODY).spec)))
    changes = {
        "指标": {"L9": 0},
        "计分项": {"E5": None, "L8": 96, "J10": None},
        "星级线": {"F5": 1},
        "情形规则": {"E5": None, "D5": 1},
        "方面": {"F5": 5, "E5": "是"},
    }
    for sheet, cells in changes.items():
        for cell, value in cells.items():
            book[sheet][cell] = value
    out = BytesIO()
    book.save(out)
    with pytest.raises(SchemeRefused) as refused:
        read_scheme(out.getvalue())
    assert [(one.place, one.message, one.expected) for one in refused.value.problems] == [
        ("计分项!C5", "没有填。", "每次几分 / 有就得0分"),
        ("计分项!K8", "每一档只能有一个界限。", "分档：不低于 / 分档：不高于"),
        ("指标!L9", "“得0分的数”与“得满分的数”相同。", "与0不同的数值"),
        ("计分项!C10", "没有填。", "得几分"),
        ("星级线!F5", "与本标准“怎样得星”不相配。", "方面 / 指标 / 数值 / 总分高于 / 星级 / 位次占比 / 总分不低于"),
        ("情形规则!C5", "没有填。", "最高几星"),
        ("计分项!K9", "前面各档合在一起已全部覆盖，这一档用不到。", "前面各档没有覆盖的界限"),
        ("指标!B10", "各小项合计0分。", "10"),
        ("方面!F5", "这条线没有作用。", "规则为“按方面得星”或“核心方面加其他方面”时的基本分方面"),
        ("方面!E5", "在这里不起作用。", "规则为“核心方面加其他方面”时的基本分方面"),
        ("方面!A4", "各基本分方面合计60分。", "100"),
        ("情形规则!D5", "在这里不起作用。", "选“封顶”时这里不填"),
    ]
