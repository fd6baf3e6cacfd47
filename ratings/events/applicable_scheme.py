"""The scheme that applies to a unit's events on a day: the latest issued year up to it, of the nearest unit above.

Among the versions of that year it is the one last issued on or before that day; the first counts from 1 January
(formats §6).
"""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Case, DateField, F, Q, QuerySet, Value, When
from django.db.models.functions import ExtractYear, Length

from accounts.models import User
from accounts.prepared import asked
from ratings.models import Scheme
from records.kept_statements import rows_of
from villages.models import Level, Unit, above, prefixes

# The filter of the register asks it each time: the query builder would take longer for it than the database does.
_OFFERED = """
select distinct offered.star
from ratings_scheme scheme
cross join lateral (
    select (line ->> 'star')::int
    from jsonb_array_elements(coalesce(nullif(scheme.body -> 'stars', 'null'), '[]')) as line
    union all
    select generate_series(1, count(*)::int)
    from jsonb_array_elements(case scheme.body ->> 'rule' when 'areas' then scheme.body -> 'areas' end) as area
    where area ->> 'kind' = 'base'
) as offered (star)
where scheme.state = 'issued' and scheme.programme_id is null and (scheme.unit_id = any(%s) or {below})
order by offered.star
"""

# As does the list of events.
_EVENTS = """
select rates, body -> 'events' from ratings_scheme
where state = 'issued' and programme_id is null and unit_id = any(%s)
order by year, version
"""


def judging_scheme(unit: Unit, on: date) -> Scheme | None:
    """The scheme in force for ``unit`` on the day ``on`` (formats §3), found as ``rerating.sql`` does it for many."""
    return next(iter(asked(_judging, None, unit.code, on, rates=unit.level)), None)


def _judging(_reader: User | None, code: str, on: date, rates: str) -> QuerySet[Scheme]:
    """The nearest unit's versions of the latest year: the last issued by then, else the first."""
    year = ExtractYear(Value(on, DateField()))
    issued = Scheme.objects.issued().filter(above(code, "unit_id"), rates=rates, year__lte=year)
    in_force = Q(issued_at__date__lte=on)
    return issued.order_by(
        Length("unit_id").desc(),
        "-year",
        Case(When(in_force, then="issued_at")).desc(nulls_last=True),
        Case(When(in_force, then=-F("pk"))),
        "issued_at",
        "pk",
    )[:1]


def stars_offered(codes: Iterable[str]) -> list[int]:
    """No star, and every star that the schemes of the units within reach, or of those above them, ever had: the stars
    of their lines or, under the rule ``areas``, one for each base area."""
    codes = list(codes)
    if not codes:
        return [0]
    below = " or ".join(["unit_id >= %s and unit_id < %s"] * len(codes))
    over = sorted({prefix for code in codes for prefix in prefixes(code)})
    ranges = [end for code in codes for end in (code, code + "~")]
    return [0, *(star for (star,) in rows_of(_OFFERED.format(below=below), [over, *ranges]) if star)]


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
    places = sorted({prefix for code in codes for prefix in prefixes(code)})
    return _read((level, json.loads(events)) for level, events in rows_of(_EVENTS, [places]) if events)


def event_names_of(user: User, code: str) -> EventNames:
    """The same of one unit, on a page for ``user`` that is about it."""
    return _read(asked(_bodies, user, code))


def event_names_anywhere(kinds: Iterable[str]) -> dict[str, str]:
    """Names by code of these events, whoever's scheme they are of: the latest one's name, rather for villages."""
    names, wanted = _read(_events_of(Scheme.objects.issued())), set(kinds)
    found = {kind: name for (_level, kind), name in names.items()} | names.of_villages()
    return {kind: name for kind, name in found.items() if kind in wanted}


def names_of_kinds(kinds: Iterable[str], codes: Iterable[str]) -> list[str]:
    """Names of these events as the schemes over the units ``codes`` have them, else as any scheme has: an office above
    has none of its own."""
    kinds = list(kinds)
    names = event_names_anywhere(kinds) | event_names(codes).of_villages()
    return [names.get(kind, kind) for kind in kinds]


def _bodies(_user: User, code: str) -> QuerySet[Any]:
    return _events_of(Scheme.objects.issued().filter(above(code, "unit_id")))


def _events_of(issued: QuerySet[Scheme]) -> QuerySet[Any]:
    return issued.order_by("year", "version").values_list("rates", "body__events")


def _read(bodies: Iterable[tuple[str, list[dict[str, str]] | None]]) -> EventNames:
    return EventNames(
        ((level, event["code"]), event.get("name") or event["code"])
        for level, events in bodies
        for event in events or []
    )
