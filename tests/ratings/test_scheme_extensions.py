"""Where a figure comes from (formats, Extensions): of twelve months, by the county's mean, or shared. Every door."""

import csv
import json
import tempfile
from decimal import Decimal as D
from fractions import Fraction
from io import BytesIO, StringIO
from math import floor
from pathlib import Path

import pytest
import simplejson
from django.core.management import call_command
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from accounts.roles import Role
from ratings.forms.scheme_parts import part_form
from ratings.models import Points, Stage
from ratings.scheme.burden import burden
from ratings.scheme.reading import SchemeRefused, check_scheme, read_scheme
from ratings.scheme.wording import rule_lines
from ratings.scheme.workbook.layout import CRITERIA
from ratings.scheme.workbook.writing import workbook_of
from ratings.scheme.writing import scheme_text
from ratings.workflow.answers import AnswerEntry, save_answers
from ratings.workflow.application import submit
from records.refusals import WrongState
from tests.factories import (
    VILLAGE,
    AnswerFactory,
    ApplicationFactory,
    CycleFactory,
    SchemeFactory,
    UnitFactory,
    person,
    scheme_body,
)
from tests.ratings.reference_scoring import plain_try

TIERS = [{"at_least": 95, "points": 10}, {"at_least": 90, "points": 8}]
MONTHLY = {"code": "1.1", "name": "公开及时率", "max": 10, "method": "tiers", "tiers": TIERS, "monthly": True}
TO_MEAN = {
    "code": "1.2",
    "name": "人均收入",
    "max": 10,
    "method": "linear",
    "zero_at": 80,
    "full_at": 120,
    "to_mean": True,
}
ASKED = {"code": "1.3", "name": "满意率(%)", "max": 10, "method": "tiers", "tiers": TIERS}
SHARED = {
    "code": "1.4",
    "name": "满意率再计",
    "max": 10,
    "method": "linear",
    "zero_at": 50,
    "full_at": 100,
    "same_as": "1.3",
}


def extended(*criteria, **changes):
    area = {"code": "1", "name": "面", "kind": "base", "criteria": list(criteria or (MONTHLY, TO_MEAN, ASKED, SHARED))}
    stars = [{"star": 2, "total": 30, "figures": {"1.1": 90}}, {"star": 1, "total": 0}]
    return scheme_body(areas=[area], stars=stars, vetoes=[]) | changes


# The calculation: an independent reading turns the facts into those of a scheme without extensions.


def two(value: Fraction) -> str:
    return str(D(floor(value * 100 + Fraction(1, 2))) / 100)


def without_extensions(scheme, rows):
    plain, values = json.loads(simplejson.dumps(scheme), parse_float=D), {}
    for criterion in plain["areas"][0]["criteria"]:
        for key in ("monthly", "to_mean", "same_as"):
            criterion.pop(key, None)
    for unit, item, value, _day in rows:
        values.setdefault(unit, {"@": None})[item] = Fraction(value)
    made, reported = [], [said["1.2"] for said in values.values() if "1.2" in said]
    mean = reported and Fraction(floor(sum(reported) / len(reported) * 10**10 + Fraction(1, 2)), 10**10)
    for unit, said in values.items():
        months = [said[f"1.1.m{n}"] for n in range(1, 13) if f"1.1.m{n}" in said]
        facts = {"1.1": two(sum(months) / 12)} if len(months) == 12 else {}
        if "1.2" in said and (divisor := said.get("1.2.mean", mean)):
            facts["1.2"] = two(said["1.2"] * 100 / divisor)
        if "1.3" in said:
            facts |= {"1.3": two(said["1.3"]), "1.4": two(said["1.3"])}
        made += [(unit, item, value, "") for item, value in facts.items()]
        made += [] if facts else [(unit, "@tag", "无", "")]
    return plain, made


FIGURES = st.integers(0, 1000).map(lambda n: D(n) / 10)


@st.composite
def facts(draw):
    rows = []
    for n in range(draw(st.integers(1, 3))):
        items = [f"1.1.m{month}" for month in range(1, 13)] if draw(st.integers(0, 3)) else ["1.1.m1"]
        items += draw(st.lists(st.sampled_from(["1.2", "1.2.mean", "1.3"]), unique=True))
        least = draw(st.sampled_from([D(0), D(90)]))  # high ones reach the tiers
        rows += [(f"33062410820{n}", item, str(least + draw(FIGURES) / (10 if least else 1)), "") for item in items]
    return rows


@pytest.mark.django_db
@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
@given(rows=facts())
def test_every_figure_is_that_of_the_plain_reading(rows):
    plain, made = without_extensions(extended(), rows)
    with tempfile.TemporaryDirectory() as folder:
        scheme_file, facts_file, out = Path(folder, "scheme.json"), Path(folder, "facts.csv"), StringIO()
        scheme_file.write_text(simplejson.dumps(extended()), encoding="utf-8")
        with facts_file.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        call_command("try_scheme", scheme_file, facts_file, "--on=2026-12-31", stdout=out, stderr=StringIO())
        assert json.loads(out.getvalue()) == plain_try(plain, made, None)


# What a scheme may say


@pytest.mark.parametrize(
    ("criteria", "place"),
    [
        ((MONTHLY | {"to_mean": True},), "areas[0].criteria[0].to_mean"),
        ((ASKED, SHARED | {"same_as": "9.9"}), "areas[0].criteria[1].same_as"),
        ((MONTHLY, SHARED | {"same_as": "1.1"}), "areas[0].criteria[1].same_as"),
        ((ASKED, SHARED | {"same_as": "1.4"}), "areas[0].criteria[1].same_as"),
        ((ASKED | {"code": "1.1.m3"}, MONTHLY), "areas[0].criteria[1]"),
        ((ASKED | {"code": "1.2.mean"}, TO_MEAN), "areas[0].criteria[1]"),
        ((TO_MEAN | {"supplier": "poll"},), "areas[0].criteria[0].to_mean"),
        (
            (TO_MEAN | {"only": ["山区"]}, TO_MEAN | {"only": ["平原"], "to_mean": False}),
            "areas[0].criteria[1].to_mean",
        ),
    ],
)
def test_what_a_scheme_may_not_say(criteria, place):
    with pytest.raises(SchemeRefused) as refused:
        check_scheme(extended(*criteria, stars=[]))
    assert [problem.place for problem in refused.value.problems if problem.severity == "error"] == [place]


def test_the_workbook_has_the_columns_only_where_they_are_used():
    spec = check_scheme(extended()).spec
    again = read_scheme(workbook_of(spec)).spec
    assert (again, scheme_text(again)) == (spec, scheme_text(spec))
    extra = [column.head for column in CRITERIA.columns if column.optional]
    for body, there in ((extended(), extra), (scheme_body(), [])):
        book = load_workbook(BytesIO(workbook_of(check_scheme(body).spec)))
        assert [cell.value for cell in book["指标"][4] if cell.value in extra] == there
        assert [row[1].value for row in book["说明"].iter_rows() if row[1].value in extra] == there


def test_in_words_in_the_form_and_as_burden():
    spec = check_scheme(extended()).spec
    first = [rule_lines(criterion)[0] for criterion in spec.criteria]
    assert first[:2] == [
        "数值取十二个月的平均数，保留两位小数。",
        "数值换算成全县平均数的百分之几，保留两位小数；平均数由系统计算。",
    ]
    assert first[3] == "数值就是1.3的数值。"
    for value in (MONTHLY, TO_MEAN, SHARED):
        form = part_form("a1c1", value)
        typed = {cell.name: cell.typed for cell in form.cells(value, {})}
        typed |= {c.name: c.typed for table in form.shown_tables(value, {}) for row in table.rows for c in row.cells}
        read = form.read({name: text for name, text in typed.items() if text})
        assert {key: read[key] for key in value} == value
    assert burden(spec).figures == 12 + 1 + 1


@pytest.mark.django_db
@pytest.mark.usefixtures("spring")
def test_a_village_answers_it_and_its_points_follow(client):
    cycle = CycleFactory(scheme=SchemeFactory(body=extended()))
    application = ApplicationFactory(cycle=cycle, unit=UnitFactory(code=VILLAGE), applied_star=1)
    filler = person(Role.FILLER, VILLAGE)
    client.force_login(filler)
    page = client.get(reverse("application_area", args=[application.pk, 1])).content.decode()
    items = [*(f"1.1.m{n}" for n in range(1, 13)), "1.2", "1.3"]
    assert [item for item in items if f'name="{item}"' not in page] == []
    assert [item for item in ("1.2.mean", "1.4") if f'name="{item}"' in page] == []
    figures = dict.fromkeys(items, "91") | {"1.2": "110", "1.3": "75"}
    save_answers(application, [AnswerEntry(item, typed) for item, typed in figures.items()], by=filler)
    with pytest.raises(WrongState):
        save_answers(application, [AnswerEntry("1.2.mean", "1")], by=filler)
    sent = ApplicationFactory(cycle=cycle, unit=UnitFactory(code="330624108205"), state="submitted")
    AnswerFactory(application=sent, item="1.2", typed="90", value=90)
    submit(application, by=person(Role.SIGNER, VILLAGE))
    points = Points.objects.filter(stage=Stage.SELF).order_by("criterion").values_list("points", "figure")
    assert list(points) == [(D(8), D(91)), (D("7.5"), D(110)), (D(0), D(75)), (D(5), D(75))]
    assert client.get(reverse("scheme_paper", args=[cycle.scheme_id])).status_code == 200
