"""The nightly run over the register: incremental, in full once a week, recorded, one at a time, safe to be killed."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Left, Now
from django.utils import timezone

from ratings.models import RegisterRun, RegisterRunChange, RegisterRunCount, StaleUnit
from ratings.register import units_to_rerate
from ratings.register.rerating import lock_units, rerate
from records.heartbeats import heartbeat
from records.previews import require_unchanged
from records.refusals import NotAllowed, Outdated
from records.timetable import LEASE as TASK_LEASE
from records.timetable import RENEWED_EVERY
from villages.models import COUNTY_LENGTH, Unit, below, county_of

FULL_EVERY = timedelta(days=7)
MOST_LISTED = 10_000
RUN = "ratings.run_register"
LEASE = TASK_LEASE / 2
"""How long a run holds the register without renewing: less than its task, so that the task's next try finds it free."""


class LeaseLost(DatabaseError):
    """A run did not renew its lease in time and was taken for one that had been killed: it changes nothing."""


def run_register(
    by: Any = None,
    *,
    place: Unit | None = None,
    full: bool = False,
    dry_run: bool = False,
    expected: Any = None,
) -> RegisterRun | None:
    """Bring the register up to today; None if another run is at it.

    A person runs it over a ``place`` of theirs; this does not change what is left to the nightly runs over everything.
    ``expected``: what a dry run showed (``listed``); if anything else would change, nothing does.

    Looks at the units that are due (``ratings.register.units_to_rerate``), and at all if the last full run is a week
    old, if there was none, or if the clock went back. Register and record are written in one transaction: a run that
    is killed has changed nothing, and the next one does its work.
    """
    if by is not None and not (place and by.has_perm(RUN, place)):
        raise NotAllowed
    run = _begun(day=timezone.localdate(), place=place, dry_run=dry_run, by=by, started_at=timezone.now(), full=full)
    if run is None:
        return None
    try:
        with heartbeat(partial(_renew, run), RENEWED_EVERY.total_seconds()), transaction.atomic():
            _bring_up(run, _last())
            require_unchanged(expected, listed(run))
    except Outdated:
        run.delete()
        raise
    except Exception as failure:
        _end(run, RegisterRun.State.FAILED, error=str(failure))
        raise
    return run


def _begun(**fields: Any) -> RegisterRun | None:
    """A run that has its record, which says whether every unit is looked at; None if another run is at it."""
    left_behind().update(state=RegisterRun.State.INTERRUPTED, ended_at=timezone.now(), running_until=None)
    fields["full"] = fields["full"] or _full_is_due(_last())
    try:
        with transaction.atomic():
            return RegisterRun.objects.create(**fields, running_until=Now() + LEASE)
    except IntegrityError:
        return None


def _renew(run: RegisterRun) -> None:
    _mine(run).update(running_until=Now() + LEASE)


def _end(run: RegisterRun, state: RegisterRun.State, **found: Any) -> bool:
    """Record how ``run`` ended; False if it has been taken for one that was killed."""
    found |= {"state": state, "ended_at": timezone.now(), "running_until": None}
    for name, value in found.items():
        setattr(run, name, value)
    return bool(_mine(run).update(**found))


def _mine(run: RegisterRun) -> QuerySet[RegisterRun]:
    return RegisterRun.objects.filter(pk=run.pk, state=RegisterRun.State.RUNNING)


def listed(run: RegisterRun) -> list[list[Any]]:
    """The changes of ``run`` as they are compared with those of another one."""
    return [list(row) for row in run.changes.order_by("unit").values_list("unit", "since", "before", "after")]


def _last(**conditions: Any) -> RegisterRun | None:
    """The last run over everything."""
    done = RegisterRun.objects.filter(state=RegisterRun.State.DONE, place=None, dry_run=False, **conditions)
    return done.order_by("-id").first()


def _full_is_due(last: RegisterRun | None) -> bool:
    last_full, today = _last(full=True), timezone.localdate()
    return last is None or last_full is None or last.day > today or today - last_full.day >= FULL_EVERY


def _bring_up(run: RegisterRun, last: RegisterRun | None) -> None:
    lock_units()
    within = run.place_id or ""
    scope, marks = units_to_rerate.gather(min(last.day, run.day) if last else run.day, run.day, within)
    changes = rerate(within if run.full else scope, run.day, dry_run=run.dry_run)
    why = units_to_rerate.reasons()
    changed, findings = Counter[str](), Counter[str]()
    listed: list[RegisterRunChange] = []
    for change in changes:
        changed[county_of(change.unit)] += 1
        finding = last is not None and change.unit not in why
        findings[county_of(change.unit)] += finding
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
    if not run.dry_run and not within:
        StaleUnit.objects.filter(pk__in=marks).delete()
    units = _units_by_county(within) if run.full else Counter(map(county_of, why))
    RegisterRunCount.objects.bulk_create(
        RegisterRunCount(
            run=run, county=county, units=units[county], changed=changed[county], findings=findings[county]
        )
        for county in sorted(units.keys() | changed.keys())
    )
    counted = {"units": units.total(), "changed": changed.total(), "findings": findings.total()}
    if not _end(run, RegisterRun.State.DONE, **counted):
        raise LeaseLost


def _units_by_county(within: str) -> Counter[str]:
    found = Unit.objects.filter(below(within)).order_by().values_list(Left("code", COUNTY_LENGTH))
    return Counter(dict(found.annotate(n=Count("pk"))))


def left_behind() -> QuerySet[RegisterRun]:
    """Runs whose process ended before they did: their records say that they are running, and nobody renews them."""
    over = Q(running_until=None) | Q(running_until__lt=Now())
    return RegisterRun.objects.filter(over, state=RegisterRun.State.RUNNING)


def is_left_behind(run: RegisterRun) -> bool:
    return run.state == RegisterRun.State.RUNNING and left_behind().filter(pk=run.pk).exists()
