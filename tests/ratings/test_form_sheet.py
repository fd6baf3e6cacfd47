"""The form of one application by sheet: the same checks as the form, all or nothing."""

import csv
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.roles import Role
from ratings.presenters.application_sheet import SheetHeadings
from ratings.workflow import application as workflow
from tests.answers import save_answer
from tests.built_once import built_once
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    ApplicationFactory,
    CycleFactory,
    SchemeFactory,
    UnitFactory,
    person,
    scheme_body,
)
from tests.ratings.conftest import SPRING

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]


@built_once(at=SPRING)
def cycle(db):
    for code in ("33", "3306", COUNTY, TOWNSHIP, VILLAGE):
        UnitFactory(code=code)
    return CycleFactory(scheme=SchemeFactory(body=scheme_body()))


@built_once(at=SPRING)
def filler(cycle):
    return person(Role.FILLER, VILLAGE)


@pytest.fixture
def draft(client, cycle, filler):
    client.force_login(filler)
    return workflow.begin(UnitFactory(code=VILLAGE), cycle, by=filler)


def sheet(*lines):
    """CSV of ``lines``: (item, answer, reason)."""
    heads = SheetHeadings.spoken()
    out = io.StringIO()
    csv.writer(out).writerows([[heads.item, heads.answer, heads.reason], *lines])
    return out.getvalue().encode()


def send(client, draft, raw, name="form.csv"):
    return client.post(reverse("application_sheet", args=[draft.pk]), {"sheet": SimpleUploadedFile(name, raw)})


def keep(client, draft, seen):
    address = reverse("application_sheet_keep", args=[draft.pk])
    return client.post(address, {"carried": seen.context["carried"]})


def kept(draft):
    return dict(draft.answers.values_list("item", "typed"))


def filled(client, draft, answers):
    """The workbook of the form with ``answers`` written into it."""
    book = load_workbook(io.BytesIO(client.get(reverse("application_sheet_empty", args=[draft.pk])).content))
    at = [row[0].value for row in book.active.iter_rows()]
    for item, typed in answers.items():
        book.active.cell(at.index(item) + 1, 7, typed)
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def test_the_workbook_comes_back_is_seen_and_counts(client, draft):
    raw = filled(client, draft, {"1.1.a": 2, "2.1.a": 1, "2.2": 8.5})
    seen = send(client, draft, raw, "form.xlsx")
    changes = [(c.asked.item, c.before, c.now) for c in seen.context["changes"]]
    assert (changes, kept(draft)) == ([("1.1.a", "", "2"), ("2.1.a", "", "1"), ("2.2", "", "8.5")], {})
    assert keep(client, draft, seen).url == reverse("application_form", args=[draft.pk])
    assert kept(draft) == {"1.1.a": "2", "2.1.a": "1", "2.2": "8.5"}
    again = send(client, draft, filled(client, draft, {}), "form.xlsx")
    assert again.context["changes"] == []


@pytest.fixture
def wanting(client):
    """A draft whose scheme requires a document in 1.2."""
    areas = scheme_body()["areas"]
    areas[0]["criteria"][1]["evidence"] = [{"name": "中标公示"}]
    cycle = CycleFactory(scheme=SchemeFactory(body=scheme_body(areas=areas)))
    filler = person(Role.FILLER, VILLAGE)
    client.force_login(filler)
    return workflow.begin(UnitFactory(code=VILLAGE), cycle, by=filler)


def absent(draft):
    return list(draft.absences.values_list("criterion", "name", "reason"))


def test_a_document_that_there_is_not_this_year_goes_out_and_comes_in(client, wanting):
    for answer, reason in (("无", "本年没有工程项目"), ("", "本年没有工程"), ("本年没有", "没有工程")):
        seen = send(client, wanting, sheet(("1.2 中标公示", answer, reason)))
        assert [(c.asked.item, c.now, c.reason) for c in seen.context["changes"]] == [("1.2 中标公示", "无", reason)]
        keep(client, wanting, seen)
        assert absent(wanting) == [("1.2", "中标公示", reason)]
    assert send(client, wanting, filled(client, wanting, {}), "form.xlsx").context["changes"] == []
    keep(client, wanting, send(client, wanting, filled(client, wanting, {"1.2 中标公示": "有"}), "form.xlsx"))
    assert absent(wanting) == []


@pytest.mark.parametrize(("answer", "reason", "column"), [("无", "", "C"), ("无", "长" * 301, "C"), ("很多", "", "B")])
def test_a_document_without_a_reason_is_told_by_its_cell(client, wanting, answer, reason, column):
    seen = send(client, wanting, sheet(("1.2 中标公示", answer, reason)))
    assert ([(p.row, p.column) for p in seen.context["refused"].problems], absent(wanting)) == ([(2, column)], [])


def test_every_wrong_cell_is_told_and_nothing_is_kept(client, draft):
    answer = send(client, draft, sheet(("1.1.a", "1"), ("1.2", "很高"), ("9.9", "1"), ("1.1.a", "2")))
    assert [(p.row, p.column) for p in answer.context["refused"].problems] == [(4, "A"), (5, "A")]
    answer = send(client, draft, sheet(("1.1.a", "1"), ("1.2", "很高"), ("2.1.a", "3")))
    assert [(p.row, p.column, p.value) for p in answer.context["refused"].problems] == [(3, "B", "很高"), (4, "B", "3")]
    assert kept(draft) == {}
    copy = client.get(reverse("sheet_marked", args=[answer.context["marked"]]))
    assert load_workbook(io.BytesIO(copy.content)).active["B3"].fill.fgColor.rgb == "00FFC7CE"


def test_a_figure_is_kept_with_ten_decimals_and_nothing_else_is_rounded(client, draft):
    for typed, value in (("93.12345", "93.12345"), ("93.33333333333333", "93.3333333333")):
        keep(client, draft, send(client, draft, sheet(("1.2", typed))))
        assert draft.answers.values_list("typed", "value").get() == (value, Decimal(value))


def test_an_answer_changed_since_the_sheet_was_made_is_not_overwritten(client, draft, filler):
    raw = filled(client, draft, {"1.1.a": 2, "1.2": 95})
    save_answer(draft, "1.2", "97", by=filler)
    answer = send(client, draft, raw, "form.xlsx")
    assert [(p.column, p.value) for p in answer.context["refused"].problems] == [("G", "95")]
    assert kept(draft) == {"1.2": "97"}


def test_the_township_fills_in_by_sheet_on_behalf_and_it_is_marked(client, draft):
    client.force_login(person(Role.TOWNSHIP_OFFICE, TOWNSHIP))
    keep(client, draft, send(client, draft, sheet(("1.2", "96"))))
    draft.refresh_from_db()
    assert (kept(draft), draft.on_behalf) == ({"1.2": "96"}, True)


def test_looking_at_a_sheet_leaves_no_mark(client, draft):
    client.force_login(person(Role.TOWNSHIP_OFFICE, TOWNSHIP))
    send(client, draft, sheet(("1.2", "96")))
    draft.refresh_from_db()
    assert (kept(draft), draft.on_behalf) == ({}, False)


def test_a_submitted_form_takes_no_sheet(client, draft):
    submitted = ApplicationFactory(cycle=draft.cycle, unit=UnitFactory(code=f"{TOWNSHIP}205"), state="submitted")
    client.force_login(person(Role.FILLER, submitted.unit_id))
    answer = send(client, submitted, sheet(("1.2", "96")))
    assert answer.context["refused"].args
    assert "changes" not in answer.context
    assert kept(submitted) == {}


def test_others_find_nothing(client, draft):
    seen = send(client, draft, sheet(("1.2", "96")))
    client.force_login(person(Role.FILLER, "330681001218"))
    assert send(client, draft, sheet(("1.2", "1"))).status_code == keep(client, draft, seen).status_code == 404
    client.force_login(person(Role.TOWNSHIP_OFFICE, TOWNSHIP))
    assert keep(client, draft, seen).url == reverse("application_sheet", args=[draft.pk])
    assert kept(draft) == {}


def test_an_answer_changed_since_the_sheet_was_shown_keeps_the_sheet_out(client, draft):
    client.force_login(draft.filled_by)
    seen = send(client, draft, sheet(("1.1.a", "2", ""), ("1.2", "96", "")))
    save_answer(draft, "1.2", "90", by=draft.filled_by)
    again = keep(client, draft, seen)
    assert (again.status_code, kept(draft)) == (409, {"1.2": "90"})
    assert keep(client, draft, again).status_code == 302
    assert keep(client, draft, again).url == reverse("application_form", args=[draft.pk])
    assert kept(draft) == {"1.1.a": "2", "1.2": "96"}
