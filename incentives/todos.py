"""The to-dos of finance, of departments and of the leading-group office (a source of ``accounts.todo_list``).

A late opinion is listed for both: silence is no consent, and whoever asked has to know that nothing moves.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    Exists,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Left
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.authority import where_held
from accounts.prepared import asked
from accounts.todo_list import Todo
from followups.models import FollowUp
from incentives.models import Clawback, PayeeAccount, ProjectFund, RewardPolicy, Source, Voucher, lines_of
from incentives.models.lifecycle import WRITE
from incentives.models.payee import CONFIRM
from incentives.opinions import FOLLOW_UP, opinions_due
from incentives.reasons import cause, fall, with_reasons
from incentives.settlements import FOLLOW_UP as SETTLEMENT
from incentives.source_state import is_idle
from incentives.templatetags.money import yuan
from records.deadlines import is_over
from villages.models import COUNTY_LENGTH, Unit, below_any

SHOWN = 20
KINDS: dict[str, type[Source]] = {kind.PAGE: kind for kind in (RewardPolicy, ProjectFund)}
DETAILS = {
    "unanswered": gettext_lazy("Without an opinion nothing is filed, and nothing is paid."),
    "orphaned": gettext_lazy("The department that wrote it has nobody here who could go on with it."),
}
PAY, OPINE = "incentives.disburse", "incentives.give_opinion"
WAITS = {
    "draft": gettext_lazy("Finish the draft and seek the opinion"),
    "opinion_sought": gettext_lazy("Give your opinion and file"),
    "unanswered": gettext_lazy("The opinion is late"),
    "filed": gettext_lazy("Put it into effect"),
    "orphaned": gettext_lazy("Hand it over to another department, or have somebody appointed"),
    "grant": gettext_lazy("Commit the amounts"),
    "disburse": gettext_lazy("Disburse what is committed"),
    "reconcile": gettext_lazy("Explain what the bank paid differently"),
    "accounts": gettext_lazy("Confirm payee accounts that others proposed"),
}


def entries(user: Any) -> list[Todo]:
    """One query for policies, funds, vouchers and accounts together, one for clawbacks; what is to be committed is
    computed, and disappears where nobody holds a star for which there is money."""
    if not any(map(user.has_perm, (*WRITE, OPINE, CONFIRM, PAY))):
        return []
    found = [
        Todo(
            title=_("%(what)s: %(name)s") % {"what": WAITS[what], "name": name},
            url=_address(what, page, pk),
            detail=str(DETAILS.get(what, "")),
            due=due,
            urgent=due is not None and is_over(due),
            over=county,
            action=_("Open"),
            since=since,
            takes=f"followup:{FOLLOW_UP}" if what == "opinion_sought" else "",
        )
        for pk, name, county, what, page, since, due in asked(_all_waiting, user)
        if what != "grant" or not any(map(is_idle, asked(_source, None, pk, page=page)))
    ]
    return found + _clawbacks(user)


def _source(_user: Any, pk: int, page: str) -> QuerySet[Source]:
    return KINDS[page].objects.with_facts().filter(pk=pk)


def _all_waiting(user: Any) -> QuerySet:
    waiting = _waiting(user, RewardPolicy).union(
        _waiting(user, ProjectFund), _differing(user), _accounts(user), all=True
    )
    return waiting.order_by("what", "pk")


def _address(what: str, page: str, pk: int) -> str:
    if what == "accounts":
        return reverse(page, query={"state": PayeeAccount.State.PROPOSED.value})
    return reverse(page, args=[pk])


def _waiting(user: Any, kind: type[Source]) -> QuerySet:
    lines = lines_of(kind).filter(**{kind.lines.field.name: OuterRef("pk")})
    granted = Exists(lines)
    today = timezone.localdate()
    opinion = opinions_due(kind)
    written, held = kind.written_by_user(user), partial(where_held, user)
    states: list[tuple[str, Q, Q]] = [
        ("draft", written, Q(state="draft")),
        ("opinion_sought", held(OPINE), Q(state="opinion_sought")),
        ("unanswered", written, Q(state="opinion_sought") & Exists(opinion.late())),
        ("filed", written, Q(state="filed")),
        ("orphaned", kind.to_hand_over(user), Q(state__in=["draft", "filed"])),
        ("grant", held(kind.MANAGE), Q(state="effective", reckoning_day__lte=today) & ~granted),
        ("disburse", held(PAY), Q(state="effective") & Exists(lines.payable())),
    ]
    what = Case(*(When(mine & state, then=Value(name)) for name, mine, state in states), output_field=CharField())
    page = Value(kind.PAGE, output_field=CharField())
    since = Coalesce("effective_at", "opinion_at", "sought_at")
    due = Subquery(opinion.values("due_at")[:1])
    rows = kind.objects.annotate(what=what, page=page, since=since, due=due).filter(what__isnull=False).order_by()
    return rows.values_list("pk", "name", "unit__name", "what", "page", "since", "due")


def _differing(user: Any) -> QuerySet:
    """Vouchers with differences from what the bank paid that nobody has explained."""
    rows = Voucher.objects.seen_by(user).filter(unexplained__gt=0).order_by()
    rows = rows.annotate(what=_text("reconcile"), page=_text("voucher"), due=_never())
    return rows.values_list("pk", "document", "unit__name", "what", "page", "at", "due")


def _accounts(user: Any) -> QuerySet:
    """Accounts that others proposed: all of them are one thing to do. One of a unit that has ended is none."""
    mine = PayeeAccount.objects.filter(where_held(user, CONFIRM), state=PayeeAccount.State.PROPOSED)
    mine = mine.filter(unit__in=Unit.objects.standing().rateable())
    rows = mine.exclude(proposed_by=user).order_by().values(county=Left("unit_id", COUNTY_LENGTH))
    rows = rows.annotate(count=Count("pk"), written=Cast(Count("pk"), CharField()), since=Min("proposed_at"))
    rows = rows.annotate(over=_text(""), what=_text("accounts"), page=_text("payees"), due=_never())
    return rows.values_list("count", "written", "over", "what", "page", "since", "due")


def _text(word: str) -> Value:
    return Value(word, output_field=CharField())


def _never() -> Value:
    return Value(None, output_field=DateTimeField())


def _clawbacks(user: Any) -> list[Todo]:
    """Each question once: which village, why, of what, how much."""
    if not user.reach(PAY):
        return []
    return [
        Todo(
            title=_question(one),
            detail=cause(one),
            url=f"{one.line.source.get_absolute_url()}#clawback{one.pk}",
            due=one.due,
            urgent=True,
            action=_("Open"),
            since=one.proposed_at,
            whom=one.unit.name,
            takes=f"followup:{SETTLEMENT}",
        )
        for one in asked(_to_settle, user)
    ]


def _to_settle(user: Any) -> QuerySet[Clawback]:
    mine = Clawback.objects.filter(below_any(user.reach(PAY), "unit_id"), state="open")
    waiting = FollowUp.objects.waiting().filter(kind=SETTLEMENT, subject=Cast(OuterRef("pk"), CharField()))
    return with_reasons(mine.annotate(due=Subquery(waiting.values("due_at")[:1]))).order_by("pk")[:SHOWN]


def _question(proposal: Clawback) -> str:
    said = {"unit": proposal.unit.name, "fall": fall(proposal), "name": proposal.line.source.name}
    if proposal.amount:
        return _("%(unit)s fell %(fall)s: claim back %(amount)s yuan of “%(name)s”?") % (
            said | {"amount": yuan(proposal.amount)}
        )
    return _("%(unit)s fell %(fall)s: no longer pay %(released)s yuan of “%(name)s”?") % (
        said | {"released": yuan(proposal.released)}
    )
