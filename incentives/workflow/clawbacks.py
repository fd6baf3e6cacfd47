"""When a star falls (practice §4–5): payment is frozen at once, and what was paid is claimed back only by proposal.

``review_clawbacks`` follows the register for the units whose stars changed: it is idempotent, and always arrives at the
same open proposals.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from incentives.models import Clawback, GrantLine, LedgerEntry, ProjectFund, Reward, RewardPolicy, Source, lines_of
from incentives.reward_table import NoBand
from incentives.source_state import proposed
from incentives.star_fall import Fallen, StarFall
from incentives.workflow import settlement_deadlines
from incentives.workflow.booking import book, entry_for, ref
from incentives.workflow.step import locked
from incentives.workflow.telling import tell_holders, tell_units
from ratings.models import Decision, StarPeriod
from records import audit
from records.previews import require_unchanged
from records.refusals import Incomplete, NotAllowed, WrongState

Units = Collection[str] | RawSQL
"""Division codes, or a query for them."""
State, Kind = Clawback.State, LedgerEntry.Kind
LOOKED_BACK = timedelta(days=7)
"""A night without a scheduler is made up for."""


@transaction.atomic
def review_clawbacks(units: Units, *, on: date | None = None) -> None:
    """Compare what was granted to ``units`` with the register as of the day ``on`` (default today)."""
    on, made = on or timezone.localdate(), list[Clawback]()
    for kind in (RewardPolicy, ProjectFund):
        lines = lines_of(kind).held_by(units)
        touched = kind.objects.filter(state="effective", starts__lte=on, lines__in=lines)
        for source in touched.distinct().order_by("pk"):
            made += _review(locked(source), units, on)
    settlement_deadlines.follow(made)


def review_clawbacks_of_the_day(on: date | None = None) -> None:
    """``review_clawbacks`` for units whose star changes by the calendar alone (the months of an effect are over), which
    no re-rating announces, and for whatever waits to be settled."""
    on = on or timezone.localdate()
    moved = StarPeriod.objects.known().filter(during__startswith__gt=on - LOOKED_BACK, during__startswith__lte=on)
    units = set(moved.values_list("unit_id", flat=True))
    for clawback in Clawback.objects.filter(state=State.OPEN).select_related("reward", "allocation"):
        units.add(clawback.line.holder_id)
    review_clawbacks(sorted(units), on=on)


def _review(source: Source, units: Units, on: date) -> list[Clawback]:
    """The proposals that this has made."""
    fallen, made = Fallen(source, on), []
    lines = source.lines.held_by(units).select_related("unit", fallen.source_field)
    known = _known_proposals(source, lines)
    for line, consequence in fallen.consequences(lines):
        if isinstance(consequence, NoBand):
            tell_holders("incentives.disburse", source, "clawback_unclear", unit=line.unit.name)
            _freeze(line, True)
        else:
            made += _propose(line, consequence, known.get(line.pk, []))
    return made


def _known_proposals(source: Source, lines: QuerySet[GrantLine]) -> dict[int, list[Clawback]]:
    """Open and declined proposals by line, newest first.

    Excludes those declined after a closing that was later reversed: that fall never happened.
    """
    found: dict[int, list[Clawback]] = {}
    never = Decision.objects.filter(
        unit=Coalesce(OuterRef(f"{source.LINE}__passed_to"), OuterRef("unit")),
        origin=Decision.Origin.CLOSING,
        state=Decision.State.REVERSED,
        cycle__closing_reversals__closed_at__lte=OuterRef("settled_at"),
        cycle__closing_reversals__at__gte=OuterRef("settled_at"),
    )
    rows = Clawback.objects.filter(state__in=State.NOT_CLAIMED, **{f"{source.LINE}__in": lines})
    rows = rows.exclude(Exists(never), state=State.DECLINED)
    for proposal in rows:
        found.setdefault(getattr(proposal, f"{source.LINE}_id"), []).append(proposal)
    return found


def _propose(line: GrantLine, consequence: StarFall | None, known: list[Clawback]) -> list[Clawback]:
    """Update the line's open proposal to ``consequence``, or make one: the new ones are returned. Finance is told
    whenever its star changes, and when it lapses (the star is back, or its fall never happened). What was declined is
    not proposed again for the same star."""
    proposal = next((one for one in known if one.state == State.OPEN), None)
    declined = consequence and any(one.star <= consequence.star for one in known if one.state == State.DECLINED)
    # A reward whose clawback was declined continues to be paid; a fund never pays below its minimum star.
    _freeze(line, consequence is not None and not (declined and isinstance(line, Reward)))
    if consequence is None or declined:
        if proposal:
            Clawback.objects.filter(pk=proposal.pk).update(state=State.LAPSED, settled_at=timezone.now())
            settlement_deadlines.lapsed(proposal, reason=_("The proposal has lapsed."))
            tell_holders("incentives.disburse", line.source, "clawback_lapsed", unit=line.unit.name)
        return []
    star, made = consequence.star, list[Clawback]()
    moved = proposal is None or proposal.star != star
    if proposal is None:
        made.append(Clawback.objects.create(unit=line.unit, **ref(line), **consequence._asdict()))
    elif (proposal.star, proposal.amount, proposal.released) != consequence:
        Clawback.objects.filter(pk=proposal.pk).update(**consequence._asdict())
    if moved:
        tell_holders("incentives.disburse", line.source, "clawback_proposed", unit=line.unit.name, star=star)
    return made


def _freeze(line: GrantLine, frozen: bool) -> None:
    if line.frozen != frozen:
        type(line).objects.filter(pk=line.pk).update(frozen=frozen)


def confirm_clawback(
    clawback: Clawback, *, by: User, reason: str = "", expected: Any = None, at: datetime | None = None
) -> None:
    """Book what is proposed: what was paid is claimed back, what was not is no longer committed.

    ``expected``: what the page proposed (``source_state.proposed``); raises ``Outdated`` when that has changed.
    """
    at = at or timezone.now()
    with transaction.atomic(), audit.acting(by, "confirm_clawback", reason):
        line = _settling(clawback, by, at, expected)
        entries = []
        key = f"clawback:{clawback.pk}"
        if clawback.amount:
            entries.append(entry_for(line, Kind.CLAWBACK, clawback.amount, key=key, by=by, at=at, reason=reason))
        if clawback.released:
            promise = line.ledgerentry_set.get(kind=Kind.COMMIT, corrects=None)
            entries.append(
                entry_for(line, Kind.COMMIT, -clawback.released, key=key, by=by, at=at, reason=reason, corrects=promise)
            )
        book(entries)
        _settle(clawback, State.CONFIRMED, by, reason, at)
        _freeze(line, False)
        tell_units(line.source, "clawback_confirmed", {line: clawback.amount})


def decline_clawback(
    clawback: Clawback, *, by: User, reason: str, expected: Any = None, at: datetime | None = None
) -> None:
    """Leave the money where it is, for a written ``reason``; ``expected`` as for ``confirm_clawback``."""
    at = at or timezone.now()
    with transaction.atomic(), audit.acting(by, "decline_clawback", reason):
        line = _settling(clawback, by, at, expected)
        if not reason:
            raise Incomplete(_("Please write a reason."), {"reason": _("Please write a reason.")})
        _settle(clawback, State.DECLINED, by, reason, at)
        if isinstance(line, Reward):
            _freeze(line, False)


def _settling(clawback: Clawback, by: User, at: datetime, expected: Any) -> GrantLine:
    """The line of an open proposal that ``by`` may settle, both locked and up to date."""
    source = locked(clawback.line.source)
    if not by.has_perm("incentives.disburse", source):
        raise NotAllowed
    review_clawbacks([clawback.line.holder_id], on=timezone.localdate(at))
    clawback.refresh_from_db()
    if clawback.state != State.OPEN:
        raise WrongState(_("This proposal is closed: %(state)s.") % {"state": clawback.get_state_display()})
    require_unchanged(expected, proposed(clawback))
    return clawback.line


def _settle(clawback: Clawback, state: str, by: User, reason: str, at: datetime) -> None:
    clawback.state, clawback.settled_by, clawback.settled_at, clawback.reason = state, by, at, reason
    clawback.save()
    settlement_deadlines.settled(clawback, by=by)
