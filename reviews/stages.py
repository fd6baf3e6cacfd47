"""The two levels that review and decide: what each is called in permissions, roles, states and windows."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.roles import Role
from ratings.models import Application, Cycle, Decision, Stage
from ratings.models.cycle import Step

State = Application.State


@dataclass(frozen=True)
class Bench:
    """One level at which applications are reviewed. ``code_length``: of the division code of its panels' units."""

    stage: Stage
    state: Application.State
    reviewer: Role
    leader: Role
    office: Role
    origin: Decision.Origin
    window: Step
    code_length: int

    def permission(self, verb: str) -> str:
        """``permission("score")`` is "reviews.score_township"."""
        return f"reviews.{verb}_{self.stage}"


BENCHES: dict[str, Bench] = {
    Stage.TOWNSHIP: Bench(
        stage=Stage.TOWNSHIP,
        state=Application.State.TOWNSHIP_REVIEW,
        reviewer=Role.TOWNSHIP_REVIEWER,
        leader=Role.TOWNSHIP_LEADER,
        office=Role.TOWNSHIP_OFFICE,
        origin=Decision.Origin.TOWNSHIP,
        window=Step.TOWNSHIP_REVIEW,
        code_length=9,
    ),
    Stage.COUNTY: Bench(
        stage=Stage.COUNTY,
        state=Application.State.COUNTY_REVIEW,
        reviewer=Role.COUNTY_REVIEWER,
        leader=Role.COUNTY_OFFICE,
        office=Role.COUNTY_OFFICE,
        origin=Decision.Origin.COUNTY,
        window=Step.COUNTY_REVIEW,
        code_length=6,
    ),
}


BEFORE_ITS_BENCH = Q(
    *(Q(stage=bench.stage, application__state=bench.state) for bench in BENCHES.values()), _connector=Q.OR
)
"""Of a sheet or settlement: its application lies before the bench of its stage."""
DONE_WITH = {Stage.TOWNSHIP: State.PAST_TOWNSHIP, Stage.COUNTY: State.PAST_REVIEW}
"""States of applications whose sheets of a stage have done their work: a change of seats does not touch them."""


def late(bench: Bench) -> QuerySet[Application]:
    """Exceptions of closed cycles that ``bench`` has still to do with: under review there, or on their way to it."""
    going_on = Application.objects.filter(cycle__state=Cycle.State.CLOSED).exclude(state=State.DRAFT)
    return going_on.exclude(state__in=DONE_WITH[bench.stage])


def permissions(*verbs: str) -> list[str]:
    """The permissions for ``verbs`` at either level."""
    return [bench.permission(verb) for bench in BENCHES.values() for verb in verbs]


def bench_of(state: str) -> Bench | None:
    """The bench before which an application in ``state`` lies; None when none has it."""
    return next((bench for bench in BENCHES.values() if bench.state == state), None)
