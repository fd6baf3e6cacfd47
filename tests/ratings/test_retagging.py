"""Tags changed during a cycle: a draft follows its unit, a submitted application keeps the criteria of its
submission."""

from decimal import Decimal as D

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.roles import Role
from notifications.models import Notice
from ratings.models import Answer, Application, Stage
from ratings.presenters.application_form import ApplicationFormView
from ratings.workflow.answers import AnswerEntry, save_answers
from ratings.workflow.application import accept, begin, choose_star, submit, withdraw
from records.refusals import WrongState
from reviews import workflow  # noqa: F401 reviews must receive the withdrawal
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.presenters.panel_points import PanelPage
from reviews.results.result import Result
from reviews.sheets.scores import ScoreEntry as Scored
from reviews.workflow import sheets
from tests.built_once import built_once
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    CycleFactory,
    SchemeFactory,
    SheetFactory,
    UnitFactory,
    person,
    scheme_body,
)
from tests.ratings.conftest import SPRING
from villages.models import Unit
from villages.workflow import tag_units

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]

OTHER = f"{TOWNSHIP}205"


@built_once(at=SPRING)
def cycle(db):
    """On the plain 1.2 is a share in per cent, in the mountains a count that is worth at most ten."""
    for code in ("33", "3306", COUNTY, TOWNSHIP):
        UnitFactory(code=code)
    UnitFactory(code=VILLAGE, name="沙溪村", tags=["平原"])
    body = scheme_body(tolerance=None)
    share = body["areas"][0]["criteria"][1] | {"only": ["平原"]}
    few = share | {"only": ["山区"], "method": "judged", "step": 1}
    del few["tiers"], few["figure"]
    body["areas"] = [body["areas"][0] | {"criteria": [share, few]}]
    body["stars"] = [{"star": 5, "total": 8}, {"star": 1, "total": 0}]
    return CycleFactory(scheme=SchemeFactory(body=body))


@built_once(at=SPRING)
def office(db):
    return person(Role.COUNTY_OFFICE, COUNTY)


@built_once(at=SPRING)
def draft(cycle):
    village = Unit.objects.get(code=VILLAGE)
    return begin(village, cycle, by=person(Role.FILLER, VILLAGE))


def answer(draft, typed):
    save_answers(draft, [AnswerEntry("1.2", typed, "账上有数")], by=draft.filled_by)


def sent(draft):
    signer = person(Role.SIGNER, VILLAGE)
    choose_star(draft, 5, by=draft.filled_by)
    submit(draft, by=signer)
    return signer


def shown(draft):
    """What the form asks and counts: method, points, what is missing."""
    form = ApplicationFormView(
        Application.objects.select_related("unit", "cycle__scheme").get(pk=draft.pk), may_fill=True
    )
    return form.criteria[0].method, form.points.get("1.2"), sorted(form.missing)


def test_a_draft_counts_the_criteria_of_its_present_tags(draft, office):
    answer(draft, "96")
    assert shown(draft) == ("tiers", 10, [])
    followed = tag_units({VILLAGE: ["山区"]}, by=office)
    assert (followed.changed, [(one.unit, one.text) for one in followed.follows]) == (
        1,
        [(VILLAGE, "沙溪村：2026年的申报改按新标签列项。")],
    )
    assert shown(draft) == ("judged", None, ["1.2"])
    assert Notice.objects.get(kind="application_reasked").user == draft.filled_by
    answer(draft, "9")
    assert shown(draft) == ("judged", 9, [])
    tag_units({VILLAGE: ["平原"]}, by=office)
    assert shown(draft) == ("tiers", 0, [])


def test_tags_that_choose_the_same_variant_change_nothing(draft, office):
    answer(draft, "96")
    assert tag_units({VILLAGE: ["平原", "城郊"]}, by=office).follows == []
    assert not Notice.objects.filter(kind="application_reasked").exists()
    assert shown(draft) == ("tiers", 10, [])


def test_what_is_submitted_keeps_the_criteria_of_its_submission(draft, office):
    answer(draft, "96")
    sent(draft)
    followed = tag_units({VILLAGE: ["山区"]}, by=office)
    assert [one.text for one in followed.follows] == ["沙溪村：2026年的申报仍按提交时的指标评审。"]
    draft.refresh_from_db()
    assert (draft.submitted_tags, draft.self_total, draft.self_star) == (["平原"], D(10), 5)
    assert shown(draft) == ("tiers", 10, [])
    blocks = Result(draft, draft.filled_by).blocks
    assert [(line.criterion.method, line.own) for block in blocks for line in block.lines] == [("tiers", 10)]


def test_withdrawn_it_follows_again(draft, office):
    answer(draft, "96")
    signer = sent(draft)
    tag_units({VILLAGE: ["山区"]}, by=office)
    withdraw(draft, by=signer, reason="标签改了")
    assert shown(draft) == ("judged", None, ["1.2"])
    answer(draft, "9")
    submit(draft, by=signer)
    draft.refresh_from_db()
    assert (draft.submitted_tags, draft.self_total) == (["山区"], D(9))


def test_the_points_kept_of_a_withdrawn_draft_follow_later_tags(draft, office):
    answer(draft, "96")
    withdraw(draft, by=sent(draft), reason="再看看")
    tag_units({VILLAGE: ["山区"]}, by=office)
    draft.refresh_from_db()
    assert (draft.self_total, draft.points.filter(stage=Stage.SELF).count()) == (D(0), 0)


def test_the_panel_scores_the_criteria_of_the_submission(draft, office):
    answer(draft, "96")
    sent(draft)
    accept(draft, by=person(Role.TOWNSHIP_OFFICE, TOWNSHIP))
    tag_units({VILLAGE: ["山区"]}, by=office)
    draft.refresh_from_db()
    for typed in ("96", "91"):
        sheet = SheetFactory(application=draft, reviewer=person(Role.TOWNSHIP_REVIEWER, TOWNSHIP))
        sheets.save(sheet, {"1.2": Scored(D(typed), "实地看过")}, by=sheet.reviewer)
        sheets.hand_in(sheet, by=sheet.reviewer)
    page = PanelPage(Application.objects.get(pk=draft.pk), REVIEW_LEVELS["township"])
    assert [line.joint.points for block in page.blocks for line in block.lines] == [D(9)]


def test_the_office_is_told_of_a_unit_that_no_variant_fits(client, cycle, office):
    UnitFactory(code=OTHER, name="新沙村", tags=["平原"])
    client.force_login(office)
    answered = client.post(reverse("unit_tags"), {f"{OTHER}-tags": "城郊", f"initial-{OTHER}-tags": "平原"})
    told = [str(message) for message in get_messages(answered.wsgi_request)]
    assert "新沙村：2026年的指标 1.2 分不同情形，按这些标签无法确定用哪一种。" in told


def test_a_draft_that_no_variant_fits_says_so_and_loses_nothing(client, draft, office):
    answer(draft, "96")
    tag_units({VILLAGE: ["城郊"]}, by=office)
    with pytest.raises(WrongState):
        shown(draft)
    client.force_login(draft.filled_by)
    for name in ("application", "result"):
        assert client.get(reverse(name, args=[draft.pk])).status_code in (200, 302)
    tag_units({VILLAGE: ["平原"]}, by=office)
    assert shown(draft) == ("tiers", 10, [])


def test_many_at_once_take_as_few_statements_as_one(cycle, office, django_assert_max_num_queries):
    codes = [f"{TOWNSHIP}{number}" for number in range(210, 230)]
    for code in codes:
        one = begin(UnitFactory(code=code, tags=["平原"]), cycle, by=person(Role.FILLER, code))
        answer(one, "96")
    with django_assert_max_num_queries(25):
        tagged = tag_units(dict.fromkeys(codes, ["山区"]), by=office)
    assert (tagged.changed, len(tagged.follows)) == (20, 20)
    assert set(Answer.objects.values_list("value", flat=True)) == {None}
    assert Notice.objects.filter(kind="application_reasked").count() == 20


def test_a_closed_cycle_is_left_alone(draft, office):
    answer(draft, "96")
    draft.cycle.state, draft.cycle.closed_at = "closed", draft.cycle.facts_until.isoformat() + "T00:00:00Z"
    draft.cycle.save()
    assert tag_units({VILLAGE: ["山区"]}, by=office).follows == []
    assert draft.answers.get().value == D(96)
