"""Every page belongs to one section of the menu; the numbers in the menu are those of the home page."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from accounts import page_help
from accounts.menu_rows import section_of
from accounts.models import User
from accounts.todo_list import todos_of
from tests.requests_by_role import knock, world  # noqa: F401 - a fixture
from tests.route_access import PUBLIC
from tests.route_permissions import PAGES
from tests.shown_menu import has_menu, misplaced

pytestmark = pytest.mark.django_db
MEMBERS_PAGES = sorted(
    name for name, door in PAGES.items() if door.ways.get("get") not in (None, PUBLIC) and name != "session_keep_alive"
)
NO_PAGES = {"healthz", "session_keep_alive", "set_language", "help", "help_topic"}
"""Those without a help topic: they are none, or are the help itself."""
VILLAGE, TOWNSHIP = ["filler", "signer"], ["township_office", "township_leader", "township_reviewer"]
COUNTY = ["county_office", "county_reviewer", "discipline", "department", "finance"]
ABOVE = ["city_office", "city_discipline", "city_leader", "sysadmin", "secadmin", "auditor"]
READERS = [*VILLAGE, *TOWNSHIP, *COUNTY, *ABOVE]


def test_every_page_belongs_to_a_section(world):  # noqa: F811
    assert [name for name in MEMBERS_PAGES if section_of(PAGES[name].address(name, world)) is None] == []


def test_every_page_of_every_role_has_its_help(world):  # noqa: F811
    missing = []
    for name, door in PAGES.items():
        who = door.ways.get("get")
        if who is None or name in NO_PAGES:
            continue
        if who == PUBLIC:
            readers = {"nobody": AnonymousUser()}
        else:
            in_office = {username: one for username, one in world.people.items() if one.role}
            readers = {
                username: one.user
                for username, one in in_office.items()
                if not hasattr(who, "lets_in") or who.lets_in(one, world)
            }
        missing += [(name, username) for username, user in readers.items() if page_help.topic_of(user, name) is None]
    assert missing == [], "name the page in a Topic of its app's help_topics.py that its readers need"


def test_a_wrong_mark_in_the_menu_is_noticed(world):  # noqa: F811
    """``tests/access_isolation.py`` looks at the menu of every page that it opens."""
    page = knock(world, "county_office", "get", reverse("applications"))
    assert has_menu(page)
    assert misplaced(page, reverse("applications")) == {}
    assert misplaced(page, reverse("events")) != {}
    assert misplaced(page, reverse("applications") + "1/") != {}


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
