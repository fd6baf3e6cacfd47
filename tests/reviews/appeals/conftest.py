"""A released decision of two stars where three were possible, and what may be done about it."""

from copy import deepcopy
from types import SimpleNamespace

import pytest

from notifications.models import Notice
from reviews.workflow import appeals, batches, decisions
from tests.clock import freeze_time
from tests.reviews.conftest import SOUND, TODAY, make_place, prepare, score_township

IN_FORCE = "2026-10-12T02:00:00Z"


def give_two_stars(place: SimpleNamespace) -> SimpleNamespace:
    """The township gave two stars where three were possible; both county reviewers are free to hear."""
    score_township(place, SOUND)
    place.decision = decisions.decide(place.application, star=2, by=place.township_leader, reason="还要看一年")
    place.batch = batches.release(prepare(place), by=place.township_office)
    place.decision.refresh_from_db()
    return place


@pytest.fixture(scope="module")
def released_of_file(place_of_file, rows_of_file):
    with freeze_time(TODAY):
        return rows_of_file(lambda: give_two_stars(deepcopy(place_of_file)))


@pytest.fixture
def released(released_of_file, db, own_copy):
    return own_copy(released_of_file, lambda: give_two_stars(make_place()))


def appeal_of(place, **given):
    return appeals.make_appeal(place.decision, **{"reasons": "得分够三星。", "by": place.signer} | given)


def heard(place):
    place.appeal = appeal_of(place)
    appeals.convene(place.appeal, [place.county_reviewer, place.county_office], by=place.county_office)
    return place.appeal


def uphold(place, **given):
    given = {"star": 3, "document": "新评复〔2026〕1号", "answer": "理由成立。", "by": place.county_reviewer} | given
    return appeals.uphold(place.appeal, **given)


def told(kind):
    return sorted(Notice.objects.filter(kind=kind).values_list("user__username", flat=True))
