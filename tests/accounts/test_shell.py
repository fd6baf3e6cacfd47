"""The frame of every page: which shell for whom, menu, language, demonstration mark, error pages."""

import pytest
from django.urls import reverse

from accounts.menu import EntryFinder, entries_of_members
from accounts.roles import Role
from tests.factories import COUNTY, VILLAGE, AppointmentFactory, UnitFactory, person
from tests.markup import squeezed

pytestmark = pytest.mark.django_db


def page(client, user, name="home"):
    client.force_login(user)
    return client.get(reverse(name))


def test_a_village_reads_large_type_and_has_its_menu_at_the_foot(client):
    answer = page(client, person(Role.FILLER, VILLAGE))
    assert answer.context["shell"].template == "shell/cadre.html"
    assert '<body class="tabbed"' in squeezed(answer.text)


def test_an_office_has_a_desk(client):
    assert page(client, person(Role.COUNTY_OFFICE, COUNTY)).context["shell"].template == "shell/desk.html"


def test_who_holds_both_kinds_of_post_has_a_desk(client):
    user = person(Role.SIGNER, VILLAGE)
    AppointmentFactory(user=user, role=Role.DEPARTMENT, unit=UnitFactory(code=COUNTY))
    assert page(client, user).context["shell"].template == "shell/desk.html"


def test_the_head_names_the_county(client):
    UnitFactory(code=COUNTY, name="新昌县")
    assert page(client, person(Role.FILLER, VILLAGE)).context["shell"].place == "新昌县"


def test_pages_without_an_account_use_the_public_shell(client):
    answer = client.get(reverse("account_login"))
    assert answer.context["shell"].template == "shell/public.html"
    assert [template.name for template in answer.templates if template.name.startswith("shell/p")] == [
        "shell/public.html"
    ]


def test_home_asks_to_sign_in(client):
    assert client.get("/").headers["Location"] == "/accounts/login/?next=/"


def test_the_language_is_chosen_without_script(client):
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert '<html lang="en">' in client.get(reverse("account_login")).text


@pytest.mark.parametrize("on", [True, False])
def test_the_demonstration_is_marked_on_every_page(client, settings, on):
    settings.DEMO = on
    for address in (reverse("account_login"), "/nowhere/"):
        assert ('<p class="demo">' in client.get(address).text) is on


def test_an_unknown_address_is_answered_in_the_look(client):
    client.force_login(person(Role.FILLER, VILLAGE))
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert 'class="brand"' in answer.text


def test_a_page_carries_no_inline_script_or_style(client):
    text = page(client, person(Role.FILLER, VILLAGE)).text
    assert " style=" not in text
    assert "<script>" not in text
    assert " onclick" not in text


def test_no_address_is_declared_in_two_sections():
    sections = {}
    for prefix, entry in EntryFinder(entries_of_members()).prefixes:
        sections.setdefault(prefix, set()).add(entry.section)
    assert [prefix for prefix, found in sections.items() if len(found) != 1] == []
