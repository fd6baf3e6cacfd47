"""Honours over the API: the same rules as on the pages and in the database."""

import pytest

from honours.models import EligibilityAnswer, Nomination
from tests.clients import api_of
from tests.factories import VILLAGE, EventFactory
from tests.honours.conftest import FIVE_STARS, THREE_STARS, fall, opened
from tests.honours.test_selections import made

pytestmark = pytest.mark.django_db


def test_a_village_is_nominated_and_supported_and_others_are_refused(who):
    round = opened(who)
    wanted = {"round": round.pk, "grounds": "村务公开好"}
    low = api_of(who.low).post("/api/v1/nominations/", wanted | {"unit": THREE_STARS}, format="json")
    EventFactory(unit__code=FIVE_STARS)
    barred = api_of(who.five).post("/api/v1/nominations/", wanted | {"unit": FIVE_STARS}, format="json")
    foreign = api_of(who.five).post("/api/v1/nominations/", wanted | {"unit": VILLAGE}, format="json")
    assert (low.status_code, barred.status_code, foreign.status_code) == (400, 400, 404)
    made_one = api_of(who.signer).post("/api/v1/nominations/", wanted | {"unit": VILLAGE}, format="json")
    assert (made_one.status_code, Nomination.objects.count()) == (201, 1)
    address = f"/api/v1/nominations/{made_one.data['id']}/"
    assert api_of(who.county).post(f"{address}support/", {"text": "同意"}, format="json").status_code == 404
    assert api_of(who.leader).post(f"{address}support/", {"text": "同意"}, format="json").data["state"] == "county"
    assert api_of(who.other).get(address).status_code == 404


def test_what_falls_the_day_after_is_refused_and_has_ended_by_rule(who):
    wanted = {"round": opened(who).pk, "grounds": "村务公开好", "unit": VILLAGE}
    village, leader = api_of(who.signer), api_of(who.leader)
    made_one = village.post("/api/v1/nominations/", wanted, format="json").data
    fall(who)
    again = village.post("/api/v1/nominations/", wanted, format="json")
    assert (again.status_code, Nomination.objects.get().state) == (400, "withdrawn")
    support = leader.post(f"/api/v1/nominations/{made_one['id']}/support/", {"text": "同意"}, format="json")
    assert support.status_code == 409


def test_a_department_asks_whether_a_village_may_be_honoured(who):
    asked = {"selection": made(who).pk, "unit": THREE_STARS, "purpose": "评文明村"}
    police = api_of(who.police)
    said = police.post("/api/v1/eligibility-answers/", asked, format="json", headers={"Idempotency-Key": "1"})
    again = police.post("/api/v1/eligibility-answers/", asked, format="json", headers={"Idempotency-Key": "1"})
    assert (said.status_code, said.data["eligible"], again.data["id"]) == (201, False, said.data["id"])
    assert [one["met"] for one in said.data["conditions"]] == [False]
    assert EligibilityAnswer.objects.get().code == said.data["code"]
    assert api_of(who.leader).post("/api/v1/eligibility-answers/", asked, format="json").status_code == 404
