"""The joint department check: who asks and answers, the effect of an answer, and that no release bypasses it."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import translation

from accounts import audit_trail
from accounts.models import User
from accounts.roles import Role
from notifications.models import Notice
from ratings.models import Veto
from records.refusals import Incomplete, NotAllowed, WrongState
from reviews.models import DepartmentAnswer, DepartmentCheck, Finding, Lapse
from reviews.todos.check_todos import entries
from reviews.workflow import batches, checks, decisions
from reviews.workflow.checks import CheckFinding
from tests.built_once import built_once
from tests.clients import client_of
from tests.clock import freeze_time
from tests.factories import COUNTY, VILLAGE, ApplicationFactory, AppointmentFactory, UnitFactory, at, person
from tests.reviews.conftest import TODAY, clear, lay_before_departments, score_county, score_township

OTHER = "330624109"
DUE = at(2026, 10, 9, 18)


@built_once(at=TODAY)
def recommended(place):
    """A candidate at the county, scored there."""
    score_township(place)
    decisions.recommend(place.application, star=3, by=place.township_leader)
    score_county(place)
    return place


@built_once(at=TODAY)
def check(recommended):
    return checks.open_check(recommended.cycle, recommended.county, due=DUE, by=recommended.county_office)


def disciplined(place, on="2026-05-01", document="新纪〔2026〕7号", veto="V1"):
    return CheckFinding(place.application.pk, veto, date.fromisoformat(on), document)


def decided(place, star=4, **given):
    return decisions.decide(place.application, star=star, by=place.county_office, **given)


def batch_of(place):
    return batches.prepare(
        place.cycle, place.county, "county", met_on=date(2026, 9, 27), document="新评1号", by=place.county_office
    )


def titles(user):
    with translation.override("en"):
        return [str(todo.title) for todo in entries(User.objects.get(pk=user.pk))]


@pytest.mark.parametrize("name", ["discipline", "department", "county_reviewer", "township_office", "signer"])
def test_only_the_countys_office_asks(recommended, name):
    with pytest.raises(NotAllowed):
        checks.open_check(recommended.cycle, recommended.county, due=DUE, by=getattr(recommended, name))


def test_departments_are_told_of_the_list_and_find_it_among_their_tasks(recommended):
    assert titles(recommended.county_office) == ["1 candidate is to be checked"]
    check = checks.open_check(recommended.cycle, recommended.county, due=DUE, by=recommended.county_office)
    assert [one.application for one in check.candidates.all()] == [recommended.application]
    told = Notice.objects.filter(kind="check_opened").values_list("user__username", flat=True)
    assert sorted(told) == ["department", "discipline"]
    assert titles(recommended.county_office) == []
    assert [len(titles(user)) for user in (recommended.discipline, recommended.department)] == [1, 1]


def test_a_candidate_is_on_one_list(check, recommended):
    with pytest.raises(WrongState):
        checks.open_check(recommended.cycle, recommended.county, due=DUE, by=recommended.county_office)
    assert DepartmentCheck.objects.count() == 1


def test_a_deadline_lies_ahead(recommended):
    with pytest.raises(Incomplete):
        checks.open_check(recommended.cycle, recommended.county, due=at(2026, 9, 1), by=recommended.county_office)


@pytest.mark.parametrize(
    ("name", "department"),
    [
        ("department", "纪委监委"),
        ("discipline", "公安局"),
        ("county_office", "公安局"),
        ("department", "农业农村局"),
        ("signer", "公安局"),
    ],
)
def test_nobody_answers_for_another_department(check, recommended, name, department):
    with pytest.raises(NotAllowed):
        checks.answer(check, department, by=getattr(recommended, name))


def test_a_department_of_another_county_does_not_answer(check):
    stranger = AppointmentFactory(role=Role.DEPARTMENT, unit=UnitFactory(code="330681"), department="公安局").user
    with pytest.raises(NotAllowed):
        checks.answer(check, "公安局", by=stranger)


def test_a_finding_becomes_a_dated_veto_that_bars_the_star(check, recommended):
    checks.answer(check, "纪委监委", [disciplined(recommended)], by=recommended.discipline)
    kept = Veto.objects.values_list("unit", "code", "on", "document", "source", "by__username")
    assert list(kept) == [
        (recommended.application.unit_id, "V1", date(2026, 5, 1), "新纪〔2026〕7号", "纪委监委", "discipline")
    ]
    recommended.application.refresh_from_db()
    assert (recommended.application.panel_total, recommended.application.panel_star) == (Decimal("38.00"), 3)
    with pytest.raises(Incomplete):
        decided(recommended)
    assert decided(recommended, star=3).star == 3
    assert list(Notice.objects.filter(kind="check_found").values_list("user__username", flat=True)) == ["county_office"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"veto": "V9"},
        {"on": "2026-09-29"},
        {"document": " "},
    ],
)
def test_a_finding_that_does_not_fit_is_refused_whole(check, recommended, wrong):
    with pytest.raises(Incomplete) as refused:
        checks.answer(check, "纪委监委", [disciplined(recommended, **wrong)], by=recommended.discipline)
    assert list(refused.value.problems) == [str(recommended.application.pk)]
    assert (DepartmentAnswer.objects.count(), Veto.objects.count()) == (0, 0)


def test_a_village_that_is_not_on_the_list_cannot_be_named(check, recommended):
    with pytest.raises(Incomplete):
        checks.answer(check, "纪委监委", [CheckFinding(0, "V1", date(2026, 5, 1), "x")], by=recommended.discipline)


def test_an_answer_stays_and_a_correction_says_why(check, recommended):
    checks.answer(check, "纪委监委", [disciplined(recommended)], by=recommended.discipline)
    with pytest.raises(Incomplete):
        checks.answer(check, "纪委监委", by=recommended.discipline)
    assert Veto.objects.filter(withdrawn_at=None).count() == 1
    again = checks.answer(check, "纪委监委", by=recommended.discipline, reason="系同名人员")
    assert (again.corrects.findings.count(), again.findings.count(), again.reason) == (1, 0, "系同名人员")
    assert Veto.objects.filter(withdrawn_at=None).count() == 0
    assert Veto.objects.count() == 1
    assert decided(recommended).star == 4


@pytest.mark.parametrize("model", [DepartmentAnswer, Finding, Lapse])
def test_what_was_signed_cannot_be_changed_even_by_sql(check, recommended, model):
    with freeze_time(DUE):
        checks.note_lapse(check, "公安局", by=recommended.county_office, note="已三次电话催办")
    checks.answer(check, "纪委监委", [disciplined(recommended)], by=recommended.discipline)
    field = {DepartmentAnswer: {"department": "公安局"}, Finding: {"document": "x"}, Lapse: {"note": "x"}}[model]
    for change in (lambda: model.objects.update(**field), lambda: model.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_two_departments_may_find_the_same_and_one_taken_back_leaves_the_other(check, recommended):
    checks.answer(check, "纪委监委", [disciplined(recommended)], by=recommended.discipline)
    checks.answer(check, "公安局", [disciplined(recommended)], by=recommended.department)
    checks.answer(check, "公安局", by=recommended.department, reason="重复")
    assert list(Veto.objects.filter(withdrawn_at=None).values_list("source", flat=True)) == ["纪委监委"]


def test_no_release_without_a_list_nor_without_every_answer(recommended):
    decided(recommended)
    batch = batch_of(recommended)
    with pytest.raises(Incomplete):
        batches.release(batch, by=recommended.county_office)
    check = lay_before_departments(recommended)
    checks.answer(check, "纪委监委", by=recommended.discipline)
    with pytest.raises(Incomplete) as refused:
        batches.release(batch, by=recommended.county_office)
    assert ("公安局" in str(refused.value), "纪委监委" in str(refused.value)) == (True, False)
    checks.answer(check, "公安局", by=recommended.department)
    assert batches.release(batch, by=recommended.county_office).state == "released"


def test_a_star_that_townships_could_give_needs_no_answer(recommended):
    recommended.application.applied_star = 3
    recommended.application.save()
    decided(recommended, star=3)
    assert batches.release(batch_of(recommended), by=recommended.county_office).state == "released"


def test_a_noted_silence_lets_the_release_go_on_but_not_before_the_deadline(check, recommended):
    decided(recommended)
    checks.answer(check, "纪委监委", by=recommended.discipline)
    note = {"by": recommended.county_office, "note": "已三次电话催办"}
    with pytest.raises(WrongState):
        checks.note_lapse(check, "公安局", **note)
    with freeze_time(DUE):
        assert titles(recommended.county_office) == [
            "The deadline of the joint check has passed, and not every department has answered"
        ]
        with pytest.raises(NotAllowed):
            checks.note_lapse(check, "公安局", by=recommended.discipline, note="x")
        with pytest.raises(Incomplete):
            checks.note_lapse(check, "公安局", by=recommended.county_office, note=" ")
        checks.note_lapse(check, "公安局", **note)
        for department in ("公安局", "纪委监委"):
            with pytest.raises(WrongState):
                checks.note_lapse(check, department, **note)
        assert titles(recommended.county_office) == []
        assert batches.release(batch_of(recommended), by=recommended.county_office).state == "released"


def test_a_veto_that_arrives_after_deciding_holds_the_release_back_until_decided_anew(check, recommended):
    clear_but_one = checks.answer(check, "公安局", by=recommended.department)
    assert clear_but_one.corrects is None
    decided(recommended)
    batch = batch_of(recommended)
    checks.answer(check, "纪委监委", [disciplined(recommended, on="2026-09-28")], by=recommended.discipline)
    with pytest.raises(Incomplete) as refused:
        batches.release(batch, by=recommended.county_office)
    assert recommended.application.unit.name in str(refused.value)
    decisions.reconsider(recommended.application, by=recommended.county_office, reason="联审发现一票否决情形")
    decided(recommended, star=3)
    batches.revise(batch, met_on=batch.met_on, document=batch.document, minutes="", by=recommended.county_office)
    assert batches.release(batch, by=recommended.county_office).state == "released"


def test_after_the_release_a_department_is_told_of_another_way(recommended):
    check = clear(recommended)
    decided(recommended)
    batches.release(batch_of(recommended), by=recommended.county_office)
    with pytest.raises(WrongState):
        checks.answer(check, "纪委监委", [disciplined(recommended)], by=recommended.discipline, reason="漏报")
    assert Veto.objects.count() == 0


def test_a_village_that_its_township_does_not_rate_is_asked_about_no_more(check, recommended):
    """Its result is released, like a published star."""
    assert len(titles(recommended.discipline)) == 1
    decisions.send_back(recommended.application, by=recommended.county_office, reason="材料不全")
    assert len(titles(recommended.discipline)) == 1
    decisions.reject(recommended.application, by=recommended.township_leader, reason="未达标")
    assert titles(recommended.discipline) == []
    with pytest.raises(WrongState):
        checks.answer(check, "纪委监委", [disciplined(recommended)], by=recommended.discipline)


def test_the_trail_tells_what_a_department_found_once_the_result_is_out(check, recommended):
    checks.answer(check, "公安局", by=recommended.department)
    auditor = client_of(person(Role.AUDITOR, "33"))
    table = next(name for name, one in audit_trail.histories().items() if one.pgh_tracked_model is DepartmentAnswer)

    def told() -> int:
        return len(auditor.get(reverse("trail"), {"kind": table}).context["acts"])

    assert told() == 0
    decisions.send_back(recommended.application, by=recommended.county_office, reason="材料不全")
    assert told() == 0
    decisions.reject(recommended.application, by=recommended.township_leader, reason="未达标")
    assert told() == 1


def confirm(client, page, listed):
    """Sign what ``listed`` previews; return the response."""
    key = re.search(r'name="key"\s+value="(\w+)"', listed.content.decode())[1]
    return client.post(page, {"key": key, "confirmed": "yes"}, follow=True)


def test_a_department_signs_for_the_villages_it_was_shown_and_for_them_once(check, recommended):
    client = client_of(recommended.discipline)
    page = reverse("review_check", args=[check.pk])
    assert client.get(page).status_code == 200
    listed = client.post(page, {"department": "纪委监委", "do": "nothing"})
    assert (recommended.application.unit.name in listed.content.decode(), DepartmentAnswer.objects.count()) == (True, 0)
    first, second = (confirm(client, page, listed) for _click in range(2))
    assert [str(one) for one in first.context["messages"]] == [str(one) for one in second.context["messages"]]
    answer = DepartmentAnswer.objects.get()
    assert (answer.department, answer.findings.count()) == ("纪委监委", 0)


def test_a_department_names_what_it_found_and_keeps_what_was_typed(check, recommended):
    client, key = client_of(recommended.discipline), recommended.application.pk
    page = reverse("review_check", args=[check.pk])
    rows = {"department": "纪委监委", f"veto.{key}": "V1", f"on.{key}": "", f"document.{key}": "新纪7号"}
    kept = client.post(page, rows | {"do": "sign"})
    assert ('value="新纪7号"' in kept.content.decode(), DepartmentAnswer.objects.count()) == (True, 0)
    client.post(page, rows | {f"on.{key}": "2026-05-01", "do": "nothing"})
    assert DepartmentAnswer.objects.count() == 0
    confirm(client, page, client.post(page, rows | {f"on.{key}": "2026-05-01", "do": "sign"}))
    assert list(Finding.objects.values_list("veto", "on", "document")) == [("V1", date(2026, 5, 1), "新纪7号")]
    assert client.post(page, {"department": "公安局", "do": "nothing"}).status_code == 404


def test_nothing_is_signed_when_a_village_has_moved_on_or_a_colleague_answered(check, recommended):
    client, colleague = client_of(recommended.discipline), person(Role.DISCIPLINE, COUNTY, username="colleague")
    page = reverse("review_check", args=[check.pk])
    listed = client.post(page, {"department": "纪委监委", "do": "nothing"})
    decisions.send_back(recommended.application, by=recommended.county_office, reason="材料不齐")
    assert confirm(client, page, listed).status_code == 409
    assert DepartmentAnswer.objects.count() == 0
    listed = client.post(page, {"department": "纪委监委", "do": "nothing"})
    checks.answer(check, "纪委监委", by=colleague)
    assert confirm(client, page, listed).status_code == 409
    assert DepartmentAnswer.objects.get().by == colleague


@pytest.mark.parametrize("strange", ["veto.999999", "all"])
def test_a_field_that_the_answer_does_not_know_is_an_error(check, recommended, strange):
    client, page = client_of(recommended.discipline), reverse("review_check", args=[check.pk])
    answer = client.post(page, {"department": "纪委监委", "do": "nothing", strange: "V1"})
    assert ('name="confirmed"' in answer.content.decode(), DepartmentAnswer.objects.count()) == (False, 0)


def test_the_office_opens_a_list_and_notes_a_silence_on_its_pages(recommended):
    client = client_of(recommended.county_office)
    given = {"due": "2026-10-09T18:00", "candidate": recommended.application.pk}
    opened = client.post(reverse("review_check_open", args=[recommended.cycle.pk, COUNTY]), given)
    check = DepartmentCheck.objects.get()
    assert (opened.url, check.due) == (reverse("review_check", args=[check.pk]), DUE)
    with freeze_time(DUE):
        client.post(reverse("review_check_lapse", args=[check.pk]), {"department": "公安局", "note": "已催办"})
    assert list(Lapse.objects.values_list("department", "note")) == [("公安局", "已催办")]
    assert client.get(reverse("review_checks")).status_code == 200


def test_a_list_is_laid_before_departments_as_the_page_showed_it(recommended):
    client = client_of(recommended.county_office)
    unit = UnitFactory(code="330624108301")
    page = client.get(reverse("review_checks")).content.decode()
    shown = re.findall(r'name="candidate"\s+value="(\d+)"', page)
    assert [shown, recommended.application.unit.name in page] == [[str(recommended.application.pk)], True]
    ApplicationFactory(cycle=recommended.cycle, unit=unit, state="county_review", applied_star=4)
    address = reverse("review_check_open", args=[recommended.cycle.pk, COUNTY])
    for candidates in ({"candidate": shown}, {}):  # what the page showed before, and what no page shows
        answer = client.post(address, {"due": "2026-10-10T17:00"} | candidates)
        assert (answer.status_code, DepartmentCheck.objects.count()) == (409, 0)
        assert answer.context["form"]["due"].value() == "2026-10-10T17:00"
    shown = re.findall(r'name="candidate"\s+value="(\d+)"', answer.content.decode())
    unknown = client.post(address, {"due": "2026-10-09T18:00", "candidate": shown, "chosen": "1"})
    assert (unknown.status_code, DepartmentCheck.objects.count()) == (400, 0)
    client.post(address, {"due": "2026-10-09T18:00", "candidate": shown})
    assert DepartmentCheck.objects.get().candidates.count() == 2


def test_a_department_does_not_see_what_others_answered(check, recommended):
    checks.answer(check, "纪委监委", [disciplined(recommended)], by=recommended.discipline)
    page, api = reverse("review_check", args=[check.pk]), reverse("api-check-detail", args=[check.pk])
    texts = [
        client_of(user).get(address).content.decode()
        for user in (recommended.county_office, recommended.department)
        for address in (page, api)
    ]
    assert ["新纪〔2026〕7号" in text for text in texts] == [True, True, False, False]


def test_the_same_over_the_api(recommended):
    office, police = client_of(recommended.county_office), client_of(recommended.department)
    ask = {"cycle": recommended.cycle.pk, "unit": COUNTY, "due": DUE.isoformat()}
    code = recommended.application.unit_id
    for candidates, refused in [(None, 400), ([], 400), ([code, "330624108301"], 409)]:
        body = ask | ({} if candidates is None else {"candidates": candidates})
        assert office.post(reverse("api-check-list"), body, content_type="application/json").status_code == refused
    ask["candidates"] = [code]
    check = office.post(reverse("api-check-list"), ask, content_type="application/json").json()
    assert (check["candidates"], check["outstanding"]) == ([recommended.application.unit_id], ["纪委监委", "公安局"])
    answer = reverse("api-check-answer", args=[check["id"]])
    found = {"unit": "330624999999", "veto": "V1", "on": "2026-05-01", "document": "公1号"}
    said = {"department": "公安局", "findings": [found]}
    assert police.post(answer, said, content_type="application/json").status_code == 400
    said["findings"] = [found | {"unit": recommended.application.unit_id}]
    assert police.post(answer, said, content_type="application/json").status_code == 201
    assert police.post(answer, said, content_type="application/json").status_code == 400
    assert police.post(reverse("api-check-list"), ask, content_type="application/json").status_code == 404
    late = {"department": "纪委监委", "note": "已催办"}
    lapse = reverse("api-check-lapse", args=[check["id"]])
    assert office.post(lapse, late, content_type="application/json").status_code == 409


@pytest.mark.parametrize(
    ("asked", "found"), [({}, 1), ({"q": VILLAGE}, 1), ({"q": "8399"}, 0), ({"township": OTHER}, 0)]
)
def test_a_list_is_found_by_its_villages_and_townships(check, settings, asked, found):
    settings.SECOND_FACTOR_REQUIRED = False
    UnitFactory(code=OTHER)
    client = client_of(check.opened_by)
    assert len(client.get(reverse("review_checks"), asked).context["page"].object_list) == found
