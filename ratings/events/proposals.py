"""Who may settle a proposal: one query, for a single proposal and for a person's to-do list."""

from typing import Any

from django.db.models import Case, CharField, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from accounts.impartial import is_of
from accounts.role_holders import has_post
from followups.models import FollowUp
from ratings.models import Decision, Proposal
from villages.models import Level, below_any

FOLLOW_UP = "proposal"
"""The kind of follow-up that an open proposal is."""
TOWNSHIP, COUNTY, CITY = (f"ratings.settle_proposal_{level}" for level in ("township", "county", "city"))
SETTLE = (TOWNSHIP, COUNTY, CITY)
ABOVE = {TOWNSHIP: COUNTY, COUNTY: CITY}
"""Whose permission settles it, too, once the moment of its follow-up has passed."""


def with_authority(proposals: QuerySet[Proposal]) -> QuerySet[Any]:
    """Each with ``authority``: the township's permission for its villages' stars that it may decide, otherwise the
    county's; and with ``overdue``: the level above may settle it, too.

    The star is the decided one, not what events left of it.
    """
    in_force = Decision.objects.confirmed().filter(unit=OuterRef("unit"), on__lte=timezone.localdate())
    own = Coalesce(Cast(KeyTextTransform("townships_decide_up_to", "scheme__body"), IntegerField()), 3)
    late = FollowUp.objects.late().filter(kind=FOLLOW_UP, subject=Cast(OuterRef("pk"), CharField()))
    return proposals.annotate(
        decided=Coalesce(Subquery(in_force.order_by("-on", "-id").values("star")[:1]), 0),
        authority=Case(
            When(unit__level__in=[Level.VILLAGE, Level.STATION], decided__lte=own, then=Value(TOWNSHIP)),
            default=Value(COUNTY),
        ),
        overdue=Exists(late),
    )


def to_settle(user: Any) -> QuerySet[Proposal]:
    """The open proposals that ``user`` may settle."""
    mine = Q(pk__in=[])
    for permission, above in ABOVE.items():
        if codes := user.reach(permission):
            mine |= Q(authority=permission) & below_any(codes, "unit_id")
        if codes := user.reach(above):
            mine |= Q(authority=permission, overdue=True) & below_any(codes, "unit_id")
    open_ones = Proposal.objects.filter(state=Proposal.State.OPEN, event__reversal=None)
    return with_authority(open_ones).filter(mine).exclude(has_post(user.pk, "unit"))


def may_settle(user: Any, proposal: Proposal) -> bool:
    """Whether ``user`` is the authority for it (``with_authority``), or the level above once it is late, without a post
    in the unit."""
    held = [proposal.authority, *([ABOVE[proposal.authority]] if proposal.overdue else [])]
    return any(user.has_perm(permission, proposal) for permission in held) and not is_of(user, proposal.unit_id)
