"""The pages of a programme: the village answers, the office confirms and publishes, anybody reads why."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from programmes.models import ProgrammeAnswer, ProgrammeCycle, ProgrammeResult
from programmes.todos import entries
from programmes.workflow import cycle as workflow
from ratings.workflow.scheme import import_scheme
from tests.clients import client_of
from tests.factories import TOWNSHIP, VILLAGE, UnitFactory, at, walk
from tests.programmes.conftest import OTHER, provincial
from tests.programmes.test_programme import answered, confirmed

pytestmark = pytest.mark.django_db


def key_of(client, page: str, action: str = "") -> str:
    html = client.get(page).content.decode()
    at = html.index(f'action="{action}"') if action else 0
    return html[at:].split('name="key" value="', 1)[1].split('"', 1)[0]


def test_the_village_types_what_is_missing_and_nothing_else(place):
    client, page = client_of(place.filler), f"/programmes/{place.cycle.pk}/units/{VILLAGE}/"
    html = client.get(page).content.decode()
    assert "9.1 清廉阵地" in html
    assert "1.2 满意率" in html
    assert re.findall(r'name="([vr]\..*?)"', html) == ["v.9.1"]
    key = key_of(client, page)
    refused = client.post(page, {"v.9.1": "很多", "key": key})
    assert refused.status_code == 400
    assert 'value="很多"' in refused.content.decode()
    for _click in range(2):
        saved = client.post(page, {"v.9.1": "2", "key": key}, follow=True)
        assert "已保存" in saved.content.decode()
    assert [one.value for one in ProgrammeAnswer.objects.all()] == [2]


def test_a_page_that_was_overtaken_keeps_what_was_typed(place):
    page = f"/programmes/{place.cycle.pk}/units/{VILLAGE}/"
    clients = client_of(place.filler), client_of(place.township)
    keys = [key_of(client, page) for client in clients]
    clients[0].post(page, {"v.9.1": "2", "key": keys[0]})
    late = clients[1].post(page, {"v.9.1": "1", "v.9.2": "4", "r.9.2": "走访", "key": keys[1]})
    assert late.status_code == 409
    assert [one.value for one in ProgrammeAnswer.objects.all()] == [2]


def test_what_was_typed_for_another_version_is_refused_and_kept(place):
    """Whether the new version asks something else first, asks in other words, no longer asks it, or asks nothing."""
    client, page = client_of(place.filler), f"/programmes/{place.cycle.pk}/units/{VILLAGE}/"
    changed = provincial()
    changed["areas"][1]["criteria"][-2:-2] = [changed["areas"][1]["criteria"][-2] | {"code": "9.0", "name": "村规民约"}]
    reworded = provincial()
    reworded["areas"][1]["criteria"][-2] |= {"name": "廉洁文化阵地"}
    gone = provincial()
    gone["areas"][1]["criteria"][-2] |= {"code": "9.3"}
    nothing = provincial()
    nothing["areas"][1]["criteria"] = nothing["areas"][1]["criteria"][:-2]
    for body in (changed, reworded, gone, nothing):
        key = key_of(client, page)
        import_scheme(body, by=None, issue=True, programme="sheng")
        sent = client.post(page, {"v.9.1": "1.75", "key": key})
        html = sent.content.decode()
        assert (sent.status_code, "1.75" in html, "打开本页后情况有变化" in html) == (409, True, True)
        assert 'value="1.75"' not in html
        assert not ProgrammeAnswer.objects.exists()
        import_scheme(provincial(), by=None, issue=True, programme="sheng")
    assert client_of(place.neighbour).post(page, {"v.9.1": "1"}).status_code == 404


def listed(client, page: str) -> list[str]:
    return re.findall(r"/units/(\d+)/", client.get(page).content.decode())


def test_the_office_opens_confirms_and_publishes(place, clock):
    next_year = import_scheme(provincial(year=2027), by=None, issue=True, programme="sheng")
    client = client_of(place.office)
    page = f"/programmes/open/{next_year.pk}/"
    assert page in client.get("/programmes/").content.decode()
    opened = client.post(page, {"answers_until": "2026-12-31", "key": key_of(client, page)})
    cycle = ProgrammeCycle.objects.get(year=2027)
    assert (opened.status_code, cycle.answers_until) == (302, at(2027, 1, 1))
    answered(place)
    clock.move_to("2026-12-11 09:00+08:00")
    page, address = f"/programmes/{place.cycle.pk}/confirm/", f"/programmes/{place.cycle.pk}/"
    key = key_of(client, page)
    assert "1个单位的数据尚未经评审公布" in client.get(page).content.decode()
    assert listed(client, page) == [VILLAGE, OTHER]
    assert listed(client, f"{page}?unreviewed=1") == [VILLAGE]
    for _click in range(2):
        assert client.post(page, {"document": "浙清〔2026〕9号", "key": key}).status_code == 302
    assert client_of(place.filler).get(f"{address}units/{OTHER}/").status_code == 404
    assert "48.50" not in client_of(place.filler).get(address).content.decode()
    action = f"{address}publish_programme/"
    assert client.post(action, {"key": key_of(client, address, action)}).status_code == 302
    assert "48.50" in client_of(place.filler).get(address).content.decode()
    place.cycle.refresh_from_db()
    assert place.cycle.state == "published"


def test_why_more_time_is_refused_stands_before_the_list_of_units(place):
    client, page = client_of(place.office), f"/programmes/{place.cycle.pk}/"
    action = f"{page}extend_programme/"
    sent = client.post(action, {"answers_until": "2026-12-05", "key": key_of(client, page, action)})
    html = sent.content.decode()
    assert sent.status_code == 400
    assert html.index('href="#extend_programme_answers_until"') < html.index(place.village.name)


def test_vetoes_that_can_bar_nobody_are_listed(place, clock):
    body = provincial(year=2027)
    body["vetoes"] = [*body["vetoes"], {"code": "V9", "name": "省级点名通报"}]
    next_year = import_scheme(body, by=None, issue=True, programme="sheng")
    client = client_of(place.office)
    pages = {f"/programmes/open/{next_year.pk}/": True, f"/programmes/{place.cycle.pk}/confirm/": False}
    assert {page: "V9 省级点名通报" in client.get(page).content.decode() for page in pages} == pages


def points_shown(html: str) -> dict[str, str]:
    """The points of each criterion that a why page shows."""
    rows = re.findall(r'<th role="rowheader" scope="row">(\S+) .*?</th>(.*?)</tr>', html, re.DOTALL)
    found = {code: re.search(r"<span>\s*([\d.]+) / ", row) for code, row in rows}
    return {code: points[1] for code, points in found.items() if points}


def test_why_is_told_to_anybody_once_it_is_published(place, clock):
    cycle = confirmed(place, clock)
    pages = [f"/public/programmes/{cycle.pk}/", f"/public/programmes/{cycle.pk}/{VILLAGE}/"]
    assert [Client().get(page).status_code for page in pages] == [404, 404]
    workflow.publish(cycle, by=place.office)
    assert cycle.programme.name in Client().get("/public/programmes/").content.decode()
    html = [Client().get(page).content.decode() for page in pages]
    assert ["48.50" in one for one in html] == [True, True]
    assert "取自年度申报" not in html[1]
    assert points_shown(html[1]) == {"9.1": "3.00", "9.2": "4.00"}
    assert "满意率 96" not in html[1]
    colleague = client_of(place.township).get(f"/programmes/{cycle.pk}/units/{VILLAGE}/").content.decode()
    assert len(points_shown(colleague)) == 8
    walk(place.application, "township_review", "decided", "public_notice")
    assert "取自年度申报" in Client().get(pages[1]).content.decode()
    missing = Client().get(f"/public/programmes/{cycle.pk}/{OTHER}/").content.decode()
    assert "没有提交申报" in missing
    book = Client().get(pages[0], {"as": "xlsx"})
    assert book["Content-Type"].endswith("spreadsheetml.sheet")
    assert ProgrammeResult.objects.count() == 2
    home = client_of(place.filler).get("/").content.decode()
    assert f"/programmes/{cycle.pk}/units/{VILLAGE}/" in home


def test_the_to_dos_take_as_few_statements_for_many_units_as_for_one(place):
    def statements() -> int:
        township = User.objects.get(pk=place.township.pk)
        with CaptureQueriesContext(connection) as asked:
            (todo,) = entries(township)
        counted.append(todo.detail)
        return len(asked)

    counted: list[str] = []
    two = statements()
    for n in range(206, 210):
        UnitFactory(code=f"{TOWNSHIP}{n}")
    assert (statements(), counted) == (two, ["2个单位", "6个单位"])


def test_what_waits_for_whom(place, clock):
    def waits(user):
        return "省级清廉村评定" in client_of(user).get("/today/").content.decode()

    people = place.filler, place.township, place.office, place.city
    assert [waits(one) for one in people] == [True, True, False, False]
    answered(place)
    clock.move_to("2026-12-11 09:00+08:00")
    assert [waits(one) for one in people] == [False, False, True, False]
