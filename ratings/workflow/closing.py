"""Closing a cycle (practice §3): who is left without a star, what follows from that, and reversing it.

``foresee`` and ``foresee_reversal`` carry a step out and roll it back: the preview is what the step does.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from ratings import notices
from ratings.cycle import closing_consequences
from ratings.models import Application, ClosingReversal, Cycle, Decision, Extension, StarPeriod, Transition, Window
from ratings.models.cycle import CycleStep
from ratings.models.decision_lifecycle import DECISION_STEPS
from ratings.register.rerating import lock_units, rerate
from ratings.signals import decisions_confirmed
from ratings.workflow.cycle import locked, people_of, require_manager, settle_ranks, store_allowances
from records import audit
from records.known import known
from records.previews import require_unchanged
from records.refusals import Incomplete, WrongState
from villages.models import Unit, descendants

State = Application.State
OFFICES = (Role.TOWNSHIP_OFFICE, Role.COUNTY_OFFICE)


@dataclass(frozen=True)
class ClosingOutlook:
    """What a closing, or its reversal, does: to whom, who keeps the star as an exception, which claims appear
    and disappear."""

    concerned: list[closing_consequences.Concerned]
    exceptions: list[str]
    new_claims: list[closing_consequences.ExpectedClaim]
    gone_claims: list[closing_consequences.ExpectedClaim]

    @property
    def content(self) -> dict[str, Any]:
        """What a page shows of it, to be kept (``records.previews``)."""
        return {
            "concerned": self.concerned,
            "exceptions": self.exceptions,
            "new": self.new_claims,
            "gone": self.gone_claims,
        }


class _Standing(NamedTuple):
    """The stars (by code) and the claims of some units at a given time."""

    stars: dict[str, int]
    claims: list[closing_consequences.ExpectedClaim]


def exceptions(cycle: Cycle) -> QuerySet[Application]:
    """Applications still under way: when the cycle closes their units keep their stars until they are decided."""
    return cycle.applications.filter(state__in=State.UNDER_WAY)


def left_out(cycle: Cycle) -> QuerySet[Unit]:
    """Rated units that a closing leaves without a star: they did not apply, or were rejected.

    A unit that won an appeal against that is reviewed after all, and left out again if it does not end with a star.
    """
    there = cycle.applications.filter(unit=OuterRef("pk"))
    stands = Decision.objects.filter(cycle=cycle, state=Decision.State.CONFIRMED, replaced_by=None)
    decided = stands.filter(unit=OuterRef("pk")).exclude(replaces__origin=Decision.Origin.CLOSING)
    going_on = there.exclude(state__in=State.OUT_OF_THE_RUNNING)
    return cycle.rated_units().filter(~Exists(going_on), ~Exists(decided))


def applying_until(cycle: Cycle, at: datetime | None = None) -> datetime | None:
    """The latest deadline for applying, extensions included; None when it has passed for all."""
    ends = [
        kind.objects.filter(cycle=cycle, step=CycleStep.APPLY, closes__gt=at or timezone.now())
        .order_by("-closes")
        .values_list("closes", flat=True)
        .first()
        for kind in (Window, Extension)
    ]
    return max(filter(None, ends), default=None)


@transaction.atomic
def close(
    cycle: Cycle, *, by: User, document: str, reason: str = "", expected: Any = None, at: datetime | None = None
) -> ClosingOutlook:
    """Close the cycle under the number of a ``document``: no star, confirmed, from that day for all of ``left_out``.

    ``reason``: why it is closed while some may still apply. Raises ``NotAllowed``; ``WrongState`` when it is closed
    already; ``Incomplete``; ``Outdated`` when what would happen differs from what the page showed (``expected``).
    """
    require_manager(by, cycle.unit)
    cycle, at = locked(cycle), at or timezone.now()
    problems = {} if document.strip() else {"document": _("Please enter the document number.")}
    if not reason.strip() and applying_until(cycle, at):
        problems["reason"] = _("Applying is still open. Please write why the rating is closed all the same.")
    if problems:
        raise Incomplete(" ".join(problems.values()), problems)
    outlook = _close(cycle, by, at, document.strip(), reason.strip())
    require_unchanged(expected, outlook.content)
    return outlook


def foresee(cycle: Cycle, *, by: User) -> ClosingOutlook:
    """What closing now would do. Raises ``WrongState`` when it is closed."""
    with transaction.atomic():
        outlook = _close(locked(cycle), by, timezone.now(), "", "")
        transaction.set_rollback(True)
    return outlook


def _close(cycle: Cycle, by: User, at: datetime, document: str, reason: str) -> ClosingOutlook:
    waiting = list(exceptions(cycle).order_by("unit").values_list("unit", flat=True))
    if not cycle.scoring_closed_at:
        settle_ranks(cycle, by, at)
    cycle.state, cycle.closed_at, cycle.closing_document, cycle.closing_reason = "closed", at, document, reason
    with audit.acting(by, "close_cycle", reason):
        cycle.save(update_fields=["state", "closed_at", "closing_document", "closing_reason"])
    units = dict(left_out(cycle).order_by("code").values_list("code", "name"))
    before = _standing(units)
    decisions = _leave_without_star(cycle, left_out(cycle), by, at)
    outlook = _outlook(units, decisions, waiting, before)
    notices.tell_left_out(cycle, outlook.concerned)
    notices.tell_all(cycle, people_of(cycle, OFFICES), "cycle_closed")
    return outlook


def _standing(units: Collection[str]) -> _Standing:
    stars = StarPeriod.objects.on().filter(unit__in=units).values_list("unit", "star")
    return _Standing(dict(stars), closing_consequences.claims_on(units))


def _outlook(
    units: Mapping[str, str], decisions: Collection[Decision], exceptions: list[str], before: _Standing
) -> ClosingOutlook:
    """What has changed for ``units`` (names by code) since ``before``, under the closing's ``decisions``."""
    after, reasons = _standing(units), {one.unit_id: one.reason for one in decisions}
    still = {(claim.key, claim.unit) for claim in after.claims}
    return ClosingOutlook(
        concerned=[
            closing_consequences.Concerned(
                code, name, before.stars.get(code, 0), after.stars.get(code, 0), reasons[code]
            )
            for code, name in units.items()
        ],
        exceptions=exceptions,
        new_claims=[claim for claim in after.claims if claim not in before.claims],
        gone_claims=[claim for claim in before.claims if (claim.key, claim.unit) not in still],
    )


@transaction.atomic
def close_for(applications: Collection[int]) -> None:
    """Give the units of ``applications`` (ids) that have left the review of a closed cycle a closing decision
    of no star."""
    cycles = list(Cycle.objects.filter(applications__in=applications, state=Cycle.State.CLOSED).distinct())
    if len(cycles) > 1:  # few units of one may be followed by many of the next
        lock_units(Application.objects.filter(pk__in=applications).values_list("unit", flat=True))
    for cycle in cycles:
        units = cycle.applications.filter(pk__in=applications).values("unit")
        _leave_without_star(cycle, left_out(cycle).filter(code__in=units), None, timezone.now())


def _leave_without_star(cycle: Cycle, units: QuerySet[Unit], by: User | None, at: datetime) -> list[Decision]:
    """Save and announce the closing decision of each unit."""
    with audit.acting(by, "close_cycle", cycle.closing_reason):
        decisions = Decision.objects.bulk_create(_no_stars(cycle, units, by, at), batch_size=2000)
    if decisions:
        decisions_confirmed.send(
            sender=Decision, decisions=[d.pk for d in decisions], units=sorted({d.unit_id for d in decisions})
        )
    return decisions


def _no_stars(cycle: Cycle, units: QuerySet[Unit], by: User | None, at: datetime) -> list[Decision]:
    codes = list(units.values_list("code", flat=True))
    applications = {a.unit_id: a for a in cycle.applications.filter(unit__in=codes)}
    rejections = dict(
        Transition.objects.filter(application__cycle=cycle, to_state=State.REJECTED).values_list(
            "application_id", "reason"
        )
    )
    # The register is written in the language of the office, whoever presses the button.
    with translation.override(settings.LANGUAGE_CODE):
        return [
            Decision(
                unit_id=code,
                application=applications.get(code),
                cycle=cycle,
                scheme=cycle.scheme,
                year=cycle.year,
                star=0,
                origin=Decision.Origin.CLOSING,
                state=Decision.State.CONFIRMED,
                document=cycle.closing_document,
                reason=_reason(applications.get(code), rejections),
                decided_by=by,
                decided_at=at,
                on=timezone.localdate(at),
                cut_off=cycle.facts_until,
            )
            for code in codes
        ]


def _reason(application: Application | None, rejections: Mapping[int, str]) -> str:
    if application is not None and application.state == State.REJECTED:
        return _("Not rated: %s") % rejections.get(application.pk, "")
    return _("Did not apply")


@transaction.atomic
def reverse(cycle: Cycle, *, by: User, reason: str, expected: Any = None, at: datetime | None = None) -> ClosingOutlook:
    """Reverse the closing: its decisions count as if never made, and the cycle is open again.

    Raises ``NotAllowed``; ``WrongState`` when it is not closed, or something has followed from the closing;
    ``Incomplete`` without ``reason``; ``Outdated`` as ``close`` does.
    """
    require_manager(by, cycle.unit)
    if not reason.strip():
        message = _("Please write the reason.")
        raise Incomplete(message, {"reason": message})
    outlook = _reverse(cycle, by, at or timezone.now(), reason.strip())
    require_unchanged(expected, outlook.content)
    return outlook


def foresee_reversal(cycle: Cycle, *, by: User) -> ClosingOutlook:
    """What reversing the closing now would do. Raises ``WrongState`` when that is not possible."""
    with transaction.atomic():
        outlook = _reverse(cycle, by, timezone.now(), "-")
        transaction.set_rollback(True)
    return outlook


def _reverse(cycle: Cycle, by: User, at: datetime, reason: str) -> ClosingOutlook:
    cycle = locked(cycle, Cycle.State.CLOSED)
    made = cycle.decisions.filter(origin=Decision.Origin.CLOSING, state=Decision.State.CONFIRMED)
    # In the same lock order as an appeal: application, decision.
    list(Application.objects.select_for_update().filter(pk__in=made.values("application")).order_by("pk"))
    decisions = list(made.select_for_update(of=("self",)).select_related("unit").order_by("unit"))
    units = {one.unit_id: one.unit.name for one in decisions}
    lock_units(units)
    if hindered := _hindrances(cycle, decisions):
        raise WrongState(_("The closing cannot be taken back: %s") % " ".join(hindered))
    waiting = list(exceptions(cycle).order_by("unit").values_list("unit", flat=True))
    before = _standing(units)
    with audit.acting(by, "reverse_closing", reason):
        ClosingReversal.objects.create(
            cycle=cycle, closed_at=known(cycle.closed_at), document=cycle.closing_document, reason=reason, by=by, at=at
        )
        made.update(state=DECISION_STEPS["reverse_closing"].to)
        _open_again(cycle)
        rerate(list(units))
    outlook = _outlook(units, decisions, waiting, before)
    notices.tell_left_out(cycle, outlook.concerned, taken_back=reason)
    notices.tell_all(cycle, people_of(cycle, OFFICES), "closing_reversed", reason=reason)
    return outlook


def _open_again(cycle: Cycle) -> None:
    """Reopen scoring, too, unless it was closed before, or something has been decided by the ranks since."""
    decided = cycle.decisions.filter(decided_at__gte=cycle.closed_at).exclude(origin=Decision.Origin.CLOSING)
    scoring = cycle.scoring_closed_at == cycle.closed_at and not decided.exists()
    if scoring:
        cycle.scoring_closed_at = None
    cycle.state, cycle.closed_at, cycle.closing_document, cycle.closing_reason = Cycle.State.OPEN, None, "", ""
    cycle.save(update_fields=["state", "closed_at", "closing_document", "closing_reason", "scoring_closed_at"])
    if scoring:
        store_allowances(cycle, timezone.localdate())


def _hindrances(cycle: Cycle, decisions: list[Decision]) -> list[str]:
    """Why the closing cannot be reversed, in words."""
    units = [one.unit_id for one in decisions]
    after = sorted(descendants(units))
    on = timezone.localdate(cycle.closed_at)
    own = [one.pk for one in decisions]
    later = Decision.objects.confirmed().filter(Q(on__gt=on) | Q(on=on, pk__gt=max(own, default=0)), unit__in=after)
    newer = later.exclude(pk__in=own).select_related("unit").order_by("unit").first()
    reasons = [_("a later decision on %s is in force.") % newer.unit.name] if newer else []
    closed = closing_consequences.Closed(
        county=cycle.unit_id,
        decisions=own,
        applications=[one.application_id for one in decisions if one.application_id],
        units=units,
        heirs=after,
        on=on,
        at=known(cycle.closed_at),
    )
    return [*reasons, *closing_consequences.hindrances(closed)] if decisions else []
