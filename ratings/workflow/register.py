"""Import of stars decided on paper before the system into the register (formats §3)."""

from pathlib import Path

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
    day,
    judge,
    known_unit,
    load,
    number_like,
    text_of,
    unit,
)
from records import audit

COLUMNS = [
    CsvColumn("unit", "text", unit, _("the code of a unit that is known here"), required=True),
    CsvColumn("star", "smallint", number_like(r"\d"), _("a whole number from 0 to 9"), required=True),
    CsvColumn("on", "date", day, _("a day such as 2025-06-30"), required=True),
    CsvColumn("document", "text", text_of(200), _("the document's number, at most 200 characters"), required=True),
    CsvColumn("year", "smallint", number_like(r"(19|20)\d\d"), _("a year such as 2025")),
    CsvColumn("total", "numeric", number_like(r"\d{1,5}(\.\d{1,2})?"), _("points such as 91.5, at most 2 decimals")),
]
COMPARED = ("star", "document", "year", "total")

# Rows of one unit and day describe one thing together; an empty cell says nothing.
_SAID = f"""
select unit, "on", min(star) as star, min(document) as document, min(total) as total,
       coalesce(min(year), extract(year from "on" - interval '6 months')) as year
from {TABLE} group by unit, "on"
"""  # noqa: S608
# ``stands``: an earlier row of the file, or the decision imported before.
_FILE_DIFFERS = """
select i.row, i."{column}"::text, first."{column}"::text from {table} i
join (
    select distinct on (unit, "on") unit, "on", "{column}" from {table} where "{column}" is not null
    order by unit, "on", row
) as first on first.unit = i.unit and first."on" = i."on"
where i."{column}" <> first."{column}"
"""
_KEPT_DIFFERS = """
select i.row, i."{column}"::text, coalesce(d."{column}"::text, '') from {table} i
join ratings_decision d on d.unit_id = i.unit and d."on" = i."on" and d.origin = 'imported'
where i."{column}" is distinct from d."{column}" and i."{column}" is not null
"""
RULES = [
    known_unit(),
    *(
        CsvRule(
            column,
            differs.format(column=column, table=TABLE),
            _("“%(stands)s”, which is recorded for this unit and day"),
        )
        for column in COMPARED
        for differs in (_FILE_DIFFERS, _KEPT_DIFFERS)
    ),
]
_KEEP = f"""
insert into ratings_decision
    (unit_id, star, "on", cut_off, document, year, total, origin, state, reason, decided_by_id, decided_at)
select s.unit, s.star, s."on", s."on" - 1, s.document, s.year, s.total, 'imported', 'confirmed', '', %s,
       s."on"::timestamp at time zone %s
from ({_SAID}) as s
where not exists (
    select from ratings_decision d where d.unit_id = s.unit and d."on" = s."on" and d.origin = 'imported'
)
order by s.unit, s."on"
"""  # noqa: S608


@transaction.atomic
def import_register(path: Path, *, by: User | None) -> CsvImport:
    """Import each row of a file ``unit,star,on,document[,year][,total]`` as a confirmed decision, and re-rate its unit.

    Idempotent: an existing row changes nothing. Raises ``RowsRefused`` with every invalid row, ``Refused`` if the file
    cannot be read; then nothing is saved. ``by`` is None for a command.
    """
    lock_units()
    judge(RULES, load(path, COLUMNS))
    with audit.acting(by, "import_register"), connection.cursor() as cursor:
        cursor.execute(_KEEP, [by.pk if by else None, timezone.get_current_timezone_name()])
        new = cursor.rowcount
        cursor.execute(f"select count(*) from {TABLE}")  # noqa: S608
        rows = cursor.fetchone()[0]
        rerate(named_in(TABLE))
    return CsvImport(rows, new)
