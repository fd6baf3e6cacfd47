"""The factories create rows that the database accepts, with the permissions and states they promise."""

import inspect

import pytest
from factory.django import DjangoModelFactory

from accounts.models import User
from accounts.roles import Role
from ratings.models import Application
from tests import factories

pytestmark = pytest.mark.django_db

FACTORIES = [
    value
    for value in vars(factories).values()
    if inspect.isclass(value) and issubclass(value, DjangoModelFactory) and value is not DjangoModelFactory
]


@pytest.mark.parametrize("maker", FACTORIES, ids=lambda maker: maker.__name__)
def test_every_factory_makes_a_row(maker):
    row = maker()
    assert type(row).objects.get(pk=row.pk) == row


@pytest.mark.parametrize("state", Application.State.values)
def test_an_application_reaches_every_state(state):
    assert factories.ApplicationFactory(state=state).state == state


def test_a_person_holds_the_role_where_it_was_given():
    user = User.objects.get(pk=factories.person(Role.TOWNSHIP_OFFICE, factories.TOWNSHIP).pk)
    assert user.reach("ratings.accept") == [factories.TOWNSHIP]
