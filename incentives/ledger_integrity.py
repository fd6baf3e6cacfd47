"""Whether the totals of lines and sources still match the ledger (formats §4)."""

from collections.abc import Iterator

from django.db import connection

from incentives.models.ledger import EFFECT
from records.integrity import Fault, IntegrityCheck

_FAULTS = """
SELECT '{line} ' || l.id, l.committed, l.disbursed, coalesce(e.committed, 0), coalesce(e.disbursed, 0)
  FROM {line} l LEFT JOIN (SELECT n.{ref} AS id, {effect} FROM incentives_ledgerentry n GROUP BY 1) e ON e.id = l.id
 WHERE (l.committed, l.disbursed) IS DISTINCT FROM (coalesce(e.committed, 0), coalesce(e.disbursed, 0))
UNION ALL
SELECT '{source} ' || s.id, s.committed, s.disbursed, coalesce(e.committed, 0), coalesce(e.disbursed, 0)
  FROM {source} s
  LEFT JOIN (SELECT l.{owner} AS id, {effect}
               FROM incentives_ledgerentry n JOIN {line} l ON l.id = n.{ref} GROUP BY 1) e ON e.id = s.id
 WHERE (s.committed, s.disbursed) IS DISTINCT FROM (coalesce(e.committed, 0), coalesce(e.disbursed, 0))
    OR NOT (s.budget >= s.committed AND s.committed >= s.disbursed AND s.disbursed >= 0)
 ORDER BY 1
"""


def faults() -> Iterator[Fault]:
    for source, owner, line, ref in (
        ("incentives_rewardpolicy", "policy_id", "incentives_reward", "reward_id"),
        ("incentives_projectfund", "fund_id", "incentives_allocation", "allocation_id"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(_FAULTS.format(source=source, owner=owner, line=line, ref=ref, effect=EFFECT))
            for row, committed, disbursed, committed_expected, disbursed_expected in cursor.fetchall():
                yield Fault(
                    row,
                    f"committed {committed_expected} disbursed {disbursed_expected}",
                    f"committed {committed} disbursed {disbursed}",
                )


LEDGER = IntegrityCheck("ledger", faults)
