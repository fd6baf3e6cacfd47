"""Contact data can be erased without a trace in what is proved; old records are deleted automatically."""

from datetime import date, timedelta

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.sessions.models import Session
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import retention, workflow
from accounts.models import Appointment, AppointmentEvent, User, UserEvent
from accounts.roles import Role
from records import integrity
from records.refusals import NotAllowed, WrongState
from tests.clients import client_of
from tests.factories import VILLAGE, person

NUMBER, ADDRESS = "13800005721", "yu.xm@example.cn"


def everything_kept():
    """All rows of the person's tables and of their histories, as text."""
    with connection.cursor() as cursor:
        for model in (User, Appointment, UserEvent, AppointmentEvent):
            cursor.execute(f'select to_jsonb(t)::text from "{model._meta.db_table}" t')
            yield from (row[0] for row in cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_telephone_and_e_mail_are_erased_and_the_proof_stays_whole():
    guard, other, filler = person("secadmin", "3306"), person("secadmin", "3307"), person(Role.FILLER, VILLAGE)
    today = timezone.localdate()
    before = {"starts": date(2020, 1, 1), "ends": date(2021, 1, 1)}
    Appointment.objects.create(user=filler, role=Role.SIGNER, unit_id=VILLAGE, phone=NUMBER, **before)
    workflow.set_own_phone(filler, NUMBER)
    filler.email = ADDRESS
    filler.save()
    assert sum(NUMBER in row for row in everything_kept()) == 2
    assert sum(ADDRESS in row for row in everything_kept()) == 1

    for who in (other, filler):
        with pytest.raises(NotAllowed):
            workflow.erase_contact(filler, by=who, reason="本人要求")
    client = client_of(guard)
    given = {"step": "erase", "username": filler.username}
    assert client.post(reverse("locks"), given | {"reason": ""}).status_code == 200
    assert any(NUMBER in row for row in everything_kept())
    answer = client.post(reverse("locks"), given | {"reason": "本人要求"}, follow=True)
    assert "电话和邮箱已清除。" in answer.text

    assert not any(NUMBER in row or ADDRESS in row for row in everything_kept())
    last = UserEvent.objects.filter(pgh_obj=filler).latest("pgh_id")
    kept = last.pgh_context
    assert (kept["user"], kept["verb"], kept["reason"]) == (guard.pk, "accounts.erase_contact", "本人要求")
    assert timezone.localdate(last.contact_erased_at) == today
    with pytest.raises(WrongState):
        workflow.erase_contact(filler, by=guard, reason="本人要求")
    proof = {"chain", "proved rows", "history", "what stays", "writers of the proof", "schema", "triggers"}
    checks = [check for check in integrity.checks() if check.name in proof]
    assert len(checks) == len(proof)
    assert [fault for check in checks for fault in check.faults()] == []


@pytest.mark.django_db
def test_who_signed_in_from_where_is_kept_for_a_time(settings):
    now = timezone.now()
    for age in (settings.SIGN_IN_DAYS - 1, settings.SIGN_IN_DAYS + 1):
        for model, more in ((AccessAttempt, {"failures_since_start": 1}), (AccessLog, {})):
            row = model.objects.create(username=f"u{age}", ip_address="10.0.0.1", user_agent=str(age), **more)
            model.objects.filter(pk=row.pk).update(attempt_time=now - timedelta(days=age))
    for key, moment in (("old", now - timedelta(minutes=1)), ("new", now + timedelta(minutes=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=moment)
    retention.forget_old_sign_ins()
    kept = [f"u{settings.SIGN_IN_DAYS - 1}"]
    assert [list(model.objects.values_list("username", flat=True)) for model in (AccessAttempt, AccessLog)] == [
        kept
    ] * 2
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
