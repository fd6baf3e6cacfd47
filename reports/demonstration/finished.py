"""The finished years: 2024 was still decided on paper, 2025 is simulated completely."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from accounts.models import User
from notifications.workflow import telling_only
from ratings.models import Cycle, Stage
from ratings.models.cycle import CycleStep
from ratings.workflow import cycle as cycles
from ratings.workflow.closing import close
from reports.demonstration import schemes
from reports.demonstration.people import Staff
from reports.demonstration.plans import Phase, plan
from reports.demonstration.rating import Calendar, Rating
from reviews.workflow.confirmation import confirm_due


def moment(year: int, month: int, day: int, hour: int = 10) -> datetime:
    return datetime(year, month, day, hour, tzinfo=timezone.get_current_timezone())


def play(county: str) -> str:
    """A whole rating from November to December 2025; every village takes part and is decided on."""
    with telling_only([]):
        rating = _play(county, User.objects.get(username=schemes.COUNTIES[county]))
    return f"{len(rating.applications)} applications"


def confirm() -> str:
    """What no one objected to is confirmed on schedule, and the cycles are closed."""
    with telling_only([]):
        confirmed = confirm_due(moment(2025, 12, 31))
        for county, office in schemes.COUNTIES.items():
            cycle = Cycle.objects.get(unit=county, year=2025)
            close(
                cycle,
                by=User.objects.get(username=office),
                document="评星办〔2025〕31号",
                at=moment(2025, 12, 31, 16),
            )
    return f"{confirmed} decisions"


def _play(county: str, office: User) -> Rating:
    scheme = schemes.scheme(county, 2025)
    windows = {
        CycleStep.APPLY: (moment(2025, 11, 3, 0), moment(2025, 11, 22, 0)),
        CycleStep.TOWNSHIP_REVIEW: (moment(2025, 11, 10, 0), moment(2025, 12, 6, 0)),
        CycleStep.COUNTY_REVIEW: (moment(2025, 12, 1, 0), moment(2025, 12, 20, 0)),
    }
    cycle = cycles.open_cycle(scheme, facts_until=date(2025, 10, 31), windows=windows, by=office)
    calendar = Calendar(
        begun=moment(2025, 11, 5),
        submitted=moment(2025, 11, 18),
        accepted=moment(2025, 11, 20),
        scored=moment(2025, 11, 28),
        decided=moment(2025, 12, 2),
        released=moment(2025, 12, 5),
        noticed=moment(2025, 12, 5),
        county_scored=moment(2025, 12, 10),
        county_decided=moment(2025, 12, 15),
        county_released=moment(2025, 12, 18),
        county_noticed=moment(2025, 12, 18),
    )
    plans = [plan(unit, scheme.spec, 2025) for unit in scheme.rated_units()]
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
