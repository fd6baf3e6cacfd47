"""What waits for finance and for the leading-group office (a source of ``accounts.todo``)."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.todo import Todo
from incentives.models import Clawback, ProjectFund, RewardPolicy, Source
from villages.models import below_any

WAITS = {
    "draft": gettext_lazy("Finish the draft and seek the opinion"),
    "opinion_sought": gettext_lazy("Give your opinion and file"),
    "filed": gettext_lazy("Put it into effect"),
    "grant": gettext_lazy("Commit the amounts"),
    "disburse": gettext_lazy("Disburse what is committed"),
}


def entries(user: Any) -> list[Todo]:
    """One statement for policies and funds together, one for what may be claimed back."""
    if not any(map(user.has_perm, (RewardPolicy.MANAGE, ProjectFund.MANAGE, "incentives.give_opinion"))):
        return []
    waiting = _waiting(user, RewardPolicy).union(_waiting(user, ProjectFund), all=True)
    found = [
        Todo(
            title=_("%(what)s: %(name)s") % {"what": WAITS[what], "name": name},
            url=reverse(page, args=[pk]),
            over=county,
            action=_("Open"),
        )
        for pk, name, county, what, page in waiting.order_by("what", "pk")
    ]
    return found + _clawbacks(user)


def _waiting(user: Any, kind: type[Source]) -> QuerySet:
    def at(perm: str) -> Q:
        return below_any(user.reach(perm), "unit_id")

    granted = Exists(kind.lines.rel.related_model.objects.filter(**{f"{kind.lines.field.name}": OuterRef("pk")}))
    today = timezone.localdate()
    states = {
        "draft": at(kind.MANAGE) & Q(state="draft"),
        "opinion_sought": at("incentives.give_opinion") & Q(state="opinion_sought"),
        "filed": at(kind.MANAGE) & Q(state="filed"),
        "grant": at(kind.MANAGE) & Q(state="effective", reckoning_day__lte=today) & ~granted,
        "disburse": at("incentives.disburse") & Q(state="effective", committed__gt=F("disbursed")),
    }
    what = Case(*(When(condition, then=Value(name)) for name, condition in states.items()), output_field=CharField())
    page = Value(kind.PAGE, output_field=CharField())
    rows = kind.objects.annotate(what=what, page=page).filter(what__isnull=False).order_by()
    return rows.values_list("pk", "name", "unit__name", "what", "page")


def _clawbacks(user: Any) -> list[Todo]:
    open_ones = Clawback.objects.filter(below_any(user.reach("incentives.disburse"), "unit_id"), state="open")
    rows = open_ones.order_by("pk").values_list("unit__name", "star", "reward__policy_id", "allocation__fund_id")
    return [
        Todo(
            title=_("%(unit)s has fallen to %(star)s stars: claim back or not?") % {"unit": unit, "star": star},
            url=reverse("policy" if policy else "fund", args=[policy or fund]) + "#clawbacks",
            urgent=True,
            action=_("Open"),
        )
        for unit, star, policy, fund in rows[:20]
    ]
