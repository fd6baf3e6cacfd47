"""Decisions and the final points of a panel: the only place that writes either (architecture §1).

What leads to them, and who may do it, is up to ``reviews``; imported decisions come by ``import_register``. All
functions take many at once, in a bounded number of queries.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, DateField, OuterRef, Subquery, Value, When
from django.utils import timezone

from accounts.models import User
from ratings.allowance import allowed_star
from ratings.models import Application, Decision, Points, Stage
from ratings.models.decision_lifecycle import DECISION_STEPS
from ratings.models.lifecycle import ApplicationState
from ratings.register.rerating import rerate
from ratings.signals import decisions_confirmed
from ratings.workflow import proposal_deadlines
from ratings.workflow.transition import move
from records import audit
from records.known import known

REVIEW_OF: dict[str, ApplicationState] = {
    Decision.Origin.TOWNSHIP: Application.State.TOWNSHIP_REVIEW,
    Decision.Origin.COUNTY: Application.State.COUNTY_REVIEW,
}
"""The state to which an application returns when a decision of that origin is overturned."""


@dataclass(frozen=True)
class PanelPoints:
    """A panel's points in one criterion (2 decimals), and the figure that a ``figures`` condition looks at."""

    points: Decimal
    figure: Decimal | None = None


@dataclass(frozen=True)
class DecidedStar:
    """What was decided on one application. ``reason`` says why it is lower than what the points allow."""

    application: int
    star: int
    reason: str = ""


@transaction.atomic
def record_points(points: Mapping[int, Mapping[str, PanelPoints]], stage: Stage, *, on: date) -> None:
    """Save the panels' final points at ``stage``, by application id and criterion, replacing earlier ones.

    Totals and allowed stars follow from them, with the vetoes in force on the day ``on``.
    """
    Points.objects.filter(application__in=points, stage=stage).delete()
    Points.objects.bulk_create(
        (
            Points(application_id=pk, stage=stage, criterion=code, points=of.points, figure=of.figure)
            for pk, by_criterion in points.items()
            for code, of in by_criterion.items()
        ),
        batch_size=5000,
    )
    refresh_allowance(points, stage, on=on)


def refresh_allowance(applications: Collection[int], stage: Stage, *, on: date) -> None:
    """Set the applications' totals and allowed stars to those of ``stage`` on the day ``on``."""
    allowed_star.store(Application.objects.filter(pk__in=list(applications)), stage, on)


@transaction.atomic
def drop_points(applications: Collection[int], stage: Stage) -> None:
    """The panel scores again: its earlier points are no longer valid."""
    Points.objects.filter(application__in=applications, stage=stage).delete()
    Application.objects.filter(pk__in=applications).update(panel_total=None, panel_star=None)


@transaction.atomic
def record(
    verdicts: Iterable[DecidedStar], origin: Decision.Origin, *, verb: str, by: User, at: datetime | None = None
) -> list[Decision]:
    """Record what a township or county decided; the applications move to ``decided``, invisible outside until the
    release.

    A decision after an overturned one ``replaces`` it. Reasons are stored with the decision: the steps of an
    application are visible earlier than its result.
    """
    at = at or timezone.now()
    by_application = {verdict.application: verdict for verdict in verdicts}
    move(by_application, verb, Application.State.DECIDED, by=by, at=at)
    replaced = dict(
        Decision.objects.filter(
            application__in=by_application, state=Decision.State.OVERTURNED, replaced_by=None, batch_entry__isnull=False
        ).values_list("application_id", "pk")
    )
    with audit.acting(by, verb):
        return Decision.objects.bulk_create(
            (
                Decision(
                    unit_id=application.unit_id,
                    application=application,
                    cycle=application.cycle,
                    scheme_id=application.cycle.scheme_id,
                    year=application.cycle.year,
                    star=by_application[application.pk].star,
                    total=application.panel_total,
                    origin=origin,
                    reason=by_application[application.pk].reason,
                    decided_by=by,
                    decided_at=at,
                    replaces_id=replaced.get(application.pk),
                )
                for application in Application.objects.filter(pk__in=by_application).select_related("cycle")
            ),
            batch_size=2000,
        )


@transaction.atomic
def release(decisions: Collection[int], document: str, *, by: User, at: datetime) -> None:
    """Publish the decisions (by id), under the number of the meeting's ``document``."""
    chosen = Decision.objects.filter(pk__in=decisions)
    with audit.acting(by, "release"):
        chosen.update(state=DECISION_STEPS["release"].to, document=document)
    move(chosen.values_list("application", flat=True), "release", Application.State.PUBLIC_NOTICE, by=by, at=at)


@transaction.atomic
def overturn(decision: Decision, back_to: ApplicationState, *, verb: str, by: User, reason: str) -> None:
    """Overturn the decision; its application goes back to the level that decided."""
    with audit.acting(by, verb, reason):
        Decision.objects.filter(pk=decision.pk).update(state=DECISION_STEPS[verb].to)
    move([known(decision.application_id)], verb, back_to, by=by, reason=reason)


@transaction.atomic
def replace(decision: Decision, verdict: DecidedStar, document: str, *, by: User, at: datetime) -> Decision:
    """Replace ``decision`` by the ``verdict`` on an appeal, in force at once; it keeps the cut-off.

    One that was only released never comes into force; one that was confirmed was in force until today.
    """
    application = known(decision.application)
    cut_off = decision.cut_off or known(decision.cycle).facts_until
    with audit.acting(by, "uphold_appeal", verdict.reason):
        step = DECISION_STEPS["uphold_appeal"]
        Decision.objects.filter(pk=decision.pk, state__in=step.states).update(state=step.to)
        new = Decision.objects.create(
            unit_id=decision.unit_id,
            application=application,
            cycle=decision.cycle,
            scheme_id=decision.scheme_id,
            year=decision.year,
            star=verdict.star,
            total=Application.objects.values_list("panel_total", flat=True).get(pk=application.pk),
            origin=Decision.Origin.APPEAL,
            state=Decision.State.CONFIRMED,
            document=document,
            reason=verdict.reason,
            decided_by=by,
            decided_at=at,
            on=timezone.localdate(at),
            cut_off=cut_off,
            replaces=decision,
        )
    move([application.pk], "uphold_appeal", Application.State.CONFIRMED, by=by, reason=verdict.reason, at=at)
    decisions_confirmed.send(sender=Decision, decisions=[new.pk], units=[new.unit_id])
    return new


@transaction.atomic
def reinstate(closing: Decision, star: int, document: str, *, reason: str, by: User, at: datetime) -> Decision:
    """An appeal against a closing's decision of no star was upheld: ``star`` is held again from today on.

    The new decision keeps the cut-off of the one that it replaces.
    """
    with audit.acting(by, "uphold_appeal", reason):
        new = Decision.objects.create(
            unit_id=closing.unit_id,
            cycle=closing.cycle,
            scheme_id=closing.scheme_id,
            year=closing.year,
            star=star,
            origin=Decision.Origin.APPEAL,
            state=Decision.State.CONFIRMED,
            document=document,
            reason=reason,
            decided_by=by,
            decided_at=at,
            on=timezone.localdate(at),
            cut_off=closing.cut_off,
            replaces=closing,
        )
    decisions_confirmed.send(sender=Decision, decisions=[new.pk], units=[new.unit_id])
    return new


@transaction.atomic
def confirm(days: Mapping[int, date], *, at: datetime | None = None) -> None:
    """Decisions (by id) come into force on their days, with their cycle's last day for facts as cut-off."""
    if not days:
        return
    at = at or timezone.now()
    chosen = Decision.objects.filter(pk__in=days)
    cut_off = Decision.objects.filter(pk=OuterRef("pk")).values("cycle__facts_until")
    with audit.acting(None, "confirm"):
        chosen.update(
            state=DECISION_STEPS["confirm"].to,
            on=Case(*_by_day(days), output_field=DateField()),
            cut_off=Subquery(cut_off),
        )
    move(chosen.values_list("application", flat=True), "confirm", Application.State.CONFIRMED, by=None, at=at)
    decisions_confirmed.send(
        sender=Decision, decisions=list(days), units=list(chosen.values_list("unit_id", flat=True).distinct())
    )


def _by_day(days: Mapping[int, date]) -> list[When]:
    """One branch per day, however many decisions begin on it."""
    decisions: dict[date, list[int]] = {}
    for pk, day in days.items():
        decisions.setdefault(day, []).append(pk)
    return [When(pk__in=pks, then=Value(day)) for day, pks in decisions.items()]


def enter_in_register(units: Collection[str]) -> None:
    """Decisions of ``units`` were confirmed: the register has their stars, and open proposals go to who decides now."""
    rerate(list(units))
    proposal_deadlines.reassign(units)
