"""What is returned is followed up until it is handed back: it reminds, passes on and ends with the return."""

import importlib
from datetime import date
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.utils import timezone

from accounts.roles import Role
from followups.models import FollowUp
from followups.tasks import escalate
from notifications.models import Notice
from ratings.integrity.application_integrity import application_faults
from ratings.models import Return
from ratings.workflow import application as workflow
from reminders.due import due_in
from reports.duties import duties
from reports.findings import AsOf
from reports.kept_warnings import refresh
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, ApplicationFactory, CycleFactory, UnitFactory, at, person
from tests.ratings.conftest import SPRING
from villages.workflow import OrderPaper, SplitPart, merge, split

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]
DUE = at(2026, 7, 11)
SPLIT, MERGER = (OrderPaper("新政〔2026〕1号", date(2026, 3, day), "撤并") for day in (20, 30))


@built_once(at=SPRING)
def who(db):
    return SimpleNamespace(
        filler=person(Role.FILLER, VILLAGE, username="filler"),
        signer=person(Role.SIGNER, VILLAGE, username="signer"),
        office=person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="office"),
        county=person(Role.COUNTY_OFFICE, COUNTY, username="county"),
    )


@built_once(at=SPRING)
def returned(who):
    application = ApplicationFactory(cycle=CycleFactory(), unit=UnitFactory(code=VILLAGE), state="township_review")
    workflow.return_(application, {"1.2": "与民政的数不符"}, due=DUE, by=who.office)
    return application


def followed() -> FollowUp:
    return FollowUp.objects.get(kind="correction")


def told() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("pk").values_list("user__username", "kind"))


def test_it_is_due_when_the_return_is_and_tells_nobody_twice(returned, who):
    one = followed()
    assert (one.due_at, one.state, one.responsible_unit_id, one.responsible_role) == (DUE, "open", VILLAGE, "filler")
    assert (one.text, one.link) == ("单位330624108204：改正2026年申报中退回的内容", f"/applications/{returned.pk}/")
    assert sorted(told()) == [("filler", "application_returned"), ("signer", "application_returned")]
    (due,) = due_in([COUNTY])
    assert (due.step, due.office, due.due, due.link) == ("correction", (VILLAGE, "filler"), DUE, one.link)


def test_when_it_is_late_the_warning_alone_goes_up(returned, who):
    before = len(told())
    with freeze_time("2026-07-13 09:00+08:00"):
        assert (refresh(timezone.now(), COUNTY), escalate()) == (1, 0)
        assert sorted(told()[before:]) == [(name, "warning_W2.opened") for name in ("filler", "office", "signer")]
        county = AsOf(UnitFactory(code=COUNTY), date(2026, 7, 13))
        assert [(one.late, one.warnings) for one in [duties(who.county, county)]] == [([], 1)]
        workflow.resume(returned, by=who.office)
        refresh(timezone.now(), COUNTY)
    assert set(FollowUp.objects.values_list("kind", "state")) == {("correction", "cancelled"), ("warning_W2", "done")}
    assert list(application_faults()) == []


def test_it_ends_with_what_it_waits_for(returned, who):
    workflow.withdraw(returned, by=who.signer, reason="重新填报")
    assert (followed().state, followed().closed_by, followed().reason) == ("cancelled", who.signer, "申报已撤回。")
    assert due_in([COUNTY])[0].step == "apply"


def test_more_time_moves_it(returned, who):
    Return.objects.update(due=at(2026, 7, 18))
    assert [fault.expected for fault in application_faults()] == ["a follow-up due at 2026-07-17 16:00:00+00:00"]
    workflow.correction_deadlines.follow(Return.objects.all(), by=who.office)
    assert (followed().due_at, list(application_faults())) == (at(2026, 7, 18), [])


def test_a_merger_ends_it_and_a_split_passes_it_on(returned, who):
    part = f"{TOWNSHIP}209"
    split(VILLAGE, [SplitPart(VILLAGE), SplitPart(part, "丙村")], part, SPLIT, by=who.county)
    assert (followed().unit_id, followed().responsible_unit_id, followed().state) == (part, part, "open")
    UnitFactory(code=f"{TOWNSHIP}205")
    order = merge([part, f"{TOWNSHIP}205"], SplitPart(f"{TOWNSHIP}205"), MERGER, by=who.county)
    assert [one["text"] for one in order.consequences if "督办" in one["text"]] == []
    assert followed().state == "cancelled"


def test_open_returns_of_before_are_followed_up_by_the_migration(who):
    application = ApplicationFactory(cycle=CycleFactory(), unit=UnitFactory(code=VILLAGE), state="returned")
    Return.objects.create(application=application, by=who.office, due=DUE)
    importlib.import_module("ratings.migrations.0011_follow_returns").follow_open_returns(apps, None)
    assert list(application_faults()) == []
    assert (followed().link, followed().params) == (f"/applications/{application.pk}/", {"year": 2026})
