"""Merging, splitting and renaming by order: who may, what passes on, what is withdrawn, what stays."""

from datetime import date

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.urls import reverse

from accounts.models import Appointment
from accounts.roles import Role
from ratings.events.happening import Happening
from ratings.integrity.register_integrity import register_faults
from ratings.models import Application, Decision, StarPeriod
from ratings.register.rerating import rerate
from ratings.workflow.closing import left_out
from ratings.workflow.event import close, record
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    ApplicationFactory,
    AppointmentFactory,
    DecisionFactory,
    SchemeFactory,
    UnitFactory,
    person,
)
from tests.markup import squeezed
from villages.models import ReorganizationOrder, Unit, ancestors, descendants
from villages.workflow import OrderPaper, SplitPart, merge, rename, split

pytestmark = pytest.mark.django_db

A, B, C = (f"{TOWNSHIP}{number}" for number in (204, 205, 206))
NEW, OTHER = f"{TOWNSHIP}290", f"{TOWNSHIP}291"
PAPER = OrderPaper("新政〔2026〕8号", date(2026, 11, 20), "并村")


NOW = "2026-11-24 10:00+08:00"


@pytest.fixture(autouse=True)
def today():
    with freeze_time(NOW):
        yield


@built_once(at=NOW)
def office(db):
    for code in (TOWNSHIP, A, B, C):
        UnitFactory(code=code)
    return person(Role.COUNTY_OFFICE, COUNTY)


def decided(code, star):
    DecisionFactory(unit=UnitFactory(code=code), star=star)
    rerate([code])


def star(code):
    period = StarPeriod.objects.on().filter(unit=code).first()
    return period and period.star


def test_the_successor_holds_the_lowest_star_and_the_merged_end(office):
    decided(A, 4)
    decided(B, 3)
    order = merge([A, B], SplitPart(NEW, "并村"), PAPER, by=office)
    assert (star(NEW), star(A), star(B)) == (3, None, None)
    assert set(Unit.objects.rated().values_list("code", flat=True)) == {C, NEW}
    assert StarPeriod.objects.known().get(unit=A).last_day == date(2026, 11, 19)
    assert Unit.objects.get(code=A).ended == PAPER.on
    assert [one["text"] for one in order.consequences if one["unit"] == NEW] == ["并村在下次审定前为 3 星。"]
    assert list(register_faults()) == []


def test_effects_go_along_and_end_when_rectified(office):
    """A (4) with a lowering holds 3 and B holds 4: so the successor holds 3, and 4 once the event is rectified."""
    SchemeFactory()
    decided(A, 4)
    decided(B, 4)
    discipline = person(Role.DISCIPLINE, COUNTY)
    event = record(Happening(UnitFactory(code=A), "spot_check_failed", date(2026, 11, 10)), by=discipline)
    merge([A, B], SplitPart(B), PAPER, by=office)
    assert (star(A), star(B)) == (None, 3)
    close(event, on=date(2026, 11, 22), by=discipline, reason="已整改")
    assert star(B) == 4


def test_the_lowest_star_counts_and_not_the_lowest_decision(office):
    """A was decided 5 and holds 3 by a cap, B holds 4 as decided."""
    SchemeFactory()
    decided(A, 5)
    decided(B, 4)
    record(Happening(UnitFactory(code=A), "case_opened", date(2026, 11, 10)), by=person(Role.DISCIPLINE, COUNTY))
    merge([A, B], SplitPart(NEW, "并村"), PAPER, by=office)
    assert star(NEW) == 3


@pytest.mark.parametrize("day", [20, 22])
def test_what_happened_to_a_unit_on_the_day_or_later_is_not_washed_off_by_merging_it(office, day):
    decided(A, 3)
    decided(B, 4)
    SchemeFactory(unit=UnitFactory(code=COUNTY))
    record(Happening(UnitFactory(code=A), "spot_check_failed", date(2026, 11, day)), by=person(Role.DISCIPLINE, COUNTY))
    with pytest.raises(Incomplete) as refused:
        merge([A, B], SplitPart(B), PAPER, by=office)
    assert list(refused.value.problems) == ["on"]
    assert (star(A), star(B), Unit.objects.get(code=A).ended) == (2, 4, None)


def test_a_next_decision_is_held_down_by_what_it_has_not_judged(office):
    SchemeFactory()
    decided(A, 5)
    decided(B, 5)
    record(Happening(UnitFactory(code=A), "case_opened", date(2026, 11, 10)), by=person(Role.DISCIPLINE, COUNTY))
    merge([A, B], SplitPart(NEW, "并村"), PAPER, by=office)
    DecisionFactory(unit_id=NEW, unit=None, star=5, year=2026, on=date(2026, 11, 23), cut_off=date(2026, 10, 31))
    rerate([NEW])
    assert star(NEW) == 3  # the cap of 12 months


@pytest.mark.parametrize("state", ["submitted", "township_review", "county_review", "decided", "public_notice"])
def test_an_absorbed_units_application_is_withdrawn(office, state):
    application = ApplicationFactory(unit=UnitFactory(code=A), state=state)
    if state in ("decided", "public_notice"):
        pending = DecisionFactory(
            unit_id=A, unit=None, application=application, cycle=application.cycle, origin="township", state="decided"
        )
    merge([A, B], SplitPart(B), PAPER, by=office)
    application.refresh_from_db()
    assert application.state == Application.State.DRAFT
    last = application.transitions.last()
    assert (last.verb, last.by, PAPER.document in last.reason) == ("withdraw", office, True)
    if state in ("decided", "public_notice"):
        pending.refresh_from_db()
        assert pending.state == Decision.State.OVERTURNED
    assert A not in set(left_out(application.cycle).values_list("code", flat=True))


def test_a_split_passes_star_to_each_part_and_the_application_to_the_one_named(office):
    decided(A, 4)
    application = ApplicationFactory(unit=UnitFactory(code=A), state="township_review")
    split(A, [SplitPart(A), SplitPart(NEW, "分村")], NEW, PAPER, by=office)
    application.refresh_from_db()
    assert (star(A), star(NEW)) == (4, 4)
    assert (application.unit_id, application.state) == (NEW, "township_review")
    assert Unit.objects.get(code=A).ended is None
    assert list(register_faults()) == []


def test_events_after_a_split_are_each_parts_own(office):
    SchemeFactory()
    decided(A, 4)
    split(A, [SplitPart(A), SplitPart(NEW, "分村")], A, PAPER, by=office)
    record(Happening(UnitFactory(code=A), "spot_check_failed", date(2026, 11, 21)), by=person(Role.DISCIPLINE, COUNTY))
    assert (star(A), star(NEW)) == (3, 4)


def test_a_renaming_changes_nothing_else(office):
    decided(A, 4)
    kept = StarPeriod.objects.count()
    order = rename(A, "沙溪新村", PAPER, by=office)
    unit = Unit.objects.get(code=A)
    assert (unit.name, unit.pinyin, unit.ended) == ("沙溪新村", "sha xi xin cun", None)
    assert (star(A), StarPeriod.objects.count()) == (4, kept)
    assert order.successions.get().name_before == f"单位{A}"
    with pytest.raises(WrongState):
        rename(A, "沙溪新村", PAPER, by=office)


def test_an_order_comes_a_day_after_the_last_one_that_was_no_renaming(office):
    rename(B, "新名", PAPER, by=office)
    merge([A, B], SplitPart(B), PAPER, by=office)
    with pytest.raises(Incomplete) as refused:
        merge([B, C], SplitPart(C), PAPER, by=office)
    assert list(refused.value.problems) == ["on"]


@pytest.mark.parametrize("posts_pass", [True, False])
def test_posts_end_or_pass(office, posts_pass):
    filler = AppointmentFactory(unit=UnitFactory(code=A), role=Role.FILLER)
    paper = OrderPaper("8号", PAPER.on, "并村", posts_pass=posts_pass)
    merge([A, B], SplitPart(B), paper, by=office)
    filler.refresh_from_db()
    assert filler.ends == date(2026, 11, 23)
    held = Appointment.objects.on(date(2026, 11, 24)).filter(user=filler.user).values_list("unit", flat=True)
    assert list(held) == ([B] if posts_pass else [])


def test_who_may_not(office):
    elsewhere = UnitFactory(code="330681001218")
    with pytest.raises(NotAllowed):
        merge([A, elsewhere.code], SplitPart(A), PAPER, by=office)
    with pytest.raises(NotAllowed):
        merge([A, B], SplitPart(B), PAPER, by=person(Role.TOWNSHIP_OFFICE, TOWNSHIP))


def test_no_part_of_an_order_lies_elsewhere(office):
    UnitFactory(code="330681001")
    elsewhere, here = SplitPart("330681001290", "新村"), SplitPart(NEW, "新村")
    with pytest.raises(NotAllowed):
        merge([A, B], elsewhere, PAPER, by=office)
    with pytest.raises(NotAllowed):
        split(A, [here, elsewhere], NEW, PAPER, by=office)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"document": " "}, "document"),
        ({"reason": ""}, "reason"),
        ({"on": date(2026, 11, 25)}, "on"),
        ({"codes": [B]}, "units"),
        ({"codes": [B, "330624108999"]}, "units"),
        ({"codes": [TOWNSHIP, B]}, "units"),
        ({"into": SplitPart(C)}, "into"),
        ({"into": SplitPart("330624109201", "村")}, "into"),
        ({"into": SplitPart(NEW)}, "into"),
    ],
)
def test_what_an_order_must_say(office, change, field):
    said = {"document": "8号", "on": PAPER.on, "reason": "并村", "codes": [A, B], "into": SplitPart(B)} | change
    paper = OrderPaper(said["document"], said["on"], said["reason"])
    with pytest.raises(Incomplete) as refused:
        merge(said["codes"], said["into"], paper, by=office)
    assert list(refused.value.problems) == [field]


def test_what_has_ended_stays_so(office):
    order = merge([A, B], SplitPart(B), PAPER, by=office)
    with pytest.raises(WrongState):
        merge([A, C], SplitPart(C), PAPER, by=office)
    for change in (
        lambda: Unit.objects.filter(code=A).update(ended=None),
        lambda: order.successions.all().delete(),
        lambda: ReorganizationOrder.objects.update(document="x"),
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            change()


def test_a_preview_does_nothing_and_a_double_click_carries_out_once(client, office):
    client.force_login(office)
    decided(A, 4)
    decided(B, 3)
    address = reverse("unit_order_new", args=["merge"])
    said = {"units": f"{A}\n{B}", "into": B, "name": "", "document": "8号", "on": "2026-11-20", "reason": "并村"}
    preview = client.post(address, said)
    assert preview.context["preview"].consequences[-1]["text"].endswith("3 星。")
    assert not ReorganizationOrder.objects.exists()
    assert star(A) == 4
    confirmed = said | {"confirm": "1", "key": preview.context["key"]}
    for wrong in ({"key": ""}, {"into": A}, {"reason": "别的"}, {"posts_pass": "on"}, {"name": "新名"}):
        assert client.post(address, confirmed | wrong).status_code == 409, wrong
    assert client.post(address, confirmed | {"tag": "1"}).status_code == 400
    assert not ReorganizationOrder.objects.exists()
    answers = [client.post(address, confirmed) for _twice in range(2)]
    order = ReorganizationOrder.objects.get()
    assert [answer["Location"] for answer in answers] == [reverse("unit_order", args=[order.pk])] * 2
    again = client.post(address, said)
    assert list(again.context["form"].non_field_errors()) == [f"单位{A}已经撤销。"]
    assert client.post(address, confirmed | {"reason": "别的"}).status_code == 409
    assert ReorganizationOrder.objects.count() == 1
    for code in (A, B):
        assert list(client.get(reverse("unit", args=[code])).context["orders"]) == [order]


def test_units_elsewhere_are_not_there(client, office):
    client.force_login(office)
    UnitFactory(code="330681001218")
    said = {"unit": "330681001218", "name": "村", "document": "8号", "on": "2026-11-20", "reason": "改"}
    assert client.post(reverse("unit_order_new", args=["rename"]), said).status_code == 404
    assert client.post(reverse("unit_order_new", args=["rename"]), said | {"unit": "999999"}).status_code == 404


def open_application():
    ApplicationFactory(unit=Unit.objects.get(code=A), state="submitted")


def take_up_the_application():
    Application.objects.filter(unit=A).update(state="township_review")


def tag():
    Unit.objects.filter(code=A).update(tags=["island"])


def rename_it():
    Unit.objects.filter(code=A).update(name="旧名已改")


def rate_higher():
    decided(A, 5), decided(C, 5)


def appoint():
    AppointmentFactory(unit=Unit.objects.get(code=A), role=Role.FILLER)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("split", open_application),
        *(("merge", one) for one in (open_application, tag, rename_it, rate_higher, appoint)),
    ],
)
def test_what_changed_since_it_was_looked_at_is_shown_anew(client, office, kind, change):
    client.force_login(office)
    address = reverse("unit_order_new", args=[kind])
    paper = {"document": "8号", "on": "2026-11-24", "reason": "并村"}
    merged = {"units": f"{A}\n{C}", "into": C, "name": ""}
    said = paper | (merged if kind == "merge" else {"unit": A, "parts": f"{NEW} 新村\n{OTHER} 次村", "main": NEW})
    old = said | {"confirm": "1", "key": client.post(address, said).context["key"]}
    change()
    for _twice in range(2):
        answer = client.post(address, old)
        assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (409, True)
    assert not ReorganizationOrder.objects.exists()
    assert not Unit.objects.filter(code=NEW).exists()
    assert client.post(address, old | {"key": answer.context["key"]}).status_code == 302
    assert ReorganizationOrder.objects.count() == 1


def test_units_of_an_order_are_found_by_name_and_chosen(client, office):
    for code, name in ((A, "沙溪村"), (B, "塔山村"), ("330681001218", "沙溪村")):
        Unit.objects.filter(pk=UnitFactory(code=code).pk).update(name=name)
    UnitFactory(code=C, name="沙溪老村")
    Unit.objects.filter(pk=C).update(name="沙溪老村", ended=date(2026, 1, 1))
    client.force_login(office)
    address = reverse("unit_order_new", args=["merge"])
    found = client.get(address, {"q": "沙溪"})
    assert [one.code for one in found.context["found"]] == [A]
    assert f"?unit={A}#find" in found.content.decode()
    again = client.get(address, {"unit": [A], "q": "２０５"})
    assert f"?unit={A}&amp;unit={B}#find" in again.content.decode()
    both = client.get(address, {"unit": [A, B, "330681001218", "x'"]})
    assert both.context["form"]["units"].value() == f"{A}\n{B}"
    split = client.get(reverse("unit_order_new", args=["split"]), {"unit": A})
    assert split.context["form"]["unit"].value() == A


def test_the_unit_after_a_merger_is_chosen_or_named_instead_of_its_code_typed(client, office):
    Unit.objects.filter(pk=A).update(name="上村")
    Unit.objects.filter(pk=B).update(name="下村")
    client.force_login(office)
    address = reverse("unit_order_new", args=["merge"])
    page = client.get(address, {"unit": [A, B], "into": B})
    assert page.context["form"].initial["into"] == B
    assert f'<a class="button" href="?unit={A}&amp;unit={B}&amp;into={A}#into">上村</a>' in squeezed(
        page.content.decode()
    )
    said = {"units": f"{A}\n{B}", "document": "新政1号", "on": "2026-11-20", "reason": "并村"}
    assert client.post(address, said | {"into": "下村"}).context["form"].cleaned_data["into"] == B
    assert "into" in client.post(address, said | {"into": "别村"}).context["form"].errors


def test_the_part_to_which_what_is_open_passes_is_named(client, office):
    Unit.objects.filter(pk=A).update(name="上村")
    client.force_login(office)
    said = {"unit": A, "parts": f"{A}\n{NEW} 新村", "document": "新政1号", "on": "2026-11-20", "reason": "分村"}
    address = reverse("unit_order_new", args=["split"])
    for name, code in (("上村", A), ("新村", NEW)):
        assert client.post(address, said | {"main": name}).context["form"].cleaned_data["main"] == code


def test_nothing_comes_of_nothing_behind_a_pooler_too(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    assert (ancestors([]), descendants([])) == (set(), set())
