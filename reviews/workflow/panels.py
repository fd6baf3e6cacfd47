"""Convening panels and giving every reviewer a sheet; those with a conflict of interest get theirs as recused
(practice §3)."""

from collections.abc import Collection, Iterable, Mapping

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.role_holders import holders
from notifications.models import Notice
from notifications.workflow import announce, announce_all
from ratings.models import Application, Cycle, Points
from ratings.workflow.decision import drop_points, refresh_allowance
from records import audit, previews
from records.refusals import Incomplete, NotAllowed, WrongState
from reviews.conflicts_of_interest import WORDS, conflicts
from reviews.models import Panel, Seat, Sheet
from reviews.models.lifecycle import SHEET_STEPS
from reviews.models.review_levels import DONE_WITH, FEWEST_REVIEWERS, REVIEW_LEVELS, ReviewLevel, late_applications
from reviews.panels.panel_assignment import formerly_seated, panels_of, seats_text
from reviews.panels.panel_assignment import seated as seated_on
from reviews.workflow.settlements import supersede
from reviews.workflow.sheets import close_panels
from villages.models import Unit, below

UNDOING = ("reconsider", "send_back")
"""Steps back into review after which the panel's points still stand."""


@transaction.atomic
def convene(
    cycle: Cycle,
    unit: Unit,
    stage: str,
    reviewers: Collection[User],
    *,
    by: User,
    group: str = "",
    covers: Collection[str] = (),
    reason: str = "",
    expected: str | None = None,
) -> Panel:
    """Seat ``reviewers`` as the panel of ``unit`` in ``cycle``, or of its ``group``, which scores what it ``covers``.

    Those no longer among them leave, which needs a ``reason``: their sheets for undecided applications are replaced and
    no longer count. Raises ``NotAllowed`` unless ``by`` convenes there, ``WrongState`` when the cycle is closed and
    nothing is still to be reviewed there, ``Incomplete`` for fewer than two reviewers, one who does not hold the
    reviewer's role on that unit, a group without units of its own, or a change without its reason. ``expected``: the
    seats as the page showed them (``seats_text``); ``Outdated`` when that has changed.
    """
    review_level = may_convene(cycle, unit, stage, by)
    chosen = {reviewer.pk for reviewer in reviewers}
    if len(chosen) < FEWEST_REVIEWERS:
        raise Incomplete(_("A panel has at least two reviewers."), {"reviewers": _("Choose at least two.")})
    if chosen - set(holders([review_level.reviewer], [unit.code]).get(unit.code, ())):
        raise _not_a_reviewer()
    panel, created = Panel.objects.select_for_update().get_or_create(
        cycle=cycle, unit=unit, stage=stage, group=group.strip(), defaults={"covers": _covered(unit, group, covers)}
    )
    seated = set(panel.seats.filter(passed_to=None).values_list("reviewer_id", flat=True))
    previews.require_unchanged(expected, seats_text(seated))
    if seated - chosen and not reason.strip():
        message = _("Please write why a reviewer is replaced.")
        raise Incomplete(message, {"reason": message})
    with audit.acting(by, "convene", reason.strip()):
        if not created and covers:
            panel.covers = _covered(unit, group, covers)
            panel.save(update_fields=["covers"])
        _refuse_overlaps(panel)
        panel.seats.filter(reviewer__in=(seated - chosen) | chosen - seated).delete()
        Seat.objects.bulk_create(Seat(panel=panel, reviewer_id=pk) for pk in sorted(chosen - seated))
        reseat(cycle, unit, review_level)
    announce(
        chosen - seated, "panel_seat", link=reverse("review_desk"), unit_code=unit.code, unit=unit.name, year=cycle.year
    )
    return panel


def may_convene(cycle: Cycle, unit: Unit, stage: str, by: User) -> ReviewLevel:
    """The review level. Raises ``NotAllowed`` unless ``by`` convenes there, ``WrongState`` when the cycle is closed.

    A closed cycle's exceptions are still to be reviewed: for them a panel is convened as before.
    """
    review_level = REVIEW_LEVELS[stage]
    here = len(unit.code) == review_level.code_length and cycle.works_at(unit.code)
    if not here or not by.has_perm(review_level.permission("convene"), unit):
        raise NotAllowed
    if (
        cycle.state != Cycle.State.OPEN
        and not late_applications(review_level).filter(below(unit.code, "unit_id"), cycle=cycle).exists()
    ):
        raise WrongState(_("This cycle is closed."))
    return review_level


def reviewers_named(names: Collection[str], unit: Unit, stage: str) -> list[User]:
    """The reviewers of ``unit`` with these user names. Raises ``Incomplete``, with the same message for an unknown name
    and for somebody who is not one of these reviewers."""
    held = holders([REVIEW_LEVELS[stage].reviewer], [unit.code]).get(unit.code, ())
    reviewers = list(User.objects.filter(pk__in=held, username__in=names))
    if len(reviewers) < len(set(names)):
        raise _not_a_reviewer()
    return reviewers


def _not_a_reviewer() -> Incomplete:
    message = _("Only those who hold the reviewer's role here can sit on the panel.")
    return Incomplete(message, {"reviewers": message})


def _covered(unit: Unit, group: str, covers: Collection[str]) -> list[str]:
    """The units of a group, by code. Raises ``Incomplete`` when one lies elsewhere, or there is none."""
    codes = sorted(set(covers))
    if not group.strip() and not codes:
        return []
    there = Unit.objects.within(unit.code).filter(pk__in=codes).exclude(pk=unit.pk).count()
    if not group.strip() or not codes or there < len(codes):
        raise Incomplete(
            _("A group has a name and scores villages or townships of this place."),
            {"covers": _("Choose the places that the group scores.")},
        )
    return codes


def _refuse_overlaps(panel: Panel) -> None:
    """No village may be scored by two groups."""
    others = Panel.objects.filter(cycle=panel.cycle_id, unit=panel.unit_id, stage=panel.stage).exclude(pk=panel.pk)
    for other in others:
        for code in panel.covers:
            if any(code.startswith(held) or held.startswith(code) for held in other.covers):
                raise Incomplete(
                    _("The group “%(group)s” scores some of these places already.") % {"group": other.group},
                    {"covers": _("Choose other places.")},
                )


def reseat(cycle: Cycle, unit: Unit, review_level: ReviewLevel) -> None:
    """Bring the sheets of undecided applications in line with the seats: reviewers without a seat are replaced, those
    with a seat again continue, and new ones get a sheet. Panels from which nobody is missing any more have scored."""
    pending = Application.objects.filter(below(unit.code, "unit_id"), cycle=cycle).exclude(
        state__in=DONE_WITH[review_level.stage]
    )
    rows = list(pending.select_for_update().order_by("pk").values_list("pk", "cycle_id", "unit_id"))
    panels = panels_of(rows, review_level)
    seats = {pk: seated_on(panels[pk]) if pk in panels else set() for pk, *_ in rows}
    former = {pk: formerly_seated(panel).keys() for pk, panel in panels.items()}
    sheets = list(Sheet.objects.filter(application__in=seats, stage=review_level.stage))
    out = [s for s in sheets if s.state in Sheet.State.HELD]
    out = [s for s in out if s.reviewer_id not in seats[s.application_id]]
    out = [s for s in out if s.state == Sheet.State.OPEN or s.reviewer_id not in former.get(s.application_id, ())]
    back = [s for s in sheets if s.state == Sheet.State.REPLACED and s.reviewer_id in seats[s.application_id]]
    _change(out, state=SHEET_STEPS["replace_sheet"].to, handed_in_at=None)
    _change(back, state=SHEET_STEPS["reopen_sheet"].to)
    spoiled = {s.application_id for s in out if s.state == Sheet.State.HANDED_IN} | {s.application_id for s in back}
    if spoiled:
        supersede(spoiled, review_level.stage)
        drop_points(spoiled, review_level.stage)
    open_sheets(seats, review_level)
    touched = {s.application_id for s in out}
    left = Sheet.objects.filter(
        application__in=touched, stage=review_level.stage, application__state=review_level.state
    )
    close_panels(
        list(left.select_related("application__unit").prefetch_related("application__cycle__scheme")), timezone.now()
    )


def _change(sheets: Iterable[Sheet], **changes: object) -> None:
    Sheet.objects.filter(pk__in=[sheet.pk for sheet in sheets]).update(**changes)


def open_sheets(applications: Iterable[int], review_level: ReviewLevel) -> None:
    """Give every seated reviewer of these applications a sheet; panels that have finished stay as they are."""
    pending = list(
        Application.objects.filter(pk__in=list(applications), state=review_level.state)
        .exclude(
            pk__in=Points.objects.filter(stage=review_level.stage, application__in=applications).values("application")
        )
        .values_list("pk", "cycle_id", "unit_id")
    )
    panels = panels_of(pending, review_level)
    if not panels:
        return
    done = _done_before(panels, review_level)
    pairs = [(pk, who) for pk, panel in panels.items() for who in sorted(seated_on(panel)) if (pk, who) not in done]
    conflicting = conflicts({pk for pk, _reviewer in pairs}, {reviewer for _pk, reviewer in pairs}, review_level.stage)
    Sheet.objects.bulk_create(
        (
            Sheet(
                application_id=pk,
                stage=review_level.stage,
                reviewer_id=reviewer,
                state=Sheet.State.RECUSED if (pk, reviewer) in conflicting else Sheet.State.OPEN,
                reason=str(WORDS[conflicting[pk, reviewer]]) if (pk, reviewer) in conflicting else "",
            )
            for pk, reviewer in pairs
        ),
        ignore_conflicts=True,
        batch_size=5000,
    )


def _done_before(panels: Mapping[int, Panel], review_level: ReviewLevel) -> set[tuple[int, int]]:
    """(application, reviewer) pairs where the predecessor in the reviewer's seat has handed in already (by ids)."""
    former = {pk: followed for pk, panel in panels.items() if (followed := formerly_seated(panel))}
    if not former:
        return set()
    handed_in = Sheet.objects.filter(application__in=former, stage=review_level.stage, state=Sheet.State.HANDED_IN)
    return {
        (pk, former[pk][reviewer])
        for pk, reviewer in handed_in.values_list("application_id", "reviewer_id")
        if reviewer in former[pk]
    }


def applications_entered(applications: Collection[int], verb: str, review_level: ReviewLevel) -> None:
    """Applications have come (back) under review: earlier scores are reviewed again, unless a step is undone.

    The entries stay on the reopened sheets, so that a reviewer changes only what has to change.
    """
    if verb in UNDOING:
        refresh_allowance(applications, review_level.stage, on=timezone.localdate())
        return
    handed_in = Sheet.objects.filter(
        application__in=applications, stage=review_level.stage, state=Sheet.State.HANDED_IN
    )
    if handed_in.update(state=SHEET_STEPS["reopen_sheet"].to, handed_in_at=None):
        supersede(applications, review_level.stage)
        drop_points(applications, review_level.stage)
    open_sheets(applications, review_level)
    if verb == "resubmit":
        _tell_of_corrections(applications, review_level)


def _tell_of_corrections(applications: Collection[int], review_level: ReviewLevel) -> None:
    """Notify the reviewers of an application that the village has corrected it; the sheet shows what."""
    waiting = Sheet.objects.filter(application__in=applications, stage=review_level.stage, state=Sheet.State.OPEN)
    announce_all(
        Notice(
            user_id=sheet.reviewer_id,
            kind="application_corrected",
            params={"unit": sheet.application.unit.name},
            link=reverse("review_sheet", args=[sheet.pk]),
            unit_code=sheet.application.unit_id,
        )
        for sheet in waiting.select_related("application__unit")
    )
