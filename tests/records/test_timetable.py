"""The timetable is kept, whatever became of a message, a worker or the database."""

from datetime import date, timedelta
from threading import Event

import pytest
from celery import Celery
from celery.schedules import crontab
from django.db import ProgrammingError, connection, connections
from django.db.models.functions import Now
from django.utils import timezone

from accounts.tasks import forget_old_sign_ins
from config.celery import NamedTask, app
from ratings.models import RegisterRun
from ratings.tasks import rerate_all
from records.audit import acting
from records.heartbeats import heartbeat
from records.locks import Lock
from records.models import ScheduledTask
from records.tasks import catch_up
from records.timetable import catch_up as catch_up_of
from records.timetable import times_of
from reviews.tasks import confirm_due
from tests.clock import freeze_time
from tests.factories import VILLAGE, UnitFactory, UserFactory
from villages.models import Unit

pytestmark = pytest.mark.django_db
NAME = "accounts.tasks.forget_old_sign_ins"
"""At 1.40."""


def caught_up(at):
    """When the last run that counts began, after another look at ``at``."""
    with freeze_time(f"{at}+08:00"):
        catch_up()
    return done()


def done(name=NAME):
    at = ScheduledTask.objects.get(name=name).done_at
    return at and f"{at.astimezone(app.timezone):%d %H:%M}"


def app_at_two(*functions):
    """An application of its own that has these for tasks, all at 2.00."""
    own = Celery("own", task_cls=NamedTask, set_as_current=False)
    names = [own.task(name=one.__name__, shared=False)(one).name for one in functions]
    own.conf.beat_schedule = {name: {"task": name, "schedule": crontab(hour=2, minute=0)} for name in names}
    return own


@pytest.fixture
def yesterday():
    """All tasks have run at their times."""
    assert caught_up("2026-11-27 01:40") == "27 01:40"


def test_what_is_new_is_not_missed(yesterday):
    assert set(ScheduledTask.objects.values_list("name", flat=True)) == set(times_of(app))
    assert RegisterRun.objects.count() == 0


def test_a_task_whose_message_was_lost_runs_soon_and_once(yesterday):
    assert caught_up("2026-11-28 01:41") == "27 01:40"  # it may still wait in the queue
    assert caught_up("2026-11-28 01:43") == "28 01:43"
    assert caught_up("2026-11-28 23:59") == "28 01:43"
    assert caught_up("2026-11-29 01:43") == "29 01:43"


def test_a_task_that_ran_is_not_missed(yesterday):
    with freeze_time("2026-11-28 01:40:01+08:00"):
        forget_old_sign_ins()
    assert caught_up("2026-11-28 01:50") == "28 01:40"


def test_a_task_that_fails_is_tried_again_less_and_less_often(yesterday):
    tries = []

    def fail(execute, sql, params, many, context):
        if "axes_" in sql:
            tries.append(sql)
            raise ProgrammingError(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        with freeze_time("2026-11-28 01:40:01+08:00"), pytest.raises(ProgrammingError):
            forget_old_sign_ins()
        for minute in range(41, 60):
            assert caught_up(f"2026-11-28 01:{minute}") == "27 01:40"
        assert (len(tries), ScheduledTask.objects.get(name=NAME).tries) == (4, 4)
    assert caught_up("2026-11-28 02:30") == "28 02:30"


def test_a_run_that_somebody_else_keeps_waiting_is_made_up_for(yesterday):
    with freeze_time("2026-11-28 00:20+08:00"):
        other = RegisterRun(day=date(2026, 11, 28), full=False, started_at=timezone.now())
        RegisterRun.objects.bulk_create([other])
        RegisterRun.objects.update(running_until=Now() + timedelta(seconds=20))
        rerate_all()
    assert (done("ratings.tasks.rerate_all"), RegisterRun.objects.count()) == ("27 01:40", 1)
    RegisterRun.objects.update(running_until=Now() - timedelta(seconds=1))
    caught_up("2026-11-28 00:23")
    assert (done("ratings.tasks.rerate_all"), RegisterRun.objects.count()) == ("28 00:23", 2)
    caught_up("2026-11-28 00:30")
    assert RegisterRun.objects.count() == 2


def test_a_confirmation_that_another_run_keeps_waiting_is_made_up_for(yesterday):
    other, name = connections.create_connection("default"), "reviews.tasks.confirm_due"
    try:
        with other.cursor() as cursor, freeze_time("2026-11-28 00:05+08:00"):
            cursor.execute("select pg_advisory_lock(%s, 0)", [Lock.CONFIRMATION.value])
            confirm_due()
    finally:
        other.close()
    assert done(name) == "27 01:40"
    caught_up("2026-11-28 00:08")
    assert done(name) == "28 00:08"


def test_what_was_missed_is_made_up_for_in_the_order_of_the_day(yesterday):
    """Titles and money follow the stars of the night, whatever the names of the tasks."""
    before = ScheduledTask.objects.filter(tried_at__gte="2026-11-28T00:00Z")
    with freeze_time("2026-11-28 09:00+08:00", tick=True):
        catch_up()
    order = list(before.order_by("tried_at").values_list("name", flat=True))
    times = times_of(app)
    assert order == sorted(order, key=lambda name: (min(times[name].hour), min(times[name].minute)))
    assert len(order) == len(times)


def test_two_runs_of_one_task_are_never_under_way_at_once(yesterday):
    task = ScheduledTask.objects.filter(name=NAME)
    task.update(running_until=Now() + timedelta(seconds=30))
    assert caught_up("2026-11-28 01:45") == "27 01:40"
    task.update(running_until=Now() - timedelta(seconds=1))  # its worker was killed
    assert caught_up("2026-11-28 01:46") == "28 01:46"
    assert task.get().running_until is None


def test_a_run_holds_its_task_by_the_row_alone(yesterday):
    """Behind PgBouncer a lock of the session would stay on a connection of the server that others use."""
    held = []

    def look(execute, sql, params, many, context):
        if "axes_" in sql and not held:
            held.append(ScheduledTask.objects.filter(name=NAME, running_until__gt=Now() + timedelta(minutes=1)).count())
            with connection.cursor() as cursor:
                cursor.execute("select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()")
                held.append(cursor.fetchone()[0])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look), freeze_time("2026-11-28 01:40:01+08:00"):
        forget_old_sign_ins()
    assert (held, done()) == ([1, 0], "28 01:40")


def test_what_another_worker_made_up_for_meanwhile_is_not_run_again():
    ran, counted = [], []

    def first():
        ran.append("first")
        counted.append(catch_up_of(own))

    def second():
        ran.append("second")

    own = app_at_two(first, second)
    with freeze_time("2026-11-27 02:00+08:00"):
        assert catch_up_of(own) == 0
    with freeze_time("2026-11-28 02:05+08:00"):
        counted.append(catch_up_of(own))
    assert (ran, counted) == (["first", "second"], [1, 1])


def test_a_run_that_lost_its_task_leaves_it_to_the_next(yesterday):
    task, later = ScheduledTask.objects.filter(name=NAME), Now() + timedelta(minutes=1)
    with freeze_time("2026-11-28 01:43+08:00"), task.get().tried() as alone:
        assert alone
        task.update(tried_at=timezone.now() + timedelta(minutes=3), running_until=later)
    assert (done(), task.get().running_until is None) == ("27 01:40", False)


def test_each_task_writes_in_its_own_name():
    official, village = UserFactory(), UnitFactory(code=VILLAGE)

    def first():
        with acting(official, "appoint", "a reason"):
            pass

    def second():
        Unit.objects.filter(pk=village.pk).update(name="云溪村")

    own = app_at_two(first, second)
    with freeze_time("2026-11-27 02:00+08:00"), acting(None, "records.tasks.catch_up"):
        assert catch_up_of(own) == 0
    with freeze_time("2026-11-28 02:05+08:00"), acting(None, "records.tasks.catch_up"):
        assert catch_up_of(own) == 2
    context = village.history.latest("pgh_id").pgh_context
    assert context == {"user": None, "verb": "second", "reason": ""}


def test_a_run_that_lasts_goes_on_beating():
    beaten = Event()
    with heartbeat(beaten.set, 0.001):
        assert beaten.wait(5)
