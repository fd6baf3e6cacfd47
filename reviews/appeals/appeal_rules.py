"""The level above that hears an appeal, who may hear it, and the deadline for a village to appeal (practice §3)."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.utils import timezone

from accounts.authority import reached
from accounts.models import User
from accounts.prepared import asked
from accounts.role_holders import has_post, holders
from accounts.roles import ROLES, Role
from accounts.working_days import notice_days
from followups import time_limits
from ratings.models import Decision, Stage
from ratings.models.application import first_stage
from reviews.conflicts_of_interest import hearing_conflicts
from reviews.models import Appeal, Batch, Hearer
from reviews.models.lifecycle import APPEAL
from villages.models import Level, below_any

HEARING = "appeal"
"""The step that has a time limit (``followups.time_limits``): to answer an appeal."""


@dataclass(frozen=True)
class HearingLevel:
    """``code_length``: of the division code of the level's units; ``office`` is the role that convenes."""

    name: str
    code_length: int
    office: Role

    @property
    def convene(self) -> str:
        return f"reviews.convene_appeal_{self.name}"

    @property
    def hear(self) -> str:
        return f"reviews.hear_appeal_{self.name}"

    def place(self, unit: str) -> str:
        """The code of the level's unit above the village ``unit``."""
        return unit[: self.code_length]


COUNTY, CITY = HearingLevel("county", 6, Role.COUNTY_OFFICE), HearingLevel("city", 4, Role.CITY_OFFICE)
ABOVE: dict[str, HearingLevel] = {Decision.Origin.TOWNSHIP: COUNTY, Decision.Origin.COUNTY: CITY}
"""By the origin of a released decision that is appealed; what an appeal has decided is appealed no further."""
_REJECTED = Q(application__isnull=False) & (Q(decision=None) | Q(decision__origin=Decision.Origin.CLOSING))
_BY_COUNTY = Q(unit__level=Level.TOWNSHIP)
"""A township is rejected by the county; anything else by its township."""
HEARD_BY: dict[HearingLevel, Q] = {
    COUNTY: Q(decision__origin=Decision.Origin.TOWNSHIP) | (_REJECTED & ~_BY_COUNTY),
    CITY: Q(decision__origin=Decision.Origin.COUNTY)
    | (_REJECTED & _BY_COUNTY)
    | Q(decision__origin=Decision.Origin.CLOSING, application=None)
    | Q(event__isnull=False),
}
"""The appeals that each level hears, as ``above`` says for one."""
LONGEST = 365
"""Days after which no window is open any more."""
Units = User | Collection[str]
"""Units by code; or a person, for those for which the person appeals."""


def above(appeal: Appeal) -> HearingLevel:
    """The level that hears it (``reviews.appeals.appealable`` explains why)."""
    if appeal.decision and appeal.decision.origin in ABOVE:
        return ABOVE[appeal.decision.origin]
    return COUNTY if appeal.application_id and first_stage(appeal.unit_id) == Stage.TOWNSHIP else CITY


def answer_dues(reader: User | None = None) -> Callable[[Appeal], datetime]:
    """Until when an appeal is to be answered: the working days of the level that hears it, since it was made."""
    until = time_limits.dues(HEARING, reader)
    return lambda appeal: until(above(appeal).place(appeal.unit_id), timezone.localdate(appeal.made_at))


def against_decision(appeal: Appeal) -> bool:
    """Whether it is upheld with a new star; anything else is upheld by reversing the appealed step."""
    return appeal.decision is not None and appeal.decision.origin in ABOVE


def last_day(decision: Decision) -> date:
    """The last day, until 24:00, on which ``decision`` may be appealed: working days are counted as for a
    public notice."""
    released_on = timezone.localdate(decision.batch_entry.batch.released_at)
    return notice_days(released_on, decision.scheme.spec.appeal_days).last


def candidates(appeal: Appeal) -> list[User]:
    """Who may be convened: holders of the hearing permission at the level above without a conflict of interest."""
    level = above(appeal)
    roles = [role for role, spec in ROLES.items() if level.hear in spec.permissions]
    place = level.place(appeal.unit_id)
    holding = holders(roles, [place]).get(place, [])
    conflicts = hearing_conflicts(appeal, holding)
    return list(User.objects.filter(pk__in=set(holding) - conflicts.keys(), is_active=True).order_by("name", "pk"))


def has_conflict(appeal: Appeal, person: User) -> bool:
    """Whether a conflict of interest keeps ``person`` from hearing it."""
    return bool(hearing_conflicts(appeal, [person.pk]))


def appeals_for(user: Any) -> QuerySet[Appeal]:
    """The appeals that ``user`` made for the village, convenes for, or hears.

    People who scored, decided, filled in or signed for the village, or have a post in it, do not learn of it here, only
    from the result.
    """
    appeals = reached(user, APPEAL, Appeal.objects.all())
    mine = Hearer.objects.filter(appeal=OuterRef("pk"), user=user)
    for level, heard in HEARD_BY.items():
        ours = Appeal.objects.filter(heard)
        appeals |= ours.filter(below_any(user.reach(level.convene), "unit_id"), ~has_post(user.pk, "unit"))
        appeals |= ours.filter(below_any(user.reach(level.hear), "unit_id") & Q(Exists(mine)))
    return appeals


def appealable(units: Units) -> list[Decision]:
    """Released decisions of the ``units`` that may still be appealed, each with its ``last_day``."""
    decisions = []
    for decision in of_units(_released, units):
        decision.last_day = last_day(decision)
        if timezone.localdate() <= decision.last_day:
            decisions.append(decision)
    return decisions


def _released(units: Units) -> QuerySet[Decision]:
    appealed = Appeal.objects.filter(application=OuterRef("application")).filter(state__in=Appeal.State.COUNTED)
    return (
        Decision.objects.filter(
            unit__in=codes_of(units),
            state__in=Decision.State.PUBLISHED,
            origin__in=list(ABOVE),
            replaced_by=None,
            batch_entry__batch__state__in=Batch.State.PUBLISHED,
            batch_entry__batch__released_at__gte=longest_ago(),
        )
        .exclude(Exists(appealed))
        .select_related("unit", "application", "cycle", "scheme", "batch_entry__batch")
        .order_by("unit", "pk")
    )


def of_units(build: Callable[[Units], QuerySet[Any]], units: Units) -> list[Any]:
    """What ``build(units)`` finds; prepared for one person's."""
    return asked(build, units) if isinstance(units, User) else list(build(units))


def codes_of(units: Units) -> Collection[str]:
    return units.reach(APPEAL) if isinstance(units, User) else units


def longest_ago() -> Combinable:
    """When the longest window began that may still be open."""
    return Value(timezone.now(), output_field=DateTimeField()) - Value(timedelta(days=LONGEST))
