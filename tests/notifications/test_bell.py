"""The bell: what is shown, counted and marked, each only for its owner."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from notifications import kinds
from notifications.kinds import Group, Kind
from notifications.models import Notice
from notifications.workflow import announce
from records.audit import acting
from tests.factories import COUNTY, VILLAGE, UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(client):
    kinds.register(test_hello=Kind("Hello %(who)s", Group.ACCOUNT, outside=None))
    user = person(Role.FILLER, VILLAGE)
    client.force_login(user)
    announce([user.pk], "test_hello", link="/", who="<b>you</b>")
    return Notice.objects.get(user=user)


def test_the_text_is_escaped_and_counted(client, told):
    answer = client.get(reverse("notices"))
    assert "Hello &lt;b&gt;you&lt;/b&gt;" in answer.text
    assert answer.context["shell"].unread == 1


def test_a_stored_day_is_shown_as_people_write_it(client, told):
    kinds.register(test_day=Kind("From %(on)s", Group.ACCOUNT, outside=None))
    announce([told.user_id], "test_day", on="2026-08-01")
    assert "From 2026年8月1日" in client.get(reverse("notices")).text


def test_a_stored_amount_is_shown_as_on_the_pages(client, told):
    kinds.register(test_amount=Kind("%(amount)s yuan of %(name)s", Group.MONEY, outside=None))
    announce([told.user_id], "test_amount", amount="1234567.50", name="2026.11")
    assert "1,234,567.50 yuan of 2026.11" in client.get(reverse("notices")).text


def test_a_text_that_lacks_a_value_takes_no_page_away(client, told, caplog):
    Notice.objects.filter(pk=told.pk).update(params={"on": "2026-02-30"})
    assert "Hello …" in client.get("/").text
    assert [record.getMessage() for record in caplog.records] == ["A stored text lacks its value “who”; it has ['on']"]
    Notice.objects.filter(pk=told.pk).update(kind="of_yesterday")
    assert "这条通知的文字已无法显示" in client.get(reverse("notices")).text


@pytest.mark.parametrize(
    ("kind", "told_of"),
    [({}, ["one who stands by"]), ({"to_doer": True}, ["who acts", "one who stands by"])],
    ids=["of the step", "of what the step brought about"],
)
def test_whoever_acts_is_told_only_of_what_they_cannot_know(kind, told_of):
    kinds.register(**{f"test_act_{len(told_of)}": Kind("Done", Group.ACCOUNT, outside=None, **kind)})
    people = [person(Role.FILLER, VILLAGE, name="who acts"), person(Role.FILLER, VILLAGE, name="one who stands by")]
    with acting(people[0], "test"):
        with acting(None, "of the clock, on the way"):
            pass
        announce([one.pk for one in people], f"test_act_{len(told_of)}")
    assert list(Notice.objects.order_by("user_id").values_list("user__name", flat=True)) == told_of


def test_opening_one_marks_it_and_leads_on(client, told):
    assert client.get(reverse("notice", args=[told.pk])).headers["Location"] == "/"
    assert client.get(reverse("notices")).context["shell"].unread == 0


def test_a_link_to_elsewhere_is_not_followed(client, told):
    Notice.objects.update(link="//evil.example/")
    assert client.get(reverse("notice", args=[told.pk])).headers["Location"] == reverse("notices")


def test_all_are_marked_at_once(client, told):
    assert list(Notice.objects.filter(read_at=None)) == [told]
    client.post(reverse("notices_read"))
    assert not Notice.objects.filter(read_at=None).exists()


def test_others_cannot_open_it(client, told):
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    assert client.get(reverse("notice", args=[told.pk])).status_code == 404
    client.post(reverse("notices_read"))
    assert Notice.objects.filter(read_at=None).count() == 1


def test_it_is_narrowed_by_what_it_is_about_by_place_and_to_the_unread(client, told):
    kinds.register(test_star=Kind("Star %(who)s", Group.STAR, outside=None))
    announce([told.user_id], "test_star", unit_code=VILLAGE, who="A")
    announce([told.user_id], "test_star", unit_code=COUNTY, who="B")

    def shown(**query):
        return [notice.text for notice in client.get(reverse("notices"), query).context["page"]]

    UnitFactory(code=COUNTY)
    assert shown() == ["Star B", "Star A", "Hello <b>you</b>"]
    assert shown(group="star") == ["Star B", "Star A"]
    assert shown(group="star", unit=VILLAGE) == ["Star A"]
    assert shown(unit=COUNTY) == ["Star B", "Star A"]
    asked = client.get("/api/v1/bell/", {"group": "star", "unit": VILLAGE}).json()["results"]
    assert [one["text"] for one in asked] == ["Star A"]
    assert [(group.value, n) for group, n in client.get(reverse("notices")).context["search"].waiting] == [
        ("star", 2),
        ("account", 1),
    ]
    client.get(reverse("notice", args=[told.pk]))
    assert shown(read="no") == ["Star B", "Star A"]
    assert shown(group="account", read="no") == []
    assert shown(group="nonsense") == []
