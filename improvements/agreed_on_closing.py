"""What improvement plans mean for reversing a closing (``ratings.cycle.closing_consequences``)."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from improvements.models import Plan, PlanState
from ratings.cycle.closing_consequences import Closed

NAMED = 5
"""So many villages are named."""


def agreed(closed: Closed) -> str:
    """Plans were agreed because of the closing's decisions; drafts end with it. The plans are locked."""
    plans = Plan.objects.filter(decision__in=closed.decisions).select_for_update(of=("self",))
    names = [plan.unit.name for plan in plans.select_related("unit").order_by("pk") if plan.state in PlanState.AGREED]
    if not names:
        return ""
    words = ngettext(
        "%(count)d improvement plan has been agreed because of it: %(units)s.",
        "%(count)d improvement plans have been agreed because of it: %(units)s.",
        len(names),
    )
    units = _(", ").join(names[:NAMED]) + ("…" if len(names) > NAMED else "")
    return words % {"count": len(names), "units": units}
