"""What is appealed: a released decision of two stars where three were possible, a rejection, a star that fell."""

from datetime import date
from types import SimpleNamespace

from accounts.roles import Role
from notifications.models import Notice
from ratings.events.happening import Happening
from ratings.register.rerating import rerate
from ratings.workflow import event as events
from reviews.workflow import appeals, batches, decisions
from tests.built_once import built_once
from tests.factories import VILLAGE, DecisionFactory, UnitFactory, person
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


@built_once(at=TODAY)
def city(place):
    UnitFactory(code="3306")
    place.city_office = person(Role.CITY_OFFICE, "3306", username="city_office", name="city_office")
    return place


@built_once(at=TODAY)
def rejected(place):
    """The township does not rate a village that holds three stars."""
    DecisionFactory(unit=place.application.unit, star=3)
    rerate([VILLAGE])
    score_township(place)
    decisions.reject(place.application, by=place.township_leader, reason="资料不实")
    place.application.refresh_from_db()
    return place


@built_once(at=TODAY)
def fallen(city):
    """A village of four stars loses one by a failed spot check."""
    DecisionFactory(unit=city.application.unit, star=4)
    rerate([VILLAGE])
    city.event = events.record(
        Happening(city.application.unit, "spot_check_failed", date(2026, 9, 20)), by=city.discipline
    )
    return city


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
