"""The finished years that were rated in the system: of one county 2024 and 2025, of the other 2025."""

from datetime import date, datetime, timedelta
from functools import partial

from django.utils import timezone

from accounts.models import User
from notifications.workflow import telling_only
from ratings.models import Cycle, Scheme, Stage
from ratings.models.cycle import CycleStep
from ratings.workflow import cycle as cycles
from ratings.workflow.closing import close
from reports.demonstration import schemes
from reports.demonstration.people import Staff
from reports.demonstration.plans import Phase, plan
from reports.demonstration.rating import Calendar, Rating
from reviews.workflow.confirmation import confirm_due
from villages.models import Level


def moment(year: int, month: int, day: int, hour: int = 10) -> datetime:
    return datetime(year, month, day, hour, tzinfo=timezone.get_current_timezone())


def play(county: str) -> str:
    """Whole ratings from November to December, the last one not yet confirmed; every village takes part and is decided
    on."""
    *before, last = [year for year in schemes.years(county) if year < schemes.YEARS[-1]]
    office, played = User.objects.get(username=schemes.COUNTIES[county]), 0
    with telling_only([]):
        for year in before:
            played += _finish(schemes.scheme(county, year), office)
        played += len(_play(schemes.scheme(county, last), office).applications)
    return f"{played} applications"


def confirm() -> str:
    """What no one objected to is confirmed on schedule, and the cycles are closed."""
    with telling_only([]):
        confirmed = confirm_due(moment(2025, 12, 31))
        for county, office in schemes.COUNTIES.items():
            _close(Cycle.objects.get(unit=county, year=2025), User.objects.get(username=office))
    return f"{confirmed} decisions"


def play_other_levels() -> str:
    """The finished ratings of one county's townships and stations, by the same calendar."""
    office, played = User.objects.get(username=schemes.COUNTIES[schemes.RATES_OTHER_LEVELS]), 0
    finished = Scheme.objects.issued().filter(unit=schemes.RATES_OTHER_LEVELS, year__lt=schemes.YEARS[-1])
    with telling_only([]):
        for scheme in finished.exclude(rates=Level.VILLAGE).order_by("year", "pk"):
            played += _finish(scheme, office)
    return f"{played} applications"


def _finish(scheme: Scheme, office: User) -> int:
    """A rating with all that follows until its year ends; how many applications it had."""
    rating = _play(scheme, office)
    confirm_due(moment(scheme.year, 12, 31))
    _close(rating.cycle, office)
    return len(rating.applications)


def _close(cycle: Cycle, by: User) -> None:
    close(cycle, by=by, document=f"评星办〔{cycle.year}〕31号", at=moment(cycle.year, 12, 31, 16))


def _play(scheme: Scheme, office: User) -> Rating:
    at = partial(moment, scheme.year)
    windows = {
        CycleStep.APPLY: (at(11, 3, 0), at(11, 22, 0)),
        CycleStep.TOWNSHIP_REVIEW: (at(11, 10, 0), at(12, 6, 0)),
        CycleStep.COUNTY_REVIEW: (at(12, 1, 0), at(12, 20, 0)),
    }
    windows = {step: windows[step] for step in cycles.STEPS_OF[scheme.rates]}
    cycle = cycles.open_cycle(scheme, facts_until=date(scheme.year, 10, 31), windows=windows, by=office)
    calendar = Calendar(
        begun=at(11, 5),
        submitted=at(11, 18),
        accepted=at(11, 20),
        scored=at(11, 28),
        decided=at(12, 2),
        released=at(12, 5),
        noticed=at(12, 5),
        county_scored=at(12, 10),
        county_decided=at(12, 15),
        county_released=at(12, 18),
        county_noticed=at(12, 18),
    )
    plans = [plan(unit, scheme.spec, scheme.year) for unit in scheme.rated_units()]
    rating = Rating(cycle, plans, Staff(), calendar)
    rating.begin()
    rating.supply(lambda department, plan: True)
    rating.fill()
    rating.submit()
    rating.accept()
    rating.convene()
    rating.score(Stage.TOWNSHIP, lambda plan: plan.phase, calendar.scored)
    rating.settle(Stage.TOWNSHIP, lambda plan: True)
    rating.decide_in_townships()
    rating.release(Stage.TOWNSHIP, lambda plan: plan.phase, {Phase.CONFIRMED: calendar.released})
    rating.score(Stage.COUNTY, lambda plan: plan.county, calendar.county_scored)
    rating.settle(Stage.COUNTY, lambda plan: True)
    cycles.close_scoring(cycle, by=office, at=calendar.county_scored + timedelta(days=1))
    rating.check_by_departments(lambda plan: True, calendar.county_scored + timedelta(days=1), lambda name: True)
    rating.decide_in_county(calendar.county_decided)
    rating.release(Stage.COUNTY, lambda plan: plan.county, {Phase.CONFIRMED: calendar.county_released})
    return rating
