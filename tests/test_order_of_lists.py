"""A list has one order: where rows are equal in all that it is sorted by, no page leaves one out or shows it twice."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from tests.clients import client_of
from tests.factories import COUNTY, TOWNSHIP, SchemeFactory, person

pytestmark = pytest.mark.django_db
PAGED = re.compile(r"order by ((?:(?!order by).)*) limit \d+$", re.IGNORECASE | re.DOTALL)


@pytest.mark.parametrize("address", ["/appointments/", "/schemes/"])
def test_rows_that_are_otherwise_equal_stand_in_the_order_of_their_numbers(address):
    SchemeFactory()
    person(Role.TOWNSHIP_LEADER, TOWNSHIP)
    client = client_of(person(Role.COUNTY_OFFICE, COUNTY))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    orders = [found[1].split(",")[-1].strip() for query in queries if (found := PAGED.search(query["sql"]))]
    assert [order.rpartition(".")[2] for order in orders] == ['"id" ASC']
