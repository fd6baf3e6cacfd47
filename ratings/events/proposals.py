"""Who may settle a proposal: one query, for a single proposal and for a person's to-do list."""

from django.db.models import Case, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from ratings.models import Decision, Proposal
from villages.models import Level, below_any

TOWNSHIP, COUNTY = "ratings.settle_proposal_township", "ratings.settle_proposal_county"


def with_authority(proposals: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Each with ``authority``: the township's permission for its villages' stars that it may decide, otherwise the
    county's.

    The star is the decided one, not what events left of it.
    """
    in_force = Decision.objects.confirmed().filter(unit=OuterRef("unit"), on__lte=timezone.localdate())
    own = Coalesce(Cast(KeyTextTransform("townships_decide_up_to", "scheme__body"), IntegerField()), 3)
    return proposals.annotate(
        decided=Coalesce(Subquery(in_force.order_by("-on", "-id").values("star")[:1]), 0),
        authority=Case(
            When(unit__level=Level.VILLAGE, decided__lte=own, then=Value(TOWNSHIP)),
            default=Value(COUNTY),
        ),
    )


def to_settle(user) -> QuerySet[Proposal]:  # noqa: ANN001 whatever accounts calls a user
    """The open proposals that ``user`` may settle."""
    mine = Q(pk__in=[])
    for permission in (TOWNSHIP, COUNTY):
        mine |= Q(authority=permission) & below_any(user.reach(permission), "unit_id")
    return with_authority(Proposal.objects.filter(state=Proposal.State.OPEN, event__reversal=None)).filter(mine)
