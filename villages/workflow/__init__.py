"""Steps with units: merged, split or renamed by order (practice §4), created, tagged, their figures reported."""

from villages.workflow.locking import MANAGE
from villages.workflow.making import MAKE_ZONE, make_station, make_zone, next_code
from villages.workflow.ordering import OrderConsequence, OrderPaper, SplitPart, looked_at, merge, outcome, rename, split
from villages.workflow.reporting import REPORT, report_profiles
from villages.workflow.tagging import Tagged, tag_units

__all__ = [
    "MAKE_ZONE",
    "MANAGE",
    "REPORT",
    "OrderConsequence",
    "OrderPaper",
    "SplitPart",
    "Tagged",
    "looked_at",
    "make_station",
    "make_zone",
    "merge",
    "next_code",
    "outcome",
    "rename",
    "report_profiles",
    "split",
    "tag_units",
]
