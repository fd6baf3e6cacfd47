"""Warnings (预警) with a life: what a rule finds becomes a follow-up, and stays on record when its year is closed.

A warning has the kind ``warning_`` and its rule; ``params`` hold its year, since when it holds, and what was measured
against the threshold when it was opened. It is yellow while
there is time, red when late (then it goes up), green when it was closed in time. A proposed change of a star (rule W5)
is a follow-up of its own already.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Length, Substr
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from followups import time_limits, workflow
from followups.kinds import FollowUpKind
from followups.models import FollowUp
from followups.offices import Office, leading_office
from followups.time_limits import Limit
from followups.workflow import Opening
from ratings.models import Cycle, Decision, Reversal
from records.locks import Lock, hold, try_hold
from reports.models import WarningThreshold
from reports.thresholds import SWITCHED
from reports.warnings import FoundWarning, findings
from reviews.decisions.visibility import KEPT_FROM
from reviews.models import Objection
from villages.models import Unit, below, county_of, township_of

PREFIX = "warning_"
OVERSEE = ("reports.view_dashboard", "ratings.accept")


def _village(code: str) -> Office:
    return Office(code, Role.SIGNER)


def _township(code: str) -> Office:
    return Office(township_of(code), Role.TOWNSHIP_OFFICE)


def _county(code: str) -> Office:
    return Office(county_of(code), Role.COUNTY_OFFICE)


def _discipline(code: str) -> Office:
    return Office(county_of(code), Role.DISCIPLINE)


@dataclass(frozen=True)
class WarningRule:
    """``kind``: its words and who may know of it. ``days``: working days to deal with it, unless city or county set
    others. ``also``: who is told at once besides those who have to act. ``page``: where it leads; ``anchor``: and where
    on that page.

    ``ends_itself``: the warning is closed when the rule no longer finds it. ``comes_back``: what was closed is opened
    again while the rule still finds it.
    """

    kind: FollowUpKind
    days: int
    task: Callable[[str], Office]
    checker: Callable[[str], Office]
    page: str
    also: tuple[Callable[[str], Office], ...] = ()
    anchor: str = ""
    ends_itself: bool = True
    comes_back: bool = True

    def link(self, finding: FoundWarning) -> str:
        return reverse(self.page, args=[finding.leads_to]) + self.anchor


RULES = {
    "W1": WarningRule(
        FollowUpKind(
            _("Warning: not applied"),
            _("%(unit)s has not applied, and the window has been closed since %(since)s"),
            urgent=True,
        ),
        5,
        _village,
        _township,
        "register_unit",
        also=(_township,),
    ),
    "W2": WarningRule(
        FollowUpKind(
            _("Warning: correction overdue"),
            _("%(unit)s: the correction has been overdue since %(since)s"),
            urgent=True,
        ),
        3,
        _village,
        _township,
        "application",
        also=(_township,),
        anchor="#returned",
    ),
    "W3": WarningRule(
        FollowUpKind(
            _("Warning: not accepted"),
            _("%(unit)s: submitted on %(since)s, not accepted yet"),
            needs=OVERSEE,
            measure=_("waited %(value)s days; the rule warns from %(limit)s days"),
            urgent=True,
        ),
        3,
        _township,
        _county,
        "application",
    ),
    "W4": WarningRule(
        FollowUpKind(
            _("Warning: open objection"),
            _("%(unit)s: an objection has been open since %(since)s"),
            needs=("reviews.answer_objection_township", "reviews.answer_objection_county"),
            own_todo=True,
            own_steps=True,
            kept_from=KEPT_FROM,
            urgent=True,
        ),
        5,
        _township,
        _county,
        "review_objection",
    ),
    "W6": WarningRule(
        FollowUpKind(
            _("Warning: long open event"),
            _("%(unit)s: an event of %(since)s is still not rectified"),
            needs=("ratings.view_event",),
            measure=_("open for %(value)s days; the rule warns after %(limit)s days"),
            urgent=True,
        ),
        10,
        _township,
        _discipline,
        "event",
        also=(_village,),
    ),
    "W7": WarningRule(
        FollowUpKind(
            _("Warning: self-assessment too high"),
            _("%(unit)s: its self-assessment of %(since)s is far above the review"),
            measure=_("%(value)s points above the review; the rule warns from %(limit)s points"),
            urgent=True,
        ),
        10,
        _township,
        _county,
        "application",
        also=(_village,),
        ends_itself=False,
        comes_back=False,
    ),
    "W8": WarningRule(
        FollowUpKind(
            _("Warning: public notice late"),
            _("%(unit)s: decided at the meeting of %(since)s, public notice not released yet"),
            needs=("reports.view_dashboard", "reviews.release_township"),
            own_steps=True,
            measure=_("%(value)s working days since the meeting; the rule warns after %(limit)s"),
            urgent=True,
        ),
        3,
        leading_office,
        _county,
        "review_batch",
        also=(_county,),
    ),
    "W9": WarningRule(
        FollowUpKind(
            _("Warning: event repeated"),
            _("%(unit)s: the event of %(since)s repeats an earlier one of the same kind"),
            needs=("ratings.view_event",),
            measure=_("%(value)s days after the one before; the rule warns within %(limit)s days"),
            urgent=True,
        ),
        10,
        _township,
        _discipline,
        "event",
        also=(_village,),
        comes_back=False,
    ),
    "W10": WarningRule(
        FollowUpKind(
            _("Warning: unusual figure"),
            _("%(unit)s: the figure %(item)s, submitted on %(since)s, is far outside the county's usual range"),
            measure=_("the figure is %(value)s, elsewhere %(low)s to %(high)s; the rule warns from %(limit)s times"),
            urgent=True,
        ),
        5,
        _township,
        _county,
        "application",
        also=(_village,),
        comes_back=False,
    ),
}
KINDS = {PREFIX + rule: spec.kind for rule, spec in RULES.items()}
LIMITS = {PREFIX + rule: Limit(spec.days) for rule, spec in RULES.items()}


@transaction.atomic
def refresh(now: datetime, code: str = "") -> int:
    """Open what the rules find in the unit ``code`` and below it (or everywhere), close what they no longer find; how
    many were opened. Idempotent."""
    hold(Lock.WARNINGS)  # one after the other, so that none waits for a row that the other waits for
    found = defaultdict(list)
    for finding in findings(now, code):
        found[finding.rule].append(finding)
    call_off_switched_off(code)
    opened = 0
    for rule, spec in RULES.items():
        if spec.ends_itself:
            _close(rule, {one.subject for one in found[rule]}, code)
        opened += _open(rule, spec, found[rule])
    return opened


def is_alone() -> bool:
    """Whether no other refresh is running; until the end of the transaction none begins."""
    return try_hold(Lock.WARNINGS)


def call_off_switched_off(code: str) -> None:
    """What waits by a rule that city or county has switched off is not done, but no longer needed."""
    active = WarningThreshold.objects.filter(
        Q(unit=Substr(OuterRef("unit"), 1, 6)) | Q(unit=Substr(OuterRef("unit"), 1, 4)),
        rule=Substr(OuterRef("kind"), len(PREFIX) + 1),
        active__isnull=False,
    )
    nearest = Subquery(active.order_by(Length("unit_id").desc()).values("active")[:1])
    switched = [PREFIX + rule for rule in SWITCHED]
    waiting = FollowUp.objects.waiting().filter(below(code, "unit_id"), kind__in=switched)
    off = waiting.annotate(active=nearest).filter(active=False)
    by_kind = defaultdict(set)
    for kind, subject in off.values_list("kind", "subject"):
        by_kind[kind].add(subject)
    for kind, subjects in by_kind.items():
        workflow.call_off(kind, subjects, by=None, reason=gettext("This rule is switched off."))


def _close(rule: str, still: set[str], code: str) -> None:
    waiting = FollowUp.objects.waiting().filter(below(code, "unit_id"), kind=PREFIX + rule).exclude(subject__in=still)
    subjects = set(waiting.values_list("subject", flat=True))
    if rule == "W1":  # closing the year does not end it
        going_on = {str(pk) for pk in Cycle.objects.filter(state=Cycle.State.OPEN).values_list("pk", flat=True)}
        subjects = {one for one in subjects if one.partition(":")[0] in going_on}
    if rule == "W9":  # it stays repeated after its year, but not after a successful appeal
        reversed_ones = Reversal.objects.filter(event__in=subjects).values_list("event_id", flat=True)
        subjects = {str(pk) for pk in reversed_ones}
    workflow.finish(PREFIX + rule, subjects, by=None, tell_them=True)


def _open(rule: str, spec: WarningRule, found: list[FoundWarning]) -> int:
    known = FollowUp.objects.about(PREFIX + rule, [one.subject for one in found])
    # What a switched-off rule ended is opened again with it; what a person ended is not.
    known = known.waiting() if spec.comes_back else known.exclude(state=FollowUp.State.CANCELLED, closed_by=None)
    there = set(known.values_list("subject", flat=True))
    new = [one for one in found if one.subject not in there]
    levels = _deciding_levels(new) if rule == "W4" else {}
    due = time_limits.dues(PREFIX + rule)
    units = Unit.objects.in_bulk({code for one in new for code in (one.unit, *_offices(spec, one, levels))})
    openings = [
        Opening(
            PREFIX + rule,
            one.subject,
            units[one.unit],
            _task(spec, one, levels),
            due(one.unit),
            spec.link(one),
            {
                "since": one.since.isoformat(),
                "year": one.year,
                "item": one.subject.partition(":")[2],
                **(one.measured or {}),
            },
            checker=None if spec.kind.own_steps else spec.checker(one.unit),
            also=tuple(office(one.unit) for office in spec.also),
        )
        for one in new
        if all(code in units for code in _offices(spec, one, levels))
    ]
    workflow.open_all(openings, by=None)
    return len(openings)


def _offices(spec: WarningRule, one: FoundWarning, levels: dict[str, str]) -> list[str]:
    return [_task(spec, one, levels).unit, spec.checker(one.unit).unit]


def _task(spec: WarningRule, one: FoundWarning, levels: dict[str, str]) -> Office:
    """An objection is answered at the level that decided."""
    return _discipline(one.unit) if levels.get(one.subject) == Decision.Origin.COUNTY else spec.task(one.unit)


def _deciding_levels(found: Iterable[FoundWarning]) -> dict[str, Any]:
    rows = Objection.objects.filter(pk__in=[one.subject for one in found])
    return {str(pk): origin for pk, origin in rows.values_list("pk", "decision__origin")}
