"""Why money may be claimed back, in words: from which star to which, since when, and what caused it."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.templatetags.face import star_name
from incentives.models import Clawback
from ratings.events.effects import effect_words
from ratings.models import StarPeriod


def with_reasons(proposals: QuerySet[Clawback]) -> QuerySet[Clawback]:
    """``proposals`` with their lines and sources, ``since`` when the star is held, and the ``effects`` that
    caused it."""

    def source(field: str) -> Coalesce:
        return Coalesce(OuterRef(f"reward__policy__{field}"), OuterRef(f"allocation__fund__{field}"))

    holder = Coalesce(OuterRef("reward__passed_to"), OuterRef("allocation__passed_to"), OuterRef("unit"))
    held = StarPeriod.objects.known().filter(
        Q(during__upper_inf=True) | Q(during__endswith__gt=source("starts")),
        unit=holder,
        star=OuterRef("star"),
        during__startswith__lte=source("ends"),
    )
    first = held.order_by("during")
    return proposals.select_related("unit", "reward__policy", "allocation__fund").annotate(
        since=Subquery(first.values("during__startswith")[:1]), effects=Subquery(first.values("effects")[:1])
    )


def fall(proposal: Clawback) -> str:
    """ "from five stars to four stars"."""
    stars = {"before": star_name(proposal.line.star), "now": star_name(proposal.star)}
    return _("from %(before)s to %(now)s") % stars


def cause(proposal: Any) -> str:
    """Since when and by what, for a proposal from ``with_reasons``; empty where the register has no more to say."""
    if proposal.since is None:
        return ""
    did = _(", ").join(effect_words(effect) for effect in proposal.effects) or _("by a new decision")
    return _("since %(day)s: %(did)s") % {"day": date_format(proposal.since), "did": did}
