"""Whose turn it is with a policy or fund, for everybody who may see it."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.prepared import asked
from accounts.roles import Role
from incentives.models import ProjectFund, RewardPolicy, Source
from incentives.models.lifecycle import STEPS, WRITE_OWN
from incentives.source_state import is_idle
from records.lifecycle import Step

STATES = Source.State
SHOWN = 6


PAY = ("incentives.disburse",)
SETTLE = Step("settle", PAY, label=_("Settle the clawbacks"))
"""What is next where all is paid, and a star has fallen since."""
SETTLE_FROZEN = Step("settle", PAY, label=_("Settle the clawbacks; payment is stopped until then"))
"""What is next where all that is owed is frozen."""


class Turn(NamedTuple):
    """``who`` takes ``step`` next, ``since`` that day where it has not come yet."""

    who: str
    step: Step
    since: date | None = None


def turn_of(source: Source) -> Turn | None:
    """None once everything is paid and settled, or where nobody qualifies for anything."""
    writer = source.written_by or str(Role.FINANCE.label)
    office, finance = str(Role.COUNTY_OFFICE.label), str(Role.FINANCE.label)
    if source.state == STATES.EFFECTIVE:
        if not source.granted:
            later = source.reckoning_day > timezone.localdate()
            turn = Turn(finance, STEPS["grant"], source.reckoning_day if later else None)
            return None if is_idle(source) else turn
        if source.payable:
            return Turn(finance, STEPS["disburse"])
        if source.committed > source.disbursed:
            return Turn(finance, SETTLE_FROZEN)
        return Turn(finance, SETTLE) if source.to_settle else None
    if source.orphaned and source.state != STATES.OPINION_SOUGHT:
        return Turn(office, STEPS["hand_over"])
    who, verb = {
        STATES.DRAFT: (writer, "seek_opinion"),
        STATES.OPINION_SOUGHT: (office, "give_opinion"),
        STATES.FILED: (writer, "make_effective"),
    }[STATES(source.state)]
    return Turn(who, STEPS[verb])


def show_turns(sources: Iterable[Any]) -> None:
    """Give each of ``sources`` (``with_facts``) its ``turn``."""
    for source in sources:
        source.turn = turn_of(source)


def home_panel(user: Any) -> dict[str, Any] | None:
    """What the user's own department has entered and is not paid yet, and whose turn it is; None for others."""
    if not user.has_perm(WRITE_OWN):
        return None
    found: list[Source] = [
        source for kind in (RewardPolicy, ProjectFund) for source in asked(_written, user, kind=kind)
    ]
    show_turns(found)
    return {"sources": [source for source in found if source.turn][:SHOWN]}


def _written(user: Any, kind: type[Source]) -> QuerySet[Source]:
    return kind.objects.with_facts().filter(kind.written_by_user(user)).order_by("-pk")
