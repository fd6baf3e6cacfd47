"""Many units scored at once: equal to one at a time, and the cost of a dry run grows with the units (formats §2)."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given, settings

from ratings.allowance.dry_run import try_scheme
from ratings.scheme.reading import check_scheme
from ratings.scoring.many import ManyUnits
from ratings.scoring.methods import WrongFact, score
from ratings.scoring.unit_facts import UnitFacts
from tests.factories import scheme_body
from tests.ratings.random_schemes import cases


def spec(**changes):
    return check_scheme(scheme_body(**changes))


@settings(max_examples=25)
@given(case=cases())
def test_scored_together_as_alone(case):
    scheme, rows, _day = case
    reading, facts = check_scheme(scheme), {}
    for unit, item, value, _date in rows:
        mine = facts.setdefault(unit, UnitFacts())
        if item == "@tag":
            mine.tags.add(value)
        elif value:
            mine.values[item] = Decimal(value)
    units = [*facts.values(), *facts.values()]
    scored = ManyUnits(reading.spec).score(units)
    alone = [score(reading.spec, one.tags, one.values) for one in units]
    assert scored == {code: [one[code] for one in alone] for code in reading.spec.codes}


def test_a_fact_that_cannot_be_is_refused_each_time_and_left_out_of_what_is_accepted():
    many, wrong = ManyUnits(spec().spec), {"1.1.a": Decimal(-1), "2.1.a": Decimal(1), "9.9": Decimal(3)}
    for _time in range(2):
        with pytest.raises(WrongFact):
            many.score([UnitFacts(wrong)])
        assert many.accepted([], wrong) == {"2.1.a": Decimal(1)}


@pytest.mark.django_db
def test_no_unit_looks_through_the_reasons_of_all_others():
    units = {f"33062410{n}": UnitFacts() for n in range(8201, 9400)}
    with connection.cursor() as cursor:
        cursor.execute("set local statement_timeout = '5s'")  # it was a minute
        found = try_scheme(spec(), units, date(2026, 12, 31))
    assert [len(unit["short"]) for unit in found] == [5] * len(units)
