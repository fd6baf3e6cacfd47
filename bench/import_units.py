"""Importing the nation against the same rows written by hand: one COPY of codes, names and spellings, one INSERT …
SELECT into the same tables with their history (architecture §5: ≤ 1.5 ×).

Measured is the processor's time of this process and of its database backend.
"""

import csv
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from uuid import uuid4

import pgtrigger
from django.db import connection, transaction

from bench import database, nation
from bench.measure import processor_seconds, say
from villages.division_import import UNIT_COLUMNS, import_units
from villages.models import Unit

TIMES = 3
CONTEXT = '{"user": null, "process": "villages.import_units"}'
BY_HAND = f"""
    with added as (
        insert into villages_unit (code, name, pinyin, level, rated, tags)
        select {UNIT_COLUMNS} from by_hand returning code, name, level, rated, tags
    )
    insert into villages_unitevent
        (pgh_created_at, pgh_label, pgh_obj_id, pgh_context, pgh_context_id, code, name, level, rated, tags)
    select now(), 'insert', code, '{CONTEXT}', '{uuid4()}', added.* from added
"""  # noqa: S608 (every name is ours)


def run() -> None:
    backend, ours, bare = database.backend(), [], []
    with TemporaryDirectory() as folder:
        for _time in range(TIMES):
            _emptied()
            ours.append(processor_seconds(lambda: import_units(nation.files()), backend))
            rows, units = _spelled(Path(folder) / "nation.csv"), Unit.objects.count()
            _emptied()
            bare.append(processor_seconds(lambda rows=rows: by_hand(rows), backend))
            assert Unit.objects.count() == units  # noqa: S101
    took, least = median(ours), median(bare)
    say(
        "import the nation / written by hand",
        took / least,
        1.5,
        f"{units} units in {took:.1f} s, by hand {least:.1f} s",
    )


@transaction.atomic
def by_hand(rows: Path) -> None:
    with connection.cursor() as cursor, rows.open("rb") as file, pgtrigger.ignore("villages.Unit:insert_insert"):
        cursor.execute("create temp table by_hand (code text, name text, pinyin text) on commit drop")
        cursor.copy_expert("copy by_hand from stdin (format csv)", file)
        cursor.execute(BY_HAND)


def _emptied() -> None:
    with connection.cursor() as cursor:
        cursor.execute("truncate villages_unit, villages_unitevent cascade")


def _spelled(path: Path) -> Path:
    """The imported rows as one file."""
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(Unit.objects.values_list("code", "name", "pinyin").iterator(10_000))
    return path
