"""Open plans pass to the unit that takes over (practice §4); the past stays readable in their history."""

from typing import Any

from django.db.models import F
from django.utils.translation import ngettext

from improvements.models import Plan
from records import audit
from villages.models import ReorganizationOrder, UnitSuccession
from villages.workflow import OrderConsequence


def pass_on(sender: Any, order: ReorganizationOrder, **kwargs: Any) -> list[OrderConsequence]:
    """Receives ``units_passed``; what is followed up passes on by itself (``followups``)."""
    main = order.successions.filter(main=True).exclude(before=F("after")).select_related("before", "after")
    return [told for succession in main if (told := _passed(order, succession))]


def _passed(order: ReorganizationOrder, succession: UnitSuccession) -> OrderConsequence | None:
    with audit.acting(order.by, "villages.order", order.reason):
        count = Plan.objects.open().filter(unit=succession.before).update(unit=succession.after)
    if not count:
        return None
    words = ngettext(
        "%(count)d improvement plan passes to %(unit)s.", "%(count)d improvement plans pass to %(unit)s.", count
    )
    return OrderConsequence(succession.before_id, words % {"count": count, "unit": succession.name_after})
