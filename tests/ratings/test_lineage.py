"""Where the star of a unit created by an order comes from, and where those of the old units went."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from ratings.models import StarPeriod
from ratings.models.register import FEW
from ratings.register.certificate import code_of
from ratings.register.lineage import lineages
from ratings.register.rerating import rerate
from records.locks import Lock, call_of
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import COUNTY, TOWNSHIP, ApplicationFactory, DecisionFactory, UnitFactory, person
from tests.markup import squeezed
from villages.models import Unit
from villages.workflow import OrderPaper, SplitPart, merge, rename, split

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]

A, B, NEW = (f"{TOWNSHIP}{number}" for number in (204, 205, 290))
PAPER = OrderPaper("新政〔2026〕8号", date(2026, 11, 20), "并村")
PUBLIC = reverse("public_unit", args=[NEW])


NOW = "2026-11-24 10:00+08:00"


@built_once(at=NOW)
def office(db):
    for code, name in ((TOWNSHIP, "沙溪镇"), (A, "甲村"), (B, "乙村")):
        UnitFactory(code=code, name=name)
    for code, star in ((A, 4), (B, 3)):
        DecisionFactory(unit=Unit.objects.get(code=code), star=star, document=f"评{star}号")
    rerate([A, B])
    return person(Role.COUNTY_OFFICE, COUNTY)


@pytest.fixture(autouse=True)
def _today():
    with freeze_time(NOW):
        yield


@built_once(at=NOW)
def merged(office):
    return merge([A, B], SplitPart(NEW, "丙村"), PAPER, by=office)


def told(code):
    return [
        (
            one.order.kind,
            one.came,
            one.lowest,
            [(s.succession.name_before, s.star, s.succession.name_after, s.today) for s in one.steps],
        )
        for one in lineages(Unit.objects.get(code=code))
    ]


def test_the_new_unit_tells_of_the_old_ones_and_they_of_it(merged):
    steps = [("甲村", 4, "丙村", 3), ("乙村", 3, "丙村", 3)]
    assert told(NEW) == [("merge", True, 3, steps)]
    assert told(A) == told(B) == [("merge", False, 3, steps)]


def test_an_order_over_many_locks_the_register_before_anything_follows(office):
    """What follows for one unit may re-rate it: few first and then many could wait for each other."""
    units = Unit.objects.bulk_create(
        Unit(code=f"{TOWNSHIP}{300 + n}", name=f"村{n}", level="village", rated=True) for n in range(FEW + 1)
    )
    ApplicationFactory(unit=units[0], state="submitted")
    with CaptureQueriesContext(connection) as queries:
        merge([one.code for one in units], SplitPart(units[1].code), PAPER, by=office)
    said = [query["sql"] for query in queries]
    alone = next(n for n, sql in enumerate(said) if call_of(Lock.REGISTER) in sql)
    withdrawn = next(n for n, sql in enumerate(said) if 'UPDATE "ratings_application"' in sql)
    assert alone < withdrawn


def test_a_unit_without_a_star_counts_for_none(office):
    UnitFactory(code=f"{TOWNSHIP}206", name="丁村")
    merge([A, f"{TOWNSHIP}206"], SplitPart(A), PAPER, by=office)
    assert told(A) == [("merge", True, 4, [("甲村", 4, "甲村", 4), ("丁村", None, "甲村", 4)])]


def test_a_split_and_a_renaming_afterwards(office):
    split(A, [SplitPart(A), SplitPart(NEW, "丙村")], NEW, PAPER, by=office)
    rename(A, "甲一村", OrderPaper("新政〔2026〕9号", date(2026, 11, 21), "更名"), by=office)
    assert told(A) == [
        ("rename", True, 4, [("甲村", 4, "甲一村", 4)]),
        ("split", True, 4, [("甲村", 4, "甲村", 4), ("甲村", 4, "丙村", 4)]),
    ]
    assert [kind for kind, *_rest in told(NEW)] == ["split"]


def test_the_pages_say_so(client, merged):
    page = client.get(PUBLIC).content.decode()
    assert "甲村（四星） → 丙村" in squeezed(page)
    assert "自该日起，在下次审定前执行被合并单位中的最低星级：三星。" in page
    old = client.get(reverse("public_unit", args=[A])).content.decode()
    assert f'甲村（四星） → <a href="{PUBLIC}">丙村</a>（今为三星）' in squeezed(old)
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    own = client.get(reverse("register_unit", args=[NEW])).content.decode()
    assert "甲村（四星） → 丙村" in squeezed(own)
    assert "<dt>原审定单位</dt><dd>乙村</dd>" in squeezed(own)


def test_the_certificate_of_an_old_unit_says_where_its_star_went(client, merged):
    rests_on = StarPeriod.objects.on().get(unit=NEW).decision
    assert rests_on.unit_id == B
    answer = client.get(reverse("certificate", args=[code_of(rests_on.pk)]))
    assert [(period.unit_id, period.star) for period in answer.context["passed"]] == [(NEW, 3)]
    page = answer.content.decode()
    assert "该单位已于2026年11月20日撤销。" in page
    assert f'<a href="{PUBLIC}">丙村</a>' in squeezed(page)
    assert client.get(reverse("certificate_paper", args=[code_of(rests_on.pk)])).status_code == 404
    higher = client.get(reverse("certificate", args=[code_of(Unit.objects.get(code=A).decisions.get().pk)]))
    assert (higher.context["passed"], "丙村" in higher.content.decode()) == ([], True)


def test_before_any_order_nothing_is_told(client, office):
    assert told(A) == []
    own = Unit.objects.get(code=A).decisions.get()
    answer = client.get(reverse("certificate", args=[code_of(own.pk)]))
    assert (answer.context["passed"], "撤销" in answer.content.decode()) == ([], False)
