"""``assess`` (formats §9): random formulas, stars and events against the plain reading, and what wrong files get."""

import json
import os
import random
from copy import deepcopy
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
import simplejson
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils.translation import override
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from ratings.models import Reversal
from reports.assessments.assessment import assess
from reports.assessments.behind import VillageGround
from reports.assessments.reading import read_assessment
from reports.assessments.terms import Ground
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    DecisionFactory,
    EventFactory,
    SchemeFactory,
    UnitFactory,
    at,
    person,
    scheme_body,
)
from tests.reports.assessments.random_scene import (
    TOWNSHIPS,
    VILLAGES,
    made,
    some_formula,
)
from tests.reports.assessments.reference_assessment import plain_assessment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with freeze_time("2027-02-10 10:00+08:00"):
        yield


def written(folder, formula):
    path = folder / "formula.json"
    path.write_text(simplejson.dumps(formula, ensure_ascii=False), encoding="utf-8")
    return path


def assessed(folder, formula):
    out = StringIO()
    call_command("assess", written(folder, formula), stdout=out)
    return json.loads(out.getvalue())


def of_what_is_frozen(formula):
    """The figures, summed up from what is read of each village."""
    spec = read_assessment(simplejson.dumps(formula).encode())
    ground = Ground(spec, VillageGround(spec, spec.unit).villages)
    return [one.written() for one in assess(spec, ground)]


# Random worlds


@settings(
    max_examples=int(os.environ.get("EXAMPLES", "12")),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    deadline=None,
)
@given(seed=st.integers(0, 2**32))
def test_every_figure_is_that_of_the_plain_reading(tmp_path_factory, seed):
    chance = random.Random(seed)
    with transaction.atomic():
        scene = made(chance)
        for _ in range(3):
            formula = some_formula(chance)
            figures = assessed(tmp_path_factory.mktemp("assess"), formula)
            assert figures == plain_assessment(scene, formula)
            assert of_what_is_frozen(formula) == figures["units"]
        transaction.set_rollback(True)


# Single rules


FORMULA = {
    "format": "pingxing-assessment/1",
    "name": "岗位目标责任制考核",
    "year": 2026,
    "unit": COUNTY,
    "assesses": "township",
    "on": "2026-12-31",
    "terms": [
        {"code": "a", "name": "四星以上村占比", "takes": "share_at_least", "star": 4, "weight": 40},
        {"code": "e", "name": "无立案", "takes": "no_event", "events": ["case_opened"], "weight": 10},
        {"code": "s", "name": "按时申报", "takes": "on_time", "step": "apply", "weight": 10},
        {"code": "t", "name": "工作创新", "takes": "typed", "weight": Decimal("0.5")},
    ],
    "values": {"t": {"330624108": "0.8", "330624109": 1}},
}


@pytest.fixture
def county():
    for code in (COUNTY, *TOWNSHIPS[:2], *VILLAGES[:6], "330624110"):
        UnitFactory(code=code)
    SchemeFactory(year=2026)


def changed(place, value):
    """The formula with ``value`` at ``place``; ``...`` deletes."""
    formula = deepcopy(FORMULA)
    *way, last = place
    part = formula
    for step in way:
        part = part[step]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return formula


def test_figures_are_written_half_up_and_townships_without_villages_are_left_out(county, tmp_path):
    DecisionFactory(unit_id=VILLAGES[0], unit=None, star=4)
    assert assessed(tmp_path, FORMULA) == {
        "units": [
            {
                "unit": "330624108",
                "terms": {"a": "0.333333", "e": "1.000000", "s": "1.000000", "t": "0.800000"},
                "figure": "33.73",
            },
            {
                "unit": "330624109",
                "terms": {"a": "0.000000", "e": "1.000000", "s": "1.000000", "t": "1.000000"},
                "figure": "20.50",
            },
        ]
    }


def test_a_reversed_event_counts_no_more(county, tmp_path):
    event = EventFactory(unit_id=VILLAGES[0], unit=None)
    office = person(Role.COUNTY_OFFICE, COUNTY)
    with_it = assessed(tmp_path, FORMULA)["units"][0]["terms"]["e"]
    Reversal.objects.create(
        event=event, on=date(2026, 12, 1), document="新诉1号", reason="查否", by=office, at=at(2026, 12, 1)
    )
    assert (with_it, assessed(tmp_path, FORMULA)["units"][0]["terms"]["e"]) == ("0.666667", "1.000000")


def test_under_named_stars_the_highest_is_the_number_of_base_areas(county, tmp_path):
    body = scheme_body(rule="areas", stars=[], rates="township")
    SchemeFactory(unit=UnitFactory(code=COUNTY), rates="township", year=2025, body=body)
    DecisionFactory(unit_id=TOWNSHIPS[0], unit=None, star=1, year=2025)
    formula = changed(["terms"], [{"code": "o", "takes": "own_star", "weight": 10}]) | {"values": {}}
    assert [unit["figure"] for unit in assessed(tmp_path, formula)["units"]] == ["5.00", "0.00"]


def test_the_output_may_be_a_file_and_is_in_order(county, tmp_path):
    out = tmp_path / "out.json"
    call_command("assess", written(tmp_path, FORMULA), f"--output={out}", stdout=StringIO())
    assert json.loads(out.read_text(encoding="utf-8")) == assessed(tmp_path, FORMULA)


WRONG = [
    (["format"], "pingxing-assessment/2", ["format"]),
    (["more"], 1, ["more"]),
    (["year"], "2026", ["year"]),
    (["unit"], "999999", ["unit"]),
    (["unit"], "330624108", ["assesses"]),
    (["assesses"], "county", ["assesses"]),
    (["assesses"], "village", ["assesses"]),
    (["on"], "2026-02-30", ["on"]),
    (["terms"], [], ["terms", "values.t"]),
    (["terms"], ..., ["terms", "values.t"]),
    (["terms", 0, "weight"], 0, ["terms[0].weight"]),
    (["terms", 0, "weight"], -1, ["terms[0].weight"]),
    (["terms", 0, "weight"], "40", ["terms[0].weight"]),
    (["terms", 1, "code"], "a", ["terms[1].code"]),
    (["terms", 0, "takes"], "luck", ["terms[0]"]),
    (["terms", 0, "takes"], ..., ["terms[0]"]),
    (["terms", 0, "star"], 6, ["terms[0].star"]),
    (["terms", 0, "star"], 0, ["terms[0].star"]),
    (["terms", 0, "star"], ..., ["terms[0].star"]),
    (["terms", 0, "step"], "apply", ["terms[0].step"]),
    (["terms", 1, "events"], [], ["terms[1].events"]),
    (["terms", 1, "events"], ["case_opened", "luck"], ["terms[1].events[1]"]),
    (["terms", 2, "step"], "confirm", ["terms[2].step"]),
    (["values"], {}, ["values.t.330624108", "values.t.330624109"]),
    (["values"], None, ["values", "values.t.330624108", "values.t.330624109"]),
    (["values", "t", "330624108"], ..., ["values.t.330624108"]),
    (["values", "t", "330624108"], "1.1", ["values.t.330624108"]),
    (["values", "t", "330624108"], "-0", ["values.t.330624108"]),
    (["values", "t", "330624108"], True, ["values.t.330624108"]),
    (["values", "t", "330681001"], "1", ["values.t.330681001"]),
    (["values", "a"], {}, ["values.a"]),
]


@pytest.mark.parametrize(("place", "value", "places"), WRONG)
def test_what_is_wrong_is_named_by_its_place(county, tmp_path, place, value, places):
    with override("en"), pytest.raises(CommandError) as refused:
        assessed(tmp_path, changed(place, value))
    assert [line.partition(": ")[0] for line in str(refused.value).splitlines()] == [f"error at {at}" for at in places]


def test_all_errors_are_named_at_once_with_their_values(county, tmp_path):
    formula = changed(["terms", 0, "star"], 7) | {"on": "soon", "unit": COUNTY}
    formula["terms"][1] |= {"code": "a", "weight": -3}
    formula["values"]["x"] = {}
    with override("en"), pytest.raises(CommandError) as refused:
        assessed(tmp_path, formula)
    assert str(refused.value).splitlines() == [
        "error at on: “soon” does not belong here. (expected: a day such as 2026-12-31)",
        "error at terms[1].weight: -3 does not belong here. (expected: a number above 0)",
        "error at terms[1].code: The code “a” appears here twice. (expected: each code once)",
        "error at terms[0].star: Unknown star 7. (expected: a star from 1 to 5)",
        "error at values.x: No term “x” takes typed values. (expected: the code of a term that does)",
    ]


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b"nonsense", b'{"a": 1, "a": 2}', b"\xff\xfe"])
def test_what_is_no_assessment_is_refused(county, tmp_path, raw):
    path = tmp_path / "formula.json"
    path.write_bytes(raw)
    with pytest.raises(CommandError):
        call_command("assess", path, stdout=StringIO())
    with pytest.raises(CommandError):
        call_command("assess", tmp_path / "absent.json", stdout=StringIO())


def test_units_that_stand_there_without_villages_may_have_typed_values(county, tmp_path):
    assert len(assessed(tmp_path, changed(["values", "t", "330624110"], "1"))["units"]) == 2
