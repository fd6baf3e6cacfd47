"""The leads of every place, found again: every night, and after a place has set a limit."""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import transaction

from records import near_pictures
from records.locks import Lock, hold
from reports.leads.found import Found, Scope
from reports.leads.limits import LIMITS
from reports.leads.models import Lead, LeadLimit
from reports.leads.photos import photos
from reports.leads.reviewers import reviewers
from reports.leads.rules import crowds, gaps, jumps, objections
from villages.models import CODE_LENGTHS, COUNTY_LENGTH, Level, Unit, below

Rule = Callable[[Scope, datetime], Iterator[Found]]
IN_A_COUNTY: tuple[Rule, ...] = (gaps, jumps, objections, photos, reviewers, crowds)
IN_A_CITY: tuple[Rule, ...] = (photos,)
"""What spans counties."""
CITY_LENGTH = CODE_LENGTHS[1]


def refresh(now: datetime) -> int:
    """Compare new photos, and find the leads of all counties and cities; how many are new. Idempotent."""
    near_pictures.back_fill()
    near_pictures.compare_new()
    return refresh_places("", now)


def refresh_places(code: str, now: datetime) -> int:
    """The same of the counties and cities at and below ``code``, from the photos compared already."""
    places = Unit.objects.filter(below(code), level__in=[Level.CITY, Level.COUNTY, Level.ZONE]).order_by("code")
    return sum(refresh_place(place.code, now) for place in places)


@transaction.atomic
def refresh_place(code: str, now: datetime) -> int:
    """The same of one county, or of what spans the counties of one city."""
    hold(Lock.LEADS)  # one after the other, so that none is found twice
    scope = Scope(code, limits_of(code))
    rules = IN_A_COUNTY if len(code) >= COUNTY_LENGTH else IN_A_CITY
    found = {(one.rule, one.place, one.subject): one for rule in rules for one in rule(scope, now)}
    known = {(one.rule, one.place_id, one.subject): one for one in _kept(code)}
    for key, lead in known.items():
        if key not in found:
            lead.gone_at = lead.gone_at or now
        else:
            _write(lead, found[key], now)
    new = [
        _write(Lead(rule=one.rule, place_id=one.place, subject=one.subject), one, now)
        for key, one in found.items()
        if key not in known
    ]
    Lead.objects.bulk_update(known.values(), ["unit", "person", "cases", "measured", "rows", "found_at", "gone_at"])
    Lead.objects.bulk_create(new)
    return len(new)


def _kept(code: str) -> Iterator[Lead]:
    """A city's own leads are those about more than one of its counties."""
    rows = Lead.objects.filter(below(code, "place_id"))
    return (rows if len(code) >= COUNTY_LENGTH else rows.filter(place=code)).iterator()


def _write(lead: Lead, found: Found, now: datetime) -> Lead:
    lead.unit_id, lead.person_id, lead.cases = found.unit, found.person, found.count
    lead.measured, lead.rows, lead.found_at, lead.gone_at = found.measured, found.rows, now, None
    return lead


def limits_of(code: str) -> dict[str, int]:
    """The limits of a county or city: its own, else its city's, else the defaults."""
    rows = LeadLimit.objects.filter(unit__in=[code[:CITY_LENGTH], code]).order_by("unit")
    return {name: one.default for name, one in LIMITS.items()} | dict(rows.values_list("name", "value"))
