"""Figures from below (formats §1, ``supplier: "below:…"``): random registers against a plain reading, and no door for
typing them."""

import random
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from accounts.roles import Role
from ratings.below.figures import FiguresBelow
from ratings.models import Application, Cycle
from ratings.scheme.reading import SchemeRefused, check_scheme
from ratings.scheme.spec import SchemeSpec
from ratings.scoring.methods import score_criterion
from ratings.workflow.application import begin
from ratings.workflow.computed_figures import keep_computed_figures
from records.refusals import WrongState
from tests.answers import save_answer
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    CycleFactory,
    DecisionFactory,
    EventFactory,
    SchemeFactory,
    UnitFactory,
    person,
    scheme_body,
)
from tests.ratings.reference_register import Decided, Happened, World, standing
from villages.models import Level

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]
VILLAGES = [f"{TOWNSHIP}{200 + n}" for n in range(1, 8)]
KINDS = ["case_opened", "spot_check_failed"]


def below(code: str, supplier: str, **changes) -> dict:
    """A criterion that looks at a figure from below."""
    criterion = {"code": code, "name": f"指标{code}", "max": 10, "method": "linear", "figure": "占比(%)"}
    return criterion | {"supplier": supplier, "zero_at": 0, "full_at": 100} | changes


CRITERIA = [
    below("1.1", "below:share_at_least:4"),
    below("1.2", "below:mean_points", figure="平均得分率"),
    below("1.3", "below:no_event:case_opened,spot_check_failed"),
]


def township_body(criteria=CRITERIA, **changes) -> dict:
    """A township's scheme: these criteria, and one that it answers itself."""
    own = {"code": "2.1", "name": "信访件", "max": 10, "method": "deduction", "items": [{"code": "a", "per": 1}]}
    area = {"code": "1", "name": "公共权力运行规范", "kind": "base", "criteria": [*criteria, own]}
    body = scheme_body(areas=[area], vetoes=[], rates="township", townships_decide_up_to=0, rules=[])
    return body | {"stars": [{"star": n, "total": 8 * n} for n in (3, 2, 1)]} | changes


def township_cycle(**changes):
    for village in VILLAGES:
        UnitFactory(code=village)
    UnitFactory(code=TOWNSHIP, rated=True)
    scheme = SchemeFactory(unit=UnitFactory(code=COUNTY), rates=Level.TOWNSHIP, body=township_body())
    return CycleFactory(scheme=scheme, **changes)


def test_pages_of_a_scheme_call_events_below_by_their_names(client):
    scheme = township_cycle().scheme
    SchemeFactory(unit=scheme.unit, body=scheme_body())
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    for page in (f"/schemes/{scheme.pk}/", f"/public/schemes/{scheme.pk}/"):
        html = client.get(page).content.decode()
        assert ("没有这些情形的占比：村干部被立案审查、抽查不合格" in html, "case_opened" in html) == (True, False)


def by_hand(value: Fraction, percent: bool) -> Decimal:
    shifted = value * (100 if percent else 1) * 10**10 + Fraction(1, 2)
    return Decimal(shifted.numerator // shifted.denominator).scaleb(-10)


@pytest.mark.parametrize("seed", range(4))
def test_figures_are_those_of_the_plain_reading(seed):
    chance, on = random.Random(seed), date(2026, 10, 31)
    cycle = township_cycle(facts_until=on)
    villages_scheme = scheme_body()
    SchemeFactory(unit=cycle.unit, body=villages_scheme)
    world, totals = World([villages_scheme], [], []), {}
    for village in VILLAGES:
        for day in chance.sample([date(2026, 1, 5), date(2026, 6, 5), on, date(2026, 11, 2)], chance.randrange(4)):
            star, total = chance.randint(0, 5), chance.choice([None, Decimal(chance.randint(0, 5000)).scaleb(-2)])
            DecisionFactory(unit_id=village, unit=None, star=star, total=total, year=2026, on=day, cut_off=day)
            world.decisions.append(Decided(village, star, day, day))
            totals[village, day] = total
        for number in range(chance.randrange(3)):
            day, held = date(chance.choice([2025, 2026, 2026]), 12 if number else 3, 9), chance.random() < 0.3
            kind = chance.choice([*KINDS, "tender_rigged"])
            EventFactory(unit_id=village, unit=None, kind=kind, on=day, source=str(number), held=held)
            world.events.append(Happened(village, kind, day, str(number), None, held))
    at_least, points, eventless = [], Fraction(0), 0
    for village in VILLAGES:
        held = standing(world, village, on, {})
        at_least.append(bool(held) and held[0] >= 4)
        last = max((day for unit, day in totals if unit == village and day <= on), default=None)
        if last and totals[village, last] is not None:
            points += min(Fraction(1), Fraction(totals[village, last]) / 40)
        told = [e for e in world.events if e.unit == village and e.on.year == 2026 and e.kind in KINDS and not e.held]
        eventless += not told
    n = len(VILLAGES)
    expected = [(Fraction(sum(at_least), n), True), (points / n, False), (Fraction(eventless, n), True)]
    figures = FiguresBelow(cycle, [TOWNSHIP])
    found = [figures.of(c).get(TOWNSHIP) for c in cycle.scheme.spec.criteria[:3]]
    assert found == [by_hand(*value) for value in expected]


def test_figures_and_points_by_hand():
    """Three villages: five stars of 36 points, four of 30 with a case, two of 50 where full marks are 40."""
    for code in (COUNTY, TOWNSHIP):
        UnitFactory(code=code, rated=True)
    SchemeFactory(unit=UnitFactory(code=COUNTY), year=2025, body=scheme_body(rules=[]))
    for village, star, total in zip(VILLAGES, (5, 4, 2), (36, 30, 50), strict=False):
        DecisionFactory(unit=UnitFactory(code=village), star=star, total=total, on=date(2026, 1, 20))
    EventFactory(unit_id=VILLAGES[1], unit=None, kind="case_opened", on=date(2026, 2, 3))
    criteria = [*CRITERIA[:1], CRITERIA[1] | {"full_at": 1}, CRITERIA[2]]
    scheme = SchemeFactory(unit=UnitFactory(code=COUNTY), rates=Level.TOWNSHIP, body=township_body(criteria))
    figures = FiguresBelow(CycleFactory(scheme=scheme, facts_until=date(2026, 10, 31)), [TOWNSHIP])
    found = [(c, figures.of(c)[TOWNSHIP]) for c in scheme.spec.criteria[:3]]
    # 2 ÷ 3 with four stars or more; (36/40 + 30/40 + 1) ÷ 3; 1 − 1 ÷ 3 without a case
    assert [figure for _c, figure in found] == [
        Decimal("66.6666666667"),
        Decimal("0.8833333333"),
        Decimal("66.6666666667"),
    ]
    points = [score_criterion(c, {c.code: figure}).points for c, figure in found]
    assert points == [Decimal("6.67"), Decimal("8.83"), Decimal("6.67")]


def test_nobody_types_it_and_it_is_there_from_the_start():
    cycle = township_cycle()
    DecisionFactory(unit_id=VILLAGES[0], unit=None, star=4)
    filler = person(Role.FILLER, TOWNSHIP)
    application = begin(UnitFactory(code=TOWNSHIP), cycle, by=filler)
    answers = dict(application.answers.values_list("item", "value"))
    assert answers == {"1.1": Decimal("14.2857142857"), "1.2": Decimal(0), "1.3": Decimal(100)}
    with pytest.raises(WrongState):
        save_answer(application, "1.1", "99", by=filler)


def test_what_an_earlier_version_computed_goes_with_it():
    cycle = township_cycle()
    application = begin(UnitFactory(code=TOWNSHIP), cycle, by=person(Role.FILLER, TOWNSHIP))
    new = SchemeFactory(
        unit=cycle.unit, rates=Level.TOWNSHIP, body=township_body([]), version=2, year=cycle.scheme.year
    )
    Cycle.objects.filter(pk=cycle.pk).update(scheme=new)
    keep_computed_figures(Application.objects.filter(pk=application.pk).select_related("cycle__scheme"))
    assert not application.answers.exists()


def test_a_unit_without_villages_has_no_figure():
    cycle = township_cycle()
    lonely = UnitFactory(code="330624110", rated=True)
    assert FiguresBelow(cycle, [lonely.code, TOWNSHIP]).of(cycle.scheme.spec.criteria[0]) == {TOWNSHIP: Decimal(0)}


@pytest.mark.parametrize(
    ("changes", "scheme", "place"),
    [
        ({"supplier": "below:share_at_least:0"}, {}, "supplier"),
        ({"supplier": "below:share_at_least"}, {}, "supplier"),
        ({"supplier": "below:mean_points:4"}, {}, "supplier"),
        ({"supplier": "below:no_event:"}, {}, "supplier"),
        ({"supplier": "below:luck"}, {}, "supplier"),
        ({"supplier": "below"}, {}, "supplier"),
        ({"monthly": True}, {}, "monthly"),
        ({}, {"rates": "village"}, "supplier"),
        ({}, {"rates": "station"}, "supplier"),
    ],
)
def test_a_scheme_that_takes_nothing_from_below_is_refused(changes, scheme, place):
    with pytest.raises(SchemeRefused) as refused:
        check_scheme(township_body([below("1.1", "below:mean_points") | changes], **scheme))
    assert [p.place for p in refused.value.problems if p.severity == "error"] == [f"areas[0].criteria[0].{place}"]


def test_only_a_figure_comes_from_below():
    judged = {"code": "1.1", "name": "印象", "max": 10, "method": "judged", "supplier": "below:mean_points"}
    with pytest.raises(SchemeRefused):
        check_scheme(township_body([judged]))


def test_in_a_facts_file_it_is_a_figure_like_any_other():
    spec = SchemeSpec.model_validate(township_body())
    assert [q.item for c in spec.criteria[:3] for q in c.questions] == ["1.1", "1.2", "1.3"]
