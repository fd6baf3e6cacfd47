"""Tasks of reports: of the schedule, and after a step."""

from collections.abc import Collection

from celery import Task, shared_task
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from reports import kept_warnings, rollups
from reports.leads import refreshing

FORGOTTEN_AFTER = 300
"""Seconds after which a refresh that no worker took up is asked for again."""
TRIED_AGAIN_AFTER = 30
"""Seconds."""
MOST_PLACES = 20
"""This many at once are left to the hourly run."""


@shared_task
def refresh_warnings() -> int:
    """Open and close warnings as the rules find them."""
    return kept_warnings.refresh(timezone.now())


@shared_task
def refresh_rollups() -> int:
    """Count again what the dashboards of provinces show."""
    return rollups.refresh(timezone.now())


@shared_task
def refresh_leads() -> int:
    """Each night: compare new photos, and find the leads for inspectors."""
    return refreshing.refresh(timezone.now())


@shared_task
def refresh_leads_below(code: str) -> int:
    """Find the leads of a city or county again, after it has set a limit."""
    return refreshing.refresh_places(code, timezone.now())


def refresh_leads_soon(code: str) -> None:
    """Have a worker do so after the commit."""
    transaction.on_commit(lambda: refresh_leads_below.delay(code), robust=True)


@shared_task(bind=True, max_retries=None)
def refresh_place(self: Task, code: str) -> int:
    """The same in one place; later while another refresh is running, so that no worker waits for it."""
    with transaction.atomic():
        if not kept_warnings.is_alone():
            raise self.retry(countdown=TRIED_AGAIN_AFTER)
        cache.delete(_asked(code))
        return kept_warnings.refresh(timezone.now(), code)


def refresh_soon(codes: Collection[str]) -> None:
    """Have a worker refresh these places after the commit; of one place one request waits at most."""
    if len(codes) <= MOST_PLACES:

        def ask() -> None:  # when it fails its name is logged, which a partial has not
            for code in sorted(codes):
                _ask(code)

        transaction.on_commit(ask, robust=True)


def _ask(code: str) -> None:
    if cache.add(_asked(code), "1", FORGOTTEN_AFTER):
        refresh_place.delay(code)


def _asked(code: str) -> str:
    return f"warnings-asked:{code}"
