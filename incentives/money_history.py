"""Money on the page "why this star": rewards and project money calculated since the star (practice §5)."""

from datetime import date
from decimal import Decimal

from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from accounts.models import User
from incentives.models import Allocation, Reward
from incentives.templatetags.money import yuan
from ratings.explanation import ExplanationStep, ExplanationSubject, Queries, Rows, question, rows_of
from ratings.models import StarPeriod


def money_queries(subject: ExplanationSubject) -> Queries:
    """Lines that depend on the star of this decision; none before it is in force."""
    if subject.decision is None or subject.decision.on is None:
        return {}
    return {
        "money_rewards": question(_lines, subject.decision.pk, model=Reward, source="policy"),
        "money_allocations": question(_lines, subject.decision.pk, model=Allocation, source="fund"),
    }


def _lines(user: User, decision: int, *, model: type[Reward | Allocation], source: str) -> QuerySet:
    """Lines of the unit whose star on the source's reckoning day depends on the decision."""
    day = f"{source}__reckoning_day"
    rests = StarPeriod.objects.known().filter(decision=decision, unit=OuterRef("unit"), during__contains=OuterRef(day))
    found = model.objects.seen_by(user).filter(Exists(rests), unit=OuterRef("unit"))
    money = {name: Cast(field, CharField()) for name, field in (("granted", "amount"), ("paid", "disbursed"))}
    return rows_of(found.order_by(day, "pk"), "frozen", name=f"{source}__name", day=day, **money)


def money_steps(_subject: ExplanationSubject, rows: Rows) -> list[ExplanationStep]:
    """One step per reward or allocation, on its reckoning day."""
    lines = (*rows.get("money_rewards", []), *rows.get("money_allocations", []))
    return [
        ExplanationStep(
            date.fromisoformat(row["day"]),
            row["name"],
            (
                _("Granted: %(granted)s yuan; paid: %(paid)s yuan")
                % {"granted": yuan(Decimal(row["granted"])), "paid": yuan(Decimal(row["paid"]))},
                *([_("Frozen: the star has fallen since.")] if row["frozen"] else []),
            ),
        )
        for row in sorted(lines, key=lambda row: row["day"])
    ]
