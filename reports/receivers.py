"""Warnings follow the steps that can change them: soon after the commit, in the place concerned.

The hourly run over everything finds what follows from the calendar alone, and makes up for a queue that was
unavailable.
"""

from collections.abc import Collection
from typing import Any

from django.dispatch import receiver

from ratings.models import Application
from ratings.signals import applications_moved, matters_changed
from reports.tasks import refresh_soon
from villages.models import county_of, township_of

COUNTY_WIDE = ("release", "confirm")
"""Steps of a batch, which may be the county's."""
MOST_PLACES = 3


@receiver(matters_changed)
def follow_matters(sender: Any, units: Collection[str], **kwargs: Any) -> None:
    refresh_soon(_places(units))


@receiver(applications_moved)
def follow_applications(sender: Any, applications: Collection[int], verb: str, **kwargs: Any) -> None:
    units = Application.objects.filter(pk__in=applications).values_list("unit_id", flat=True)
    refresh_soon({county_of(code) for code in units} if verb in COUNTY_WIDE else _places(units))


def _places(units: Collection[str]) -> set[str]:
    """Their townships, or their counties where there are several."""
    townships = {township_of(code) for code in units}
    return townships if len(townships) <= MOST_PLACES else {county_of(code) for code in townships}
