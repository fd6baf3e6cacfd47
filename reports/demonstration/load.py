"""Loads the demonstration step by step; steps already loaded are skipped."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from time import monotonic

from django.conf import settings
from django.core.management.base import CommandError
from django.db import OperationalError, transaction

from records.audit import acting
from records.locks import Lock, hold
from reports.demonstration import (
    disputes,
    drafts,
    finished,
    helped,
    honoured,
    incidents,
    leads,
    money,
    other_levels,
    paper,
    payments,
    people,
    places,
    programme,
    schemes,
    this_year,
    warned,
)
from reports.demonstration.guard import require_demo
from reports.models import DemonstrationStep

STEPS: tuple[dict[str, Callable[[], str]], ...] = (
    {"places": places.load},
    {"people": people.load},
    {"schemes": schemes.load},
    {"years on paper": paper.load},
    {f"2025 {county}": partial(finished.play, county) for county in schemes.COUNTIES},
    {"2025 confirmed": finished.confirm},
    {"2024 and 2025 townships and stations": finished.play_other_levels},
    {"plans": helped.load},
    {"events": incidents.load},
    {f"2026 {county}": partial(this_year.play, county) for county in schemes.COUNTIES},
    {"2026 under notice": this_year.show},
    {"2026 townships and stations": other_levels.load},
    {"rewards": money.load},
    {"last days": incidents.load_recent},
    {"payments and assessments": payments.load},
    {"disputes": disputes.load},
    {"drafts": drafts.load},
    {"honours": honoured.load},
    {"programme": programme.load},
    {"warnings": warned.load},
    {"leads": leads.load},
)
"""In order; those that stand together do not touch each other and run side by side, each in a process of its own."""


def load() -> Iterator[str]:
    """Load every missing step, yielding one line per step with its seconds."""
    require_demo()
    for together in STEPS:
        here, *others = [name for name in together if not _loaded(name)] or [None]
        started = [(name, _begin_elsewhere(name)) for name in others]
        if here:
            yield load_step(here)
        for name, process in started:
            yield _end_elsewhere(name, process)


def load_step(name: str) -> str:
    """Load one step, unless it is loaded, and return a message about it."""
    require_demo()
    step = next(together[name] for together in STEPS if name in together)
    started = monotonic()
    with transaction.atomic():
        # A second loader waits here, and then finds the step done.
        hold(Lock.DEMONSTRATION, [name])
        if _loaded(name):
            return f"demonstration: {name}: there already"
        with acting(None, "load_demonstration"):  # whichever command loads it, the audit trail shows no person
            said = step()
        DemonstrationStep.objects.create(name=name)
    return f"demonstration: {name}: {said} ({monotonic() - started:.1f} s)"


def _loaded(name: str) -> bool:
    return DemonstrationStep.objects.filter(name=name).exists()


def _begin_elsewhere(name: str) -> subprocess.Popen:
    """Load one step in a process of its own, which ends with this one: its input is then closed."""
    command = [sys.executable, "manage.py", "load_demonstration", "--step", name]
    return subprocess.Popen(  # noqa: S603 (our own command)
        command,
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _end_elsewhere(name: str, process: subprocess.Popen) -> str:
    said = process.stdout.read().strip()
    if process.wait() == os.EX_TEMPFAIL:
        raise OperationalError(said)
    if process.returncode:
        raise CommandError(f"demonstration: {name} could not be loaded: {said}")
    return said.splitlines()[-1]
