"""Convening panels and laying a sheet before every reviewer; those with a tie get theirs as recused (domain §3)."""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.people import holders
from notifications.workflow import announce
from ratings.models import Application, Cycle, Points, Stage
from ratings.workflow.decision import drop_points, refresh_allowance
from records import audit
from records.refusals import Incomplete, NotAllowed, WrongState
from reviews.models import Panel, Seat, Settlement, Sheet
from reviews.panel import FEWEST_REVIEWERS
from reviews.stages import BENCHES, Bench
from reviews.ties import WORDS, ties
from reviews.workflow.sheets import close_panels
from villages.models import Unit, below

UNDOING = ("reconsider", "send_back")
"""Steps back into review after which the panel's points still stand."""


@transaction.atomic
def convene(cycle: Cycle, unit: Unit, stage: Stage, reviewers: Collection[User], *, by: User) -> Panel:
    """Seat ``reviewers`` as the panel of ``unit`` in ``cycle``; who is no longer among them leaves, sheets in hand.

    Raises ``NotAllowed`` unless ``by`` convenes there, ``WrongState`` when the cycle is closed, ``Incomplete`` for
    fewer than two reviewers or one who does not hold the reviewer's role on that unit.
    """
    bench = BENCHES[stage]
    here = len(unit.code) == bench.code_length and unit.code.startswith(cycle.unit_id)
    if not here or not by.has_perm(bench.permission("convene"), unit):
        raise NotAllowed(_("You may not do this here."))
    if cycle.state != Cycle.State.OPEN:
        raise WrongState(_("This cycle is closed."))
    chosen = {reviewer.pk for reviewer in reviewers}
    if len(chosen) < FEWEST_REVIEWERS:
        raise Incomplete(_("A panel has at least two reviewers."), {"reviewers": _("Choose at least two.")})
    if chosen - set(holders([bench.reviewer], [unit.code]).get(unit.code, ())):
        raise Incomplete(_("Only those who hold the reviewer's role here can sit on the panel."))
    panel, _created = Panel.objects.select_for_update().get_or_create(cycle=cycle, unit=unit, stage=stage)
    with audit.acting(by, "convene"):
        seated = set(panel.seats.values_list("reviewer_id", flat=True))
        panel.seats.filter(reviewer__in=seated - chosen).delete()
        Seat.objects.bulk_create(Seat(panel=panel, reviewer_id=pk) for pk in sorted(chosen - seated))
        left = list(_left_by(panel, seated - chosen))
        Sheet.objects.filter(pk__in=[sheet.pk for sheet in left]).update(
            state=Sheet.State.RECUSED, reason=_("No longer on the panel.")
        )
        open_sheets(_under_review(panel).values_list("pk", flat=True), bench)
        close_panels([sheet for sheet in left if sheet.application.state == bench.state], timezone.now())
    announce(chosen - seated, "panel_seat", link="/reviews/", unit_code=unit.code, unit=unit.name, year=cycle.year)
    return panel


def open_sheets(applications: Iterable[int], bench: Bench) -> None:
    """Lay a sheet before every seated reviewer of these applications who has none; panels that have finished stay."""
    pending = list(
        Application.objects.filter(pk__in=list(applications), state=bench.state)
        .exclude(pk__in=Points.objects.filter(stage=bench.stage, application__in=applications).values("application"))
        .values_list("pk", "cycle_id", "unit_id")
    )
    seats: dict[tuple[int, str], list[int]] = {}
    taken = Seat.objects.filter(panel__stage=bench.stage, panel__cycle__in={cycle for _pk, cycle, _unit in pending})
    for cycle, unit, reviewer in taken.values_list("panel__cycle_id", "panel__unit_id", "reviewer_id"):
        seats.setdefault((cycle, unit), []).append(reviewer)
    pairs = [
        (pk, reviewer) for pk, cycle, unit in pending for reviewer in seats.get((cycle, unit[: bench.code_length]), ())
    ]
    tied = ties({pk for pk, _reviewer in pairs}, {reviewer for _pk, reviewer in pairs}, bench.stage)
    Sheet.objects.bulk_create(
        (
            Sheet(
                application_id=pk,
                stage=bench.stage,
                reviewer_id=reviewer,
                state=Sheet.State.RECUSED if (pk, reviewer) in tied else Sheet.State.OPEN,
                reason=str(WORDS[tied[pk, reviewer]]) if (pk, reviewer) in tied else "",
            )
            for pk, reviewer in pairs
        ),
        ignore_conflicts=True,
        batch_size=5000,
    )


def applications_entered(applications: Collection[int], verb: str, bench: Bench) -> None:
    """Applications have come (back) under review: what was scored before is looked at again, unless a step is undone.

    The entries stay on the reopened sheets, so that a reviewer changes only what has to change.
    """
    if verb in UNDOING:
        refresh_allowance(applications, bench.stage, on=timezone.localdate())
        return
    handed_in = Sheet.objects.filter(application__in=applications, stage=bench.stage, state=Sheet.State.HANDED_IN)
    if handed_in.update(state=Sheet.State.OPEN, handed_in_at=None):
        Settlement.objects.filter(application__in=applications, stage=bench.stage).delete()
        drop_points(applications, bench.stage)
    open_sheets(applications, bench)


def _under_review(panel: Panel) -> QuerySet[Application]:
    return Application.objects.filter(
        below(panel.unit_id, "unit_id"), cycle=panel.cycle_id, state=BENCHES[panel.stage].state
    )


def _left_by(panel: Panel, leaving: Collection[int]) -> QuerySet[Sheet]:
    """The sheets that who leaves ``panel`` (user ids) has in hand, their applications locked against the others."""
    in_hand = Sheet.objects.filter(
        below(panel.unit_id, "application__unit_id"),
        application__cycle=panel.cycle_id,
        stage=panel.stage,
        reviewer__in=leaving,
        state=Sheet.State.OPEN,
    )
    applications = Application.objects.filter(pk__in=in_hand.values("application")).order_by("pk")
    list(applications.select_for_update().values_list("pk", flat=True))
    return in_hand.select_related("application__unit").prefetch_related("application__cycle__scheme")
