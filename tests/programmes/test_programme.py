"""A programme from its opening to its published results: shared facts, own questions, grades, reasons."""

import csv
import json
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.roles import Role
from notifications.models import Notice
from programmes.facts import fact_of
from programmes.grading import graded
from programmes.integrity import result_faults
from programmes.models import ProgrammeAnswer, ProgrammeResult
from programmes.workflow import cycle as workflow
from programmes.workflow.answers import TypedEntry, save_answers
from ratings.models import Answer, Decision, StarPeriod
from ratings.workflow.scheme import import_scheme
from records.previews import as_stored
from records.refusals import Incomplete, NotAllowed, Outdated, WrongState
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    ApplicationFactory,
    AppointmentFactory,
    CycleFactory,
    SchemeFactory,
    SheetEntryFactory,
    SheetFactory,
    UnitFactory,
    UserFactory,
    VetoFactory,
    at,
    person,
    walk,
)
from tests.programmes.conftest import OTHER, SHARED, provincial

pytestmark = pytest.mark.django_db
OWN, OFFICES = {"9.1": TypedEntry("1")}, {"9.2": TypedEntry("4", "走访两次")}

ELSEWHERE = {item: TypedEntry(str(value), "走访") for item, value in SHARED.items()}
"""What a unit without an application answers for the programme."""


def answered(place):
    save_answers(place.cycle, place.village, OWN, by=place.filler)
    save_answers(place.cycle, place.village, OFFICES, by=place.office)


def confirmed(place, clock):
    answered(place)
    clock.move_to("2026-12-11 09:00+08:00")
    return workflow.confirm(place.cycle, document="浙清〔2026〕9号", by=place.office)


def test_what_the_application_holds_is_shared_and_the_rest_is_asked(place):
    known = fact_of(place.cycle, place.village)
    assert {one.item for one in known.facts if one.is_shared} == set(SHARED)
    assert {one.item: one.source for one in known.asked} == {"9.1": "village", "9.2": "office"}
    assert [one.item for one in known.missing] == ["9.1", "9.2"]


def test_one_answer_serves_both(place):
    Answer.objects.filter(application=place.application, item="1.2").update(typed="91", value=91)
    assert next(one.value for one in fact_of(place.cycle, place.village).facts if one.item == "1.2") == 91
    assert not ProgrammeAnswer.objects.exists()
    with pytest.raises(WrongState, match="1.2"):
        save_answers(place.cycle, place.village, {"1.2": TypedEntry("99")}, by=place.filler)


def test_the_same_code_in_other_words_is_asked_again(place):
    body = provincial()
    body["areas"][0]["criteria"][1] |= {"name": "群众满意度"}
    body["areas"][1]["criteria"][1] |= {"max": 12}
    import_scheme(body, by=None, issue=True, programme="sheng")
    place.cycle.refresh_from_db()
    assert place.cycle.scheme.version == 2
    asked = {one.item for one in fact_of(place.cycle, place.village).asked}
    assert asked == {"1.2", "2.2", "9.1", "9.2"}


def amended(place):
    """A new version that asks 9.1 in other words, as an office would issue it."""
    body = provincial()
    body["areas"][1]["criteria"][-2] |= {"name": "廉洁文化阵地"}
    Notice.objects.all().delete()
    import_scheme(body, by=None, issue=True, programme="sheng")
    place.cycle.refresh_from_db()
    return dict(Notice.objects.order_by("user").values_list("user__username", "kind"))


def test_a_version_in_mid_year_forgets_answers_to_other_questions_and_tells(place, clock):
    answered(place)
    told = dict.fromkeys(("filler", "neighbour", "township", "office"), "programme_amended")
    assert amended(place) == told
    assert list(ProgrammeAnswer.objects.values_list("item", flat=True)) == ["9.2"]
    assert [one.item for one in fact_of(place.cycle, place.village).missing] == ["9.1"]
    deleted = ProgrammeAnswer.pgh_event_models["delete"].objects.get(pgh_label="delete")
    assert (deleted.item, deleted.pgh_context["verb"]) == ("9.1", "issue_scheme")


def test_a_version_after_the_last_day_tells_the_office_to_give_more_time(place, clock):
    answered(place)
    clock.move_to("2026-12-11 09:00+08:00")
    assert amended(place) == {"office": "programme_needs_time"}
    workflow.extend(place.cycle, answers_until=at(2026, 12, 20), by=place.office)
    told = Notice.objects.filter(kind="programme_opened").values_list("user__username", flat=True)
    assert set(told) == {"filler", "neighbour", "township"}


def test_what_is_found_while_another_year_waits_for_its_release_bars_nobody_yet(place):
    walk(place.application, "township_review", "decided", "public_notice")
    next_year = CycleFactory(scheme=SchemeFactory(year=2027))
    later = ApplicationFactory(cycle=next_year, state="county_review", submitted_at=at(2026, 11, 30))
    veto = VetoFactory(on=at(2026, 5, 1).date())
    assert fact_of(place.cycle, place.village).vetoes == set()
    walk(later, "decided", "public_notice")
    assert fact_of(place.cycle, place.village).vetoes == {("V1", veto.on)}


def test_the_grade_is_what_try_scheme_says(place, tmp_path, clock):
    answered(place)
    veto = VetoFactory(on=at(2026, 5, 1).date())
    assert fact_of(place.cycle, place.village).vetoes == set()
    walk(place.application, "township_review", "decided", "public_notice")
    assert fact_of(place.cycle, place.village).vetoes == {("V1", veto.on)}
    facts = {**SHARED, "9.1": 1, "9.2": 4}
    with (tmp_path / "facts.csv").open("w", encoding="utf-8") as file:
        csv.writer(file).writerows([(VILLAGE, item, value) for item, value in facts.items()])
        csv.writer(file).writerow((VILLAGE, "V1", "", "2026-05-01"))
    out = StringIO()
    call_command("try_scheme", str(place.scheme.pk), str(tmp_path / "facts.csv"), "--on", "2026-12-01", stdout=out)
    (said,) = json.loads(out.getvalue())
    found = {one.known.unit.code: one.found for one in graded(place.cycle, at(2026, 12, 1).date())}
    assert found == {VILLAGE: said, OTHER: None}
    assert (said["total"], said["star"], said["barred"]) == ("48.50", 2, ["V1"])


def test_each_answers_what_is_theirs(place):
    for by, typed in ((place.neighbour, OWN), (place.city, OFFICES)):
        with pytest.raises(NotAllowed):
            save_answers(place.cycle, place.village, typed, by=by)
    for by, typed in ((place.filler, OFFICES), (place.office, OWN)):
        with pytest.raises(WrongState):
            save_answers(place.cycle, place.village, typed, by=by)
    secretary = person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    AppointmentFactory(user=secretary, role=Role.SIGNER, unit=place.village)
    with pytest.raises(WrongState):
        save_answers(place.cycle, place.village, OFFICES, by=secretary)
    assert save_answers(place.cycle, place.village, OWN, by=secretary) == 0
    save_answers(place.cycle, place.village, OWN | OFFICES, by=place.township)
    assert fact_of(place.cycle, place.village).is_complete


def test_nothing_is_saved_of_what_is_partly_wrong(place):
    with pytest.raises(Incomplete) as refused:
        save_answers(place.cycle, place.village, OWN | {"9.2": TypedEntry("4")}, by=place.township)
    assert list(refused.value.problems) == ["9.2"]
    assert not ProgrammeAnswer.objects.exists()


def test_the_time_for_answers_ends_and_can_be_prolonged(place, clock):
    clock.move_to("2026-12-10 00:00+08:00")
    with pytest.raises(WrongState):
        save_answers(place.cycle, place.village, OWN, by=place.filler)
    workflow.extend(place.cycle, answers_until=at(2026, 12, 20), by=place.office)
    save_answers(place.cycle, place.village, OWN, by=place.filler)
    with pytest.raises(WrongState):
        workflow.confirm(place.cycle, document="x", by=place.office)


def test_confirmed_as_it_was_shown(place, clock):
    answered(place)
    clock.move_to("2026-12-11 09:00+08:00")
    shown = as_stored(workflow.offered(place.cycle, graded(place.cycle, at(2026, 12, 11).date())))
    assert (shown["grades"], shown["incomplete"]) == ([[2, 1]], 1)
    Answer.objects.filter(application=place.application, item="1.2").update(typed="91", value=91)
    with pytest.raises(Outdated):
        workflow.confirm(place.cycle, document="浙清〔2026〕9号", by=place.office, expected=shown)
    assert not ProgrammeResult.objects.exists()


def test_published_results_stay_whatever_the_application_says_then(place, clock):
    before = list(Decision.objects.all()), list(StarPeriod.objects.all())
    cycle = workflow.publish(confirmed(place, clock), by=place.office)
    Answer.objects.filter(application=place.application, item="1.2").update(typed="0", value=0)
    results = {one.unit_id: (one.grade, str(one.total), one.sent) for one in cycle.results.all()}
    assert results == {VILLAGE: (2, "48.50", True), OTHER: (0, "None", False)}
    told = Notice.objects.filter(kind="programme_published").values_list("user__username", flat=True)
    assert set(told) == {"filler", "neighbour", "township"}
    assert (list(Decision.objects.all()), list(StarPeriod.objects.all())) == before
    assert list(result_faults()) == []


def test_a_confirmation_is_taken_back_before_it_is_published(place, clock):
    workflow.take_back(confirmed(place, clock), reason="漏一村", by=place.office)
    assert not ProgrammeResult.objects.exists()
    cycle = workflow.confirm(place.cycle, document="浙清〔2026〕10号", by=place.office)
    workflow.publish(cycle, by=place.office)
    with pytest.raises(WrongState):
        workflow.take_back(cycle, reason="太晚", by=place.office)


def test_the_database_keeps_what_is_confirmed(place, clock):
    cycle = confirmed(place, clock)
    changes = (
        lambda: ProgrammeAnswer.objects.update(typed="9"),
        lambda: ProgrammeResult.objects.all().delete(),
        lambda: ProgrammeResult.objects.update(grade=1),
        lambda: ProgrammeResult.objects.create(cycle=cycle, unit_id=COUNTY, grade=0, basis={}),
        lambda: type(cycle).objects.update(state="open", on=None, document="", scheme=place.application.cycle.scheme),
    )
    for change in changes:
        with pytest.raises((IntegrityError, Exception), match=r"stay|Cannot|not an issued"), transaction.atomic():
            change()


def test_a_draft_or_rejected_application_counts_for_nothing(place, clock):
    answered(place)
    walk(place.application, "draft")
    assert not fact_of(place.cycle, place.village).is_complete
    assert [one.found for one in graded(place.cycle, at(2026, 12, 1).date())] == [None, None]


def test_only_the_office_of_its_place_runs_it(place, clock):
    clock.move_to("2026-12-11 09:00+08:00")
    for by in (place.city, place.township, place.filler):
        with pytest.raises(NotAllowed):
            workflow.confirm(place.cycle, document="x", by=by)
        with pytest.raises(NotAllowed):
            workflow.open_cycle(place.scheme, answers_until=at(2027, 1, 1), by=by)


def test_a_year_is_opened_with_the_latest_version_alone(place):
    old, new = (import_scheme(provincial(year=2027), by=None, issue=True, programme="sheng") for _version in "12")
    with pytest.raises(WrongState, match="已印发新版"):
        workflow.open_cycle(old, answers_until=at(2027, 1, 1), by=place.office)
    assert workflow.open_cycle(new, answers_until=at(2027, 1, 1), by=place.office).scheme == new


def test_only_units_that_are_asked_something_are_told(place):
    body = provincial(year=2027)
    body["areas"][0]["criteria"], body["areas"][1]["criteria"] = [], body["areas"][1]["criteria"][-1:]
    Notice.objects.all().delete()
    body["areas"] = body["areas"][1:2]
    scheme = import_scheme(body, by=None, issue=True, programme="sheng")
    workflow.open_cycle(scheme, answers_until=at(2027, 1, 1), by=None)
    told = Notice.objects.filter(kind="programme_opened").values_list("user__username", flat=True)
    assert set(told) == {"office", "township"}


def test_only_the_offices_whose_units_still_have_something_to_answer_are_told(place, clock):
    far = f"{COUNTY}999"
    for code in (far, f"{far}201"):
        UnitFactory(code=code)
    person(Role.TOWNSHIP_OFFICE, far, username="far")

    def told():
        Notice.objects.all().delete()
        workflow.extend(place.cycle, answers_until=place.cycle.answers_until + timedelta(days=1), by=place.office)
        place.cycle.refresh_from_db()
        return set(Notice.objects.values_list("user__username", flat=True))

    assert told() == {"filler", "neighbour", "township", "far"}
    save_answers(place.cycle, place.village, OWN | OFFICES, by=place.township)
    save_answers(place.cycle, place.other, ELSEWHERE | OWN | OFFICES, by=place.township)
    assert told() == {"far"}


def test_what_the_review_found_counts_once_its_result_is_out(place):
    walk(place.application, "township_review")
    for reviewer, values in (("a", {"1.2": 92, "2.2": 7}), ("b", {"1.2": 90, "2.2": 8})):
        sheet = SheetFactory(
            application=place.application,
            reviewer=UserFactory(username=reviewer),
            state="handed_in",
            handed_in_at=at(2026, 11, 1),
        )
        for item, value in values.items():
            SheetEntryFactory(sheet=sheet, item=item, value=value)

    def known(*items):
        facts = {one.item: one for one in fact_of(place.cycle, place.village).facts}
        return [(facts[item].value, facts[item].source) for item in items]

    assert known("1.2", "2.2") == [(96, "application"), (Decimal("8.5"), "application")]
    walk(place.application, "decided", "public_notice")
    assert known("1.2", "2.2", "1.1.a") == [(90, "review"), (7, "review"), (1, "application")]
