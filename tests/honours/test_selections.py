"""Lists for honours: which villages may be honoured, and the answer that is kept."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from honours.eligibility import judge
from honours.models import EligibilityAnswer, Selection
from honours.workflow import selections
from records.documents import issued
from records.refusals import Incomplete, NotAllowed
from tests.clients import client_of
from tests.factories import COUNTY, VILLAGE, EventFactory, UnitFactory
from tests.honours.conftest import FIVE_STARS, THREE_STARS
from tests.honours.test_pages import send
from villages.models import Unit
from villages.workflow import OrderPaper, SplitPart, merge

pytestmark = pytest.mark.django_db
ASKED = {"name": "文明村", "asked_by": "文明办", "on": date(2026, 3, 10), "min_star": 4}


def made(who, **changes) -> Selection:
    return selections.make(UnitFactory(code=COUNTY), by=who.county, **(ASKED | changes))


def verdicts(selection: Selection) -> dict[str, list[str]]:
    """By village, the conditions that it does not meet."""
    judged = judge(selection, Unit.objects.within(COUNTY).rated())
    return {one.unit.code: [each.what for each in one.conditions if not each.met] for one in judged}


def test_villages_are_judged_by_star_years_events_and_areas(who):
    assert verdicts(made(who)) == {VILLAGE: [], THREE_STARS: ["star"], FIVE_STARS: []}
    # The stars began on 20 January 2026: nobody has held one for a year.
    assert verdicts(made(who, name="连续一年", years=1))[VILLAGE] == ["years"]
    barring = {"barring": ["case_opened"], "months": 1}
    EventFactory(on=date(2026, 2, 20), closed=date(2026, 2, 25))
    EventFactory(unit__code=FIVE_STARS, on=date(2026, 3, 1), held=True)
    assert verdicts(made(who, name="无案件", **barring)) == {VILLAGE: ["events"], THREE_STARS: ["star"], FIVE_STARS: []}
    EventFactory(unit__code=FIVE_STARS, on=date(2026, 1, 25))
    late = made(who, name="早已办结", on=date(2026, 4, 30), **barring)
    assert verdicts(late) == {VILLAGE: [], THREE_STARS: ["star"], FIVE_STARS: ["events"]}
    assert verdicts(made(who, name="得分率", areas={"1": Decimal("0.8")}))[VILLAGE] == ["area:1"]


def test_a_merged_village_brings_its_events_with_it(who):
    EventFactory(on=date(2026, 3, 1))
    merge(
        [VILLAGE, FIVE_STARS],
        SplitPart(FIVE_STARS),
        OrderPaper("新政〔2026〕9号", date(2026, 3, 5), "并村"),
        by=who.county,
    )
    assert "events" in verdicts(made(who, barring=["case_opened"]))[FIVE_STARS]


def test_an_answer_is_kept_as_it_was_given(who):
    kept = selections.answer(made(who), UnitFactory(code=VILLAGE), by=who.police, purpose="评文明村")
    assert (kept.eligible, issued(kept.code).unit) == (True, VILLAGE)
    for by, code in ((who.leader, VILLAGE), (who.other, VILLAGE)):
        with pytest.raises(NotAllowed):
            selections.answer(kept.selection, UnitFactory(code=code), by=by, purpose="x")
    with pytest.raises(Incomplete):
        selections.make(UnitFactory(code=COUNTY), by=who.county, **ASKED)


def test_a_department_asks_on_the_page_and_takes_the_paper_along(who):
    selection = made(who)
    department = client_of(who.police)
    page = selection.get_absolute_url()
    keys = {one.unit.code: key for one, _reasons, key in department.get(page).context["rows"]}
    refused = department.post(page, {"key": keys[VILLAGE], "unit": THREE_STARS, "purpose": "评文明村"})
    assert (refused.status_code, EligibilityAnswer.objects.count()) == (409, 0)
    assert 'value="评文明村"' in refused.content.decode()
    sent = department.post(page, {"key": keys[THREE_STARS], "unit": THREE_STARS, "purpose": "评文明村"})
    kept = EligibilityAnswer.objects.get()
    assert (sent.url, kept.eligible) == (kept.get_absolute_url(), False)
    assert "认定日" in department.get(sent.url).content.decode()
    assert department.get(f"{sent.url}paper/")["Content-Type"] == "application/pdf"
    assert kept.code in Client().get(f"/certificates/{kept.code}/").content.decode()
    assert client_of(who.other).get(page).status_code == client_of(who.other).get(sent.url).status_code == 404


def test_a_list_is_made_on_its_page(who):
    office = client_of(who.county)
    given = {"name": "平安村", "asked_by": "政法委", "on": "2026-03-10", "min_star": "4", "years": "0", "months": "12"}
    sent = send(office, "/honours/lists/new/", "", **given, area_1="0.8")
    assert (sent.url, Selection.objects.get().areas) == (Selection.objects.get().get_absolute_url(), {"1": "0.8"})
