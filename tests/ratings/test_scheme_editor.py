"""Writing a scheme in the browser: every part is read as it was shown, two editors never overwrite each other, and a
faulty draft is kept."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from ratings.forms.scheme_parts import choices_of, for_method, part_form
from ratings.models import Scheme
from ratings.scheme import drafting
from ratings.workflow import scheme_drafts
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    AnswerFactory,
    ApplicationFactory,
    CycleFactory,
    SchemeFactory,
    UnitFactory,
    scheme_body,
)
from tests.markup import squeezed
from tests.ratings.scheme_editing import body_of, part_address, shown

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _settings(settings):
    settings.SECOND_FACTOR_REQUIRED = False


def names(scheme) -> list[list[str]]:
    return [[one["code"] for one in area["criteria"]] for area in body_of(scheme)["areas"]]


def all_methods() -> dict:
    """A body with a criterion of each method and every key that a part may hold."""
    figure = {"figure": "满意率(%)", "least": 10, "most": 90, "whole": True}
    counted = {
        "code": "a",
        "name": "少一次",
        "per": Decimal("0.5"),
        "each": 3,
        "step": "started",
        "at_most": 2,
        "most": 9,
    }
    area = {
        "code": "9",
        "name": "全部办法",
        "kind": "bonus",
        "cap": 10,
        "criteria": [
            {
                "code": "9.1",
                "name": "团结",
                "max": 4,
                "method": "judged",
                "step": Decimal("0.5"),
                "supplier": "township",
            },
            {
                "code": "9.2",
                "name": "会议",
                "max": 6,
                "method": "deduction",
                "supplier": "village",
                "checks": ["documents", "visit"],
                "evidence": [{"name": "会议记录", "signed_by": "主任", "instead": "决议"}],
                "items": [counted, {"code": "b", "name": "弄虚作假", "zeroes": True}],
            },
            {"code": "9.3", "name": "表彰", "max": 6, "method": "count", "items": [counted | {"whole": True}]},
            {
                "code": "9.4",
                "name": "满意",
                "max": 5,
                "method": "tiers",
                "supplier": "poll",
                **figure,
                "tiers": [{"at_least": 80, "points": 5}, {"at_least": 70, "points": Decimal("2.5")}],
            },
            {
                "code": "9.5",
                "name": "收入",
                "max": 5,
                "method": "linear",
                "supplier": "department:农业农村局",
                "only": ["平原", "近郊"],
                "figure": "万元",
                "zero_at": 10,
                "full_at": 50,
                "gate": 12,
            },
            {
                "code": "9.6",
                "name": "五有",
                "max": 5,
                "method": "checklist",
                "all_or_nothing": True,
                "items": [{"code": "a", "name": "有班子", "points": 1}],
            },
        ],
    }
    body = scheme_body()
    stars = [dict(line) for line in body["stars"]]
    stars[0] |= {"areas": {"1": Decimal("0.8")}, "criteria": {"1.1": 3}, "figures": {"1.2": 90}, "top": Decimal("0.25")}
    stars[1] |= {"figures": {"1.2": {"at_most": 99}}}
    return body | {"areas": [*body["areas"], area], "stars": stars}


def plain(value):
    """Without what stands at its default, and numbers as numbers."""
    if isinstance(value, dict):
        empty = ([], "", None, False)
        return {key: plain(one) for key, one in value.items() if one not in empty}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize(
    "name", ["head", "stars", "vetoes", "events", "a1", "a3", *(f"a3c{n}" for n in range(1, 7)), "a1c1", "a1c2"]
)
def test_every_part_comes_back_from_its_form_as_it_is(name):
    body = all_methods()
    at = name.replace("a3", f"a{len(body['areas'])}")
    value = drafting.part(body, at)
    form, choices = part_form(at, value), choices_of(body)
    typed = {cell.name: cell.typed for cell in form.cells(value, choices) if cell.typed}
    for table in form.shown_tables(value, choices):
        typed |= {cell.name: cell.typed for row in table.rows for cell in row.cells if cell.typed}
    assert plain(form.read(typed)) == plain(value)


def test_what_is_no_number_is_kept_as_it_was_typed_and_said(writer, draft):
    address = part_address(draft, "a1c1")
    response = writer.post(address, shown(writer.get(address)) | {"max": "十分"})
    assert response.status_code == 302
    assert body_of(draft)["areas"][0]["criteria"][0]["max"] == "十分"
    assert shown(writer.get(address))["max"] == "十分"
    assert Scheme.objects.get(pk=draft.pk).spec.areas[0].criteria[0].max == 10
    assert writer.post(reverse("scheme_issue", args=[draft.pk]), {"key": "x"}).status_code == 409


def test_a_change_without_errors_is_the_drafts_own(writer, draft):
    address = part_address(draft, "a1c1")
    writer.post(address, shown(writer.get(address)) | {"name": "议事会议"})
    assert Scheme.objects.get(pk=draft.pk).spec.areas[0].criteria[0].name == "议事会议"


def test_two_editors_of_one_criterion_both_keep_their_text(writer, draft):
    address = part_address(draft, "a1c1")
    mine, theirs = shown(writer.get(address)), shown(writer.get(address))
    assert writer.post(address, theirs | {"name": "对方的名称"}).status_code == 302
    response = writer.post(address, mine | {"name": "我的名称"})
    assert response.status_code == 409
    page = response.content.decode()
    assert ("我的名称" in page, "对方的名称" in page) == (True, True)
    assert body_of(draft)["areas"][0]["criteria"][0]["name"] == "对方的名称"
    assert writer.post(address, shown(response)).status_code == 409, "saving once more is not yet a choice"
    over = shown(response) | {"do": re.search(r'name="do" value="(over:\w+)"', page)[1]}
    assert writer.post(address, over).status_code == 302
    assert body_of(draft)["areas"][0]["criteria"][0]["name"] == "我的名称"


def test_what_stands_now_is_the_same_criterion_wherever_it_is(writer, draft):
    first, second = (part_address(draft, name) for name in ("a1c1", "a1c2"))
    mine = shown(writer.get(first))
    press(writer, draft, "down:a1c1")
    writer.post(second, shown(writer.get(second)) | {"name": "对方的名称"})
    response = writer.post(first, mine | {"name": "我的名称"})
    theirs = [cell.typed for cell in response.context["theirs"]]
    assert (response.status_code, theirs[:2]) == (409, ["1.1", "对方的名称"])
    over = re.search(r'name="do" value="(over:\w+)"', response.content.decode())[1]
    assert writer.post(first, mine | {"name": "我的名称", "do": over}).status_code == 302
    assert [one["name"] for one in body_of(draft)["areas"][0]["criteria"]][1] == "我的名称"
    mine = shown(writer.get(second))
    press(writer, draft, "remove:a1c2")
    gone = writer.post(second, mine | {"name": "删后写的"})
    assert (gone.status_code, gone.context.get("gone"), shown(gone)["was"]) == (409, True, mine["was"])
    assert f'href="{reverse("scheme_edit", args=[draft.pk])}" data-forget' in gone.content.decode()


def test_a_criterion_that_stands_is_not_called_gone_however_often_others_saved(writer, draft, monkeypatch):
    """What its editor saw is kept no more: it is known by its code."""
    monkeypatch.setattr(scheme_drafts, "KEPT", 2)
    address = part_address(draft, "a1c1")
    mine = shown(writer.get(address))
    for name in ("甲", "乙", "丙"):
        writer.post(address, shown(writer.get(address)) | {"name": name})
    response = writer.post(address, mine | {"name": "我的名称"})
    assert (response.status_code, response.context.get("gone")) == (409, None)
    assert [cell.typed for cell in response.context["theirs"]][1] == "丙"


def test_two_editors_of_two_criteria_do_not_meet(writer, draft):
    first, second = part_address(draft, "a1c1"), part_address(draft, "a1c2")
    one, two = shown(writer.get(first)), shown(writer.get(second))
    writer.post(first, one | {"name": "甲"})
    assert writer.post(second, two | {"name": "乙"}).status_code == 302
    assert [c["name"] for c in body_of(draft)["areas"][0]["criteria"]][:2] == ["甲", "乙"]


def test_a_criterion_that_was_moved_meanwhile_is_saved_where_it_stands(writer, draft):
    address = part_address(draft, "a1c1")
    mine = shown(writer.get(address))
    press(writer, draft, "down:a1c1")
    assert writer.post(address, mine | {"name": "甲"}).status_code == 302
    assert [c["name"] for c in body_of(draft)["areas"][0]["criteria"]][1] == "甲"


def test_the_same_form_sent_twice_is_no_conflict(writer, draft):
    address = part_address(draft, "a1c1")
    sent = shown(writer.get(address)) | {"name": "甲"}
    assert [writer.post(address, sent).status_code for _time in range(2)] == [302, 302]


def press(writer, draft, button: str, **more) -> int:
    """Press the button of the outline whose value begins so."""
    page = writer.get(reverse("scheme_edit", args=[draft.pk])).content.decode()
    seen = re.search(r'name="seen"\s+value="(\d+)"', page)[1]
    (value,) = set(re.findall(rf'"({re.escape(button)}:[^"]*)"', page))
    sent = {"do": value, "seen": seen, "kind": "base"} | more
    status = writer.post(reverse("scheme_edit", args=[draft.pk]), sent).status_code
    press.last = sent
    return status


def test_criteria_are_added_copied_moved_and_removed(writer, draft):
    before = names(draft)
    assert press(writer, draft, "down:a1c1") == 302
    assert names(draft)[0][:2] == [before[0][1], before[0][0]]
    assert press(writer, draft, "up:a1c2") == 302
    assert names(draft) == before
    assert press(writer, draft, "add:a1", **{"method:a1": "tiers"}) == 302
    assert body_of(draft)["areas"][0]["criteria"][-1]["method"] == "tiers"
    last = len(before[0]) + 1
    assert press(writer, draft, f"copy:a1c{last}") == 302
    assert press(writer, draft, f"remove:a1c{last + 1}") == 302
    assert press(writer, draft, f"remove:a1c{last}") == 302
    assert names(draft) == before
    assert press(writer, draft, "put:a1c1", to="a2c1") == 302
    assert names(draft)[1][0] == before[0][0]


def test_a_button_pressed_twice_acts_once(writer, draft):
    before = names(draft)
    press(writer, draft, "down:a1c1")
    again = writer.post(reverse("scheme_edit", args=[draft.pk]), press.last)
    assert again.status_code == 302
    assert names(draft)[0][:2] == [before[0][1], before[0][0]]


def test_a_button_of_what_was_changed_meanwhile_does_nothing(writer, draft):
    page = writer.get(reverse("scheme_edit", args=[draft.pk])).content.decode()
    (button,) = set(re.findall(r'"(remove:a1c1:[^"]*)"', page))
    address = part_address(draft, "a1c1")
    writer.post(address, shown(writer.get(address)) | {"name": "甲"})
    before = names(draft)
    assert writer.post(reverse("scheme_edit", args=[draft.pk]), {"do": button, "seen": "0"}).status_code == 409
    assert names(draft) == before


@pytest.mark.parametrize(
    "do", ["", "up", "up:a1c1", "up:a99c1:x", "fly:a1c1:x", "add:a1:x", "area::", "put:a1c1:", "\x00:a:b"]
)
def test_made_up_buttons_change_nothing(writer, draft, do):
    before = body_of(draft)
    assert writer.post(reverse("scheme_edit", args=[draft.pk]), {"do": do, "kind": "wrong"}).status_code in (400, 409)
    assert body_of(draft) == before


@pytest.mark.parametrize("name", ["a9", "a1c99", "a0", "b1", "area", "a1c1x", "headx"])
def test_a_part_that_is_not_there_is_not_found(writer, draft, name):
    assert writer.get(part_address(draft, name)).status_code == 404
    assert writer.post(part_address(draft, name), {"name": "甲"}).status_code in (404, 409)


def test_changes_are_taken_back_one_after_the_other(writer, draft):
    start = names(draft)
    press(writer, draft, "down:a1c1")
    press(writer, draft, "remove:a2c1")
    for _time in range(2):
        page = writer.get(reverse("scheme_edit", args=[draft.pk])).content.decode()
        seen = re.search(r'name="seen"\s+value="(\d+)"', page)[1]
        sent = [writer.post(reverse("scheme_undo", args=[draft.pk]), {"seen": seen}).status_code for _click in range(2)]
        assert sent == [302, 302]
    assert names(draft) == start
    assert "撤销：" not in writer.get(reverse("scheme_edit", args=[draft.pk])).content.decode()


def test_samples_are_last_years_villages_where_there_are_any(writer, draft):
    cycle, address = (
        CycleFactory(unit_id=COUNTY, scheme=SchemeFactory(unit_id=COUNTY, year=2026)),
        part_address(draft, "a1c2"),
    )
    for n, (total, figure) in enumerate([(20, "70"), (40, "96"), (30, "91"), (25, "85")]):
        village = UnitFactory(code=f"{TOWNSHIP}30{n}", name=f"样村{n}")
        one = ApplicationFactory(cycle=cycle, unit=village, state="confirmed", self_total=total)
        AnswerFactory(application=one, item="1.2", typed=figure, value=Decimal(figure))
    page = writer.get(address).content.decode()
    assert re.findall(r"<legend>(.*?)</legend>", page)[-3:] == [
        "样村1（2026年高分）",
        "样村3（2026年中等）",
        "样村0（2026年低分）",
    ]
    assert re.findall(r'name="sample:\d:0" value="(.*?)"', page) == ["96", "85", "70"]
    page = writer.get(part_address(draft, "a1c1")).content.decode()
    assert re.findall(r"<legend>(.*?)</legend>", page)[-1] == "差的单位"


def turn(writer, draft, way: str) -> list[int]:
    """Undo or redo as the page offers it, pressed twice."""
    page = writer.get(reverse("scheme_edit", args=[draft.pk])).content.decode()
    address = reverse(f"scheme_{way}", args=[draft.pk])
    seen = re.search(rf'action="{address}".*?name="seen" value="(\d+)"', page, re.DOTALL)[1]
    return [writer.post(address, {"seen": seen}).status_code for _click in range(2)]


def test_what_was_taken_back_is_made_again_until_something_else_is_changed(writer, draft):
    states = [names(draft)]
    for button in ("down:a1c1", "remove:a2c1", "copy:a1c1"):
        press(writer, draft, button)
        states.append(names(draft))
    for way, at in (
        ("undo", 2),
        ("undo", 1),
        ("redo", 2),
        ("undo", 1),
        ("undo", 0),
        ("redo", 1),
        ("redo", 2),
        ("redo", 3),
    ):
        assert turn(writer, draft, way) == [302, 302]
        assert names(draft) == states[at]
    assert "恢复：" not in writer.get(reverse("scheme_edit", args=[draft.pk])).content.decode()
    turn(writer, draft, "undo")
    press(writer, draft, "down:a1c1")
    assert "恢复：" not in writer.get(reverse("scheme_edit", args=[draft.pk])).content.decode()
    assert writer.post(reverse("scheme_redo", args=[draft.pk]), {"seen": 13}).status_code == 409


@pytest.mark.parametrize("way", ["undo", "redo"])
@pytest.mark.parametrize("seen", ["", "-1", "x", "99", "９"])
def test_a_made_up_undo_takes_nothing_back(writer, draft, seen, way):
    assert writer.post(reverse(f"scheme_{way}", args=[draft.pk]), {"seen": seen}).status_code == 409
    assert body_of(draft) == draft.body


ODD = ["\0", "1e99", "-1", "９", "NaN", "Infinity", "<b>", "[]", "1,5", "x" * 3000, "%(a)s"]
NUMBERS = ["max", "items:0:per", "items:1:each"]
OTHERS = ["code", "items:0:code", "only", "method", "sample:0:0"]


@pytest.mark.parametrize("typed", ODD)
def test_odd_input_is_kept_and_shown_or_refused_but_never_an_error(writer, draft, typed):
    """In fields alone, as the answer shows it: numbers with each value, the others by turns with every third; then in
    all, as it is kept."""
    address = part_address(draft, "a1c1")
    first = shown(writer.get(address))
    was = first["was"]
    for odd in [*([name] for name in NUMBERS + OTHERS[ODD.index(typed) % 3 :: 3]), NUMBERS + OTHERS]:
        response = writer.post(address, first | dict.fromkeys(odd, typed) | {"was": was, "do": "try"})
        assert response.status_code == 200, odd
        was = shown(response)["was"]
    assert writer.get(address).status_code == 200
    assert writer.get(reverse("scheme_edit", args=[draft.pk])).status_code == 200


@pytest.mark.parametrize("part", ["head", "stars", "vetoes", "events", "a1"])
@pytest.mark.parametrize("typed", ["\0", "1e99", "5=80%、x", "≥", "全部", "x" * 3000])
def test_odd_input_in_every_field_of_a_part(writer, draft, part, typed):
    address = part_address(draft, part)
    sent = {name: value if name in ("was", "shape") else typed for name, value in shown(writer.get(address)).items()}
    assert writer.post(address, sent).status_code == 302
    for page in (address, reverse("scheme_edit", args=[draft.pk]), reverse("scheme_issue", args=[draft.pk])):
        assert writer.get(page).status_code == 200
    assert Scheme.objects.get(pk=draft.pk).spec.year == 2027


def test_another_method_keeps_what_both_have():
    deduction = {
        "code": "1",
        "name": "甲",
        "max": 6,
        "method": "checklist",
        "items": [{"code": "a", "name": "缺", "per": 1}],
    }
    assert for_method(deduction, "deduction") == {
        "code": "1",
        "name": "甲",
        "max": 6,
        "method": "checklist",
        "items": [{"code": "a", "name": "缺"}],
    }


def test_the_page_says_what_three_villages_would_get(writer, draft):
    address = part_address(draft, "a1c1")
    sent = shown(writer.get(address)) | {"sample:0:0": "2", "sample:1:0": "4", "sample:2:0": "99", "do": "try"}
    page = squeezed(writer.post(address, sent).content.decode())
    assert re.findall(r'<p class="points"><b>(.*?)</b>', page)[-3:] == ["9.00", "8.00", "5.00"]
