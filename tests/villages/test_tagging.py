"""Tags of units: who gives them, how they are typed, and the warning about one that is new in the county."""

import io

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.roles import Role
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.built_once import built_once
from tests.factories import COUNTY, TOWNSHIP, UnitFactory, person
from villages import figures
from villages.models import Unit
from villages.workflow import Tagged, tag_units

pytestmark = pytest.mark.django_db

A, B, ELSEWHERE = f"{TOWNSHIP}204", f"{TOWNSHIP}205", "330681001218"


@pytest.fixture(autouse=True)
def _plain(places, settings):
    settings.SECOND_FACTOR_REQUIRED = False


@built_once
def places(db):
    for code in (COUNTY, TOWNSHIP, ELSEWHERE):
        UnitFactory(code=code)
    UnitFactory(code=A, tags=["平原"])
    UnitFactory(code=B)


@pytest.fixture
def office(client):
    user = person(Role.COUNTY_OFFICE, COUNTY)
    client.force_login(user)
    return user


def of(code):
    return Unit.objects.get(code=code).tags


def told(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_the_county_office_tags(office):
    assert tag_units({A: ["平原"], B: ["山区", "山区", "城郊"]}, by=office) == Tagged(1, [])
    assert (of(A), of(B)) == (["平原"], ["山区", "城郊"])
    context = Unit.pgh_event_model.objects.filter(code=B).latest("pgh_id").pgh_context
    assert (context["user"], context["verb"]) == (office.pk, "villages.tag")


@pytest.mark.parametrize(
    ("role", "code"), [(Role.TOWNSHIP_OFFICE, TOWNSHIP), (Role.COUNTY_OFFICE, "330681"), (Role.CITY_OFFICE, "3306")]
)
def test_nobody_else_does(role, code):
    with pytest.raises(NotAllowed):
        tag_units({A: ["山区"]}, by=person(role, code))


def test_what_cannot_be(office):
    with pytest.raises(WrongState):
        tag_units({f"{TOWNSHIP}299": ["山区"]}, by=office)
    for wrong in (["长" * 21], [""], [str(n) for n in range(11)]):
        with pytest.raises(Incomplete):
            tag_units({A: wrong}, by=office)
    with pytest.raises(NotAllowed):
        tag_units({A: ["山区"], ELSEWHERE: ["山区"]}, by=office)
    assert of(A) == ["平原"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [("", []), ("平原、山区", ["平原", "山区"]), ("平原, 山区，平原；城郊", ["平原", "山区", "城郊"])],
)
def test_how_tags_are_typed(typed, found):
    assert figures.tags(typed) == found


@pytest.mark.parametrize("typed", ["=1+1", "长" * 21, "、".join("甲乙丙丁戊己庚辛壬癸子")])
def test_how_not(typed):
    with pytest.raises(ValueError, match="最多"):
        figures.tags(typed)


def test_by_page_with_a_word_on_what_is_new(client, office):
    shown = client.get(reverse("unit_tags"))
    assert ([u.code for u in shown.context["form"].table.units], shown.context["filling"].in_use) == ([A, B], ["平原"])
    answer = client.post(
        reverse("unit_tags"), {f"{A}-tags": "", f"initial-{A}-tags": "平原", f"{B}-tags": "平原、山区"}
    )
    assert (of(A), of(B)) == ([], ["平原", "山区"])
    warning, done = told(answer)
    assert ("山区" in warning, done) == (True, "已保存：2 个单位有变化。")
    client.get(reverse("unit_tags"))  # shows them
    assert len(told(client.post(reverse("unit_tags"), {f"{A}-tags": "山区"}))) == 1


def test_by_sheet(client, office):
    book = load_workbook(io.BytesIO(client.get(reverse("unit_tags_sheet")).content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert [row[:4] for row in rows[-3:]] == [
        ("区划代码", "乡镇（街道）", "单位", "标签"),
        (A, f"单位{TOWNSHIP}", f"单位{A}", "平原"),
        (B, f"单位{TOWNSHIP}", f"单位{B}", None),
    ]
    sent = SimpleUploadedFile("tags.csv", f"区划代码,标签\n{A},\n{B},山区、平原\n".encode("gb18030"))
    seen = client.post(reverse("unit_tags_sheet"), {"sheet": sent})
    assert [(c.unit.code, c.before, c.now) for c in seen.context["changes"]] == [(B, "", "山区、平原")]
    assert of(B) == []
    assert client.post(reverse("unit_tags_sheet"), {"carried": seen.context["carried"]}).status_code == 302
    assert (of(A), of(B)) == (["平原"], ["山区", "平原"])
    sent = SimpleUploadedFile("tags.csv", f"区划代码,标签\n{A},山区\n{ELSEWHERE},山区\n".encode())
    answer = client.post(reverse("unit_tags_sheet"), {"sheet": sent})
    assert (answer.status_code, of(A)) == (409, ["平原"])
    assert [(one.row, one.head) for one in answer.context["refused"].problems] == [(3, "区划代码")]


def test_tags_changed_since_the_sheet_was_shown_keep_the_sheet_out(client, office):
    address = reverse("unit_tags_sheet")
    sent = SimpleUploadedFile("tags.csv", f"区划代码,标签\n{B},山区\n".encode())
    seen = client.post(address, {"sheet": sent})
    tag_units({B: ["城郊"]}, by=office)
    again = client.post(address, {"carried": seen.context["carried"]})
    assert (again.status_code, of(B)) == (409, ["城郊"])
    assert [(c.before, c.now) for c in again.context["changes"]] == [("城郊", "山区")]
    for _click in range(2):
        assert client.post(address, {"carried": again.context["carried"]}).status_code == 302
    assert of(B) == ["山区"]
