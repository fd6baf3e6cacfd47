"""Drawing panels by lot: a draw seats the people drawn at once, and is stored with all of its input (practice §3)."""

import secrets
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Appointment, User
from accounts.role_holders import holders
from ratings.models import Application, Cycle
from records import audit, previews
from records.refusals import Incomplete
from reviews.conflicts_of_interest import conflicts
from reviews.models import Draw, Panel, Seat
from reviews.models.review_levels import FEWEST_REVIEWERS, ReviewLevel
from reviews.panels.draw import DrawCandidate, Rules, TooFew, draw, kept
from reviews.panels.panel_assignment import panel_for, seats_text
from reviews.panels.panel_assignment import seated as seated_on
from reviews.workflow.panels import convene, may_convene
from villages.models import Unit, below, township_of


@transaction.atomic
def draw_panel(
    cycle: Cycle,
    unit: Unit,
    stage: str,
    rules: Rules,
    *,
    by: User,
    group: str = "",
    covers: Collection[str] = (),
    replacing: User | None = None,
    seed: str = "",
    reason: str = "",
    expected: str | None = None,
) -> Draw:
    """Draw ``rules.number`` reviewers and seat them: as a new panel, or beside those who stay for ``replacing``.

    People with a conflict of interest with one of the villages concerned are not drawn. ``seed`` may be supplied from
    outside (read out by a witness); otherwise it is random. Redrawing a panel that sits already needs a ``reason``, and
    all draws are kept. Raises as ``convene`` (``expected`` too); ``Incomplete`` when the rules leave too few.
    """
    review_level = may_convene(cycle, unit, stage, by)
    list(Panel.objects.select_for_update().filter(cycle=cycle, unit=unit, stage=stage))
    panel = Panel.objects.filter(cycle=cycle, unit=unit, stage=stage, group=group.strip()).first()
    previews.require_unchanged(expected, seats_text(seated_on(panel)) if panel else "")
    staying = _staying(panel, replacing)
    if not staying and rules.number < FEWEST_REVIEWERS:
        raise Incomplete(_("A panel has at least two reviewers."), {"number": _("Choose at least two.")})
    if panel is not None and not reason.strip():
        message = _("Please write why a reviewer is replaced.")
        raise Incomplete(message, {"reason": message})
    candidates = _candidates(cycle, unit, review_level, group.strip(), covers, staying, replacing)
    seed = seed.strip() or secrets.token_hex(16)
    try:
        drawn = draw(candidates, rules, seed)
    except TooFew as few:
        message = ngettext(
            "The rules leave only %(found)s reviewer.", "The rules leave only %(found)s reviewers.", few.found
        )
        raise Incomplete(message % {"found": few.found}, {"number": message % {"found": few.found}}) from None
    seated = list(User.objects.filter(username__in=[*drawn, *staying]))
    panel = convene(cycle, unit, stage, seated, by=by, group=group, covers=covers, reason=reason, expected=expected)
    of, under = kept(candidates, rules)
    with audit.acting(by, "draw", reason.strip()):
        return Draw.objects.create(
            panel=panel, seed=seed, rules=under, candidates=of, drawn=drawn, reason=reason.strip(), by=by
        )


def _staying(panel: Panel | None, replacing: User | None) -> list[str]:
    """The user names of those who keep their seats: nobody, unless only one member is replaced."""
    if replacing is None:
        return []
    names = list(panel.seats.filter(passed_to=None).values_list("reviewer__username", flat=True)) if panel else []
    if replacing.username not in names:
        raise Incomplete(_("Only members of the panel can be replaced."), {"replacing": _("Choose a member.")})
    return [name for name in names if name != replacing.username]


def _candidates(
    cycle: Cycle,
    unit: Unit,
    review_level: ReviewLevel,
    group: str,
    covers: Collection[str],
    staying: Collection[str],
    replacing: User | None,
) -> list[DrawCandidate]:
    """All holders of the reviewer's role there today, with the attributes that the rules use."""
    people = User.objects.in_bulk(holders([review_level.reviewer], [unit.code]).get(unit.code, []))
    with_conflict = _with_conflict(cycle, unit, review_level, group, covers, set(people))
    last = Seat.objects.filter(panel__unit=unit, panel__stage=review_level.stage, panel__cycle__year=cycle.year - 1)
    sat = set(last.values_list("reviewer_id", flat=True))
    homes = _homes(unit, set(people))
    return [
        DrawCandidate(
            name=person.username,
            home=homes.get(pk, ""),
            tied=pk in with_conflict,
            sat=pk in sat,
            seated=person.username in staying,
            left=replacing is not None and pk == replacing.pk,
        )
        for pk, person in people.items()
    ]


def _with_conflict(
    cycle: Cycle, unit: Unit, review_level: ReviewLevel, group: str, covers: Collection[str], people: set[int]
) -> set[int]:
    """People who may not score one of the panel's villages, or hold or held a post in one of its units."""
    panels = list(Panel.objects.filter(cycle=cycle, unit=unit, stage=review_level.stage))
    mine = next((panel for panel in panels if panel.group == group), None)
    if mine is None:
        mine = Panel(cycle=cycle, unit=unit, stage=review_level.stage, group=group)
        panels.append(mine)
    mine.covers = sorted(covers) or mine.covers
    rows = Application.objects.filter(below(unit.code, "unit_id"), cycle=cycle).values_list("pk", "unit_id")
    concerned = [pk for pk, code in rows if panel_for(code, panels) is mine]
    with_conflict = {person for _application, person in conflicts(concerned, people, review_level.stage)}
    below_place = Appointment.objects.filter(below(unit.code, "unit_id"), user__in=people).exclude(unit=unit)
    posts = below_place.values_list("user_id", "unit_id").distinct()
    return with_conflict | {user for user, code in posts if panel_for(code, panels) is mine}


def _homes(unit: Unit, people: set[int]) -> dict[int, str]:
    """Department, or the township of another post held today, by user id; without either, absent."""
    today = Appointment.objects.on(timezone.localdate()).filter(user__in=people).order_by("pk")
    homes: dict[int, str] = {}
    for user, department, code in today.values_list("user_id", "department", "unit_id"):
        if home := department or (township_of(code) if len(code) >= 9 and code != unit.code else ""):
            homes.setdefault(user, home)
    return homes
