"""What a draft would do, on a page of the county office: kept facts, a sheet, who sees it (formats §6)."""

from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from ratings.allowance.comparison import Pair
from ratings.allowance.what_if import pairs_of_kept
from ratings.models import Scheme
from ratings.presenters.scheme_what_if import what_if
from ratings.presenters.totals_histogram import histogram
from ratings.scheme.reading import Reading, read_scheme
from tests.built_once import built_once
from tests.factories import (
    AnswerFactory,
    ApplicationFactory,
    CycleFactory,
    SchemeFactory,
    SheetEntryFactory,
    SheetFactory,
    UnitFactory,
    at,
    person,
    scheme_body,
)

pytestmark = pytest.mark.django_db
COUNTY, VILLAGE = "330624", "330624108204"


@built_once
def issued(db):
    county = UnitFactory(code=COUNTY)
    UnitFactory(code="330624108", name="沙溪镇")
    return SchemeFactory(unit=county, year=2026)


@built_once
def draft(issued):
    body = deepcopy(scheme_body(unit=COUNTY, year=2027))
    for line in body["stars"]:
        if "total" in line:
            line["total"] = line["total"] + 1 if line["total"] else line["total"]
    return SchemeFactory(unit=issued.unit, year=2027, body=body, state="draft", issued_at=None)


@pytest.fixture
def office(client):
    client.force_login(person("county_office", COUNTY))
    return client


def address(scheme):
    return reverse("scheme_what_if", args=[scheme.pk])


def sheet(*rows):
    return SimpleUploadedFile("facts.csv", "\n".join(rows).encode())


def facts_of(scheme, unit=VILLAGE):
    return [f"{unit},{question.item},0" for question in scheme.spec.criteria[0].questions]


def test_a_sheet_of_facts_is_tried_and_nothing_is_kept(office, issued, draft):
    UnitFactory(code=VILLAGE, name="沙溪村")
    before = Scheme.objects.count()
    sent = {"against": issued.pk, "sheet": sheet(*facts_of(issued))}
    answer = office.post(address(draft), sent)
    found = answer.context["found"]
    assert (answer.status_code, found.up + found.down + found.same, answer.context["uploaded"]) == (200, 1, True)
    assert [row.name for row in found.townships] == ["沙溪镇"]
    assert Scheme.objects.count() == before


def test_a_sheet_that_cannot_be_used_says_why(office, issued, draft):
    with translation.override("en"):
        answer = office.post(address(draft), {"against": issued.pk, "sheet": sheet(f"{VILLAGE},9.9,1")})
    assert (answer.status_code, len(answer.context["refused"])) == (409, 1)


def test_units_of_another_county_are_refused(office, issued, draft):
    sent = {"against": issued.pk, "sheet": sheet(*facts_of(issued, "330681001218"))}
    assert office.post(address(draft), sent).status_code == 409


@pytest.mark.parametrize("state", ["draft", "confirmed"])
def test_the_answers_kept_are_tried_at_once(office, issued, draft, state):
    cycle = CycleFactory(scheme=issued)
    unit = UnitFactory(code=VILLAGE, name="沙溪村")
    question = issued.spec.criteria[0].questions[0]
    AnswerFactory(
        application=ApplicationFactory(cycle=cycle, unit=unit, state=state),
        item=question.item,
        typed="0",
        value=Decimal(0),
    )
    answer = office.get(address(draft))
    assert (answer.status_code, answer.context["count"]) == (200, 1)


@pytest.mark.parametrize(("state", "points", "reviewed"), [("county_review", "0.00", 0), ("public_notice", "3.00", 1)])
def test_what_reviewers_found_counts_on_both_sides_once_it_is_out(office, issued, draft, state, points, reviewed):
    judged = next(one for one in issued.spec.criteria if one.method == "judged")
    unit = UnitFactory(code=VILLAGE, name="沙溪村")
    application = ApplicationFactory(cycle=CycleFactory(scheme=issued), unit=unit, state=state)
    AnswerFactory(application=application, item=issued.spec.criteria[0].questions[0].item, typed="0", value=Decimal(0))
    for value in (3, 4):
        sheet = SheetFactory(application=application, state="handed_in", handed_in_at=at(2026, 11, 1))
        SheetEntryFactory(sheet=sheet, item=judged.code, value=value)
    kept = pairs_of_kept(Reading(draft.body, draft.spec), issued, date(2026, 12, 31))
    sides = [side["criteria"][judged.code] for pair in kept.pairs for side in (pair.before, pair.after)]
    assert (sides, kept.reviewed) == ([points, points], reviewed)
    assert office.get(address(draft)).context["kept"] == kept


def test_what_is_not_answered_counts_nothing_as_on_the_issuing_page(office, issued, draft):
    """A department that gave no count of faults has not said that there are none; a facts file without it does."""
    deduction, judged = (
        next(one for one in issued.spec.criteria if one.method == method) for method in ("deduction", "judged")
    )
    unit = UnitFactory(code=VILLAGE, name="沙溪村")
    application = ApplicationFactory(cycle=CycleFactory(scheme=issued), unit=unit, state="township_review")
    AnswerFactory(application=application, item=judged.code, typed="0", value=Decimal(0))
    found = office.get(address(draft)).context["found"]
    assert [one.code for one in found.unanswered] == [one for one in draft.spec.codes if one != judged.code]
    assert [(one.criterion.code, one.of) for one in found.alike] == [(judged.code, 1)]
    (pair,) = pairs_of_kept(Reading(draft.body, draft.spec), issued, date(2026, 12, 31)).pairs
    assert [side["criteria"][deduction.code] for side in (pair.before, pair.after)] == ["0.00", "0.00"]
    answer = office.post(address(draft), {"against": issued.pk, "sheet": sheet(f"{VILLAGE},{judged.code},0")})
    (moved,) = answer.context["kept"].pairs
    assert moved.before["criteria"][deduction.code] == f"{deduction.max:.2f}"


def test_what_it_would_replace_comes_first_then_the_latest_years_before(office, issued, draft):
    earlier = SchemeFactory(unit=issued.unit, year=2025)
    amendment = SchemeFactory(unit=issued.unit, year=2026, version=2, state="draft", issued_at=None)
    ordered = [office.get(address(one)).context["ordered"] for one in (draft, amendment)]
    assert ordered == [[issued, earlier], [issued, earlier]]


def test_without_answers_it_asks_for_a_sheet(office, issued, draft):
    answer = office.get(address(draft))
    assert (answer.status_code, answer.context["found"]) == (200, None)


@pytest.mark.parametrize(("role", "unit"), [("county_office", "330681"), ("township_office", "330624108")])
def test_nobody_else_sees_it(client, issued, draft, office, role, unit):
    assert office.get(address(draft)).status_code == 200
    UnitFactory(code="330681")
    client.force_login(person(role, unit))
    assert client.get(address(draft)).status_code == 404


def test_the_workbook_to_download_is_the_scheme(office, issued):
    answer = office.get(reverse("scheme_sheet", args=[issued.pk]))
    assert read_scheme(answer.content).spec == issued.spec


def test_totals_stand_in_bins_beside_the_lines_and_a_mover_has_its_main_cause(office, issued, draft):
    body = deepcopy(scheme_body(unit=COUNTY, year=2027))
    body["stars"] = [{"star": 4, "total": 15}, {"star": 3, "total": 10}]
    spec = SchemeFactory.build(body=body).spec

    def result(star, total, **points):
        criteria = dict.fromkeys(spec.codes, "0.00") | {"1.1": points["first"], "1.2": points["second"]}
        return {"unit": VILLAGE, "star": star, "total": total, "criteria": criteria, "short": [], "missing": []}

    pairs = [Pair(result(4, "15.50", first="5.00", second="10.00"), result(3, "13.00", first="4.50", second="8.00"))]
    shown = histogram(spec, pairs)
    assert [(one.low, one.before, one.after) for one in shown.bins] == [(13, 0, 1), (14, 0, 0), (15, 1, 0)]
    assert [(line.star, line.x) for line in shown.lines] == [(4, 666)]
    (moved,) = what_if(spec, spec, pairs, COUNTY).moved
    assert (moved.main.code, [change.code for change in moved.changes]) == ("1.2", ["1.2", "1.1"])


def test_who_moves_by_a_line_alone_is_told_which(office, issued, draft):
    """Up and down; where a criterion changed too, only if the points would lead to the old star under the old line."""

    def spec(*totals):
        body = deepcopy(scheme_body(unit=COUNTY, year=2027))
        body["stars"] = [{"star": star, "total": total} for star, total in zip((4, 3), totals, strict=True)]
        return SchemeFactory.build(body=body).spec

    def result(star, total, needs, first):
        criteria = dict.fromkeys(issued.spec.codes, "0.00") | {"1.1": first}
        short = [{"star": 4, "why": "total", "has": total, "needs": needs}] if star < 4 else []
        return {
            "unit": VILLAGE,
            "star": star,
            "total": total,
            "criteria": criteria,
            "areas": {},
            "short": short,
            "missing": [],
        }

    strict, mild = spec(16, 10), spec(12, 10)
    same = result(4, "15.00", "12.00", "5.00"), result(3, "15.00", "16.00", "5.00")
    slight = result(3, "15.50", "16.00", "5.50")
    heavy = result(3, "11.00", "16.00", "1.00")

    def told(new, old, before, after):
        (moved,) = what_if(new, old, [Pair(before, after)], COUNTY).moved
        return moved.lines

    with translation.override("en"):
        assert told(strict, mild, *same) == ["Four stars: Total 15.00; needed: 16.00"]
        assert told(mild, strict, *same[::-1]) == ["Four stars before: Total 15.00; needed: 16.00"]
        assert told(strict, mild, same[0], slight) == ["Four stars: Total 15.50; needed: 16.00"]
        assert told(strict, mild, same[0], heavy) == []
