"""Whether the stored register follows formats §3: without gaps or overlaps, and equal to a recomputation."""

from collections.abc import Iterator

from django.db import connection
from django.utils import timezone

from ratings.register.rerating import scope_of, with_periods
from records.integrity import Fault, IntegrityCheck

_FAULTS = """
{periods}, known as (
    select unit_id as unit, lower(during) as since, upper(during) as until, star, decision_id as decision,
           scheme_id as scheme, effects::text[] as effects, lag(upper(during)) over w as before,
           row_number() over w > 1 as later
    from wanted u join ratings_starperiod s on s.unit_id = u.code
    where s.superseded_at is null
    window w as (partition by unit_id order by during)
)
select unit, since, 'begins ' || coalesce(before::text, 'never'), 'begins ' || since
from known where later and before is distinct from since
union all
select unit, since, p.text, k.text
from (
    select unit, since, concat_ws(' ', 'star', star, 'until', until, 'decision', decision, 'scheme', scheme,
        array_to_string(effects, ';')) as text
    from period
) as p full join (
    select unit, since, concat_ws(' ', 'star', star, 'until', until, 'decision', decision, 'scheme', scheme,
        array_to_string(effects, ';')) as text
    from known
) as k using (unit, since)
where p.text is distinct from k.text
order by 1, 2
"""


def register_faults() -> Iterator[Fault]:
    """Every wrong period, by unit and first day."""
    periods, params = with_periods(scope_of(""), timezone.localdate())
    with connection.chunked_cursor() as cursor:
        cursor.execute(_FAULTS.format(periods=periods), params)
        while rows := cursor.fetchmany(2000):
            for unit, since, expected, found in rows:
                yield Fault(f"{unit} {since}", expected or "no period", found or "no period")


REGISTER = IntegrityCheck("star register", register_faults)
