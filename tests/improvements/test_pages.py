"""The pages of improvement plans, as each of those who take part uses them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from improvements import workflow
from improvements.models import Measure, Plan
from notifications.models import Notice
from tests.clients import client_of
from tests.improvements.conftest import HELPER, agreed, result, terms
from tests.small_files import PNG

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _plain(settings):
    settings.SECOND_FACTOR_REQUIRED = False


def take(user, plan: Plan, verb: str, **sent):
    """Open the page of the plan and take the step that it offers."""
    client = client_of(user)
    page = client.get(reverse("plan", args=[plan.pk]))
    keys = {one.step.verb: one.key for one in page.context["steps"]}
    return client.post(reverse("plan_step", args=[plan.pk, verb]), {"key": keys[verb], **sent})


def test_a_plan_from_the_draft_to_its_check(who):
    result(2)
    plan = Plan.objects.get()
    office = client_of(who.office)
    edit = reverse("plan_edit", args=[plan.pk])
    first = plan.problems.all()[0].pk
    given = {"due": "2026-06-30", "helper": HELPER, f"m{first}_1": "补齐五本台账", f"m{first}_1_by": "helper"}
    sent = office.post(edit, given | {"key": office.get(edit).context["key"]})
    assert (sent.status_code, Measure.objects.get().party) == (302, "helper")
    assert take(who.office, plan, "propose_plan").status_code == 302
    for one in (who.signer, who.helper, who.leader):
        assert take(one, plan, "agree_plan").status_code == 302
    photo = SimpleUploadedFile("台账.png", PNG)
    done = {"measure": Measure.objects.get().pk, "done": "on", "text": "台账补齐了", "files": photo}
    assert take(who.helper, plan, "progress_plan", **done).status_code == 302
    assert take(who.filler, plan, "report_plan", text="全部落实").status_code == 302
    assert take(who.county, plan, "send_back_plan", reason="缺一张照片").status_code == 302
    assert take(who.signer, plan, "report_plan", text="已补").status_code == 302
    assert take(who.county, plan, "pass_plan", finding="现场看过").status_code == 302
    plan.refresh_from_db()
    assert plan.state == "passed"


def test_a_wrong_draft_keeps_what_was_typed(who):
    result(2)
    plan = Plan.objects.get()
    office = client_of(who.office)
    edit = reverse("plan_edit", args=[plan.pk])
    first = plan.problems.all()[0].pk
    key = office.get(edit).context["key"]
    page = office.post(edit, {"due": "2029-06-30", f"m{first}_1": "补齐五本台账", "key": key})
    assert (page.status_code, page.context["form"][f"m{first}_1"].value()) == (400, "补齐五本台账")
    assert list(page.context["form"].errors) == ["due"]
    assert "有几处要改正" in page.text
    assert office.post(edit, {"due": "2026-06-30", "state": "passed", "key": key}).status_code == 400


def test_a_plan_sent_meanwhile_is_not_changed_from_an_open_page(who):
    result(2)
    plan = Plan.objects.get()
    office, edit = client_of(who.office), reverse("plan_edit", args=[plan.pk])
    given = {"due": "2026-06-30", "helper": HELPER, "key": office.get(edit).context["key"]}
    workflow.draw_up(plan, terms(plan), by=who.office)
    workflow.propose(plan, by=who.office)
    answer = office.post(edit, given)
    assert (answer.status_code, answer.context["why"], answer.context["written"]) == (
        409,
        "打开本页后情况有变化，未作任何处理，请按最新情况重新核对。",
        [HELPER],
    )
    assert list(office.get(edit, follow=True).context["messages"]) == []


def test_what_is_finished_is_one_of_the_measures_and_what_is_not_is_said(who):
    result(2)
    plan = agreed(who, Plan.objects.get())
    refused = take(who.helper, plan, "progress_plan", text="培训了两场", done="on")
    form = next(one.form for one in refused.context["steps"] if one.step.verb == "progress_plan")
    assert (refused.status_code, list(form.errors), form["text"].value()) == (400, ["measure"], "培训了两场")
    page = client_of(who.signer).get(plan.get_absolute_url())
    assert page.text.count("还有2条措施没有报告完成。") == 1
    assert "尚未同意" not in page.text
    held = page.context["page"]
    assert (held.star_today, held.register) == (2, reverse("register_unit", args=[plan.unit_id]))


def test_a_double_click_is_answered_like_the_first_and_a_stale_page_shows_the_new_state(who):
    result(2)
    plan = workflow.draw_up(Plan.objects.get(), terms(Plan.objects.get()), by=who.office)
    workflow.propose(plan, by=who.office)
    signer, leader = client_of(who.signer), client_of(who.leader)
    address = reverse("plan_step", args=[plan.pk, "agree_plan"])
    keys = [
        {one.step.verb: one.key for one in client.get(plan.get_absolute_url()).context["steps"]}["agree_plan"]
        for client in (signer, leader)
    ]
    assert [signer.post(address, {"key": keys[0]}).status_code for _ in range(2)] == [302, 302]
    stale = leader.post(address, {"key": keys[1]})
    assert (stale.status_code, "有几处要改正" in stale.text) == (409, False)  # there is nothing to correct
    assert plan.agreements.count() == 1


def test_a_helper_who_asks_for_changes_goes_to_the_own_list(who):
    """The draft is out of the helper's sight from then on; a double click and a stale page are answered there too."""
    result(2)
    plan = workflow.draw_up(Plan.objects.get(), terms(Plan.objects.get()), by=who.office)
    workflow.propose(plan, by=who.office)
    helper, stranger = client_of(who.helper), client_of(who.other_helper)
    keys = {one.step.verb: one.key for one in helper.get(plan.get_absolute_url()).context["steps"]}
    decline, agree = (reverse("plan_step", args=[plan.pk, verb]) for verb in ("decline_plan", "agree_plan"))
    sent = {"key": keys["decline_plan"], "reason": "时间太紧"}
    answers = [helper.post(decline, sent, follow=True) for _ in range(2)]
    assert [(answer.status_code, answer.redirect_chain[0][0]) for answer in answers] == [(200, reverse("plans"))] * 2
    assert [[one.level_tag for one in answer.context["messages"]] for answer in answers] == [["success"]] * 2
    stale = helper.post(agree, {"key": keys["agree_plan"]}, follow=True)
    assert [one.level_tag for one in stale.context["messages"]] == ["warning"]
    assert [stranger.post(decline, sent).status_code, helper.post(agree).status_code] == [404, 404]
    links = Notice.objects.filter(kind="plan_declined").values_list("user__username", "link")
    assert set(links) == {(name, plan.get_absolute_url()) for name in ("filler", "signer", "office", "leader")}
    workflow.propose(plan, by=who.office)
    workflow.decline(plan, by=who.signer, reason="人手不够")
    assert Notice.objects.get(kind="plan_declined", user=who.helper).link == reverse("plans")


def test_a_helper_reaches_the_own_plans_alone(who):
    result(2)
    plan = agreed(who, Plan.objects.get())
    addresses = [plan.get_absolute_url(), reverse("plan_step", args=[plan.pk, "progress_plan"])]
    helper, stranger = client_of(who.helper), client_of(who.other_helper)
    assert helper.get(addresses[0]).status_code == 200
    assert [stranger.get(addresses[0]).status_code, stranger.post(addresses[1]).status_code] == [404, 404]
    counts = [client.get(reverse("plans")).context["counts"][0][1] for client in (helper, stranger)]
    assert counts == [1, 0]
    homes = [client.get("/").text for client in (helper, stranger)]
    assert [plan.unit.name in home for home in homes] == [True, False]
    closed = ["units", "register", "applications", "followups", "events", "plan_measures", "reports"]
    assert [helper.get(reverse(name)).status_code for name in closed] == [404] * len(closed)
    assert helper.get(reverse("unit", args=[plan.unit_id])).status_code == 404


def test_lists_lead_there_and_leave_as_excel(who, clock):
    decision = result(2)
    plan = agreed(who, Plan.objects.get())
    county = client_of(who.county)
    book = county.get(reverse("plans"), {"as": "xlsx"})
    assert book["Content-Type"].endswith("sheet")
    assert county.get(reverse("plan_measures"), {"as": "xlsx"}).status_code == 200
    link = f'href="{plan.get_absolute_url()}"'
    card = client_of(who.signer).get(reverse("score_card", args=[decision.application_id]))
    assert f'href="{reverse("plans")}?q={plan.unit_id}"' in card.text
    for user, address in (
        (who.county, reverse("plans")),
        (who.signer, "/"),
        (who.office, reverse("unit", args=[plan.unit_id])),
        (who.signer, f"{reverse('plans')}?q={plan.unit_id}"),
    ):
        assert link in client_of(user).get(address).text, address


def test_the_next_result_says_what_helped(who, clock):
    result(2)
    agreed(who, Plan.objects.get())
    clock.move_to("2027-01-20 10:00+08:00")
    result(3, year=2026, points={"1.1": 9, "1.2": 10, "2.1": 8, "2.2": 6, "B.1": 0, "D.1": 0})
    county = client_of(who.county)
    helped = county.get(reverse("plan_measures")).context["helped"]
    assert [(one.criterion, one.text, one.plans, one.known, one.gain) for one in helped] == [
        ("2.1", "补齐五本台账", 1, 1, 4),
        ("2.2", "每月走访一次", 1, 1, 1),
    ]
    listed = county.get(reverse("plans")).context["page"].object_list[0]
    assert (listed.before, listed.after) == ("27.00", "33.00")
    assert Plan.objects.with_outcome().get().after_star == 3


def test_the_county_keeps_its_library(who):
    result(2)
    county = client_of(who.county)
    address = reverse("plan_measures")
    sent = {"criterion": "2.1", "text": "请会计驻村", "key": county.get(address).context["key"]}
    assert county.post(address, sent).status_code == 302
    measure = county.get(address).context["library"][0]
    assert client_of(who.office).post(address, sent).status_code == 404
    assert county.post(reverse("plan_measure_withdraw", args=[measure.pk])).status_code == 302
    assert county.get(address).context["library"] == []


def test_every_count_leads_to_its_plans(who):
    result(2)
    office = client_of(who.county)
    agreed(who, Plan.objects.get())
    page = office.get(reverse("plans"))
    counts = {state: n for _words, n, state in page.context["counts"]}
    assert counts == {"": 1, "writing": 0, "active": 1, "reported": 0, "passed": 0, "cancelled": 0, "late": 0}
    shown = {state: office.get(reverse("plans"), {"state": state}).context["page"].paginator.count for state in counts}
    assert shown == counts
    helped = office.get(reverse("plan_measures")).context["helped"][0]
    same = office.get(reverse("plans"), {"measure": helped.measure})
    assert (same.context["page"].paginator.count, helped.plans) == (1, 1)
    assert helped.text in same.text
    elsewhere = client_of(who.other_helper).get(reverse("plans"), {"measure": helped.measure})
    assert (elsewhere.context["page"].paginator.count, helped.text in elsewhere.text) == (0, False)
