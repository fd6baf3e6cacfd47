"""Granting: a line and its commitment for every unit that a policy rewards or a fund is allocated to, once."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from incentives.models import Allocation, GrantLine, LedgerEntry, ProjectFund, Reward, RewardPolicy, Source
from incentives.prospects import Prospect
from incentives.templatetags.money import yuan
from incentives.workflow.booking import book, entry_for
from incentives.workflow.clawbacks import review_clawbacks
from incentives.workflow.filing import check_complete
from incentives.workflow.step import step
from incentives.workflow.telling import tell_units
from records.known import known
from records.refusals import Incomplete, WrongState


@transaction.atomic
def grant(source: Source, *, by: User, expected: Any = None, at: datetime | None = None) -> list[GrantLine]:
    """Create what every unit gets, by the stars of the reckoning day, and commit it.

    Where the star has fallen since that day, payment is frozen at once. Raises ``WrongState`` before the reckoning day
    or the second time, ``Outdated`` when it differs from what the page showed (``expected``: its ``standing``),
    ``Incomplete`` when a unit's amount cannot be determined or the budget is too small.
    """
    at = at or timezone.now()
    with step("grant", source, by=by):
        if timezone.localdate(at) < source.reckoning_day:
            raise WrongState(_("The stars of the reckoning day are not known yet."))
        prospects = check_complete(source, expected)
        missing = sum(known(prospect.amount) for prospect in prospects) - source.budget
        if missing > 0:
            raise Incomplete(_("The budget is %(amount)s yuan short.") % {"amount": yuan(missing)})
        lines = list(_write(source, prospects))
        book(
            [
                entry_for(line, LedgerEntry.Kind.COMMIT, line.amount, key="grant", by=by, at=at)
                for line in lines
                if line.amount
            ]
        )
        review_clawbacks([line.unit_id for line in lines], on=timezone.localdate(at))
        tell_units(source, "money_granted", {line: line.amount for line in lines if line.amount})
    return lines


def _write(source: Source, prospects: list[Prospect]) -> Iterator[GrantLine]:
    if isinstance(source, ProjectFund):
        allocations = [Allocation(fund=source, weight=p.weight, **_granted(p)) for p in prospects if p.weight]
        yield from Allocation.objects.bulk_create(allocations, batch_size=2000)
    else:
        rewards = [Reward(policy=cast(RewardPolicy, source), **_granted(p)) for p in prospects]
        yield from Reward.objects.bulk_create(rewards, batch_size=2000)


def _granted(prospect: Prospect) -> dict[str, Any]:
    return {key: getattr(prospect, key) for key in ("unit", "star", "figure", "amount")}
