"""Nominations and titles pass to the unit that takes over (practice §4); the past stays readable in their history."""

from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop, ngettext

from honours.models import Nomination, NominationQuerySet, NominationState
from honours.telling import tell
from honours.workflow import duties
from records import audit
from records.office_language import in_chinese
from villages.models import ReorganizationOrder, UnitSuccession
from villages.workflow import OrderConsequence


def pass_on(sender: Any, order: ReorganizationOrder, **kwargs: Any) -> list[OrderConsequence]:
    """Receives ``units_passed``."""
    main = order.successions.filter(main=True).exclude(before=F("after")).select_related("before", "after")
    return [told for succession in main for told in _passed(order, succession)]


def _passed(order: ReorganizationOrder, succession: UnitSuccession) -> list[OrderConsequence]:
    there = Nomination.objects.live().filter(unit=succession.after).values("round")
    mine = Nomination.objects.live().filter(unit=succession.before)
    _end_doubles(order, mine.filter(round__in=there).open())
    with audit.acting(order.by, "villages.order", order.reason):
        passed = mine.exclude(round__in=there).update(unit=succession.after)
    if not passed:
        return []
    words = ngettext(
        "%(count)d nomination or title passes to %(unit)s.", "%(count)d nominations or titles pass to %(unit)s.", passed
    )
    told = words % {"count": passed, "unit": succession.name_after}
    return [OrderConsequence(succession.before_id, told)]


def _end_doubles(order: ReorganizationOrder, doubles: NominationQuerySet) -> None:
    """Of two open nominations of one round, that of the unit taking over goes on."""
    ended = list(doubles.select_related("unit", "round").order_by("pk"))
    if not ended:
        return
    reason = in_chinese(gettext_noop("The villages were merged: the other one stands in the same round."))
    ids = [one.pk for one in ended]
    with audit.acting(order.by, "villages.order", order.reason):
        Nomination.objects.filter(pk__in=ids).update(
            state=NominationState.WITHDRAWN, reason=reason, by_rule=True, closed_at=timezone.now()
        )
        duties.opinions_no_longer_wait(ids, by=order.by, reason=reason)
        for one in ended:
            one.reason = reason
            duties.end_idle_checks(one.round, by=order.by, reason=reason)
        tell(ended, "nomination_ended")
