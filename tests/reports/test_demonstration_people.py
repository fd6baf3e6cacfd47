"""The demonstration's divisions, accounts and posts: who is where, and how they sign in."""

import pytest
from django.contrib.auth import authenticate
from django.test import override_settings

from accounts.models import Appointment, User
from reports.demonstration import people
from reports.demonstration.load import load_step
from tests.built_once import built_once
from villages.models import Unit

pytestmark = pytest.mark.django_db


@built_once
def loaded(db):
    """What loading them said."""
    with override_settings(DEMO=True):
        return " ".join(load_step(step) for step in ("places", "people"))


def test_the_divisions_are_whole(loaded):
    assert ": 2280 units, 1585 of them villages (" in loaded
    assert Unit.objects.within("330624").rated().count() == 253
    assert {tuple(tags) for tags in Unit.objects.within("330624").rated().values_list("tags", flat=True)} == {
        ("平原",),
        ("山区",),
    }


def test_every_account_signs_in_where_it_belongs(loaded, rf):
    signing_in = {post.username: post for post in people.accounts()}
    assert len(signing_in) == 12 * 2 + 5 + 6
    for username, post in signing_in.items():
        assert list(Appointment.objects.filter(user__username=username).values_list("role", "unit_id")) == [
            (post.role, post.unit)
        ]
    user = authenticate(rf.post("/"), username="township_office2", password=people.PASSWORD)
    assert user.reach("ratings.accept") == ["330681001"]


def test_offices_and_cadres_have_a_telephone(loaded):
    phones = dict(Appointment.objects.values_list("user__username", "phone"))
    assert phones["township_office"].startswith("0575-8500")
    assert phones["filler"].startswith("1380000")
    assert [username for username, phone in phones.items() if username.startswith("office.") and not phone] == []


def test_others_have_no_password_and_every_village_has_both_posts(loaded):
    known = {post.username for post in people.accounts()}
    assert [u.username for u in User.objects.all() if u.has_usable_password() and u.username not in known] == []
    for role in ("filler", "signer"):
        assert Appointment.objects.filter(role=role).count() == 253 + 397 + 1


def test_who_is_invented_was_loaded_by_a_step_that_the_trail_names(loaded):
    changes = Appointment.pgh_event_model.objects.values_list("pgh_context__verb", flat=True)
    assert set(changes) == {"load_demonstration"}
