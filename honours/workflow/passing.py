"""Nominations and titles pass to the unit that takes over (practice §4); the past stays readable in their history."""

from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop, ngettext

from honours.models import Nomination, NominationState
from improvements.workflow.ending import in_chinese
from records import audit
from villages.models import ReorganizationOrder, UnitSuccession
from villages.workflow import OrderConsequence


def pass_on(sender: Any, order: ReorganizationOrder, **kwargs: Any) -> list[OrderConsequence]:
    """Receives ``units_passed``."""
    main = order.successions.filter(main=True).exclude(before=F("after")).select_related("before", "after")
    return [told for succession in main for told in _passed(order, succession)]


def _passed(order: ReorganizationOrder, succession: UnitSuccession) -> list[OrderConsequence]:
    there = Nomination.objects.live().filter(unit=succession.after).values("round")
    mine = Nomination.objects.live().filter(unit=succession.before)
    with audit.acting(order.by, "villages.order", order.reason):
        reason = in_chinese(gettext_noop("The villages were merged: the other one stands in the same round."))
        doubles = mine.filter(round__in=there)
        doubles.filter(state__in=NominationState.OPEN).update(
            state=NominationState.WITHDRAWN, reason=reason, by_rule=True, closed_at=timezone.now()
        )
        passed = mine.exclude(round__in=there).update(unit=succession.after)
    if not passed:
        return []
    words = ngettext(
        "%(count)d nomination or title passes to %(unit)s.", "%(count)d nominations or titles pass to %(unit)s.", passed
    )
    told = words % {"count": passed, "unit": succession.name_after}
    return [OrderConsequence(succession.before_id, told)]
