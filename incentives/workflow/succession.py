"""What an order that merges or splits units does to money (practice §4): what is granted and still open passes on."""

from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from incentives.models import Allocation, GrantLine, Reward
from incentives.workflow.clawbacks import review_clawbacks
from records import audit
from villages.models import Order, Passage
from villages.workflow import OrderConsequence


def pass_on(sender: Any, order: Order, **kwargs: Any) -> list[OrderConsequence]:
    """Receives ``units_passed``: lines still to be paid, or in whose period a star counts, go to the successor.

    The line itself, its amount and its ledger stay as they were granted.
    """
    followed = []
    for passage in order.passages.filter(main=True).exclude(before=F("after")).select_related("before", "after"):
        followed += [
            _passed(line, passage, order) for kind in (Reward, Allocation) for line in _open(kind, passage, order)
        ]
    return followed


def settle(sender: Any, order: Order, **kwargs: Any) -> None:
    """Receives ``units_settled``: money follows the star of the unit that holds it now."""
    review_clawbacks(list(order.passages.values_list("after", flat=True)))


def _open(kind: type[GrantLine], passage: Passage, order: Order) -> list[GrantLine]:
    source = "policy" if kind is Reward else "fund"
    still = Q(committed__gt=F("disbursed")) | Q(**{f"{source}__ends__gte": order.on})
    lines = kind.objects.held_by([passage.before_id]).filter(still, **{f"{source}__state": "effective"})
    return list(lines.select_related(source, "unit").order_by("pk"))


def _passed(line: GrantLine, passage: Passage, order: Order) -> OrderConsequence:
    with audit.acting(order.by, "villages.order", order.reason):
        type(line).objects.filter(pk=line.pk).update(passed_to=passage.after)
    words = _("“%(name)s”: %(amount)s yuan granted, %(unpaid)s still to be paid, pass to %(unit)s.")
    amounts = {"amount": line.committed, "unpaid": line.unpaid}
    return OrderConsequence(
        passage.before_id, words % {"name": line.source.name, "unit": passage.name_after, **amounts}
    )
