"""Help: every page of every role has a short text and a picture, so that together they are a manual.

Pictures are made by ``HELP_PICTURES=1 pytest tests/test_manual.py -k pictures``; committed, they are small.
"""

import os

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts import page_help
from accounts.roles import Role
from tests.clients import client_of
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, UnitFactory, person
from tests.route_access import PUBLIC
from tests.route_permissions import PAGES
from tests.two_tenants import build

pytestmark = pytest.mark.django_db
PHONE, DESK = {"width": 390, "height": 720}, {"width": 900, "height": 640}


def test_a_reader_has_help_for_the_own_tasks_alone(client):
    filler = person(Role.FILLER, VILLAGE)
    client.force_login(filler)
    own = [topic.name for topic in client.get(reverse("help")).context["topics"]]
    assert ("fill" in own, "decide" in own, "appoint" in own) == (True, False, False)
    assert client.get(reverse("help_topic", args=["fill"])).status_code == 200
    assert client.get(reverse("help_topic", args=["decide"])).status_code == 404
    assert [topic.name for topic in Client().get(reverse("help")).context["topics"]] == [
        "sign_in",
        "public_notices",
        "public_register",
        "filed_policies",
        "public_model_villages",
        "public-drafts",
        "public-programmes",
    ]


@pytest.mark.parametrize(
    ("role", "code", "topic"), [(Role.FILLER, VILLAGE, "fill"), (Role.DISCIPLINE, COUNTY, "applications")]
)
def test_the_help_of_a_page_is_one_press_away(client, role, code, topic, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    client.force_login(person(role, code))
    page = reverse("apply") if role == Role.FILLER else reverse("applications")
    assert f'href="{reverse("help_topic", args=[topic])}"' in client.get(page).text


def test_whom_to_call_stands_under_the_help(client):
    UnitFactory(code=VILLAGE)
    person(Role.TOWNSHIP_OFFICE, TOWNSHIP, name="吴雅琴").appointments.update(phone="0575-85001208")
    client.force_login(person(Role.FILLER, VILLAGE))
    assert 'href="tel:0575-85001208"' in client.get(reverse("help")).text


def test_the_help_is_short_and_in_chinese():
    with translation.override("zh-hans"):
        for topic in page_help._topics:
            said = [str(topic.title), str(topic.what), *map(str, topic.steps)]
            assert all(any("\u4e00" <= letter <= "\u9fff" for letter in text) for text in said), topic.name
            assert len("".join(said)) <= 330, topic.name


def test_every_topic_has_a_small_picture_and_no_picture_is_left_over():
    names = {topic.name for topic in page_help._topics}
    sizes = {file.stem: file.stat().st_size for file in page_help.PICTURES.glob("*.jpg")}
    assert set(sizes) == names
    assert max(sizes.values()) < 60_000


@pytest.mark.skipif(not os.environ.get("HELP_PICTURES"), reason="pictures of the help are made when asked for")
@pytest.mark.django_db(transaction=True)
def test_pictures(new_context, live_server, settings):
    """The first page of each topic as seen by somebody who has that task."""
    settings.SECOND_FACTOR_REQUIRED = False
    world = build()
    page_help.PICTURES.mkdir(exist_ok=True)
    for topic in page_help._topics:
        door = PAGES[topic.pages[0]]
        who = door.ways["get"]
        people = [one for one in world.people.values() if one.of_the_first and one.role and topic.concerns(one.user)]
        reader = None
        if who != PUBLIC:
            reader = next(one for one in people if not hasattr(who, "lets_in") or who.lets_in(one, world))
        cadre = reader is None or reader.role in (Role.FILLER, Role.SIGNER)
        context = new_context(viewport=PHONE if cadre else DESK, base_url=live_server.url)
        if reader:
            signed_in = client_of(reader.user)
            cookie = {
                "name": settings.SESSION_COOKIE_NAME,
                "value": signed_in.cookies[settings.SESSION_COOKIE_NAME].value,
            }
            context.add_cookies([cookie | {"url": live_server.url}])
        page = context.new_page()
        assert page.goto(door.address(topic.pages[0], world)).status == 200
        page.screenshot(path=page_help.PICTURES / f"{topic.name}.jpg", type="jpeg", quality=45)
        context.close()
