"""A draft on its way to being issued: consulted on, reviewed jointly, issued with its papers; what was reviewed is what
is issued."""

from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError
from django.urls import reverse

from accounts import audit_trail
from accounts.roles import Role
from consultations import places, workflow
from consultations.agreement import steps_missing
from consultations.models import Comment, Consultation, Issue, SchemePaper
from consultations.standing import standing_of
from consultations.todos import entries
from followups.models import FollowUp
from notifications.models import Notice
from ratings.models import Scheme
from ratings.scheme import drafting
from ratings.workflow import scheme_drafts, scheme_issuing
from ratings.workflow.scheme import import_scheme
from records import integrity
from records.refusals import Incomplete, NotAllowed, Outdated, WrongState
from tests.consultations.agreed import attach_papers
from tests.consultations.conftest import CITY, SISTER
from tests.factories import COUNTY, TOWNSHIP, person, scheme_body
from villages.models import Unit

UNTIL, LATER = date(2026, 12, 11), date(2026, 12, 25)


def begun(who, **given) -> Consultation:
    return workflow.begin(who.draft, by=who.office, until=UNTIL, **given)


def consulted(who) -> Consultation:
    return workflow.close(begun(who), by=who.office, reason="只有一处文字改动")


def reviewing(who) -> Consultation:
    return workflow.send(consulted(who), by=who.office, until=LATER)


def reviewed(who) -> Consultation:
    return workflow.conclude(reviewing(who), by=who.city, reason="各县均已回复")


def rewrite(who, part: str = "a1c1", **changes) -> None:
    body, _number = scheme_drafts.written(Scheme.objects.get(pk=who.draft.pk))
    value = drafting.part(body, part)
    scheme_drafts.save_part(who.draft, part, value | changes, seen=drafting.digest(value), by=who.office)


def told(kind: str) -> set[str]:
    return set(Notice.objects.filter(kind=kind).values_list("user__username", flat=True))


def todo(user) -> list[str]:
    user.__dict__.pop("posts", None)
    return [one.title for one in entries(user)]


def test_those_who_are_rated_or_rate_are_asked_and_have_it_on_their_list(who):
    begun(who)
    assert told("draft_consulted") == {"filler", "signer", "township", "department"}
    assert [len(todo(one)) for one in (who.filler, who.township, who.department)] == [1, 1, 1]
    assert [todo(one) for one in (who.sister, who.city, who.elsewhere)] == [[], [], []]
    assert FollowUp.objects.waiting().get(kind="draft_answer").responsible_unit_id == "330624"
    assert Consultation.objects.seen_by(who.sister).count() == 0


def test_those_who_fill_in_for_units_of_another_level_are_not_asked(who):
    other = person(Role.TOWNSHIP_SIGNER, TOWNSHIP, username="township_signer")
    one = begun(who)
    assert told("draft_consulted") == {"filler", "signer", "township", "department"}
    assert (todo(other), list(Consultation.objects.seen_by(other))) == ([], [])
    with pytest.raises(NotAllowed):
        workflow.comment(one, by=other, place="", text="与我无关")
    Scheme.objects.filter(pk=who.draft.pk).update(rates="township")
    assert [len(todo(user)) for user in (other, who.township, who.signer)] == [1, 1, 0]
    assert list(Consultation.objects.seen_by(other)) == [one]
    assert list(Consultation.objects.seen_by(who.signer)) == []


def test_pressed_twice_it_begins_once(who):
    assert begun(who) == begun(who)
    assert Notice.objects.filter(kind="draft_consulted", user=who.filler).count() == 1


def test_every_comment_is_answered_before_the_consultation_is_closed(who):
    one = begun(who)
    said = workflow.comment(one, by=who.signer, place="c-1.1", text="五分太多")
    assert workflow.comment(one, by=who.signer, place="c-1.1", text="五分太多") == said
    other = workflow.comment(one, by=who.department, place="", text="总体可行")
    assert (said.about, said.unit_id, said.role) == ("1.1 村民代表会议", "330624108204", "signer")
    assert other.source == "农业农村局"
    assert todo(who.signer) == []
    assert told("draft_commented") == {"office"}
    with pytest.raises(WrongState):
        workflow.close(one, by=who.office, reason="早一点")
    workflow.answer(said, by=who.office, outcome="taken_up", answer="改为三分")
    with pytest.raises(WrongState):
        workflow.answer(said, by=who.office, outcome="not", answer="不改")
    workflow.answer(other, by=who.office, outcome="explained", answer="谢谢")
    assert told("draft_answered") == {"signer", "department"}
    with pytest.raises(Incomplete):
        workflow.close(one, by=who.office)
    assert workflow.close(one, by=who.office, reason="都已答复").state == "consulted"
    assert told("draft_closed") == {"signer", "department"}
    assert FollowUp.objects.get(kind="draft_answer").state == "done"


def test_after_the_day_no_comment_comes_and_no_reason_is_needed(who, clock):
    one = begun(who)
    clock.move_to("2026-12-12 00:00:01+08:00")
    with pytest.raises(WrongState):
        workflow.comment(one, by=who.signer, place="c-1.1", text="晚了")
    assert workflow.close(one, by=who.office).state == "consulted"


def test_nobody_from_elsewhere_comments(who):
    one = begun(who)
    for stranger in (who.sister, who.elsewhere, who.city):
        with pytest.raises(NotAllowed):
            workflow.comment(one, by=stranger, place="", text="别处的话")
    with pytest.raises(NotAllowed):
        workflow.close(one, by=who.township, reason="不是我的事")


def test_the_public_comments_only_where_it_was_asked(who):
    with pytest.raises(WrongState):
        workflow.comment_in_public(begun(who), place="", text="我也有话说")
    Consultation.objects.update(public=True)
    one = Consultation.objects.get()
    said = workflow.comment_in_public(one, place="c-2.1", text="台账应公开", name="王某", contact="137")
    assert (said.by, said.unit, said.source) == (None, None, str(Comment(unit=None).source))
    workflow.answer(said, by=who.office, outcome="taken_up", answer="改为公开")
    for reach in ([""], [CITY]):
        trail = audit_trail.changes(reach, kind="consultations_commentevent")
        assert [(one.who, one.unit.split()[-1]) for one in trail] == [(who.office.name, COUNTY), ("", COUNTY)]
    assert audit_trail.changes([SISTER], kind="consultations_commentevent") == []


def test_the_head_of_a_station_comments_under_that_title():
    assert Comment(unit_id=f"{TOWNSHIP}S01", role="signer").source == "站所主要负责人"


def test_whoever_had_a_say_is_told_once_a_day_what_was_changed(who, clock):
    one = begun(who)
    workflow.comment(one, by=who.signer, place="c-1.1", text="五分太多")
    workflow.acknowledge(one, by=who.township)
    rewrite(who, max=8)
    rewrite(who, max=9)
    assert told("draft_changed") == {"signer", "township"}
    assert Notice.objects.filter(kind="draft_changed", user=who.signer).count() == 1
    assert list(one.changes.values_list("place", "about")) == [("c-1.1", "1.1 村民代表会议")]
    clock.move_to("2026-12-02 10:00+08:00")
    rewrite(who, max=7)
    assert Notice.objects.filter(kind="draft_changed", user=who.signer).count() == 2


def test_the_citys_other_counties_review_the_draft_and_nobody_else(who):
    one = reviewing(who)
    duties = FollowUp.objects.waiting().filter(kind="draft_review").order_by("responsible_unit")
    assert list(duties.values_list("responsible_unit", flat=True)) == ["330681", "330683"]
    assert [len(todo(user)) for user in (who.sister, who.third, who.elsewhere, who.signer)] == [1, 1, 0, 0]
    assert Consultation.objects.seen_by(who.sister).get() == one
    assert Consultation.objects.seen_by(who.elsewhere).count() == 0
    with pytest.raises(NotAllowed):
        workflow.propose(one, by=who.elsewhere, place="c-1.1", text="改", why="因")
    with pytest.raises(NotAllowed):
        workflow.propose(one, by=who.office, place="c-1.1", text="改", why="因")
    with pytest.raises(Incomplete):
        workflow.propose(one, by=who.sister, place="", text="全改", why="因")
    workflow.propose(one, by=who.sister, place="c-1.1", text="每次扣一分", why="与全市一致")
    workflow.acknowledge(one, by=who.third)
    assert [todo(user) for user in (who.sister, who.third)] == [[], []]
    assert len(todo(who.office)) == 1


def test_the_city_concludes_once_every_proposal_is_settled(who):
    one = reviewing(who)
    first = workflow.propose(one, by=who.sister, place="c-1.1", text="满分八分", why="与全市一致")
    second = workflow.propose(one, by=who.third, place="stars", text="五星提到三十八分", why="过低")
    with pytest.raises(WrongState):
        workflow.conclude(one, by=who.city, reason="已齐")
    with pytest.raises(Incomplete):
        workflow.settle(first, by=who.office, outcome="accepted", answer=" ")
    workflow.settle(first, by=who.office, outcome="accepted", answer="采纳")
    workflow.settle(second, by=who.office, outcome="declined", answer="因地制宜")
    assert told("draft_settled") == {"sister", "third"}
    with pytest.raises(NotAllowed):
        workflow.conclude(one, by=who.sister, reason="已齐")
    assert workflow.conclude(one, by=who.city, reason="已齐").state == "reviewed"
    assert told("draft_reviewed") == {"office", "sister", "third"}
    assert FollowUp.objects.waiting().count() == 0


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("a1c2", {"name": "另一个名称"}),
        ("a1", {"name": "另一方面"}),
        ("head", {"notice_days": 9}),
        ("stars", {"stars": [{"star": 1, "total": 0}]}),
        ("vetoes", {"vetoes": []}),
        ("events", {"rules": []}),
    ],
)
def test_the_database_lets_nothing_else_pass_as_reviewed(who, part, changes):
    one = reviewing(who)
    for place in {"c-1.1", "areas", "head", "stars", "vetoes", "events"} - {"areas" if part == "a1" else part}:
        proposal = workflow.propose(one, by=who.sister, place=place, text="改", why="与全市一致")
        workflow.settle(proposal, by=who.office, outcome="accepted", answer="采纳")
    one = workflow.conclude(one, by=who.city, reason="已齐")
    rewrite(who, max=8)

    def record(review, digest="0" * 64):
        Scheme.objects.filter(pk=who.draft.pk).update(state="issued", issued_at=one.reviewed_at)
        Issue.objects.create(scheme_id=who.draft.pk, review=review, consultation=one, digest=digest)

    before = transaction.savepoint()
    record("joint")
    transaction.savepoint_rollback(before)  # what was accepted passes
    rewrite(who, part=part, **changes)
    for review in ("joint", "off"):
        with refused_by_the_database(), transaction.atomic():
            record(review)


def test_what_was_reviewed_is_what_is_issued(who):
    one = reviewing(who)
    proposal = workflow.propose(one, by=who.sister, place="c-1.1", text="满分八分", why="与全市一致")
    workflow.settle(proposal, by=who.office, outcome="accepted", answer="采纳")
    one = workflow.conclude(one, by=who.city, reason="已齐")
    attach_papers(who.draft, by=who.office)
    rewrite(who, max=8)
    assert steps_missing(Scheme.objects.get(pk=who.draft.pk)) == []
    rewrite(who, part="a1c2", name="另一个名称")
    assert len(steps_missing(Scheme.objects.get(pk=who.draft.pk))) == 1
    with pytest.raises(WrongState):
        scheme_issuing.issue(who.draft, by=who.office)
    one = workflow.send(one, by=who.office, until=LATER)
    workflow.conclude(one, by=who.city, reason="已齐")
    issued = scheme_issuing.issue(who.draft, by=who.office)
    assert issued.issue.review == Issue.Review.JOINT
    assert Consultation.objects.get().state == "issued"
    assert told("draft_issued") == {"sister", "city"}
    public = reverse("public_scheme", args=[who.draft.pk])
    assert set(Notice.objects.filter(kind="draft_issued").values_list("link", flat=True)) == {public}


def test_a_proposal_of_the_first_review_counts_when_it_is_accepted_in_the_second(who, clock):
    one = reviewing(who)
    proposal = workflow.propose(one, by=who.sister, place="c-1.1", text="满分八分", why="与全市一致")
    one = workflow.give_back(one, by=who.city, reason="先补附件")
    assert not FollowUp.objects.waiting().filter(kind="draft_settle").exists()
    clock.move_to("2026-12-02 10:00+08:00")
    one = workflow.send(one, by=who.office, until=LATER)
    assert FollowUp.objects.waiting().filter(kind="draft_settle").count() == 1
    assert workflow.propose(one, by=who.sister, place="c-1.1", text="满分八分", why="与全市一致") == proposal
    waiting = FollowUp.objects.waiting().filter(kind="draft_review")
    assert list(waiting.values_list("responsible_unit", flat=True)) == ["330683"]
    workflow.settle(proposal, by=who.office, outcome="accepted", answer="采纳")
    workflow.conclude(one, by=who.city, reason="已齐")
    attach_papers(who.draft, by=who.office)
    rewrite(who, max=8)
    assert steps_missing(Scheme.objects.get(pk=who.draft.pk)) == []


def test_what_an_earlier_review_declined_may_be_proposed_again(who, clock):
    given = {"by": who.sister, "place": "c-1.1", "text": "满分八分", "why": "与全市一致"}
    one = reviewing(who)
    first = workflow.propose(one, **given)
    workflow.settle(first, by=who.office, outcome="declined", answer="因地制宜")
    assert workflow.propose(one, **given) == first
    one = workflow.give_back(one, by=who.city, reason="再议")
    clock.move_to("2026-12-02 10:00+08:00")
    assert workflow.propose(workflow.send(one, by=who.office, until=LATER), **given) != first


def test_a_step_that_was_shown_for_another_text_is_refused(who):
    one = reviewing(who)
    shown = standing_of(one)
    rewrite(who, max=8)
    with pytest.raises(Outdated):
        workflow.conclude(one, by=who.city, reason="已齐", expected=shown)


def test_a_city_may_turn_the_joint_review_off(who):
    city = Unit.objects.get(pk="3306")
    with pytest.raises(NotAllowed):
        workflow.set_joint_review(city, on=False, reason="试点", by=who.office)
    workflow.set_joint_review(city, on=False, reason="试点", by=who.city)
    assert told("joint_review_off") == {"office", "sister", "third"}
    one = consulted(who)
    with pytest.raises(WrongState):
        workflow.send(one, by=who.office, until=LATER)
    attach_papers(who.draft, by=who.office)
    assert scheme_issuing.issue(who.draft, by=who.office).issue.review == Issue.Review.OFF


@pytest.mark.parametrize(("changed", "review"), [(False, Issue.Review.JOINT), (True, Issue.Review.OFF)])
def test_a_reviewed_draft_is_issued_after_the_joint_review_was_turned_off(who, changed, review):
    reviewed(who)
    attach_papers(who.draft, by=who.office)
    if changed:
        rewrite(who, max=8)
        assert len(steps_missing(Scheme.objects.get(pk=who.draft.pk))) == 1
    workflow.set_joint_review(Unit.objects.get(pk="3306"), on=False, reason="试点", by=who.city)
    assert steps_missing(Scheme.objects.get(pk=who.draft.pk)) == []
    assert scheme_issuing.issue(who.draft, by=who.office).issue.review == review


def test_the_operators_door_is_recorded_as_without_review(who):
    issued = import_scheme(scheme_body(year=2028), by=None, issue=True)
    assert (issued.issue.review, issued.issue.consultation) == (Issue.Review.NONE, None)


def test_the_city_gives_a_draft_back_and_the_county_takes_one_back(who):
    one = workflow.give_back(reviewing(who), by=who.city, reason="先补附件")
    assert (one.state, told("draft_returned")) == ("consulted", {"office"})
    assert FollowUp.objects.waiting().count() == 0
    workflow.withdraw(one, by=who.office, reason="重新起草")
    assert told("draft_withdrawn") == {"filler", "signer", "township", "department"}
    assert set(Notice.objects.filter(kind="draft_withdrawn").values_list("link", flat=True)) == {""}
    assert begun(who).state == "consulting"


def refused_by_the_database():
    return pytest.raises((IntegrityError, InternalError))


def test_the_database_keeps_what_was_agreed_on(who):
    one = begun(who)
    said = workflow.comment(one, by=who.signer, place="c-1.1", text="五分太多")
    with refused_by_the_database(), transaction.atomic():
        Consultation.objects.update(state="consulted")
    with refused_by_the_database(), transaction.atomic():
        Consultation.objects.update(state="reviewed")
    with refused_by_the_database(), transaction.atomic():
        Comment.objects.filter(pk=said.pk).update(text="另说")
    workflow.answer(said, by=who.office, outcome="not", answer="不改")
    with refused_by_the_database(), transaction.atomic():
        Comment.objects.filter(pk=said.pk).update(answer="改")
    one = workflow.conclude(
        workflow.send(workflow.close(one, by=who.office, reason="早"), by=who.office, until=LATER),
        by=who.city,
        reason="早",
    )
    with refused_by_the_database(), transaction.atomic():
        Consultation.objects.update(state="issued")
    attach_papers(who.draft, by=who.office)
    scheme_issuing.issue(who.draft, by=who.office)
    for rows in (SchemePaper.objects.all(), Issue.objects.all()):
        with refused_by_the_database(), transaction.atomic():
            rows.delete()
    with refused_by_the_database(), transaction.atomic():
        Issue.objects.update(review="none")
    check = next(check for check in integrity.checks() if check.name == "issued schemes")
    assert list(check.faults()) == []


def test_places_that_differ():
    body = scheme_body()
    other = deepcopy(body)
    assert places.changed(body, other) == {}
    other["areas"][0]["criteria"][0]["max"] = Decimal(8)
    other["areas"][0]["criteria"].reverse()
    assert places.changed(body, other) == {"c-1.1": "1.1 村民代表会议"}
    moved = deepcopy(body)
    moved["areas"][0]["criteria"].reverse()
    assert list(places.changed(body, moved)) == ["areas"]
    moved["areas"][1]["criteria"].append(moved["areas"][0]["criteria"].pop())
    assert list(places.changed(body, moved)) == ["c-1.1"]
