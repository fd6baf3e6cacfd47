"""Existing holders gain or lose a role's permissions with the next migrate; a check reports the difference before."""

from dataclasses import replace

import pytest
from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import grant_integrity
from accounts.models import UnitPermission, User
from accounts.roles import ROLES, Role
from tests.factories import TOWNSHIP, person

pytestmark = pytest.mark.django_db
NEW = "ratings.view_event"


def migrated():
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default", apps=apps)


def may(user) -> bool:
    return User.objects.get(pk=user.pk).has_perm(NEW)


def faults() -> list[tuple[str, str]]:
    return [(fault.expected, fault.found) for fault in grant_integrity.faults()]


def test_a_new_right_of_a_role_reaches_those_who_hold_the_office(monkeypatch):
    reviewer, leader = person(Role.TOWNSHIP_REVIEWER, TOWNSHIP), person(Role.TOWNSHIP_LEADER, TOWNSHIP)
    kept = set(UnitPermission.objects.filter(user=leader).values_list("pk", flat=True))
    before = ROLES[Role.TOWNSHIP_REVIEWER]
    assert (may(reviewer), faults()) == (False, [])

    monkeypatch.setitem(ROLES, Role.TOWNSHIP_REVIEWER, replace(before, permissions=before.permissions | {NEW}))
    assert faults() == [(NEW, grant_integrity.NOTHING)]
    migrated()
    assert (may(reviewer), faults()) == (True, [])

    monkeypatch.setitem(ROLES, Role.TOWNSHIP_REVIEWER, before)
    assert faults() == [(grant_integrity.NOTHING, NEW)]
    migrated()
    assert (may(reviewer), faults()) == (False, [])
    assert set(UnitPermission.objects.filter(user=leader).values_list("pk", flat=True)) == kept


def test_those_who_hold_the_offices_are_looked_at_by_two_statements_however_many_rights_there_are():
    person(Role.TOWNSHIP_LEADER, TOWNSHIP)
    with CaptureQueriesContext(connection) as asked:
        migrated()
    assert len([1 for query in asked if "as wanted (role, permission)" in query["sql"]]) == 2
