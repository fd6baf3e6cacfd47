"""The numbers in the menu cost other pages no query, and are hidden once they may be stale."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from accounts.todo_list import todos_of
from tests.factories import COUNTY, person

pytestmark = pytest.mark.django_db


def opened(client, name):
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(reverse(name))
    return [section.todos for section in answer.context["shell"].sections], len(asked)


def test_other_pages_show_what_the_home_page_counted_and_ask_nothing_more(client):
    user = person(Role.COUNTY_OFFICE, COUNTY)
    client.force_login(user)
    opened(client, "units")
    before, statements = opened(client, "units")
    counted, _all = opened(client, "home")
    assert (before, sum(counted)) == ([None] * 5, len(todos_of(user)))
    assert opened(client, "units") == (counted, statements)


def test_a_step_makes_the_numbers_unknown_until_they_are_counted_again(client):
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    counted, _all = opened(client, "home")
    assert opened(client, "units")[0] == counted
    client.post(reverse("notices_read"))
    assert opened(client, "units")[0] == [None] * 5
    assert opened(client, "home")[0] == counted
