"""Bulk import of events from a file (formats §3)."""

from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ratings.register.rerating import lock_units, named_in, rerate
from ratings.workflow.csv_staging import (
    TABLE,
    CsvColumn,
    CsvImport,
    CsvRule,
    broken,
    code_of,
    day,
    judge,
    known_unit,
    load,
    text_of,
    unit,
)
from records import audit


def _past(text: str) -> Any:
    on = day(text)
    return on if on and on <= timezone.localdate() else None


_A_DAY = _("a day such as 2025-06-30, not one to come")
COLUMNS = [
    CsvColumn("unit", "text", unit, _("the code of a unit that is known here"), required=True),
    CsvColumn("event", "text", code_of(40), _("an event's code, at most 40 characters"), required=True),
    CsvColumn("date", "date", _past, _A_DAY, required=True),
    CsvColumn("closed", "date", _past, _A_DAY),
    CsvColumn("note", "text", str, ""),
    CsvColumn("source", "text", text_of(100), _("at most 100 characters")),
]
# An event's empty ``closed`` and ``note`` may be filled in once; ``stands`` is an earlier row, or the stored event.
_FILE_DIFFERS = """
select i.row, i.{column}::text, first.{column}::text from {table} i
join (
    select distinct on (unit, event, date, coalesce(source, ''))
           unit, event, date, coalesce(source, '') as source, {column}
    from {table} where {column} is not null
    order by unit, event, date, coalesce(source, ''), row
) as first on i.unit = first.unit and i.event = first.event and i.date = first.date
          and coalesce(i.source, '') = first.source
where i.{column} <> first.{column}
"""
_KEPT_DIFFERS = """
select i.row, i.{column}::text, e.{column}::text from {table} i
join ratings_event e on e.unit_id = i.unit and e.kind = i.event and e."on" = i.date
                    and e.source = coalesce(i.source, '')
where i.{column}::text <> e.{column}::text and e.{column}::text <> ''
"""
RULES = [
    known_unit(),
    CsvRule(
        "closed",
        f"select row, closed::text, date::text from {TABLE} where closed < date",  # noqa: S608
        _("no day before the event's, %(stands)s"),
    ),
    *(
        CsvRule(column, differs.format(column=column, table=TABLE), _("“%(stands)s”, which is recorded for this event"))
        for column in ("closed", "note")
        for differs in (_FILE_DIFFERS, _KEPT_DIFFERS)
    ),
]
# Possibly a typo; but a future scheme may know it, and the register is the same in whatever order they arrive.
_UNHEARD_OF = CsvRule(
    "event",
    f"""
    select row, event, null from {TABLE} where event not in (
        select e ->> 'code' from ratings_scheme s cross join lateral jsonb_array_elements(s.body -> 'events') e
        where s.state = 'issued' and s.programme_id is null
    )
    """,  # noqa: S608
    _("an event of an issued scheme; kept without effect"),
)
_SAID = f"""
select unit, event, date, coalesce(source, '') as source, min(closed) as closed, min(note) as note
from {TABLE} group by unit, event, date, coalesce(source, '')
"""  # noqa: S608
_FILL = f"""
update ratings_event e set closed = coalesce(e.closed, s.closed), note = coalesce(nullif(e.note, ''), s.note, '')
from ({_SAID}) as s
where e.unit_id = s.unit and e.kind = s.event and e."on" = s.date and e.source = s.source
  and (e.closed is null and s.closed is not null or e.note = '' and s.note is not null)
"""  # noqa: S608
_KEEP = f"""
insert into ratings_event (unit_id, kind, "on", closed, note, source, held, recorded_by_id, recorded_at)
select s.unit, s.event, s.date, s.closed, coalesce(s.note, ''), s.source, false, %s, %s from ({_SAID}) as s
where not exists (
    select from ratings_event e
    where e.unit_id = s.unit and e.kind = s.event and e."on" = s.date and e.source = s.source
)
order by s.unit, s.date
"""  # noqa: S608


@transaction.atomic
def import_events(path: Path, *, by: User | None) -> CsvImport:
    """Import the events of a file ``unit,event,date[,closed][,note][,source]``, and re-rate their units.

    A later row fills empty cells and changes nothing else. Raises ``RowsRefused`` with every invalid row, ``Refused``
    if the file cannot be read; then nothing is saved. ``by`` is None for a command.
    """
    lock_units()
    judge(RULES, load(path, COLUMNS))
    with audit.acting(by, "import_events"), connection.cursor() as cursor:
        cursor.execute(_FILL)
        filled = cursor.rowcount
        cursor.execute(_KEEP, [by.pk if by else None, timezone.now()])
        new = cursor.rowcount
        cursor.execute(f"select count(*) from {TABLE}")  # noqa: S608
        rows = cursor.fetchone()[0]
        rerate(named_in(TABLE))
    return CsvImport(rows, new, filled, broken([_UNHEARD_OF]))
