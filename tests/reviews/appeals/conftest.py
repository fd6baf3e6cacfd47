"""A released decision of two stars where three were possible, and what may be done about it."""

from types import SimpleNamespace

from notifications.models import Notice
from reviews.workflow import appeals, batches, decisions
from tests.built_once import built_once
from tests.reviews.conftest import SOUND, TODAY, prepare, score_township

IN_FORCE = "2026-10-12T02:00:00Z"


@built_once(at=TODAY)
def released(place) -> SimpleNamespace:
    """The township gave two stars where three were possible; both county reviewers are free to hear."""
    score_township(place, SOUND)
    place.decision = decisions.decide(place.application, star=2, by=place.township_leader, reason="还要看一年")
    place.batch = batches.release(prepare(place), by=place.township_office)
    place.decision.refresh_from_db()
    return place


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
