"""What the next version of a scheme would change for units already scored (formats §1)."""

from datetime import date
from decimal import Decimal as D
from io import StringIO

import pytest
import simplejson
from django.core.management import call_command
from django.utils import translation

from ratings.allowance.scheme_revision import Revised, revised
from ratings.scheme.reading import check_scheme
from ratings.workflow.answers import add_up
from tests.factories import TOWNSHIP, AnswerFactory, ApplicationFactory, CycleFactory, UnitFactory, scheme_body

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)
ANSWERS = {
    "1.1.a": "0",
    "1.2": "96",
    "2.2": "9.5",
    "2.1.a": "1",
    "2.1.b": "1",
    "2.1.c": "0",
    "2.1.d": "0",
    "2.1.e": "0",
}


def answered(cycle, village, **changes):
    application = ApplicationFactory(cycle=cycle, unit=UnitFactory(code=f"{TOWNSHIP}{village}"))
    for item, value in (ANSWERS | changes).items():
        AnswerFactory(application=application, item=item, typed=value, value=D(value))
    return application.unit_id


def test_only_what_would_change_is_said():
    cycle = CycleFactory()
    strict, step = scheme_body(), scheme_body()
    strict["areas"][0]["criteria"][1]["tiers"][0]["at_least"] = 97
    step["areas"][1]["criteria"][1]["step"] = 1
    changed, _same = answered(cycle, 201), answered(cycle, 202, **{"1.2": "98", "2.2": "9"})
    assert revised(check_scheme(strict), cycle.scheme, DAY) == [Revised(changed, ("33.50", 4), ("31.50", 3))]
    assert revised(check_scheme(step), cycle.scheme, DAY) == [Revised(changed, ("33.50", 4), ("24.00", 2))]
    assert revised(check_scheme(scheme_body()), cycle.scheme, DAY) == []


def test_what_is_not_answered_yet_has_no_points_as_in_the_total_of_the_application():
    """A deduction that its department has not told of was counted as if nothing had been found, with full marks."""
    cycle, body = CycleFactory(), scheme_body()
    body["areas"][0]["criteria"][1]["tiers"][0]["at_least"] = 97
    application = ApplicationFactory(cycle=cycle, unit=UnitFactory(code=f"{TOWNSHIP}201"))
    AnswerFactory(application=application, item="1.2", typed="96", value=D(96))
    add_up([application])
    application.refresh_from_db()
    (moved,) = revised(check_scheme(body), cycle.scheme, DAY)
    assert moved.before == (str(application.self_total), application.self_star)


def test_a_unit_that_no_variant_fits_any_more_is_said():
    cycle = CycleFactory()
    unit, body = answered(cycle, 201), scheme_body()
    body["areas"][0]["criteria"][0]["only"] = ["山区"]
    assert revised(check_scheme(body), cycle.scheme, DAY) == [Revised(unit, ("33.50", 4), None)]


def test_the_import_lists_it(tmp_path):
    cycle = CycleFactory()
    unit, body = answered(cycle, 201), scheme_body()
    body["stars"][1]["total"] = 34
    (tmp_path / "scheme.json").write_text(simplejson.dumps(body), encoding="utf-8")
    out, err = StringIO(), StringIO()
    with translation.override("en"):
        call_command("import_scheme", tmp_path / "scheme.json", stdout=out, stderr=err)
    assert [line for line in err.getvalue().splitlines() if "under version" in line] == [
        f"{unit}: 33.50 points and 4 stars under version 1, 33.50 points and 3 stars under version 2"
    ]
