"""The award of a round: each county's finance pays it by a reward policy, through opinion, filing and the ledger.

The policy gives the award to a village with the round's star and nothing below, so that a star that falls while the
title holds leads to a clawback of all of it (``incentives.workflow.clawbacks``).
"""

from collections.abc import Collection
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from honours.models import Nomination, NominationState, Round, RoundAward
from honours.workflow.step import locked
from incentives import workflow as money
from incentives.models import RewardPolicy, Source
from incentives.workflow.terms import BandRow
from ratings.events.applicable_scheme import stars_offered
from records import audit
from records.refusals import NotAllowed, WrongState
from villages.models import Unit


@transaction.atomic
def draft_award(round: Round, county: Unit, *, by: User) -> RewardPolicy:
    """The draft of the policy by which ``county`` pays the award; its office goes on with it as with every policy.

    Only once the villages are named: a policy drafted before could hold too little for them and never be paid.
    """
    round = locked(round)
    if not by.has_perm(RewardPolicy.MANAGE, county) or not county.code.startswith(round.unit_id):
        raise NotAllowed
    if not round.award or round.state != Round.State.NAMED:
        raise WrongState(_("This round gives no award now."))
    if not (named := titled_in(round, county)):
        raise WrongState(_("No village of this county has been named."))
    if policy_of(round, county):
        raise WrongState(_("The award has been drafted already."))
    with audit.acting(by, "draft_award"):
        policy = money.draft_policy(
            unit=county,
            by=by,
            written_by="",
            bands=_bands(round, county),
            year=round.day.year,
            name=round.name,
            reckoning_day=round.day,
            starts=round.day,
            ends=round.valid_until,
            budget=round.award * named,
            clawback=RewardPolicy.Clawback.DIFFERENCE,
        )
        RoundAward.objects.create(round=round, county=county, policy=policy)
    return policy


def policy_of(round: Round, county: Unit) -> RewardPolicy | None:
    kept = RoundAward.objects.filter(round=round, county=county).select_related("policy").first()
    return kept.policy if kept else None


def titled_in(round: Round, county: Unit) -> int:
    """How many villages of ``county`` the round has named: a title withdrawn since may be given back."""
    return Nomination.objects.titled().filter(round=round, unit__code__startswith=county.pk).count()


def named_for(source: Source) -> Collection[str] | None:
    """The villages that an award is for: those named, once they are; before, nobody (``incentives.one_off``)."""
    if not isinstance(source, RewardPolicy) or source.pk is None:
        return None
    kept = RoundAward.objects.filter(policy=source).first()
    if kept is None:
        return None
    named = Nomination.objects.filter(
        round=kept.round_id, state=NominationState.NAMED, unit__code__startswith=kept.county_id
    )
    return set(named.values_list("unit_id", flat=True))


def _bands(round: Round, county: Unit) -> list[BandRow]:
    """The award for the round's star and above, nothing for the stars below."""
    stars = sorted({*range(round.min_star + 1), *stars_offered([county.code])})
    return [(star, 0, None, (round.award or Decimal(0)) if star >= round.min_star else Decimal(0)) for star in stars]
