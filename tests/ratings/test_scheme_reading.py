"""Every error and warning of formats §1, each at its place."""

import json
from copy import deepcopy
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
import simplejson
from django.utils.translation import override

from ratings.models import Scheme
from ratings.scheme.reading import SchemeRefused, read_scheme

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures/schemes").glob("33*[0-9].json"))
SCHEME = json.loads(
    next(one for one in FIXTURES if one.stem == "330624").read_text(encoding="utf-8"), parse_float=Decimal
)


def read(body):
    return read_scheme(simplejson.dumps(body).encode())


def changed(place, value):
    """The scheme of 新昌 with ``value`` at ``place``; ``...`` deletes."""
    body = deepcopy(SCHEME)
    *way, last = place
    part = body
    for step in way:
        part = part[step]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return body


def places(body):
    with pytest.raises(SchemeRefused) as refused:
        read(body)
    return [problem.place for problem in refused.value.problems if problem.severity == "error"]


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.stem)
def test_the_schemes_of_the_demonstration_have_nothing_wrong(file):
    reading = read_scheme(file.read_bytes())
    full = sum(area.full for area in reading.spec.areas if area.kind == "base")
    assert (reading.warnings, full) == ([], 100)
    assert {c.method for c in reading.spec.criteria} == {
        "judged", "deduction", "count", "tiers", "linear", "checklist"
    }  # fmt: skip
    assert {rule.does for rule in reading.spec.rules} == {"warn", "lower", "cap", "suspend", "revoke"}


def test_a_file_may_begin_with_a_bom():
    assert read_scheme(b"\xef\xbb\xbf" + FIXTURES[0].read_bytes()).body == SCHEME


MEETINGS, SHARE, PLAIN_INCOME, HILL_INCOME = (
    ("areas", 0, "criteria", 0),
    ("areas", 0, "criteria", 4),
    ("areas", 3, "criteria", 2),
    ("areas", 3, "criteria", 3),
)


@pytest.mark.parametrize(
    ("place", "value", "wrong"),
    [
        (("format",), ..., ["format"]),
        (("format",), "pingxing-scheme/2", ["format"]),
        (("areas",), ..., ["areas"]),
        (("year",), "2026", ["year"]),
        (("year",), True, ["year"]),
        (("colour",), 1, ["colour"]),
        (("rule",), "lottery", ["rule"]),
        (("areas", 0, "kind"), "extra", ["areas[0].kind"]),
        (("areas", 0, "colour"), 1, ["areas[0].colour"]),
        (("areas", 6, "code"), "B", ["areas[6]"]),
        ((*MEETINGS, "method"), "guess", ["areas[0].criteria[0]"]),
        ((*MEETINGS, "method"), ..., ["areas[0].criteria[0]"]),
        ((*MEETINGS, "max"), "4", ["areas[0].criteria[0].max"]),
        ((*MEETINGS, "max"), True, ["areas[0].criteria[0].max"]),
        ((*MEETINGS, "tiers"), [], ["areas[0].criteria[0].tiers"]),
        ((*MEETINGS, "items", 0, "per"), ..., ["areas[0].criteria[0].items[0]"]),
        ((*MEETINGS, "items", 1, "code"), "a", ["areas[0].criteria[0].items[1]"]),
        ((*MEETINGS, "code"), "1.2", ["areas[0].criteria[1]"]),
        (("areas", 6, "criteria", 0, "items", 0, "zeroes"), True, ["areas[6].criteria[0].items[0].zeroes"]),
        ((*SHARE, "tiers", 1, "points"), 5, ["areas[0].criteria[4].tiers[1]"]),
        ((*SHARE, "tiers", 1, "at_least"), 95, ["areas[0].criteria[4].tiers[1]"]),
        ((*SHARE, "tiers", 1, "at_most"), 92, ["areas[0].criteria[4].tiers[1]"]),
        ((*SHARE, "tiers", 1, "at_least"), "90", ["areas[0].criteria[4].tiers[1].at_least"]),
        ((*PLAIN_INCOME, "full_at"), 10, ["areas[3].criteria[2].full_at"]),
        ((*HILL_INCOME, "max"), 5, ["areas[3].criteria[3].max"]),
        ((*HILL_INCOME, "only"), ..., ["areas[3].criteria[3]"]),
        (("vetoes", 1, "code"), "V1", ["vetoes[1]"]),
        (("vetoes", 1, "code"), "2.3", ["vetoes[1]"]),
        (("vetoes", 0, "bars"), "some", ["vetoes[0].bars"]),
        (("vetoes", 0, "bars"), ["1"], ["vetoes[0].bars[0]"]),
        (("stars", 0, "areas"), {"9": Decimal("0.5")}, ["stars[0].areas.9"]),
        (("stars", 0, "areas"), {"B": Decimal("0.5")}, ["stars[0].areas.B"]),
        (("stars", 0, "criteria"), {"9.9": 1}, ["stars[0].criteria.9.9"]),
        (("stars", 0, "figures"), {"1.1": 1}, ["stars[0].figures.1.1"]),
        (("stars", 0, "figures"), {"2.3": "90"}, ["stars[0].figures.2.3"]),
        (("stars", 0, "figures"), {"2.3": {"at_most": 9, "least": 9}}, ["stars[0].figures.2.3.least"]),
        (("stars", 0, "others"), 1, ["stars[0].others"]),
        (("stars", 1, "total"), 91, ["stars[1]"]),
        (("stars", 1, "star"), 5, ["stars[1].star"]),
        (("stars", 3), {"star": 2, "over": 70}, ["stars[3]"]),
        (("stars", 4, "total"), 60, ["stars[4]"]),
        (("rules", 0, "event"), "unheard", ["rules[0].event"]),
        (("rules", 0, "does"), "scold", ["rules[0].does"]),
        (("rules", 0, "star"), ..., ["rules[0]"]),
        (("events",), [*SCHEME["events"], SCHEME["events"][0]], ["events[7]"]),
    ],
)  # fmt: skip
def test_an_error_is_found_at_its_place(place, value, wrong):
    assert places(changed(place, value)) == wrong


@pytest.mark.parametrize(
    ("place", "value", "warned"),
    [
        ((*MEETINGS, "max"), 5, ["areas"]),
        (("areas", 0, "criteria", 2, "items", 0, "points"), 2, ["areas[0].criteria[2].items"]),
        (("areas", 0, "cap"), 9, ["areas[0].cap"]),
        (("areas", 0, "line"), 9, ["areas[0].line"]),
        (("areas", 0, "core"), True, ["areas[0].core"]),
        ((*MEETINGS, "supplier"), "vilage", ["areas[0].criteria[0].supplier"]),
        (("vetoes", 0, "bars"), [7], ["vetoes[0].bars[0]"]),
        (("rules", 0, "by"), 1, ["rules[0].by"]),
    ],
)
def test_a_warning_refuses_nothing(place, value, warned):
    assert [(w.place, w.severity) for w in read(changed(place, value)).warnings] == [(p, "warning") for p in warned]


def test_equal_lines_may_stand_when_the_stars_differ_elsewhere():
    ranks = [{"star": star, "total": 90, "top": Decimal(top)} for star, top in ((3, "0.25"), (2, "0.7"), (1, "0.85"))]
    assert read(changed(("stars",), ranks)).spec.stars[2].top == Decimal("0.85")


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"\xff\xfe", b'{"year": NaN}', b"1", b"[" * 100_000], ids=lambda raw: raw[:10]
)
def test_what_is_no_scheme_at_all_is_refused(raw):
    with pytest.raises(SchemeRefused):
        read_scheme(raw)


def test_a_key_that_stands_twice_is_an_error():
    with pytest.raises(SchemeRefused) as refused:
        read_scheme(b'{"areas": [{"code": "1", "code": "2"}]}')
    assert [problem.place for problem in refused.value.problems] == ["areas[0]"]


@pytest.mark.parametrize("number", ["1e999999", "0.12345678901", "1000000000000"])
def test_numbers_beyond_all_measure_are_refused(number):
    text = simplejson.dumps(changed(("tolerance",), 77777)).replace("77777", number)
    with pytest.raises(SchemeRefused) as refused:
        read_scheme(text.encode())
    assert [problem.place for problem in refused.value.problems] == ["tolerance"]


def test_an_issued_text_is_read_once_in_each_language_and_a_changed_one_anew():
    """What is asked may be worded in the reader's language, so that one language never serves the other."""
    issued = partial(Scheme, pk=7, state=Scheme.State.ISSUED)
    spec = issued(body=deepcopy(SCHEME)).spec
    assert issued(body=deepcopy(SCHEME)).spec is spec
    with override("en"):
        assert issued(body=deepcopy(SCHEME)).spec is not spec
    assert issued(body=changed(("name",), "另一份")).spec.name == "另一份"


def test_a_copy_of_a_scheme_works_everything_out_anew():
    spec = Scheme(body=SCHEME).spec
    assert spec.criteria
    assert spec.model_copy(update={"areas": ()}).criteria == ()
