"""What an order that merges or splits units does to money (practice §4): what is granted and still open passes on."""

from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from incentives.models import Allocation, GrantLine, Reward
from incentives.templatetags.money import yuan
from incentives.workflow.clawbacks import review_clawbacks
from records import audit
from villages.models import ReorganizationOrder, UnitSuccession
from villages.workflow import OrderConsequence


def pass_on(sender: Any, order: ReorganizationOrder, **kwargs: Any) -> list[OrderConsequence]:
    """Receives ``units_passed``: lines still to be paid, or in whose period a star counts, go to the successor.

    The line itself, its amount and its ledger stay as they were granted.
    """
    followed = []
    for succession in order.successions.filter(main=True).exclude(before=F("after")).select_related("before", "after"):
        followed += [
            _passed(line, succession, order) for kind in (Reward, Allocation) for line in _open(kind, succession, order)
        ]
    return followed


def settle(sender: Any, order: ReorganizationOrder, **kwargs: Any) -> None:
    """Receives ``units_settled``: money follows the star of the unit that holds it now."""
    review_clawbacks(list(order.successions.values_list("after", flat=True)))


def _open(kind: type[GrantLine], succession: UnitSuccession, order: ReorganizationOrder) -> list[GrantLine]:
    source = "policy" if kind is Reward else "fund"
    still = Q(committed__gt=F("disbursed")) | Q(**{f"{source}__ends__gte": order.on})
    lines = kind.objects.held_by([succession.before_id]).filter(still, **{f"{source}__state": "effective"})
    return list(lines.select_related(source, "unit").order_by("pk"))


def _passed(line: GrantLine, succession: UnitSuccession, order: ReorganizationOrder) -> OrderConsequence:
    with audit.acting(order.by, "villages.order", order.reason):
        type(line).objects.filter(pk=line.pk).update(passed_to=succession.after)
    words = _("“%(name)s”: %(amount)s yuan granted, %(unpaid)s still to be paid, pass to %(unit)s.")
    amounts = {"amount": yuan(line.committed), "unpaid": yuan(line.unpaid)}
    return OrderConsequence(
        succession.before_id, words % {"name": line.source.name, "unit": succession.name_after, **amounts}
    )
