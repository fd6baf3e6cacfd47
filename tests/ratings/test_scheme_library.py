"""The example schemes in ``fixtures/schemes`` (practice §2): nothing wrong, and the stars that their examples show.

The facts of each stand in ``library/NAME.csv``; what every figure of them comes to is compared with the plain reading.
"""

import csv
import json
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from ratings.scheme.reading import read_scheme
from ratings.scheme.writing import scheme_text
from tests.ratings.reference_scoring import plain_try

SCHEMES = Path(__file__).parents[2] / "fixtures/schemes"
FACTS = Path(__file__).parent / "library"
DAY = date(2026, 11, 24)
STARS = {
    "all-or-nothing-sets": [5, 5, 5, 4, 3, 2, 1],
    "clean-village-index": [1, 1, 1, 1, 0, 1],
    "core-and-others": [5, 4, 3, 2, 1, 0, 2, 0],
    "five-lines-innovation": [5, 4, 4, 3, 2, 1, 3, 0],
    "gate-and-slope": [5, 4, 4, 4, 3, 1, 4],
    "grades-by-rank": [3, 2, 2, 2, 2, 1, 0, 0],
    "named-stars-by-area": [5, 4, 3, 3, 0, 4],
    "satisfaction-cap": [5, 4, 3, 2, 1, 1, 3, 3],
    "stations-people-trust": [5, 3, 3, 1, 0],
    "thresholds-by-class": [5, 4, 5, 5, 4, 3, 2],
    "township-discipline-offices": [3, 2, 1, 0, 0],
    "townships-diligent-and-clean": [5, 5, 4, 1, 3],
    "two-hundred-points": [5, 4, 5, 4, 2, 2, 5],
}


def scheme_file(name):
    return SCHEMES / f"{name}.json"


def test_every_scheme_of_the_library_has_its_example():
    assert sorted(STARS) == sorted(file.stem for file in SCHEMES.glob("[a-z]*.json"))
    assert sorted(STARS) == sorted(file.stem for file in FACTS.glob("*.csv"))


@pytest.mark.parametrize("name", STARS)
def test_it_has_nothing_wrong_and_is_written_as_it_came(name):
    reading = read_scheme(scheme_file(name).read_bytes())
    assert reading.warnings == []
    assert read_scheme(scheme_text(reading.spec).encode()).spec == reading.spec


@pytest.mark.django_db
@pytest.mark.parametrize("name", STARS)
def test_its_example_has_the_stars_shown_and_the_figures_of_the_plain_reading(name):
    out, warned = StringIO(), StringIO()
    call_command("try_scheme", scheme_file(name), FACTS / f"{name}.csv", f"--on={DAY}", stdout=out, stderr=warned)
    tried = json.loads(out.getvalue())
    assert ([unit["star"] for unit in tried], warned.getvalue()) == (STARS[name], "")
    scheme = json.loads(scheme_file(name).read_text(encoding="utf-8"), parse_float=Decimal)
    rows = list(csv.reader((FACTS / f"{name}.csv").open(encoding="utf-8")))[1:]
    assert tried == plain_try(scheme, rows, DAY)


def test_the_kinds_of_practice_are_there():
    """Practice §2, kind by kind: what makes each scheme an example of it."""
    read = {name: read_scheme(scheme_file(name).read_bytes()).spec for name in STARS}
    five = read["five-lines-innovation"]
    assert [line.total for line in five.stars] == [90, 80, 70, 60, 0]
    assert five.stars[0].criteria == {"B.1": 1}
    assert (read["named-stars-by-area"].rule, read["core-and-others"].rule) == ("areas", "core")
    assert [line.figures.get("2.2") for line in read["satisfaction-cap"].stars] == [95, 90, 80, 60, None]
    assert {c.only for c in read["thresholds-by-class"].criteria if c.code == "4.1"} == {
        ("城郊",),
        ("平原",),
        ("山区",),
    }
    assert sum(getattr(c, "gate", None) is not None for c in read["gate-and-slope"].criteria) == 9
    large = read["two-hundred-points"]
    assert sum(area.full for area in large.areas if area.kind == "base") == 200
    assert sum(item.per > c.max for c in large.criteria if c.method == "deduction" for item in c.items) == 11
    assert sum(getattr(c, "all_or_nothing", False) for c in read["all-or-nothing-sets"].criteria) == 7
    index = read["clean-village-index"]
    assert [len(area.criteria) for area in index.areas if area.kind == "base"] == [6, 6, 6, 6, 6]
    assert {(veto.bars, veto.months) for veto in index.vetoes} == {("all", 24)}
    assert [line.top for line in read["grades-by-rank"].stars] == [Decimal("0.25"), Decimal("0.7"), Decimal("0.85")]
    townships = ("townships-diligent-and-clean", "township-discipline-offices")
    rated = dict.fromkeys(townships, "township") | {"stations-people-trust": "station"}
    assert all(20 <= len(read[name].criteria) <= 30 for name in rated)
    assert {name: spec.rates for name, spec in read.items() if spec.rates != "village"} == rated
