"""Loads the demonstration step by step; what is loaded already is left as it is."""

from collections.abc import Callable, Iterator
from time import monotonic

from django.db import connection, transaction

from reports.demonstration import finished, incidents, money, paper, people, places, schemes, this_year
from reports.demonstration.guard import require_demo
from reports.models import DemonstrationStep

STEPS: dict[str, Callable[[], str]] = {
    "places": places.load,
    "people": people.load,
    "schemes": schemes.load,
    "years on paper": paper.load,
    "2025": finished.load_2025,
    "events": incidents.load,
    "2026": this_year.load,
    "rewards": money.load,
    "last days": incidents.load_recent,
}


def load() -> Iterator[str]:
    """Load every step that is not there yet, yielding one line per step with its seconds."""
    require_demo()
    for name, step in STEPS.items():
        started = monotonic()
        with transaction.atomic():
            # One loader at a time: a second one waits here and then finds the step done.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('demonstration'))")
            if DemonstrationStep.objects.filter(name=name).exists():
                continue
            said = step()
            DemonstrationStep.objects.create(name=name)
        yield f"demonstration: {name}: {said} ({monotonic() - started:.1f} s)"
