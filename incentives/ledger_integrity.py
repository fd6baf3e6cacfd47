"""Whether the totals of lines and sources still match the ledger (formats §4)."""

from collections.abc import Iterator

from django.db import connection

from incentives.models.ledger import EFFECT
from records.integrity import Fault, IntegrityCheck

_FAULTS = """
select '{line} ' || l.id, l.committed, l.disbursed, coalesce(e.committed, 0), coalesce(e.disbursed, 0)
  from {line} l left join (select n.{ref} as id, {effect} from incentives_ledgerentry n group by 1) e on e.id = l.id
 where (l.committed, l.disbursed) is distinct from (coalesce(e.committed, 0), coalesce(e.disbursed, 0))
union all
select '{source} ' || s.id, s.committed, s.disbursed, coalesce(e.committed, 0), coalesce(e.disbursed, 0)
  from {source} s
  left join (select l.{owner} as id, {effect}
               from incentives_ledgerentry n join {line} l on l.id = n.{ref} group by 1) e on e.id = s.id
 where (s.committed, s.disbursed) is distinct from (coalesce(e.committed, 0), coalesce(e.disbursed, 0))
    or not (s.budget >= s.committed and s.committed >= s.disbursed and s.disbursed >= 0)
 order by 1
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
