"""Existing holders gain or lose a role's permissions with the next migrate; a check reports the difference before."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import grant_integrity
from accounts.authority import lacking, reached
from accounts.models import Appointment, UnitPermission, User
from accounts.roles import ROLES, Role
from tests.factories import TOWNSHIP, UnitFactory, person
from villages.models import Unit

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


def test_who_reports_for_a_township_does_nothing_for_its_villages():
    filler, village = person(Role.TOWNSHIP_FILLER, TOWNSHIP), UnitFactory(code=f"{TOWNSHIP}201")
    assert [filler.has_perm("ratings.fill", Unit.objects.get(pk=code)) for code in (TOWNSHIP, village.pk)] == [
        True,
        False,
    ]
    assert [unit.pk for unit in reached(filler, "ratings.fill", Unit.objects.all(), "code")] == [TOWNSHIP]
    assert lacking("ratings.fill", [(filler.pk, TOWNSHIP), (filler.pk, village.pk)]) == {(filler.pk, village.pk)}


def test_a_right_ends_with_the_office_and_with_a_lock():
    people, village = [person(Role.TOWNSHIP_LEADER, TOWNSHIP) for _ in range(3)], UnitFactory(code=f"{TOWNSHIP}201")
    _held, over, locked = people
    Appointment.objects.filter(user=over).update(ends=timezone.localdate() - timedelta(days=1))
    User.objects.filter(pk=locked.pk).update(is_active=False)
    perm = "reviews.decide_township"
    assert lacking(perm, [(one.pk, village.pk) for one in people]) == {(over.pk, village.pk), (locked.pk, village.pk)}
    assert [User.objects.get(pk=one.pk).has_perm(perm, village) for one in people] == [True, False, False]
