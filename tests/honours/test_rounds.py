"""Model villages: who may be nominated, how a nomination comes onto the list, and how it ends."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from accounts.roles import Role
from followups.models import FollowUp
from honours.candidates import candidates
from honours.models import Nomination, Opinion, Round, RoundObjection
from honours.presenters import RoundPage
from honours.standing import standing_of
from honours.workflow import by_rule, checking, nominating, objections, objectors, rounds
from notifications.models import Notice
from ratings.events.happening import Happening
from ratings.models import StarPeriod
from ratings.register.rerating import rerate
from ratings.workflow import event as events
from records.previews import as_stored
from records.refusals import Incomplete, NotAllowed, Outdated, WrongState
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, DecisionFactory, EventFactory, UnitFactory, person
from tests.honours.conftest import (
    AFTER,
    FIVE_STARS,
    TERMS,
    THREE_STARS,
    listed,
    named,
    nominated,
    opened,
    under_notice,
)
from tests.small_files import PNG
from villages.workflow import OrderPaper, SplitPart, merge

pytestmark = pytest.mark.django_db
REFUSED = (IntegrityError, InternalError)


def raw(round: Round, code: str, by, **changes) -> Nomination:
    """A nomination straight into the table."""
    given = {"star": 4, "grounds": "x", "nominated_by": by} | changes
    return Nomination.objects.create(round=round, unit_id=code, **given)


def waiting(kind: str) -> list[tuple[str, str]]:
    rows = FollowUp.objects.waiting().filter(kind=kind).order_by("responsible_role")
    return list(rows.values_list("responsible_unit", "responsible_role"))


def told(user, kind: str) -> int:
    return Notice.objects.filter(user=user, kind=kind).count()


def record(who, code: str, kind: str = "case_opened", **more):
    happening = Happening(UnitFactory(code=code), kind, date(2026, 3, 11), **more)
    return events.record(happening, by=who.discipline, sure=True)


def test_a_village_comes_onto_the_list_by_each_levels_opinion(who):
    round = opened(who)
    assert told(who.signer, "round_opened") == told(who.five, "round_opened") == 1
    assert told(who.low, "round_opened") == 0
    one = nominated(round, who.signer)
    assert waiting("honour_opinion") == [("330624108", "township_leader")]
    with pytest.raises(NotAllowed):
        nominating.support(one, by=who.county, text="同意")
    one = nominating.support(one, by=who.leader, text="同意推荐")
    assert (one.state, waiting("honour_opinion")) == ("county", [("330624", "county_office")])
    with pytest.raises(NotAllowed):
        nominating.support(one, by=who.leader, text="再同意")
    one = nominating.support(one, by=who.county, text="同意")
    assert (one.state, waiting("honour_opinion")) == ("listed", [])
    assert list(Opinion.objects.values_list("level", "supports", "by")) == [
        ("township", True, who.leader.pk),
        ("county", True, who.county.pk),
    ]


def test_a_round_of_the_city_needs_the_citys_opinion(who):
    round = opened(who, level="city", name="2026年市级示范村")
    assert RoundPage(round, who.city).barring == ["村干部被立案审查"]  # as the county's scheme calls it
    one = nominated(round, who.signer)
    for by in (who.leader, who.county):
        one = nominating.support(one, by=by, text="同意推荐")
    assert (one.state, waiting("honour_opinion")) == ("city", [("3306", "city_office")])
    assert nominating.support(one, by=who.city, text="同意").state == "listed"
    with pytest.raises(NotAllowed):
        rounds.ask_departments(round, by=who.county, at=AFTER)


def test_a_village_of_three_stars_is_refused_by_workflow_and_database(who):
    round = opened(who)
    with pytest.raises(Incomplete):
        nominated(round, who.low, THREE_STARS)
    with pytest.raises(REFUSED, match="star that the round asks for"), transaction.atomic():
        raw(round, THREE_STARS, who.low, star=3)
    assert nominated(round, who.five, FIVE_STARS).star == 5


def test_a_station_of_five_stars_is_no_village(who):
    round, station = opened(who), UnitFactory(code=f"{TOWNSHIP}S01", rated=True)
    DecisionFactory(unit=station, star=5)
    rerate([station.code])
    assert StarPeriod.objects.on(round.day).get(unit=station).star == 5
    assert [unit.code for unit in candidates(round, [station.code, FIVE_STARS])] == [FIVE_STARS]
    with pytest.raises(Incomplete):
        nominating.nominate(round, station, by=person(Role.SIGNER, station.code), grounds="群众满意")


def test_an_open_event_of_a_kind_that_bars_is_refused_and_a_held_one_is_not(who):
    round = opened(who)
    event = EventFactory(on=date(2026, 3, 1))
    with pytest.raises(Incomplete):
        nominated(round, who.signer)
    with pytest.raises(REFUSED, match="event of a kind that bars is open"), transaction.atomic():
        raw(round, VILLAGE, who.signer)
    EventFactory(unit__code=FIVE_STARS, on=date(2026, 3, 1), held=True)
    EventFactory(unit__code=FIVE_STARS, on=date(2026, 3, 2), kind="spot_check_failed")
    assert nominated(round, who.five, FIVE_STARS).state == "township"
    type(event).objects.filter(pk=event.pk).update(closed=date(2026, 3, 15))
    assert nominated(round, who.signer).state == "township"


def test_what_falls_the_day_after_ends_by_rule(who):
    round = opened(who)
    one = listed(who, round)
    record(who, VILLAGE)  # of 11 March, the day after the round's: held down to three stars
    one.refresh_from_db()
    assert (one.state, one.by_rule) == ("withdrawn", True)
    assert told(who.signer, "nomination_ended") == told(who.county, "nomination_ended") == 1
    with pytest.raises(Incomplete):
        nominated(round, who.signer)
    assert by_rule.follow_the_day() == 0


def test_an_event_that_leaves_the_star_alone_ends_a_nomination_too(who):
    round = opened(who, barring=["case_opened", "spot_check_failed"])
    one, other = nominated(round, who.five, FIVE_STARS), nominated(round, who.signer)
    record(who, FIVE_STARS, "spot_check_failed")
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.state, one.by_rule, other.state) == ("withdrawn", True, "township")
    assert waiting("honour_opinion") == [("330624108", "township_leader")]


def test_a_held_event_ends_nothing_until_it_is_released(who):
    one = listed(who, opened(who))
    event = record(who, VILLAGE, held=True)
    by_rule.follow_the_day()
    one.refresh_from_db()
    assert (one.state, told(who.county, "nomination_ended")) == ("listed", 0)
    events.release(event, by=who.discipline)
    one.refresh_from_db()
    assert one.state == "withdrawn"


def test_no_step_is_skipped_by_sql_and_the_past_stays(who):
    round = opened(who)
    one = nominated(round, who.signer)
    rows = Nomination.objects.filter(pk=one.pk)
    for state in ("county", "listed", "named"):
        with pytest.raises(REFUSED), transaction.atomic():
            rows.update(state=state)
    with pytest.raises(REFUSED), transaction.atomic():
        Opinion.objects.create(nomination=one, level="county", supports=True, text="x", by=who.county)
    with pytest.raises(REFUSED), transaction.atomic():
        rows.update(grounds="另一个")
    with pytest.raises(REFUSED), transaction.atomic():
        Round.objects.filter(pk=round.pk).update(quota=1)
    with pytest.raises(REFUSED), transaction.atomic():
        Round.objects.filter(pk=round.pk).update(state="check")


def test_a_county_recommends_no_more_than_its_quota(who):
    round = opened(who, quota=1)
    listed(who, round)
    second = nominating.support(nominated(round, who.five, FIVE_STARS), by=who.leader, text="同意")
    with pytest.raises(Incomplete):
        nominating.support(second, by=who.county, text="同意")
    Opinion.objects.create(nomination=second, level="county", supports=True, text="x", by=who.county)
    with pytest.raises(REFUSED, match="quota"), transaction.atomic():
        Nomination.objects.filter(pk=second.pk).update(state="listed")


def test_what_is_not_supported_ends_with_its_reason(who):
    one = nominating.decline(nominated(opened(who), who.signer), by=who.leader, text="集体经济薄弱")
    assert (one.state, one.reason) == ("declined", "集体经济薄弱")
    assert Notice.objects.get(user=who.signer, kind="nomination_ended").params["reason"] == "集体经济薄弱"


def test_a_stale_page_takes_no_step(who):
    one = nominated(opened(who), who.signer)
    shown = as_stored(standing_of(one))
    nominating.support(one, by=who.leader, text="同意")
    with pytest.raises(Outdated):
        nominating.withdraw(one, by=who.signer, text="不报了", expected=shown)


def test_departments_answer_before_the_public_notice(who, clock):
    round = opened(who)
    one, other = listed(who, round), listed(who, round, who.five, FIVE_STARS)
    with pytest.raises(WrongState):
        rounds.ask_departments(round, by=who.county)  # the last day of nominations is not over
    round = rounds.ask_departments(round, by=who.county, at=AFTER)
    assert waiting("honour_check") == [("330624", "department"), ("330624", "discipline")]
    with pytest.raises(Incomplete):
        rounds.publish(round, by=who.county)
    with pytest.raises(REFUSED, match="department has not answered"), transaction.atomic():
        Round.objects.filter(pk=round.pk).update(state="notice", released_on=TERMS["day"], last_day=TERMS["day"])
    county = UnitFactory(code=COUNTY)
    with pytest.raises(NotAllowed):
        checking.reply(round, county, "公安局", by=who.discipline)
    checking.reply(round, county, "纪委监委", by=who.discipline, findings={other.pk: "正在核查，不宜命名"})
    with pytest.raises(WrongState):
        checking.note_lapse(round, county, "公安局", by=who.county, note="逾期未答")
    clock.move_to("2026-04-01 10:00+08:00")
    checking.note_lapse(round, county, "公安局", by=who.county, note="逾期未答")
    assert waiting("honour_check") == []
    with pytest.raises(Incomplete):
        rounds.publish(round, by=who.county)
    nominating.drop(other, by=who.county, text="联审有问题")
    assert rounds.publish(round, by=who.county).state == "notice"
    one.refresh_from_db()
    assert one.state == "listed"


def test_the_list_is_named_after_its_public_notice(who, clock):
    round = opened(who)
    one = listed(who, round)
    round = under_notice(who, round)
    assert round.last_day == date(2026, 3, 27)
    with pytest.raises(WrongState):
        rounds.name(round, by=who.county, document="新委〔2026〕30号")
    objection = objections.make(one, text="账目不清", place="10.0.0.1")
    assert objections.make(one, text="账目不清 ", place="10.0.0.1") == objection
    clock.move_to("2026-03-30 10:00+08:00")
    with pytest.raises(Incomplete):
        rounds.name(round, by=who.county, document="新委〔2026〕30号")
    with pytest.raises(NotAllowed):
        objections.answer(objection, by=who.county, upheld=False, answer="查过了")
    objections.answer(objection, by=who.discipline, upheld=False, answer="账目清楚")
    (one,) = rounds.name(round, by=who.county, document="新委〔2026〕30号")
    one.refresh_from_db()
    assert (one.state, one.round.state, told(who.signer, "village_named")) == ("named", "named", 1)
    assert waiting("honour_objection") == []


def test_an_upheld_objection_takes_the_village_off_the_list(who):
    round = opened(who)
    one = listed(who, round)
    under_notice(who, round)
    objections.answer(objections.make(one, text="弄虚作假"), by=who.discipline, upheld=True, answer="属实")
    one.refresh_from_db()
    assert (one.state, one.reason, RoundObjection.objects.get().state) == ("declined", "属实", "upheld")


def test_who_objected_is_forgotten_some_years_after_the_answer(who, clock, settings):
    round = opened(who)
    one = listed(who, round)
    under_notice(who, round)
    with pytest.raises(Incomplete):
        objections.make(one, text="x", photo=SimpleUploadedFile("a.pdf", b"%PDF-1.4"))
    photo = SimpleUploadedFile("现场.png", PNG)
    kept, open_one = (
        objections.make(one, text=text, name="李四", contact="13800000000", photo=photo)
        for text, photo in (("账目不清", photo), ("另一件", None))
    )
    objections.answer(kept, by=who.discipline, upheld=False, answer="查过了")

    def known():
        return [RoundObjection.objects.values_list("name", "contact").get(pk=pk) for pk in (kept.pk, open_one.pk)]

    clock.move_to(timezone.now() + timedelta(days=settings.OBJECTION_CONTACT_DAYS - 1))
    objectors.forget_old()
    assert known() == [("李四", "13800000000")] * 2
    clock.move_to(timezone.now() + timedelta(days=2))
    objectors.forget_old()
    assert known() == [("", ""), ("李四", "13800000000")]
    assert RoundObjection.objects.get(pk=kept.pk).photo.is_picture


@pytest.mark.parametrize("way", ["dropped", "by rule", "withdrawn", "cancelled"])
def test_departments_no_longer_answer_for_a_county_without_villages(who, way):
    round = opened(who)
    one = listed(who, round)
    rounds.ask_departments(round, by=who.county, at=AFTER)
    assert len(waiting("honour_check")) == 2
    if way == "dropped":
        nominating.drop(one, by=who.county, text="联审有问题")
    elif way == "by rule":
        record(who, VILLAGE)
    elif way == "withdrawn":
        nominating.withdraw(one, by=who.signer, text="不报了")
    else:
        rounds.cancel(round, by=who.county, reason="政策调整")
    assert waiting("honour_check") == []


def test_of_two_nominations_in_a_merger_one_goes_on(who):
    round = opened(who)
    one, other = nominated(round, who.signer), nominated(round, who.five, FIVE_STARS)
    paper = OrderPaper("新政〔2026〕9号", date(2026, 3, 20), "并村")
    merge([VILLAGE, FIVE_STARS], SplitPart(FIVE_STARS), paper, by=who.county)
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.state, one.by_rule, told(who.leader, "nomination_ended")) == ("withdrawn", True, 1)
    assert (other.state, waiting("honour_opinion")) == ("township", [("330624108", "township_leader")])


def test_a_title_is_withdrawn_when_the_star_falls_and_given_back_when_that_is_taken_back(who, clock):
    one = named(who, clock)
    event = record(who, VILLAGE)
    one.refresh_from_db()
    assert (one.state, one.by_rule, told(who.signer, "title_withdrawn")) == ("revoked", True, 1)
    with pytest.raises(Incomplete):
        nominating.restore(one, by=who.county, text="星级恢复")
    with pytest.raises(REFUSED), transaction.atomic():
        Nomination.objects.filter(pk=one.pk).update(state="named", reason="", closed_at=None)
    events.reverse_effects(event, document="纪申1号", reason="查无实据", by=who.discipline)
    clock.move_to("2026-04-02 10:00+08:00")
    by_rule.follow_the_day()
    assert nominating.restore(one, by=who.county, text="星级恢复").state == "named"


def test_a_cancelled_round_ends_its_nominations(who):
    round = opened(who)
    one = nominated(round, who.signer)
    rounds.cancel(round, by=who.county, reason="政策调整")
    one.refresh_from_db()
    assert (one.state, one.reason, waiting("honour_opinion")) == ("withdrawn", "政策调整", [])


def test_a_round_is_run_by_its_own_place(who):
    round = opened(who)
    for by in (who.city, who.other, who.leader):
        with pytest.raises(NotAllowed):
            rounds.cancel(round, by=by, reason="x")
    assert list(Round.objects.seen_by(who.other)) == []
    assert list(Round.objects.seen_by(who.signer)) == [round]
    with pytest.raises(Incomplete) as refused:
        rounds.draft(UnitFactory(code=COUNTY), by=who.county, **(TERMS | {"level": "city", "basis": " "}))
    assert sorted(refused.value.problems) == ["basis", "level", "name"]
