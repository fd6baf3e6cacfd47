"""What the review of ordinary applications found, once its result is out: for each fact one value."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal

from django.db import connection

from ratings.models import Application

# The lower median of the reviewers' values, as for a ``figures`` condition (formats §1), of the county where it scored.
_FOUND = """
select distinct on (s.application_id, e.item)
       s.application_id, e.item, percentile_disc(0.5) within group (order by e.value)
from reviews_sheet s join reviews_sheetentry e on e.sheet_id = s.id
where s.application_id = any (%s) and e.item = any (%s) and s.state = 'handed_in'
group by s.application_id, e.item, s.stage
order by s.application_id, e.item, s.stage = 'county' desc
"""


def found_in_review(applications: Iterable[Application], items: Collection[str]) -> dict[int, dict[str, Decimal]]:
    """By application and item. Nothing of a review leaves it before its result is released."""
    out = [one.pk for one in applications if one.state in Application.State.STAR_PUBLISHED]
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    if out:
        with connection.cursor() as cursor:
            cursor.execute(_FOUND, [out, sorted(items)])
            for pk, item, value in cursor.fetchall():
                found[pk][item] = value
    return found
