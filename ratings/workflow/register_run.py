"""The nightly run over the register: incremental, in full once a week, recorded, one at a time, safe to be killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from ratings.models import RegisterRun, RegisterRunChange, StaleUnit
from ratings.register import due
from ratings.register.rerating import lock_units, rerate
from villages.models import Unit

FULL_EVERY = timedelta(days=7)
MOST_LISTED = 10_000
_LOCK = 330626


def run_register(by: Any = None, *, full: bool = False, dry_run: bool = False) -> RegisterRun | None:
    """Bring the register up to today; None if another run is at it.

    Looks at the units that are due (``ratings.register.due``), and at all if the last full run is a week old, if there
    was none, or if the clock went back. Register and record are written in one transaction: a run that is killed has
    changed nothing, and the next one does its work.
    """
    with _alone() as alone:
        if not alone:
            return None
        now = timezone.now()
        RegisterRun.objects.filter(state=RegisterRun.State.RUNNING).update(
            state=RegisterRun.State.INTERRUPTED, ended_at=now
        )
        last = _last()
        run = RegisterRun.objects.create(
            day=timezone.localdate(), full=full or _full_is_due(last), dry_run=dry_run, by=by, started_at=now
        )
        try:
            with transaction.atomic():
                _bring_up(run, last)
        except Exception as failure:
            failed = {"state": RegisterRun.State.FAILED, "ended_at": timezone.now(), "error": str(failure)}
            RegisterRun.objects.filter(pk=run.pk).update(**failed)
            raise
        return run


def _last(**conditions: Any) -> RegisterRun | None:
    done = RegisterRun.objects.filter(state=RegisterRun.State.DONE, dry_run=False, **conditions)
    return done.order_by("-id").first()


def _full_is_due(last: RegisterRun | None) -> bool:
    last_full, today = _last(full=True), timezone.localdate()
    return last is None or last_full is None or last.day > today or today - last_full.day >= FULL_EVERY


def _bring_up(run: RegisterRun, last: RegisterRun | None) -> None:
    lock_units()
    scope, marks = due.gather(min(last.day, run.day) if last else run.day, run.day)
    changes = rerate("" if run.full else scope, run.day, dry_run=run.dry_run)
    why = due.reasons()
    listed: list[RegisterRunChange] = []
    for change in changes:
        run.changed += 1
        finding = last is not None and change.unit not in why
        run.findings += finding
        if finding or len(listed) < MOST_LISTED:
            listed.append(
                RegisterRunChange(
                    run=run,
                    unit_id=change.unit,
                    since=change.since,
                    before=change.before,
                    after=change.after,
                    why=why.get(change.unit, []),
                )
            )
    RegisterRunChange.objects.bulk_create(listed, batch_size=2000)
    if not run.dry_run:
        StaleUnit.objects.filter(pk__in=marks).delete()
    run.units = Unit.objects.count() if run.full else due.count()
    run.state, run.ended_at = RegisterRun.State.DONE, timezone.now()
    run.save()


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other run is at work; nobody else is until the end. The lock ends with its process."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [_LOCK])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s)", [_LOCK])
