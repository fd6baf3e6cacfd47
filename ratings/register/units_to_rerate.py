"""The units whose record may read differently today than after the last run: all others read the same.

Why none can be missed. A unit's periods are a function (``rerating.sql``) of the horizon and of confirmed decisions,
released events, their reversals, settled proposals, issued schemes and orders.

- Whatever is written to the first five marks its units by a trigger of its table, however it is written; none of their
  rows that count can be deleted. Profiles, tags and answers are not read. A scheme marks everything below its county.
- A later horizon adds nothing but boundaries between the days. Each is the day of a decision, of an event, after its
  closing, of a reversal, after the months of a rule, or of an order: ``_PASSING`` looks for all of these, for more than
  needed (any rule's months for any event).
- A held event has no effect and marks nobody, so that no count of units looked at tells of it; its release marks.
- Units that an order touched, and with them whatever they passed on, are always looked at: they are few.
"""

from __future__ import annotations

from datetime import date

from django.db import connection

from ratings.register.rerating import RerateScope, named_in

TABLE = "register_due"
_MARKED = """
create temporary table {table} on commit drop as
with mark as (select distinct code, why from ratings_staleunit where id = any (%(marks)s))
select u.code as unit, m.why from mark m join villages_unit u on u.code >= m.code and u.code < m.code || '~'
"""
_PASSING = """
insert into {table}
with months as (
    select distinct (r.body ->> 'months')::int as n
    from ratings_scheme s cross join lateral jsonb_array_elements(s.body -> 'rules') as r (body)
    where s.state = 'issued' and s.programme_id is null and r.body ->> 'months' is not null
)
select unit_id, 'day' from ratings_decision where state = 'confirmed' and "on" > %(after)s and "on" <= %(day)s
union
select unit_id, 'day' from ratings_event where not held and "on" > %(after)s and "on" <= %(day)s
union
select unit_id, 'day' from ratings_event where not held and closed >= %(after)s and closed < %(day)s
union
select e.unit_id, 'day' from ratings_reversal r join ratings_event e on e.id = r.event_id
where not e.held and r."on" > %(after)s and r."on" <= %(day)s
union
select e.unit_id, 'day' from months m join ratings_event e
    on not e.held and (e."on" + make_interval(months => m.n))::date > %(after)s
    and (e."on" + make_interval(months => m.n))::date <= %(day)s
union
select before_id, 'order' from villages_unitsuccession
union
select after_id, 'order' from villages_unitsuccession
"""


def gather(after: date, day: date, within: str = "") -> tuple[RerateScope, list[int]]:
    """The units at and below ``within`` that are due on ``day`` if all were right on the day ``after``, and the marks.

    They stand in the temporary table ``TABLE`` (unit, why) until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("select id from ratings_staleunit")
        marks = [mark for (mark,) in cursor.fetchall()]
        cursor.execute(f"drop table if exists {TABLE}")
        cursor.execute(_MARKED.format(table=TABLE), {"marks": marks})
        cursor.execute(_PASSING.format(table=TABLE), {"after": after, "day": day})
        cursor.execute(f"delete from {TABLE} where unit < %s or unit >= %s", [within, within + "~"])  # noqa: S608
        cursor.execute(f"analyze {TABLE}")
    return named_in(TABLE), marks


def reasons() -> dict[str, list[str]]:
    """Why each unit is due; after ``gather``."""
    with connection.cursor() as cursor:
        cursor.execute(f"select unit, array_agg(distinct why order by why) from {TABLE} group by unit")  # noqa: S608
        return dict(cursor.fetchall())
