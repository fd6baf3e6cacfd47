"""The nightly run: nights one after the other leave what one full run leaves, and nothing is looked at without need."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from ratings.models import Decision, Event, Proposal, RegisterRun, Reversal, Scheme, StaleUnit, StarPeriod
from ratings.register.rerating import rerate
from ratings.signals import stars_changed
from ratings.workflow.register_run import LeaseLost, run_register
from records.refusals import Refused
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    SHANGHAI,
    TOWNSHIP,
    DecisionFactory,
    EventFactory,
    SchemeFactory,
    UnitFactory,
    UserFactory,
    person,
    scheme_body,
)
from villages.models import Unit
from villages.workflow import OrderPaper, SplitPart, merge

pytestmark = pytest.mark.django_db
UNITS = [f"{TOWNSHIP}{number}" for number in range(201, 207)]
KINDS = ["case_opened", "spot_check_failed", "rectifiable"]
RULES = [
    {"event": "case_opened", "does": "cap", "star": 3, "months": 2, "automatic": True},
    {"event": "case_opened", "does": "lower", "by": 1, "months": 1, "automatic": False},
    {"event": "spot_check_failed", "does": "lower", "by": 1, "months": 1, "automatic": True},
    {"event": "rectifiable", "does": "suspend", "automatic": True},
]
STEPS = ["decide", "happen", "hold", "release", "close", "reverse", "settle", "issue", "merge", "nothing"]
steps = st.tuples(st.sampled_from(STEPS), st.integers(0, 5), st.integers(0, 40))
nights = st.lists(st.tuples(st.integers(0, 35), st.lists(steps, max_size=3)), min_size=3, max_size=8)


def midnight(day):
    return datetime.combine(day, time(0, 20), SHANGHAI)


class County:
    """Rows written without the workflow, so that no re-rating follows but that of the night."""

    def __init__(self, day):
        self.day = day
        for code in (TOWNSHIP, *UNITS):
            UnitFactory(code=code)
        self.issue(0, 0)
        self.office = person(Role.COUNTY_OFFICE, COUNTY)

    def unit(self, place):
        return Unit.objects.get(code=UNITS[place])

    def decide(self, place, back):
        on = self.day + timedelta(days=10 - back)
        if not Decision.objects.filter(unit=self.unit(place), on=on).exists():
            DecisionFactory(unit=self.unit(place), star=5 - place % 3, on=on, cut_off=on - timedelta(days=1))

    def happen(self, place, back, *, held=False):
        on, kind = self.day - timedelta(days=back), KINDS[(place + back) % 3]
        if not Event.objects.filter(unit=self.unit(place), on=on, kind=kind).exists():
            EventFactory(unit=self.unit(place), on=on, kind=kind, held=held)

    def hold(self, place, back):
        self.happen(place, back, held=True)

    def release(self, _place, _back):
        Event.objects.filter(held=True).update(held=False)

    def close(self, place, _back):
        Event.objects.filter(unit=self.unit(place), closed=None, on__lte=self.day).update(closed=self.day)

    def reverse(self, place, back):
        event = Event.objects.filter(unit=self.unit(place), reversal=None).first()
        if event:
            at = {"at": timezone.now(), "by": UserFactory()}
            Reversal.objects.create(event=event, on=self.day + timedelta(days=back % 5), document="1", reason="1", **at)

    def settle(self, place, _back):
        found = Proposal.objects.filter(state="open", unit=self.unit(place))
        found.update(state="confirmed", settled_at=timezone.now(), settled_by=UserFactory())

    def issue(self, place, _back):
        year = self.day.year
        version = Scheme.objects.filter(year=year).count() + 1
        body = scheme_body(year=year, rules=RULES[place % 2 :])
        SchemeFactory(year=year, version=version, issued_at=midnight(self.day), body=body)

    def merge(self, place, _back):
        pair = [UNITS[place], UNITS[(place + 1) % 6]]
        try:
            with transaction.atomic():
                merge(pair, SplitPart(pair[0]), OrderPaper("1", self.day, "1"), by=self.office)
        except Refused:
            pass

    def nothing(self, _place, _back):
        pass


@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(nights=nights)
def test_every_night_leaves_what_a_full_run_would(nights):
    with transaction.atomic():
        county = County(date(2025, 11, 20))
        with freeze_time(midnight(county.day)):
            run_register()
        for apart, todo in nights:
            county.day += timedelta(days=apart)
            with freeze_time(midnight(county.day)):
                for name, place, back in todo:
                    getattr(county, name)(place, back)
                run_register()
                assert [str(change) for change in rerate("", dry_run=True)] == []
        county.day += timedelta(days=8)
        with freeze_time(midnight(county.day)):
            weekly = run_register()
            assert (weekly.full, weekly.findings) == (True, 0)
        transaction.set_rollback(True)


@pytest.fixture
def tonight():
    with freeze_time("2026-11-24 00:20+08:00"):
        SchemeFactory(body=scheme_body(rules=RULES))
        for number, code in enumerate(UNITS):
            DecisionFactory(unit=UnitFactory(code=code), star=number % 5 + 1)
        run_register()
        yield


def test_a_night_without_change_looks_at_nobody(tonight):
    run = run_register()
    assert (run.full, run.units, run.changed, StaleUnit.objects.count()) == (False, 0, 0, 0)


def test_only_what_changed_is_looked_at_and_the_record_says_why(tonight):
    EventFactory(unit_id=UNITS[4], unit=Unit.objects.get(code=UNITS[4]), on=date(2026, 11, 23))
    run = run_register()
    assert (run.units, run.changed, run.findings) == (1, 1, 0)
    assert list(run.changes.values_list("unit", "before", "after", "why")) == [(UNITS[4], 5, 3, ["event"])]


def test_a_weekly_run_reports_what_no_night_should_have_missed(tonight):
    with connection.cursor() as cursor:
        cursor.execute("update ratings_starperiod set superseded_at = now() where unit_id = %s", [UNITS[2]])
    run = run_register(full=True)
    assert (run.full, run.changed, run.findings) == (True, 1, 1)
    assert list(run.changes.values_list("unit", "why")) == [(UNITS[2], [])]


def test_a_dry_run_changes_nothing_and_leaves_its_work_to_the_night(tonight):
    EventFactory(unit=Unit.objects.get(code=UNITS[4]), on=date(2026, 11, 23))
    before = StarPeriod.objects.count()
    assert (run_register(dry_run=True).changed, StarPeriod.objects.count()) == (1, before)
    assert run_register().changed == 1


def test_a_run_that_fails_is_recorded_and_its_work_is_done_by_the_next(tonight, monkeypatch):
    EventFactory(unit=Unit.objects.get(code=UNITS[4]), on=date(2026, 11, 23))
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table ratings_registerrunchange add constraint never check (false) not valid")
        with pytest.raises(Exception, match="never"):
            run_register()
        cursor.execute("alter table ratings_registerrunchange drop constraint never")
    failed = RegisterRun.objects.first()
    assert (failed.state, "never" in failed.error) == ("failed", True)
    RegisterRun.objects.filter(pk=failed.pk).update(state="running", ended_at=None)  # as if it had been killed
    assert run_register().changed == 1
    assert RegisterRun.objects.get(pk=failed.pk).state == "interrupted"


def test_one_run_is_under_way_at_a_time(tonight):
    running = RegisterRun.objects.create(day=date(2026, 11, 24), full=False, started_at=timezone.now())
    RegisterRun.objects.filter(pk=running.pk).update(running_until=Now() + timedelta(seconds=1))
    assert run_register() is None
    RegisterRun.objects.filter(pk=running.pk).update(running_until=Now() - timedelta(seconds=1))
    assert run_register().state == "done"
    assert RegisterRun.objects.get(pk=running.pk).state == "interrupted"


def test_a_run_that_was_taken_for_a_killed_one_changes_nothing(tonight):
    def take_over(**_):
        left = RegisterRun.objects.filter(state="running")
        left.update(state="interrupted", ended_at=timezone.now(), running_until=None)

    EventFactory(unit=Unit.objects.get(code=UNITS[4]), on=date(2026, 11, 23))
    before = StarPeriod.objects.count()
    stars_changed.connect(take_over)
    try:
        with pytest.raises(LeaseLost):
            run_register()
    finally:
        stars_changed.disconnect(take_over)
    assert StarPeriod.objects.count() == before
    assert run_register().changed == 1


def test_a_first_filling_tells_its_changes_without_a_look_at_the_periods():
    """The planner knows nothing of rows that the transaction wrote itself: joined, each change met each of them."""
    read = "select seq_tup_read + coalesce(idx_tup_fetch, 0) from pg_stat_xact_user_tables where relname = %s"
    with connection.cursor() as cursor, transaction.atomic():
        SchemeFactory(body=scheme_body(rules=RULES))
        for code in UNITS:
            DecisionFactory(unit=UnitFactory(code=code))
        changes, seen = rerate(""), []
        for _look in range(2):
            cursor.execute(read, ["ratings_starperiod"])
            seen.append(cursor.fetchone())
            assert len(list(changes)) == len(UNITS)
        assert seen[0] == seen[1]
