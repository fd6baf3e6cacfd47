"""What an order that merges or splits units does to applications and stars (practice §4), in its own transaction.

Nothing is written to the register: it reads the orders themselves (``rerating.sql``).
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.role_holders import unit_and_offices
from notifications.models import Notice
from notifications.workflow import announce_all
from ratings.models import Application, Decision, Event, StarPeriod
from ratings.notices import OFFICES_CONCERNED
from ratings.register.rerating import lock_units, rerate
from ratings.workflow import correction_deadlines
from ratings.workflow import decision as decisions
from ratings.workflow.transition import move
from records import audit
from records.refusals import Incomplete
from villages.models import ReorganizationOrder, UnitSuccession
from villages.workflow import OrderConsequence

State = Application.State


def pass_on(sender: Any, order: ReorganizationOrder, **kwargs: Any) -> list[OrderConsequence]:
    """Receives ``units_passed``: open applications are withdrawn or passed on.

    Raises ``Incomplete`` where an event or a star of a dissolved unit exists on that day or later. The lock of all its
    units comes first: what follows for one of them may re-rate it before ``settle`` re-rates all.
    """
    lock_units(_codes(order.successions.all()))
    _require_nothing_later(order)
    successions = order.successions.filter(main=True).exclude(before=F("after")).select_related("before", "after")
    return [followed for succession in successions for followed in _applications(order, succession)]


def _require_nothing_later(order: ReorganizationOrder) -> None:
    """From its day on an order leaves a unit without a past of its own: later records would be lost."""
    ended = order.successions.filter(before__ended__isnull=False).values("before")
    events = Event.objects.filter(unit__in=ended, on__gte=order.on).values_list("unit__name", "on")
    stars = Decision.objects.confirmed().filter(unit__in=ended, on__gte=order.on).values_list("unit__name", "on")
    if late := max([*events, *stars], key=lambda row: row[1], default=None):
        words = _("%(unit)s: an event or a star of %(day)s is recorded here. The order can take effect the next day.")
        message = words % {"unit": late[0], "day": date_format(late[1], "DATE_FORMAT")}
        raise Incomplete(_("The order cannot be carried out yet."), {"on": message})


def settle(sender: Any, order: ReorganizationOrder, **kwargs: Any) -> list[OrderConsequence]:
    """Receives ``units_settled``: stars and effects are written to the register at once, and everyone concerned
    is notified."""
    successions = list(order.successions.select_related("before", "after"))
    rerate(_codes(successions))
    _tell(order, successions)
    return _stars(successions)


def _codes(successions: Iterable[UnitSuccession]) -> set[str]:
    return {code for succession in successions for code in (succession.before_id, succession.after_id)}


def _applications(order: ReorganizationOrder, succession: UnitSuccession) -> list[OrderConsequence]:
    """A merged unit's open application is withdrawn; a split one's passes to the part that the order names."""
    rows = Application.objects.select_for_update(of=("self",)).filter(unit=succession.before).select_related("cycle")
    merged = order.kind == ReorganizationOrder.Kind.MERGE
    open_ones = list(
        rows.filter(state__in=State.UNDER_WAY if merged else [*State.UNDER_WAY, State.DRAFT]).order_by("pk")
    )
    words = _("Merged into %(unit)s by %(document)s.") if merged else _("Passed to %(unit)s by %(document)s.")
    reason = words % {"unit": succession.name_after, "document": order.document}
    states = {one.pk: one.get_state_display() for one in open_ones}
    for application in open_ones:
        _undecide(application, order, reason)
    if merged:
        _withdraw(open_ones, order, reason)
        message = _("The application of %(year)s (%(state)s) is withdrawn.")
    else:
        with audit.acting(order.by, "villages.order", reason):
            Application.objects.filter(pk__in=[one.pk for one in open_ones]).update(unit=succession.after)
        message = _("The application of %(year)s (%(state)s) passes to %(unit)s.")
    return [
        OrderConsequence(
            succession.before_id,
            message % {"year": one.cycle.year, "state": states[one.pk], "unit": succession.name_after},
        )
        for one in open_ones
    ]


def _undecide(application: Application, order: ReorganizationOrder, reason: str) -> None:
    """A decision that is not in force yet is overturned: it was made for a unit that no longer exists."""
    pending = application.decisions.filter(state__in=Decision.State.PENDING).first()
    if pending:
        decisions.overturn(pending, decisions.REVIEW_OF[pending.origin], verb="reconsider", by=order.by, reason=reason)


def _withdraw(applications: Iterable[Application], order: ReorganizationOrder, reason: str) -> None:
    ids = [application.pk for application in applications]
    move(ids, "withdraw", State.DRAFT, by=order.by, reason=reason, township_star=None, submitted_tags=None)
    correction_deadlines.drop(applications, by=order.by, verb="withdraw", reason=reason)


def _stars(successions: Iterable[UnitSuccession]) -> list[OrderConsequence]:
    """Which star each new unit holds today."""
    after = {succession.after_id: succession.name_after for succession in successions}
    periods = StarPeriod.objects.on().filter(unit__in=after).order_by("unit")
    return [OrderConsequence(period.unit_id, _star(period, after[period.unit_id])) for period in periods]


def _star(period: StarPeriod, name: str) -> str:
    words = ngettext(
        "%(unit)s holds %(star)s star until its next decision.",
        "%(unit)s holds %(star)s stars until its next decision.",
        period.star,
    )
    return words % {"unit": name, "star": period.star}


def _tell(order: ReorganizationOrder, successions: Iterable[UnitSuccession]) -> None:
    """The people of every unit concerned, and their townships', once each."""
    kind = "units_merged" if order.kind == ReorganizationOrder.Kind.MERGE else "unit_split"
    changed = [
        succession for succession in successions if succession.main and succession.before_id != succession.after_id
    ]
    people = unit_and_offices(
        OFFICES_CONCERNED, {unit for succession in changed for unit in (succession.before, succession.after)}
    )
    announce_all(
        Notice(
            user_id=user_id,
            kind=kind,
            params={"before": succession.name_before, "after": succession.name_after, "document": order.document},
            link=reverse("register_unit", args=[succession.after_id]),
            unit_code=succession.after_id,
        )
        for succession in changed
        for user_id in sorted(people[succession.before_id] | people[succession.after_id])
    )
