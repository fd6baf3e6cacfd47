"""Plans in any state, straight into the tables and through their constraints, and what is written about them."""

from datetime import date, datetime, timedelta

from followups.models import FollowUp
from improvements.models import Agreement, Party, Plan, PlanState
from notifications.models import Notice
from tests.factories import DecisionFactory, UserFactory, at

WAY = ("proposed", "active", "reported", "passed")


def plan_in(state: str, *, unit: str, due: date, closed_at: datetime | None = None) -> Plan:
    """A plan that has come to ``state``, of a decision that counts for nothing else."""
    decision = DecisionFactory(unit_id=unit, unit=None, year=due.year - 1, star=2, origin="township", state="decided")
    plan = Plan.objects.create(
        unit_id=unit,
        decision=decision,
        cause=Plan.Cause.RESULT,
        year=decision.year,
        star=2,
        begun_on=due - timedelta(days=183),
        due=due,
    )
    rows, closed_at = Plan.objects.filter(pk=plan.pk), closed_at or at(due.year, due.month, due.day, 12)
    people = [UserFactory(username=f"plan_{name}") for name in (*Party.values, "checker")]
    if state == PlanState.CANCELLED:
        rows.update(state=state, closed_at=closed_at)
    for step in WAY[: WAY.index(state) + 1] if state in WAY else ():
        changes = {
            "proposed": {"helper": "县农业农村局", "revision": 1, "proposed_at": closed_at},
            "active": {"agreed_at": closed_at},
            "reported": {"reported_by": people[0], "reported_at": closed_at},
            "passed": {"checked_by": people[3], "finding": "属实", "closed_at": closed_at},
        }[step]
        if step == "active":
            Agreement.objects.bulk_create(
                Agreement(plan=plan, party=party, revision=1, by=by)
                for party, by in zip(Party.values, people, strict=False)
            )
        rows.update(state=step, **changes)
    plan.refresh_from_db()
    return plan


def only_plan() -> Plan:
    return Plan.objects.get()


def told(user) -> list[str]:
    return list(Notice.objects.filter(user=user, kind__startswith="plan").order_by("pk").values_list("kind", flat=True))


def waiting() -> list[tuple[str, str]]:
    return list(FollowUp.objects.waiting().filter(kind__startswith="plan").values_list("kind", "responsible_role"))
