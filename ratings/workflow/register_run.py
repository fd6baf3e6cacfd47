"""The nightly run over the register: incremental, in full once a week, recorded, one at a time, safe to be killed."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.db.models.functions import Left
from django.utils import timezone

from ratings.models import RegisterRun, RegisterRunChange, RegisterRunCount, StaleUnit
from ratings.register import units_to_rerate
from ratings.register.rerating import lock_units, rerate
from records.locks import Lock, held_across_transactions, is_held
from records.previews import require_unchanged
from records.refusals import NotAllowed, Outdated
from villages.models import COUNTY_LENGTH, Unit, below, county_of

FULL_EVERY = timedelta(days=7)
MOST_LISTED = 10_000
RUN = "ratings.run_register"


def run_register(
    by: Any = None,
    *,
    place: Unit | None = None,
    full: bool = False,
    dry_run: bool = False,
    expected: Any = None,
) -> RegisterRun | None:
    """Bring the register up to today; None if another run is at it.

    A person runs it over a ``place`` of theirs; what is left to the nightly runs over everything does not change by
    that. ``expected``: what a dry run showed (``listed``); if anything else would change, nothing does.

    Looks at the units that are due (``ratings.register.units_to_rerate``), and at all if the last full run is a week
    old, if there was none, or if the clock went back. Register and record are written in one transaction: a run that
    is killed has changed nothing, and the next one does its work.
    """
    if by is not None and not (place and by.has_perm(RUN, place)):
        raise NotAllowed
    with held_across_transactions(Lock.REGISTER_RUN) as alone:
        if not alone:
            return None
        now = timezone.now()
        RegisterRun.objects.filter(state=RegisterRun.State.RUNNING).update(
            state=RegisterRun.State.INTERRUPTED, ended_at=now
        )
        last = _last()
        run = RegisterRun.objects.create(
            day=timezone.localdate(),
            place=place,
            full=full or _full_is_due(last),
            dry_run=dry_run,
            by=by,
            started_at=now,
        )
        try:
            with transaction.atomic():
                _bring_up(run, last)
                require_unchanged(expected, listed(run))
        except Outdated:
            run.delete()
            raise
        except Exception as failure:
            failed = {"state": RegisterRun.State.FAILED, "ended_at": timezone.now(), "error": str(failure)}
            RegisterRun.objects.filter(pk=run.pk).update(**failed)
            raise
        return run


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
    run.units, run.changed, run.findings = units.total(), changed.total(), findings.total()
    run.state, run.ended_at = RegisterRun.State.DONE, timezone.now()
    run.save()


def _units_by_county(within: str) -> Counter[str]:
    found = Unit.objects.filter(below(within)).order_by().values_list(Left("code", COUNTY_LENGTH))
    return Counter(dict(found.annotate(n=Count("pk"))))


def is_left_behind(run: RegisterRun) -> bool:
    """Whether its process ended before the run did: its record says that it is running, and nobody holds the lock.

    The record is read again after the lock: only a run that holds the lock ends, so one that was running before and
    still is by its record was not running in between.
    """
    if run.state != RegisterRun.State.RUNNING or is_held(Lock.REGISTER_RUN):
        return False
    return RegisterRun.objects.filter(pk=run.pk, state=RegisterRun.State.RUNNING).exists()
