"""Deciding: who, when, how high, and that two at once make one decision (practice §3)."""

from decimal import Decimal as D

import pytest
from django.utils import translation

from accounts.models import User
from accounts.roles import Role
from ratings.disclosure import shown_steps
from ratings.models import Decision, Stage, Transition
from ratings.workflow.actions import available
from records.refusals import Incomplete, NotAllowed, WrongState
from reviews.models import Settlement, Sheet
from reviews.workflow import decisions, panels, settlements
from tests.built_once import built_once
from tests.concurrency import at_once, stated
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    ApplicationFactory,
    AppointmentFactory,
    EventFactory,
    UnitFactory,
    VetoFactory,
    person,
)
from tests.reviews.conftest import PLAIN, SOUND, TODAY, score, score_county, score_township

CLOSING = {"document": "评星办〔2026〕9号", "reason": "县里统一安排"}

FAIR = PLAIN | {"1.2": 80, "2.2": 6}  # 10 + 0 + 8 + 6 = 24: two stars


def test_the_leader_decides_up_to_three_stars(place):
    score_township(place, SOUND)
    decision = decisions.decide(place.application, star=3, by=place.township_leader)
    place.application.refresh_from_db()
    assert place.application.state == "decided"
    assert (decision.star, decision.total, decision.origin, decision.state) == (3, D("31.00"), "township", "decided")
    assert (decision.decided_by, decision.on, decision.cut_off) == (place.township_leader, None, None)
    step = Transition.objects.filter(application=place.application).last()
    assert (step.verb, step.by, step.from_state, step.to_state) == (
        "decide_township",
        place.township_leader,
        "township_review",
        "decided",
    )


@pytest.mark.parametrize(
    "name",
    ["township_leader2", "township_office", "township_reviewer", "county_office", "filler", "signer", "discipline"],
)
def test_nobody_else_decides_in_the_township(place, name):
    score_township(place, SOUND)
    with pytest.raises(NotAllowed):
        decisions.decide(place.application, star=3, by=getattr(place, name))
    with pytest.raises(NotAllowed):
        decisions.reject(place.application, by=getattr(place, name), reason="材料不实")


def test_who_scored_does_not_decide(place):
    AppointmentFactory(user=place.township_reviewer, role=Role.TOWNSHIP_LEADER, unit=place.township)
    score_township(place, SOUND)
    both = User.objects.get(pk=place.township_reviewer.pk)
    with pytest.raises(NotAllowed):
        decisions.decide(place.application, star=3, by=both)
    assert [action.verb for action in available(both, place.application)] == []


def test_who_holds_a_post_in_the_village_does_not_decide_on_it(place):
    AppointmentFactory(user=place.township_leader, role=Role.SIGNER, unit=UnitFactory(code=VILLAGE))
    score_township(place, SOUND)
    with pytest.raises(NotAllowed):
        decisions.decide(place.application, star=3, by=place.township_leader)


def test_nothing_is_decided_before_all_sheets_are_in(place):
    score(place.application, "township", place.township_reviewer, SOUND)
    with pytest.raises(Incomplete):
        decisions.decide(place.application, star=3, by=place.township_leader)
    assert Decision.objects.count() == 0


def test_nothing_is_decided_before_a_spread_is_settled(place):
    score(place.application, "township", place.township_reviewer, SOUND)
    score(place.application, "township", place.township_reviewer_b, SOUND | {"2.2": 8})
    with pytest.raises(Incomplete):
        decisions.decide(place.application, star=3, by=place.township_leader, reason="x")
    settlements.settle(Settlement.objects.get(), by=place.township_office, note="同意按平均计。")
    assert decisions.decide(place.application, star=3, by=place.township_leader, reason="村情变化").star == 3


@pytest.mark.parametrize(("star", "reason", "fine"), [(4, "", False), (3, "", False), (2, "", True), (1, "", False)])
def test_a_star_stays_within_what_the_points_allow_and_below_it_needs_a_reason(place, star, reason, fine):
    score_township(place, FAIR)
    if fine:
        assert decisions.decide(place.application, star=star, by=place.township_leader, reason=reason).star == star
    else:
        with pytest.raises(Incomplete):
            decisions.decide(place.application, star=star, by=place.township_leader, reason=reason)


def test_a_lower_star_with_its_reason(place):
    score_township(place, FAIR)
    decision = decisions.decide(place.application, star=1, by=place.township_leader, reason="整改未完成")
    assert (decision.star, decision.reason) == (1, "整改未完成")
    assert Transition.objects.filter(application=place.application).last().reason == ""


def test_a_star_does_not_exceed_the_one_applied_for(place):
    place.application.applied_star = 2
    place.application.save()
    score_township(place)
    with pytest.raises(Incomplete):
        decisions.decide(place.application, star=3, by=place.township_leader)
    assert decisions.decide(place.application, star=2, by=place.township_leader).star == 2


def test_a_star_does_not_exceed_a_cap_that_is_active_that_day(place):
    EventFactory(unit=place.application.unit, kind="case_opened", on="2026-03-01")  # capped at three for a year
    EventFactory(unit=place.application.unit, kind="spot_check_failed", on="2026-09-01")
    score_township(place)
    with pytest.raises(Incomplete):
        decisions.recommend(place.application, star=3, by=place.township_leader)
    assert decisions.decide(place.application, star=3, by=place.township_leader).star == 3


def test_a_cap_that_has_run_out_or_was_closed_holds_nothing_down(place):
    EventFactory(unit=place.application.unit, kind="case_opened", on="2025-09-01")
    EventFactory(unit=place.application.unit, kind="case_opened", on="2026-03-01", closed="2026-09-27")
    score_township(place)
    decisions.recommend(place.application, star=3, by=place.township_leader)


def test_the_township_does_not_decide_four_but_recommends_with_its_own_star(place):
    score_township(place)
    with pytest.raises(Incomplete):
        decisions.decide(place.application, star=4, by=place.township_leader)
    with pytest.raises(Incomplete):
        decisions.recommend(place.application, star=4, by=place.township_leader)
    with pytest.raises(Incomplete):
        decisions.recommend(place.application, star=2, by=place.township_leader)
    decisions.recommend(place.application, star=3, by=place.township_leader)
    place.application.refresh_from_db()
    assert (place.application.state, place.application.township_star) == ("county_review", 3)
    assert set(place.application.sheets.filter(stage="county").values_list("reviewer__username", "state")) == {
        ("county_reviewer", "open"),
        ("county_reviewer_b", "open"),
    }


def test_what_reaches_no_more_than_three_is_not_recommended(place):
    score_township(place, SOUND)
    with pytest.raises(Incomplete):
        decisions.recommend(place.application, star=3, by=place.township_leader)


def test_a_rejection_carries_a_reason_and_ends_the_application(place):
    with pytest.raises(Incomplete):
        decisions.reject(place.application, by=place.township_leader, reason="")
    decisions.reject(place.application, by=place.township_leader, reason="材料不实")
    place.application.refresh_from_db()
    assert place.application.state == "rejected"
    with pytest.raises(WrongState):
        decisions.reject(place.application, by=place.township_leader, reason="材料不实")


@built_once(at=TODAY)
def recommended(place):
    score_township(place)
    decisions.recommend(place.application, star=3, by=place.township_leader)
    place.application.refresh_from_db()
    return place


def test_the_county_decides_four(recommended):
    score_county(recommended)
    assert decisions.decide(recommended.application, star=4, by=recommended.county_office).origin == "county"


def test_a_veto_met_bars_four_on_the_decision_day(recommended):
    score_county(recommended)
    VetoFactory(on="2026-05-01")
    with pytest.raises(Incomplete):
        decisions.decide(recommended.application, star=4, by=recommended.county_office)
    assert decisions.decide(recommended.application, star=3, by=recommended.county_office).star == 3


def test_what_the_county_does_not_reach_gets_the_townships_own_star(recommended):
    score_county(recommended, SOUND)
    for star in (2, 4):
        with pytest.raises(Incomplete):
            decisions.decide(recommended.application, star=star, by=recommended.county_office, reason="x")
    assert decisions.decide(recommended.application, star=3, by=recommended.county_office).star == 3


def test_what_does_not_even_reach_that_goes_back_to_the_township(recommended):
    score_county(recommended, FAIR)
    with pytest.raises(Incomplete):
        decisions.decide(recommended.application, star=3, by=recommended.county_office, reason="x")
    with pytest.raises(Incomplete):
        decisions.send_back(recommended.application, by=recommended.county_office, reason="")
    with pytest.raises(NotAllowed):
        decisions.send_back(recommended.application, by=recommended.township_leader, reason="未达到")
    decisions.send_back(recommended.application, by=recommended.county_office, reason="未达到三星")
    recommended.application.refresh_from_db()
    assert (recommended.application.state, recommended.application.panel_total) == ("township_review", D("38.00"))
    assert (
        decisions.decide(recommended.application, star=3, by=recommended.township_leader, reason="按县意见").star == 3
    )


def test_who_acted_in_the_township_does_not_sit_on_the_county_panel_for_it(place):
    for user in (place.township_reviewer, place.township_leader):
        AppointmentFactory(user=user, role=Role.COUNTY_REVIEWER, unit=UnitFactory(code=COUNTY))
    panels.convene(
        place.cycle,
        place.county,
        Stage.COUNTY,
        [place.county_reviewer, place.county_reviewer_b, place.township_reviewer, place.township_leader],
        by=place.county_office,
    )
    score_township(place)
    decisions.recommend(place.application, star=3, by=place.township_leader)
    assert dict(place.application.sheets.filter(stage="county").values_list("reviewer__username", "state")) == {
        "county_reviewer": "open",
        "county_reviewer_b": "open",
        "township_reviewer": "recused",
        "township_leader": "recused",
    }


def test_a_decision_not_yet_released_can_be_taken_back_and_stays_on_record(place):
    score_township(place, SOUND)
    decisions.decide(place.application, star=3, by=place.township_leader)
    with pytest.raises(NotAllowed):
        decisions.reconsider(place.application, by=place.township_office, reason="漏看材料")
    decisions.reconsider(place.application, by=place.township_leader, reason="漏看材料")
    place.application.refresh_from_db()
    assert (place.application.state, place.application.panel_total) == ("township_review", D("31.00"))
    assert decisions.decide(place.application, star=2, by=place.township_leader, reason="漏看材料").star == 2
    assert list(Decision.objects.values_list("star", "state").order_by("id")) == [(3, "overturned"), (2, "decided")]


def test_many_are_decided_together_or_none(place):

    other = ApplicationFactory(
        cycle=place.cycle, unit=UnitFactory(code=TOWNSHIP + "205"), state="township_review", applied_star=3
    )
    score_township(place, SOUND)
    choices = {place.application.pk: decisions.Choice(3), other.pk: decisions.Choice(3)}
    with pytest.raises(Incomplete):
        decisions.decide_many(Stage.TOWNSHIP, choices, by=place.township_leader)
    assert Decision.objects.count() == 0
    score_township(place, SOUND, other)
    assert len(decisions.decide_many(Stage.TOWNSHIP, choices, by=place.township_leader)) == 2


def test_what_may_be_done_next_depends_on_who_asks(place):
    def verbs(user):
        place.application.refresh_from_db()
        return [
            a.verb for a in available(User.objects.get(pk=user.pk), place.application) if a.url_name[:6] == "review"
        ]

    assert verbs(place.township_reviewer) == ["score_township"]
    assert verbs(place.township_leader) == ["decide_township", "recommend", "reject"]
    assert verbs(place.county_office) == verbs(place.filler) == []
    score_township(place)
    assert verbs(place.township_reviewer) == []
    decisions.recommend(place.application, star=3, by=place.township_leader)
    assert verbs(place.county_office) == ["decide_county", "send_back"]
    assert verbs(place.county_reviewer) == ["score_county"]
    assert verbs(place.township_leader) == []


@pytest.mark.django_db(transaction=True)
def test_two_leaders_at_once_make_one_decision_and_the_other_is_told(place):
    second = person(Role.TOWNSHIP_LEADER, TOWNSHIP, username="second")
    score_township(place, SOUND)
    outcomes = at_once(
        lambda: decisions.decide(place.application, star=3, by=place.township_leader).star,
        lambda: decisions.decide(place.application, star=3, by=second).star,
    )
    assert stated(outcomes) == [3, WrongState]
    assert Decision.objects.count() == 1


def test_sheets_of_others_are_still_there_after_the_decision(place):
    score_township(place, SOUND)
    decisions.decide(place.application, star=3, by=place.township_leader)
    assert set(Sheet.objects.values_list("state", flat=True)) == {"handed_in"}


def test_why_the_townships_own_star_is_lower_stays_with_the_offices_until_the_release(place):
    score_township(place)
    decisions.recommend(place.application, star=2, by=place.township_leader, reason="去年有信访积案")
    place.application.refresh_from_db()

    def reasons(user):
        steps = list(place.application.transitions.all())
        return [step.reason for step in shown_steps(User.objects.get(pk=user.pk), place.application, steps)][-1]

    assert [reasons(user) for user in (place.township_leader, place.county_office)] == ["去年有信访积案"] * 2
    assert [reasons(user) for user in (place.filler, place.township_reviewer)] == ["", ""]


def test_what_the_county_has_decided_is_not_told_to_the_township_before_its_release(place, client):
    score_township(place)
    decisions.recommend(place.application, star=3, by=place.township_leader)
    score_county(place)
    decisions.decide(place.application, star=4, by=place.county_office)
    for step in (
        lambda: decisions.reconsider(place.application, by=place.township_leader, reason="漏看材料"),
        lambda: decisions.decide_many(
            Stage.TOWNSHIP, {place.application.pk: decisions.Choice(3)}, by=place.township_leader
        ),
    ):
        with pytest.raises(WrongState) as refused, translation.override("en"):
            step()
        assert str(refused.value).endswith("is now at the step “County review”.")
    address = f"/reviews/applications/{place.application.pk}/"
    shown = {}
    for user in (place.township_leader, place.county_office):
        client.force_login(user)
        shown[user.username] = "/reconsider/" in client.get(address).content.decode()
    assert shown == {"township_leader": False, "county_office": True}
    back = {"reason": "漏看材料", "key": client.get(address).context["key"]}
    assert "页面已过期" in client.post(f"{address}reconsider/", {"reason": "漏看"}, follow=True).text
    first, second = (client.post(f"{address}reconsider/", back, follow=True) for _click in range(2))
    assert [str(m) for m in first.context["messages"]] == [str(m) for m in second.context["messages"]]
    decisions.decide(place.application, star=4, by=place.county_office)
    stale = client.get(address).context["key"]
    decisions.reconsider(place.application, by=place.county_office, reason="再议")
    decisions.decide(place.application, star=4, by=place.county_office)
    client.post(f"{address}reconsider/", {"reason": "另一个", "key": stale})
    assert place.application.decisions.filter(state="decided").count() == 1


def test_what_the_township_has_decided_is_not_told_to_the_county_before_its_release(place, client):
    score_township(place, SOUND)
    decisions.decide(place.application, star=3, by=place.township_leader)
    shown = {}
    for user in (place.township_leader, place.county_office):
        client.force_login(user)
        answer = client.get(f"/reviews/applications/{place.application.pk}/")
        shown[user.username] = (answer.status_code, "/reconsider/" in answer.content.decode())
    assert shown == {"township_leader": (200, True), "county_office": (200, False)}
