"""What closing a cycle means for money (``ratings.cycle.closing_consequences``): what is clawed back, what
depends on it."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from incentives.models import Clawback, ProjectFund, RewardPolicy, Source, lines_of
from ratings.cycle.closing_consequences import Closed, ExpectedClaim
from villages.models import below, descendants, prefixes

SOURCES = (RewardPolicy, ProjectFund)


def claims(units: Collection[str]) -> list[ExpectedClaim]:
    """The open clawbacks of ``units`` and of their successors."""
    held = descendants(units)
    found = []
    for kind in SOURCES:
        lines = lines_of(kind).held_by(held)
        rows = Clawback.objects.filter(**{f"{kind.LINE}__in": lines}, state=Clawback.State.OPEN)
        for clawback in rows.select_related(f"{kind.LINE}__{kind.lines.field.name}"):
            line = clawback.line
            key = f"{kind.LINE}:{line.pk}"
            found.append(ExpectedClaim(key, line.source.name, line.unit_id, clawback.amount, clawback.released))
    return found


def money_followed(closed: Closed) -> str:
    """Money granted by the stars that the closing left, or taken back because of it; the sources are locked."""
    for kind in SOURCES:
        there = Q(unit__in=prefixes(closed.county)) | below(closed.county, "unit_id")
        sources = kind.objects.select_for_update().filter(there).order_by("pk")
        list(sources)
        lines = lines_of(kind)
        granted = lines.filter(**{kind.lines.field.name: OuterRef("pk")})
        rests: Source | None = sources.filter(Exists(granted), reckoning_day__gte=closed.on).first()
        if rests is None:
            held = lines.held_by(closed.heirs)
            back = Clawback.objects.filter(
                **{f"{kind.LINE}__in": held}, state=Clawback.State.CONFIRMED, settled_at__gte=closed.at
            )
            first = back.first()
            rests = first.line.source if first else None
        if rests:
            return _("money has moved on it: %s.") % rests.name
    return ""
