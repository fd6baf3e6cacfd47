"""This year's ratings of townships and of stations, just opened: their people have them to fill in."""

from django.utils import timezone

from accounts.models import User
from ratings.models import Scheme
from ratings.workflow.cycle import STEPS_OF, open_cycle
from reports.demonstration.schemes import COUNTIES, RATES_OTHER_LEVELS, YEARS
from reports.demonstration.this_year import days, telling_accounts
from villages.models import Level

LENGTH = 20
"""Days of a step; they follow one another."""


def load() -> str:
    office = User.objects.get(username=COUNTIES[RATES_OTHER_LEVELS])
    found = Scheme.objects.issued().filter(unit=RATES_OTHER_LEVELS, year=YEARS[-1]).exclude(rates=Level.VILLAGE)
    with telling_accounts():
        for scheme in found:
            windows = {
                step: (days(LENGTH * n - 5, 0), days(LENGTH * (n + 1) - 5, 0))
                for n, step in enumerate(STEPS_OF[scheme.rates])
            }
            facts_until = timezone.localdate().replace(month=1, day=1)
            open_cycle(scheme, facts_until=facts_until, windows=windows, by=office)
    return f"{len(found)} ratings opened"
