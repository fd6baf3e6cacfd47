"""What waits for a person about improvement plans (a source of ``accounts.todo_list``)."""

from datetime import datetime

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.prepared import asked
from accounts.role_holders import has_post
from accounts.todo_list import Todo
from followups.models import FollowUp
from improvements.kinds import FOLLOWUPS
from improvements.models import Agreement, Party, Plan, PlanState
from improvements.models.lifecycle import AGREE, CARRY_OUT, DRAW_UP, HELP, SUPERVISE
from villages.models import below_any

SHOWN = 20
WAITS = {
    "draw_up": (gettext_lazy("%(unit)s: draw up the improvement plan"), gettext_lazy("Draw up")),
    "agree": (gettext_lazy("%(unit)s: read the improvement plan and agree"), gettext_lazy("Read")),
    "carry_out": (gettext_lazy("%(unit)s: carry out the improvement plan"), gettext_lazy("Report progress")),
    "help": (gettext_lazy("%(unit)s: help with the improvement plan"), gettext_lazy("Report progress")),
    "check": (gettext_lazy("%(unit)s: check the improvement plan"), gettext_lazy("Check")),
}


def entries(user: User) -> list[Todo]:
    """One query."""
    rights = [DRAW_UP, CARRY_OUT, HELP, SUPERVISE, *AGREE.values()]
    if not any(user.reach(right) for right in rights):
        return []
    return [
        _todo(Plan(pk=pk, state=state, due=due), what, unit, until)
        for pk, state, due, what, unit, until in asked(_waiting, user)
    ]


def _waiting(user: User) -> QuerySet:
    what = Case(*(When(wanted, then=Value(key)) for key, wanted in _waits(user)), output_field=CharField())
    waiting = Plan.objects.annotate(what=what, waits_until=_waits_until()).filter(what__isnull=False)
    rows = waiting.order_by(F("waits_until").asc(nulls_last=True), "due", "pk")
    return rows.values_list("pk", "state", "due", "what", "unit__name", "waits_until")[:SHOWN]


def _waits_until() -> Subquery:
    """The moment of the plan's follow-up: a plan has one at a time."""
    of_plan = FollowUp.objects.waiting().filter(kind__in=FOLLOWUPS, subject=Cast(OuterRef("pk"), CharField()))
    return Subquery(of_plan.order_by("due_at").values("due_at")[:1])


def _waits(user: User) -> list[tuple[str, Q]]:
    def at(right: str) -> Q:
        return below_any(user.reach(right), "unit_id")

    helped = Q(pk__in=Plan.objects.helped_by(user).values("pk")) if user.reach(HELP) else Q(pk__in=[])
    agreed = Agreement.objects.filter(plan=OuterRef("pk"), revision=OuterRef("revision"))
    sides = {Party.VILLAGE: at(AGREE[Party.VILLAGE]), Party.TOWNSHIP: at(AGREE[Party.TOWNSHIP]), Party.HELPER: helped}
    agreeing = Q(pk__in=[])
    for party, side in sides.items():
        agreeing |= side & ~Exists(agreed.filter(party=party))
    agreeing &= ~Exists(agreed.filter(by=user))  # nobody agrees for two parties
    to_check = ~Q(pk__in=Plan.objects.taken_part_in_by(user).values("pk")) & ~Q(has_post(user.pk, "unit"))
    waits = [
        ("draw_up", [DRAW_UP], at(DRAW_UP) & Q(state=PlanState.DRAFT)),
        ("agree", [*AGREE.values(), HELP], agreeing & Q(state=PlanState.PROPOSED)),
        ("carry_out", [CARRY_OUT], at(CARRY_OUT) & Q(state=PlanState.ACTIVE)),
        ("help", [HELP], helped & Q(state=PlanState.ACTIVE)),
        ("check", [SUPERVISE], at(SUPERVISE) & Q(state=PlanState.REPORTED) & to_check),
    ]
    return [(key, wanted) for key, rights, wanted in waits if any(map(user.reach, rights))]


def _todo(plan: Plan, what: str, unit: str, until: datetime | None) -> Todo:
    title, action = WAITS[what]
    return Todo(
        title=title % {"unit": unit},
        url=plan.get_absolute_url(),
        due=until,
        urgent=plan.is_late,
        over=_("Improvement plan"),
        action=action,
    )
