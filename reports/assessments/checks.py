"""Consistency of an assessment file, in itself and with existing data (formats §9).

It checks the raw file, so that one pass finds all errors; parts with an invalid structure are skipped here.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from ratings.models import Event, Scheme
from ratings.scheme.problems import Problem
from reports.assessments.places import LENGTHS, place_codes, villages_of_places
from villages.models import Level, Unit, below, prefixes

USUAL_STARS = 5
"""The default where no scheme says otherwise (practice §2)."""


def problems(body: Any) -> list[Problem]:
    if not isinstance(body, dict):
        return []
    parts = _Parts(body)
    return [*_unit(parts), *_codes(parts), *_stars(parts), *_events(parts), *_values(parts), *_missing(parts)]


class _Parts:
    """The parts of a file with a valid structure, each on its own."""

    def __init__(self, body: dict[str, Any]):
        terms, values = body.get("terms"), body.get("values")
        self.terms = list(enumerate(terms)) if isinstance(terms, list) else []
        self.terms = [(number, term) for number, term in self.terms if isinstance(term, dict)]
        self.values = values if isinstance(values, dict) else {}
        self.unit = body["unit"] if isinstance(body.get("unit"), str) else None
        self.known = Unit.objects.filter(code=self.unit).exists()
        self.assesses = body["assesses"] if body.get("assesses") in ("township", "county") else None
        self.on = _day(body.get("on"))

    def taking(self, kind: str) -> Iterator[tuple[int, dict[str, Any]]]:
        return ((number, term) for number, term in self.terms if term.get("takes") == kind)

    @property
    def below(self) -> bool:
        """Whether the unit can have units of the assessed level below it."""
        return bool(self.known and self.assesses and len(self.unit) < LENGTHS[self.assesses])


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _unit(parts: _Parts) -> Iterator[Problem]:
    if parts.unit and not parts.known:
        yield Problem("unit", _("There is no unit %s.") % parts.unit, _("the code of a unit that is known here"))
    elif parts.unit and parts.assesses and not parts.below:
        yield Problem(
            "assesses",
            _("%(level)s: none lies below the unit %(unit)s.") % {"level": parts.assesses, "unit": parts.unit},
            _("a level below the unit"),
        )


def _codes(parts: _Parts) -> Iterator[Problem]:
    seen = set()
    for number, term in parts.terms:
        code = term.get("code")
        if not isinstance(code, str):
            continue
        if code in seen:
            yield Problem(f"terms[{number}].code", _("The code “%s” appears here twice.") % code, _("each code once"))
        seen.add(code)


def _issued(unit: str) -> Any:
    """The schemes that rate villages of ``unit``: its own, those above and those below it."""
    around = Q(unit__in=prefixes(unit)) | below(unit, "unit_id")
    return Scheme.objects.issued().filter(around, rates=Level.VILLAGE).order_by()


def _stars(parts: _Parts) -> Iterator[Problem]:
    asking = [(number, term.get("star")) for number, term in parts.taking("share_at_least")]
    asking = [(number, star) for number, star in asking if type(star) is int]
    if not asking or not parts.known:
        return
    lines = _issued(parts.unit).values_list("body__rule", "body__stars", "body__areas")
    highest = max((highest_star(rule, stars, areas) for rule, stars, areas in lines), default=USUAL_STARS)
    for number, star in asking:
        if star > highest:
            yield Problem(f"terms[{number}].star", _("Unknown star %s.") % star, _("a star from 1 to %s") % highest)


def highest_star(rule: str | None, stars: list[dict] | None, areas: list[dict]) -> int:
    """The highest star that a scheme gives: under the rule ``areas`` one for each base area."""
    if rule == "areas":
        return sum(area["kind"] == "base" for area in areas)
    return max((line["star"] for line in stars or []), default=0)


def _events(parts: _Parts) -> Iterator[Problem]:
    asking = [(number, term.get("events")) for number, term in parts.taking("no_event")]
    asking = [(number, events) for number, events in asking if isinstance(events, list)]
    if not asking or not parts.known:
        return
    of_schemes = _issued(parts.unit).values_list("body__events", flat=True)
    known = {event["code"] for events in of_schemes for event in events or []}
    known |= set(Event.objects.filter(below(parts.unit, "unit_id"), held=False).values_list("kind", flat=True))
    for number, events in asking:
        for at, event in enumerate(events):
            if isinstance(event, str) and event and event not in known:
                place = f"terms[{number}].events[{at}]"
                yield Problem(place, _("Unknown event “%s”.") % event, " / ".join(sorted(known)))


def _values(parts: _Parts) -> Iterator[Problem]:
    typed = {term.get("code") for _number, term in parts.taking("typed") if isinstance(term.get("code"), str)}
    units = place_codes(parts.unit, parts.assesses) if parts.below else None
    for code, values in parts.values.items():
        if code not in typed:
            message = _("No term “%s” takes typed values.") % code
            yield Problem(f"values.{code}", message, _("the code of a term that does"))
        elif isinstance(values, dict) and units is not None:
            for unit in sorted(values.keys() - units):
                message = _("The unit %s is not assessed here.") % unit
                yield Problem(f"values.{code}.{unit}", message, _("the code of a unit that is"))


def _missing(parts: _Parts) -> Iterator[Problem]:
    typed = [term["code"] for _number, term in parts.taking("typed") if isinstance(term.get("code"), str)]
    if not (typed and parts.below and parts.on):
        return
    units = villages_of_places(parts.unit, parts.assesses, parts.on)
    for code in dict.fromkeys(typed):
        values = parts.values.get(code, {})
        for unit in units:
            if isinstance(values, dict) and unit not in values:
                message = _("The value of unit %s is missing.") % unit
                yield Problem(f"values.{code}.{unit}", message, _("a decimal from 0 to 1"))
