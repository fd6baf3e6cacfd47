"""Whether what is kept of points, side by side and summed up (``ratings/models/kept_points.py``), follows from them."""

from collections.abc import Iterator

from django.db import connection

from ratings.models.kept_points import SELF_AND_PANEL, STAGE_POINTS
from records.integrity import Fault, IntegrityCheck

_FAULTS = """
    select concat_ws(' ', '{table}', {key}), expected.value, found.value
    from (select {key}, {value} as value from ({query}) q) expected
    full join (select {key}, {value} as value from {table}) found using ({key})
    where expected.value is distinct from found.value
    order by 1
"""
_OF_STAGES = {
    "table": "ratings_stagepoints",
    "query": STAGE_POINTS.format(where=""),
    "key": "application_id, stage",
    "value": "(select string_agg(concat(c, ' ', trim_scale(p)), ', ') from unnest(criteria, points) u (c, p))",
}
_OF_BOTH = {
    "table": "ratings_selfandpanel",
    "query": SELF_AND_PANEL.format(where=""),
    "key": "application_id",
    "value": "concat(trim_scale(own), ' / ', trim_scale(panel))",
}


def faults() -> Iterator[Fault]:
    for parts in (_OF_STAGES, _OF_BOTH):
        with connection.chunked_cursor() as cursor:
            cursor.execute(_FAULTS.format(**parts))
            while rows := cursor.fetchmany(2000):
                for row, expected, found in rows:
                    yield Fault(row, expected or "nothing", found or "nothing")


KEPT_POINTS = IntegrityCheck("kept points", faults)
