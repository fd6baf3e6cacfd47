"""Filters that people keep for themselves and their offices; searching people."""

from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import workflow
from accounts.models import SavedFilter
from accounts.roles import Role
from accounts.saved_filters import known_lists
from records.refusals import Incomplete, NotAllowed, UnknownFields
from tests.built_once import built_once
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, AppointmentFactory, UnitFactory, person

pytestmark = pytest.mark.django_db
ADDRESS = "/register/?star=3&page=2"
NEW = "saved_filter_new"


@built_once
def world(db) -> SimpleNamespace:
    UnitFactory(code=COUNTY)
    made = {"owner": (Role.COUNTY_OFFICE, COUNTY), "colleague": (Role.COUNTY_OFFICE, COUNTY)}
    made |= {"finance": (Role.FINANCE, COUNTY), "elsewhere": (Role.COUNTY_OFFICE, "330681")}
    return SimpleNamespace(**{name: person(*post, username=name) for name, post in made.items()})


def test_a_filter_is_kept_and_stands_above_its_list(client, world):
    client.force_login(world.owner)
    assert "/filters/new/?of=%2Fregister%2F%3Fstar%3D3%26page%3D2" in client.get(ADDRESS).content.decode()
    sent = {"of": ADDRESS, "name": "三星村"}
    assert client.get(reverse(NEW), {"of": ADDRESS}).context["list"].url == "/register/?star=3"
    assert client.post(reverse(NEW), sent)["Location"] == "/register/?star=3"
    assert SavedFilter.objects.get().url == "/register/?star=3"
    shown = client.get("/register/").context["shell"].saved
    assert ([one.name for one in shown.filters], shown.may_save) == (["三星村"], False)
    twice = client.post(reverse(NEW), sent)
    assert (twice.status_code, twice.context["form"]["name"].value()) == (400, "三星村")


def test_a_shared_filter_is_the_offices_and_asks_within_the_readers_reach(client, world):
    saved = workflow.save_filter(ADDRESS, "共用", by=world.owner, office=world.owner.posts[0])
    seen = {
        name: list(SavedFilter.objects.of(getattr(world, name)).values_list("name", flat=True)) for name in vars(world)
    }
    assert seen == {"owner": ["共用"], "colleague": ["共用"], "finance": [], "elsewhere": []}
    with pytest.raises(NotAllowed):
        workflow.save_filter(ADDRESS, "别人的", by=world.finance, office=world.owner.posts[0])
    with pytest.raises(NotAllowed):
        workflow.remove_filter(saved, by=world.finance)
    client.force_login(world.colleague)
    assert client.post(reverse("saved_filter_remove", args=[saved.pk])).status_code == 302
    gone = client.post(reverse("saved_filter_remove", args=[saved.pk]), follow=True)
    assert (gone.redirect_chain, "已不存在" in gone.text) == ([(reverse("saved_filters"), 302)], True)


@pytest.mark.parametrize(
    ("address", "name", "refusal"),
    [
        ("/register/?star=3&owner=1", "名", UnknownFields),
        ("/register/?star=&page=2", "名", Incomplete),
        ("/register/?star=3", " ", Incomplete),
        (f"/register/?q={'村' * 100}", "名", Incomplete),
        ("/locks/?q=1", "名", NotAllowed),
        ("/nowhere/?q=1", "名", NotAllowed),
        ("//example.org/register/?star=3", "名", NotAllowed),
        ("javascript:/register/?star=3", "名", NotAllowed),
        ("//[", "名", NotAllowed),
    ],
)
def test_only_what_a_list_knows_is_kept(client, world, address, name, refusal):
    with pytest.raises(refusal):
        workflow.save_filter(address, name, by=world.owner)
    client.force_login(world.owner)
    status = 404 if refusal is NotAllowed else 400
    assert client.post(reverse(NEW), {"of": address, "name": name}).status_code == status
    assert client.get(reverse(NEW), {"of": address}).status_code == (404 if refusal is NotAllowed else 200)
    assert not SavedFilter.objects.exists()


def test_every_registered_list_is_a_page():
    lists = {"figure_list": [COUNTY, "stars"]}
    assert [reverse(page, args=lists.get(page, [])) for page in known_lists()]


# ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_people_are_found_by_those_who_may_within_their_reach(client, world):
    filler = AppointmentFactory(unit=UnitFactory(code=VILLAGE)).user
    for reader, found in ((world.owner, [filler.pk]), (world.elsewhere, [])):
        client.force_login(reader)
        page = client.get(reverse("people"), {"q": filler.name})
        assert [one.pk for one, _posts in page.context["rows"]] == found
        assert client.get(reverse("person", args=[filler.pk])).status_code == (200 if found else 404)
    client.force_login(world.finance)
    assert client.get(reverse("people")).status_code == 404


def test_only_an_auditor_sees_what_a_person_did(client, world):
    office = person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    made = AppointmentFactory(unit=UnitFactory(code=VILLAGE))
    workflow.end(made, by=office, on=timezone.localdate())
    acts = {}
    for reader in (world.owner, person(Role.AUDITOR, "3306")):
        client.force_login(reader)
        acts[reader.username] = client.get(reverse("person", args=[office.pk])).context["acts"]
    owner, auditor = acts.values()
    assert (owner, [one.first.verb for one in auditor]) == (None, ["结束任职"])
