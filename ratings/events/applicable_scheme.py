"""The scheme that applies to a unit's events on a day: the latest issued year up to it, of the nearest unit above.

Of the year's versions it is the one last issued on or before that day; the first counts from 1 January (formats §6).
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Length

from ratings.models import Scheme
from villages.models import Level, Unit, below_any, prefixes


def judging_scheme(unit: Unit, on: date) -> Scheme | None:
    """The scheme in force for ``unit`` on the day ``on`` (formats §3), found as ``rerating.sql`` does it for many."""
    issued = Scheme.objects.issued().filter(unit__in=prefixes(unit.code), rates=unit.level, year__lte=on.year)
    first = issued.order_by(Length("unit_id").desc(), "-year", "issued_at", "pk").first()
    if first is None:
        return None
    versions = issued.filter(unit=first.unit_id, year=first.year, issued_at__date__lte=on)
    return versions.order_by("issued_at", "pk").last() or first


def stars_offered(codes: Iterable[str]) -> list[int]:
    """No star, and every star that the schemes of the units within reach, or of those above them, ever had."""
    codes = list(codes)
    above = {prefix for code in codes for prefix in prefixes(code)}
    issued = Scheme.objects.issued().filter(Q(unit__in=above) | below_any(codes, "unit_id"))
    areas = Case(When(body__rule="areas", then=F("body__areas")))
    lines = issued.order_by().values_list("body__stars", areas).distinct()
    return [0, *sorted({star for stars, areas in lines for star in _stars(stars or [], areas or [])})]


def _stars(stars: list[dict[str, Any]], areas: list[dict[str, Any]]) -> set[int]:
    """The stars of a scheme's lines, or of its ``areas``: one for each base area."""
    return {line["star"] for line in stars} | set(range(1, 1 + sum(area["kind"] == "base" for area in areas)))


def events_of(scheme: Scheme | None) -> dict[str, str]:
    """The names of a scheme's events, by code."""
    return (
        {event["code"]: event.get("name") or event["code"] for event in scheme.body.get("events", [])} if scheme else {}
    )


class EventNames(dict[tuple[str, str], str]):
    """Names of events by the level that a scheme rates and their code: levels give one code different names."""

    def of(self, unit: Unit, kind: str) -> str:
        return self.get((unit.level, kind), kind)

    def of_villages(self) -> dict[str, str]:
        """By code alone."""
        return {kind: name for (level, kind), name in self.items() if level == Level.VILLAGE}


def event_names(codes: Iterable[str]) -> EventNames:
    """The names in any version of the schemes of these units and of those above them, the latest last."""
    above = {prefix for code in codes for prefix in prefixes(code)}
    return _names(Scheme.objects.issued().filter(unit__in=above))


def event_names_anywhere(kinds: Iterable[str]) -> dict[str, str]:
    """Names by code of these events, whoever's scheme they are of: the latest one's name, rather for villages."""
    names, wanted = _names(Scheme.objects.issued()), set(kinds)
    found = {kind: name for (_level, kind), name in names.items()} | names.of_villages()
    return {kind: name for kind, name in found.items() if kind in wanted}


def _names(issued: QuerySet[Scheme]) -> EventNames:
    return EventNames(
        ((level, event["code"]), event.get("name") or event["code"])
        for level, events in issued.order_by("year", "version").values_list("rates", "body__events")
        for event in events or []
    )
