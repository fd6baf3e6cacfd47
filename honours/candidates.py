"""Which villages meet the conditions of a round, and what keeps the others: the questions behind the database's
rule."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, QuerySet, Value
from django.db.models.expressions import Expression
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from honours.models import Nomination, NominationQuerySet, Round
from honours.models.rule import open_kinds, star_on
from ratings.events.applicable_scheme import event_names
from villages.models import Level, Unit

KINDS = ArrayField(models.CharField(max_length=40))
STAR, DAY = models.IntegerField(), models.DateField()


class Ruled(Func):
    """A part of the rule (``honours/models/rule.py``), of expressions."""

    def __init__(self, part: Callable[..., str], *expressions: Any, output_field: models.Field) -> None:
        super().__init__(*expressions, output_field=output_field)
        self.part = part

    def as_sql(self, compiler: Any, _connection: Any, **_context: Any) -> tuple[str, list[Any]]:
        compiled = [compiler.compile(expression) for expression in self.source_expressions]
        return self.part(*(sql for sql, _params in compiled)), [one for _sql, params in compiled for one in params]


def candidates(round: Round, codes: Collection[str] | None = None) -> QuerySet[Unit]:
    """The villages of the round's place (of ``codes`` alone), each with ``star_then``, ``star_now``, ``open_kinds``."""
    units: Any = _villages().within(round.unit_id)
    if codes is not None:
        units = units.filter(pk__in=codes)
    return _standing(units, F("code"), Value(round.day, DAY), Value(list(round.barring), KINDS)).order_by("code")


def eligible(round: Round, codes: Collection[str] | None = None) -> list[Unit]:
    return [unit for unit in candidates(round, codes) if not hindrances(round, unit)]


def may_enter(codes: Collection[str]) -> Exists:
    """Of a round: whether one of the villages ``codes`` meets its conditions, as ``hindrances`` says in words."""
    here = _villages().filter(pk__in=codes, pk__startswith=OuterRef("unit_id"))
    known = _standing(here, F("code"), OuterRef("day"), OuterRef("barring"))
    least = OuterRef("min_star")
    return Exists(known.filter(star_then__gte=least, star_now__gte=least, open_kinds=[]))


def _villages() -> Any:
    return Unit.objects.rated(Level.VILLAGE)


def _standing(rows: Any, unit: F, day: Expression, barring: Expression, on: date | None = None) -> Any:
    """``rows`` with what decides whether each ``unit`` meets the conditions of a round, as of ``on`` (today)."""
    latest = Greatest(day, Value(on or timezone.localdate(), DAY))
    return rows.annotate(
        star_then=Ruled(star_on, unit, day, output_field=STAR),
        star_now=Ruled(star_on, unit, latest, output_field=STAR),
        open_kinds=Ruled(open_kinds, unit, barring, output_field=KINDS),
    )


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
    return _standing(nominations, F("unit"), F("round__day"), F("round__barring"), on)


def own_nomination(round: Round, code: str) -> Nomination | None:
    """The village's nomination in this round that has not ended; else its last one."""
    rows = Nomination.objects.filter(round=round, unit=code).order_by("closed_at", "-pk")
    return rows.filter(closed_at=None).first() or rows.order_by("-closed_at").first()
