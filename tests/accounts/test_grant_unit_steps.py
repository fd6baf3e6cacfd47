"""The migration that gives holders of an office what their role may do now."""

from importlib import import_module

import pytest
from django.apps import apps

from accounts.models import UnitPermission, User
from accounts.roles import Role
from tests.factories import COUNTY, TOWNSHIP, person

pytestmark = pytest.mark.django_db

HELD = {
    Role.TOWNSHIP_OFFICE: (TOWNSHIP, "villages.report_profile"),
    Role.COUNTY_OFFICE: (COUNTY, "villages.report_profile"),
    Role.CITY_OFFICE: ("3306", "villages.make_zone"),
    Role.SYSADMIN: ("33", "villages.make_zone"),
}


def test_who_holds_an_office_already_may_do_the_new_steps():
    people = {role: person(role, code).pk for role, (code, _perm) in HELD.items()}
    leader = person(Role.TOWNSHIP_LEADER, TOWNSHIP)
    UnitPermission.objects.filter(permission__codename__in=["report_profile", "make_zone"]).delete()
    before = UnitPermission.objects.count()
    for _ in range(2):
        import_module("accounts.migrations.0003_grant_unit_steps").grant(apps, None)
    for role, (code, perm) in HELD.items():
        assert User.objects.get(pk=people[role]).reach(perm) == [code]
    assert not leader.has_perm("villages.report_profile")
    assert UnitPermission.objects.count() == before + len(HELD)
