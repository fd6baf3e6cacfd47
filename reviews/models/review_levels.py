"""The two levels that review and decide: the names of each in permissions, roles, states and windows."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.roles import Role
from ratings.models import Application, Cycle, Decision, Stage
from ratings.models.cycle import CycleStep
from ratings.models.lifecycle import ApplicationState

State = Application.State
FEWEST_REVIEWERS = 2
"""How many score one application, at either level."""


@dataclass(frozen=True)
class ReviewLevel:
    """One level at which applications are reviewed. ``code_length``: of the division code of its panels' units."""

    stage: Stage
    state: ApplicationState
    reviewer: Role
    leader: Role
    office: Role
    origin: Decision.Origin
    window: CycleStep
    code_length: int

    def permission(self, verb: str) -> str:
        """``permission("score")`` is "reviews.score_township"."""
        return f"reviews.{verb}_{self.stage}"


REVIEW_LEVELS: dict[str, ReviewLevel] = {
    Stage.TOWNSHIP: ReviewLevel(
        stage=Stage.TOWNSHIP,
        state=Application.State.TOWNSHIP_REVIEW,
        reviewer=Role.TOWNSHIP_REVIEWER,
        leader=Role.TOWNSHIP_LEADER,
        office=Role.TOWNSHIP_OFFICE,
        origin=Decision.Origin.TOWNSHIP,
        window=CycleStep.TOWNSHIP_REVIEW,
        code_length=9,
    ),
    Stage.COUNTY: ReviewLevel(
        stage=Stage.COUNTY,
        state=Application.State.COUNTY_REVIEW,
        reviewer=Role.COUNTY_REVIEWER,
        leader=Role.COUNTY_OFFICE,
        office=Role.COUNTY_OFFICE,
        origin=Decision.Origin.COUNTY,
        window=CycleStep.COUNTY_REVIEW,
        code_length=6,
    ),
}


BEFORE_ITS_BENCH = Q(
    *(Q(stage=review_level.stage, application__state=review_level.state) for review_level in REVIEW_LEVELS.values()),
    _connector=Q.OR,
)
"""A condition on sheets or settlements: their application is under review at their stage."""
DONE_WITH = {Stage.TOWNSHIP: State.PAST_TOWNSHIP, Stage.COUNTY: State.PAST_REVIEW}
"""States in which the sheets of a stage are finished: a change of seats does not affect them."""


def late_applications(review_level: ReviewLevel) -> QuerySet[Application]:
    """Exceptions of closed cycles that ``review_level`` still deals with: under review there, or on their way to it."""
    going_on = Application.objects.filter(cycle__state=Cycle.State.CLOSED).exclude(state=State.DRAFT)
    return going_on.exclude(state__in=DONE_WITH[review_level.stage])


def permissions(*verbs: str) -> list[str]:
    """The permissions for ``verbs`` at either level."""
    return [review_level.permission(verb) for review_level in REVIEW_LEVELS.values() for verb in verbs]


def review_level_of(state: str) -> ReviewLevel | None:
    """The review level of an application in ``state``; None when it is not under review."""
    return next((review_level for review_level in REVIEW_LEVELS.values() if review_level.state == state), None)
