"""The demonstration's facts: better with quality, near any requested total, and the same every time."""

import pytest

from reports.demonstration import schemes
from reports.demonstration.facts import facts, luck_of, quality_for, total

SPEC = schemes.spec("330624")
CRITERIA = SPEC.fitting(["山区"])


def at(village, quality):
    return total(SPEC, CRITERIA, facts(SPEC, CRITERIA, luck_of(CRITERIA, village), quality))


@pytest.mark.parametrize("village", range(5))
def test_they_get_better_with_quality(village):
    totals = [at(village, quality / 20) for quality in range(21)]
    assert totals == sorted(totals)


@pytest.mark.parametrize("wanted", [61, 72, 83, 91])
def test_a_quality_is_found_for_a_total(wanted):
    quality = quality_for(SPEC, CRITERIA, luck_of(CRITERIA, "village"), wanted)
    assert wanted <= at("village", quality) <= wanted + 5


def test_they_are_the_same_every_time():
    assert luck_of(CRITERIA, "village") == luck_of(CRITERIA, "village") != luck_of(CRITERIA, "another")
