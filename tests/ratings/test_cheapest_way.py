"""The cheapest ways to the next star: following them reaches it, on random schemes."""

from decimal import Decimal as D
from fractions import Fraction

from hypothesis import HealthCheck, given, settings

from ratings.allowance.cheapest_way import Standing, cheapest_ways, next_star
from ratings.scheme.reading import check_scheme
from ratings.scoring.methods import score
from tests.factories import scheme_body
from tests.ratings.random_schemes import cases
from tests.ratings.reference_scoring import decide, points_of

RULES = {"suppress_health_check": list(HealthCheck), "deadline": None}


def standing_of(spec, tags, facts):
    scored = score(spec, tags, facts)
    return Standing(
        spec,
        spec.fitting(tags),
        {code: one.points for code, one in scored.items()},
        {code: one.figure for code, one in scored.items()},
    )


def star_by_reference(scheme, tags, facts):
    """What formats §1 gives on ``facts``, by the independent reading; first in rank and without a veto."""
    unit = points_of(scheme, tags, {item: Fraction(value) for item, value in facts.items()}) | {"barred": [], "rank": 0}
    return decide(scheme, unit, 1)[0]


def units(case):
    """Each unit of a random case: scheme, spec, tags and facts."""
    scheme, rows, _day = case
    spec = check_scheme(scheme).spec
    for unit in sorted({row[0] for row in rows}):
        mine = [row for row in rows if row[0] == unit]
        tags = [value for _unit, item, value, _day in mine if item == "@tag"]
        facts = {item: D(value) for _unit, item, value, _day in mine if item != "@tag" and not item.startswith("V")}
        yield scheme, spec, tags, facts


@settings(max_examples=25, **RULES)
@given(case=cases())
def test_following_the_advice_reaches_the_star(case):
    for scheme, spec, tags, facts in units(case):
        star = next_star(spec, star_by_reference(scheme, tags, facts))
        for way in cheapest_ways(standing_of(spec, tags, facts), star) if star else []:
            done = facts | {item: value for step in way for item, value in step.facts.items()}
            assert star_by_reference(scheme, tags, done) >= star


def test_the_area_that_falls_short_comes_before_all_else():
    scheme = scheme_body()
    facts = {"1.1.a": D(6), "1.2": D(91), **{f"2.1.{c}": D(1) for c in "abcde"}, "2.2": D(10), "B.1.a": D(4)}
    standing = standing_of(check_scheme(scheme).spec, [], facts)
    assert (standing.total, star_by_reference(scheme, [], facts)) == (D(38), 4)
    ways = cheapest_ways(standing, 5)
    assert [[(one.criterion.code, one.gain, one.facts) for one in way] for way in ways] == [
        [("1.1", D(3), {"1.1.a": D(0)})],
        [("1.2", D(2), {"1.2": D(95)})],
    ]
