"""Every page belongs to one section of the menu, and shows which."""

import re

import pytest
from django.urls import reverse

from accounts.menu import EntryFinder, entries_of_members
from accounts.menu_rows import section_of
from accounts.models import User
from accounts.todo_list import todos_of
from tests.requests_by_role import knock, world  # noqa: F401 - a fixture
from tests.route_permissions import PAGES, PUBLIC

pytestmark = pytest.mark.django_db
MEMBERS_PAGES = sorted(
    name for name, door in PAGES.items() if door.ways.get("get") not in (None, PUBLIC) and name != "still_here"
)
VILLAGE, TOWNSHIP = ["filler", "signer"], ["township_office", "township_leader", "township_reviewer"]
COUNTY = ["county_office", "county_reviewer", "discipline", "department", "finance"]
ABOVE = ["city_office", "city_discipline", "city_leader", "sysadmin", "secadmin", "auditor"]
READERS = [*VILLAGE, *TOWNSHIP, *COUNTY, *ABOVE]
NAV = re.compile(r'<nav class="(menu|submenu)".*?</nav>', re.DOTALL)
CURRENT = re.compile(r'<a\s+href="([^"]+)" aria-current="(page|true)"')


def currents(text: str) -> dict[str, list[tuple[str, str]]]:
    return {nav[1]: CURRENT.findall(nav[0]) for nav in NAV.finditer(text)}


def test_no_address_is_declared_in_two_sections():
    sections = {}
    for prefix, entry in EntryFinder(entries_of_members()).prefixes:
        sections.setdefault(prefix, set()).add(entry.section)
    assert [prefix for prefix, found in sections.items() if len(found) != 1] == []


@pytest.mark.parametrize("name", MEMBERS_PAGES)
def test_a_page_shows_its_section_to_whoever_opens_it(world, name):  # noqa: F811
    address = PAGES[name].address(name, world)
    section, wrong = section_of(address), []
    assert section is not None
    for reader in READERS:
        answer = knock(world, reader, "get", address)
        if answer.status_code == 200 and '<nav class="menu"' in answer.text_shown:
            shell, shown = answer.context["shell"], currents(answer.text_shown)
            if shell.has_sections:
                right = [len(row) for row in shown.values()] == [1, 1] and shell.open_section.label == section.label
            else:
                right = [len(row) for row in shown.values()] == [1]
            *_, (url, kind) = list(shown.values())[-1] or [("", "")]
            if not right or (kind == "page") != (url == address.partition("?")[0]):
                wrong.append((reader, shown))
    assert wrong == []


@pytest.mark.parametrize("reader", READERS)
def test_the_numbers_are_those_of_the_list_on_the_home_page(world, reader):  # noqa: F811
    answer = knock(world, reader, "get", reverse("home"))
    shell = answer.context["shell"]
    todos = todos_of(User.objects.get(username=reader))
    if not shell.has_sections:
        assert 'class="todos' not in answer.text_shown
        return
    assert sum(section.todos for section in shell.sections) == len(todos)
    assert sum(entry.todos for entry in shell.section_entries) == shell.open_section.todos
