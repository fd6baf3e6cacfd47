"""``draw_sample`` (formats §7): a share of each stratum by tickets, against a plain reading of the rule."""

import hashlib
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from accounts.roles import Role
from reviews.samples.draw import sample
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import COUNTY, TOWNSHIP, DecisionFactory, EventFactory, SchemeFactory, UnitFactory, person
from villages.workflow.ordering import OrderPaper, SplitPart, merge

CODES = st.lists(st.integers(0, 999).map("330624108{:03d}".format), unique=True, max_size=40)
SHARES = st.one_of(
    st.integers(1, 10**6).map(lambda n: Decimal(n).scaleb(-6)),
    st.sampled_from(["0.1", "0.3", "1", "0.05"]).map(Decimal),
)


def plainly(stratum_of, share, seed):
    """Rank every unit within its stratum; it is drawn if fewer than share × n stand before it."""

    def digest(code):
        return hashlib.sha256((seed + ":" + code).encode("utf-8")).hexdigest()

    drawn = []
    for code, stratum in stratum_of.items():
        fellows = [other for other in stratum_of if stratum_of[other] == stratum]
        before = sum(digest(other) < digest(code) for other in fellows)
        over, under = share.as_integer_ratio()
        if before * under < over * len(fellows):
            drawn.append(code)
    return sorted(drawn)


@given(CODES, SHARES, st.text(st.characters(exclude_categories=["Cs"]), max_size=8), st.data())
def test_a_sample_is_the_plain_reading_of_its_rule(codes, share, seed, data):
    strata = {code: data.draw(st.integers(0, 3)) for code in codes}
    assert sample(strata, share, seed) == plainly(strata, share, seed)


def test_a_share_is_multiplied_exactly():
    """0.07 × 100 is 7, not the 7.000000000000001 of a float."""
    assert len(sample({f"{n:012d}": 0 for n in range(100)}, Decimal("0.07"), "1")) == 7


A, B, C, D, E = (f"{TOWNSHIP}{end}" for end in (201, 202, 203, 204, 205))
FAR, NEW, COMMUNITY = "330624109201", f"{TOWNSHIP}299", f"{TOWNSHIP}001"


TODAY = "2026-11-24 10:00+08:00"


@built_once(at=TODAY)
def villages(db):
    """Seven rated villages and a community; on 20 November 2026 D and E became one."""
    for code in ("3306", COUNTY, TOWNSHIP, "330624109", A, B, C, D, E, FAR, COMMUNITY):
        UnitFactory(code=code)
    SchemeFactory(year=2025)
    for code, star in ((A, 4), (B, 4), (C, 3), (FAR, 4), (COMMUNITY, 5)):
        DecisionFactory(unit_id=code, unit=None, star=star)
    EventFactory(unit_id=B, unit=None, on=date(2026, 6, 1))  # caps it at three stars for a year
    paper = OrderPaper("新政〔2026〕9号", date(2026, 11, 20), "村规模调整")
    merge([D, E], SplitPart(NEW, "并村"), paper, by=person(Role.COUNTY_OFFICE, COUNTY))


@pytest.fixture
def world(villages):
    with freeze_time(TODAY):
        yield


def drawn(*arguments):
    out = StringIO()
    call_command("draw_sample", *arguments, stdout=out)
    return out.getvalue().splitlines()


@pytest.mark.parametrize(
    ("arguments", "strata"),
    [
        (["--unit", COUNTY], dict.fromkeys([A, B, C, NEW, FAR], "")),
        (["--unit", "3306", "--by", "none"], dict.fromkeys([A, B, C, NEW, FAR], "")),
        (["--unit", TOWNSHIP], dict.fromkeys([A, B, C, NEW], "")),
        (["--unit", COUNTY, "--by", "township"], {c: c[:9] for c in (A, B, C, NEW, FAR)}),
        (["--unit", COUNTY, "--by", "star"], {A: 4, B: 3, C: 3, NEW: 0, FAR: 4}),
        (["--unit", COUNTY, "--by", "star", "--on", "2026-11-19"], {A: 4, B: 3, C: 3, D: 0, E: 0, FAR: 4}),
        (["--unit", COUNTY, "--by", "star", "--on", "2026-05-31"], {A: 4, B: 4, C: 3, D: 0, E: 0, FAR: 4}),
        (["--unit", COUNTY, "--by", "star", "--on", "2026-01-19"], dict.fromkeys([A, B, C, D, E, FAR], 0)),
    ],
)
@pytest.mark.parametrize("share", ["0.001", "0.4", "0.5", "1"])
@pytest.mark.parametrize("seed", ["1", "二〇二六 第一批"])
def test_the_villages_that_stand_that_day_are_drawn_from(world, arguments, strata, share, seed):
    expected = plainly(strata, Decimal(share), seed)
    assert expected
    assert drawn(*arguments, "--share", share, "--seed", seed) == expected


def test_a_place_without_villages_gives_nothing(world):
    UnitFactory(code="330624110")
    assert drawn("--unit", "330624110", "--share", "1", "--seed", "1") == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"--unit": "999999"}, "There is no unit 999999."),
        ({"--share": "0"}, "“0” is not a decimal above 0 and at most 1, such as 0.1."),
        ({"--share": "1.01"}, "“1.01” is not a decimal above 0 and at most 1, such as 0.1."),
        ({"--share": "-0.1"}, "“-0.1” is not a decimal above 0 and at most 1, such as 0.1."),
        ({"--share": "nan"}, "“nan” is not a decimal above 0 and at most 1, such as 0.1."),
        ({"--share": "1e-999999999"}, "“1e-999999999” is not a decimal above 0 and at most 1, such as 0.1."),
        ({"--share": "10%"}, "“10%” is not a decimal above 0 and at most 1, such as 0.1."),
        ({"--seed": ""}, "The seed is empty, or not a text in UTF-8."),
        ({"--seed": "\udcff"}, "The seed is empty, or not a text in UTF-8."),
        ({"--on": "2026-02-30"}, "“2026-02-30” is not a day such as 2026-06-30."),
        ({"--by": "county"}, "(choose from"),
    ],
)
def test_wrong_arguments_are_refused_in_words(world, changed, words):
    arguments = {"--unit": COUNTY, "--share": "0.5", "--seed": "1"} | changed
    with override("en"), pytest.raises(CommandError) as refused:
        drawn(*(f"{name}={value}" for name, value in arguments.items()))
    assert words in str(refused.value)
