"""Which villages meet the conditions of a round, and what keeps the others: the questions behind the database's
rule."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext as _

from honours.models import Nomination, NominationQuerySet, Round
from honours.models.rule import open_events, star_on
from ratings.events.applicable_scheme import event_names
from villages.models import Level, Unit

KINDS = ArrayField(models.CharField(max_length=40))
STAR = models.IntegerField()
# ruff: noqa: S611 (expressions of our own code; what varies is a parameter)


def candidates(round: Round, codes: Collection[str] | None = None) -> QuerySet[Unit]:
    """The villages of the round's place (of ``codes`` alone), each with ``star_then``, ``star_now``, ``open_kinds``."""
    units: Any = Unit.objects.within(round.unit_id).rated().filter(level=Level.VILLAGE)
    if codes is not None:
        units = units.filter(pk__in=codes)
    code = '"villages_unit"."code"'
    today = max(round.day, timezone.localdate())
    return units.annotate(
        star_then=RawSQL(star_on(code, "%s::date"), [round.day], output_field=STAR),
        star_now=RawSQL(star_on(code, "%s::date"), [today], output_field=STAR),
        open_kinds=RawSQL(
            f"ARRAY({open_events(code, '%s::varchar[]', 'e.kind')})", [list(round.barring)], output_field=KINDS
        ),
    ).order_by("code")


def eligible(round: Round, codes: Collection[str] | None = None) -> list[Unit]:
    return [unit for unit in candidates(round, codes) if not hindrances(round, unit)]


def hindrances(round: Round, judged: Any, names: dict[str, str] | None = None) -> list[str]:
    """Why a village (of ``candidates``) does not meet the conditions of a round; ``names`` of events, by code, for a
    reader who may see them."""
    found = []
    if judged.star_then < round.min_star:
        found.append(
            _("It held %(star)d stars on the day; the round asks for %(least)d.")
            % {"star": judged.star_then, "least": round.min_star}
        )
    elif judged.star_now < round.min_star:
        found.append(
            _("It holds %(star)d stars now; the round asks for %(least)d.")
            % {"star": judged.star_now, "least": round.min_star}
        )
    if judged.open_kinds and names is None:
        found.append(_("An event of a kind that bars is not closed."))
    elif judged.open_kinds:
        listed = "、".join(sorted({names.get(kind, kind) for kind in judged.open_kinds}))
        found.append(_("Not closed yet: %(events)s.") % {"events": listed})
    return found


def names_for(user: Any, round: Round, place: str) -> dict[str, str] | None:
    """The names of the events that ``user`` may see at ``place``; None for who may see none there."""
    if not any(place.startswith(code) for code in user.reach("ratings.view_event")):
        return None
    return event_names({round.unit_id, place}).of_villages()


def judged(nominations: NominationQuerySet, on: date | None = None) -> Any:
    """Each nomination with ``star_then``, ``star_now`` and ``open_kinds``, as of ``on`` (today)."""
    unit, today = '"honours_nomination"."unit_id"', on or timezone.localdate()
    day = "(SELECT b.day FROM honours_round b WHERE b.id = honours_nomination.round_id)"
    kinds = "ARRAY(SELECT unnest(b.barring) FROM honours_round b WHERE b.id = honours_nomination.round_id)"
    return nominations.annotate(
        star_then=RawSQL(star_on(unit, day), [], output_field=STAR),
        star_now=RawSQL(star_on(unit, f"GREATEST({day}, %s::date)"), [today], output_field=STAR),
        open_kinds=RawSQL(f"ARRAY({open_events(unit, kinds, 'e.kind')})", [], output_field=KINDS),
    )


def own_nomination(round: Round, code: str) -> Nomination | None:
    """The village's nomination in this round that has not ended; else its last one."""
    rows = Nomination.objects.filter(round=round, unit=code).order_by("closed_at", "-pk")
    return rows.filter(closed_at=None).first() or rows.order_by("-closed_at").first()
