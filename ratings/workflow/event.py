"""What happens to a unit between annual ratings, and what its rules propose (practice §4, formats §3).

Each step re-rates the unit at once, in the same transaction.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.impartial import is_of
from accounts.models import User
from accounts.role_holders import responsible, unit_and_offices
from followups.models import FollowUp
from followups.workflow import call_off, finish
from notifications.workflow import announce
from ratings.events.applicable_scheme import events_of, judging_scheme
from ratings.events.forecast import StarForecast, StarShift, foresee, foresee_closed, foresee_confirmed
from ratings.events.happening import Happening
from ratings.events.proposals import FOLLOW_UP, may_settle, with_authority
from ratings.events.rectification import FOLLOW_UP as RECTIFICATION
from ratings.events.sensitive_words import sensitive_words
from ratings.models import Event, EventPerson, Proposal, Reversal
from ratings.notices import OFFICES_CONCERNED
from ratings.register.rerating import acting, lock_units, rerate
from ratings.signals import matters_changed
from ratings.workflow import rectification as rectification_due
from records import audit
from records.known import known
from records.previews import require_unchanged
from records.refusals import Incomplete, NotAllowed, WrongState, require_reason
from villages.models import Unit


@dataclass(frozen=True)
class Ahead:
    """What recording an event would do, and the words in it that ask for a second look (``events.sensitive_words``).

    ``shown``: what ``record`` compares, if a page showed it.
    """

    outlook: StarForecast
    words: list[str]
    shown: dict[str, Any]


@transaction.atomic
def record(happening: Happening, *, by: User, sure: bool = False, expected: Any = None) -> Event:
    """Record what happened. ``sure``: whoever records it has checked that it is concluded, announced and not
    classified, although its words suggest otherwise.

    Raises ``NotAllowed``; ``Incomplete`` for what cannot be (``Happening.require_possible``), or such words without
    ``sure``; ``WrongState`` if it is recorded already; ``Outdated`` when what the page showed (``expected``, of
    ``look_ahead``) has changed.
    """
    _require(by, happening.unit)
    # an order on it is pending, or has dissolved it by now
    unit = Unit.objects.select_for_update(no_key=True).get(pk=happening.unit.pk)
    happening = replace(happening, unit=unit)
    happening.require_possible()
    if not sure and (words := sensitive_words(happening.texts)):
        message = sure_words(words)
        raise Incomplete(message, {"sure": message})
    lock_units([unit.code])
    if expected is not None:
        require_unchanged(expected, _shown(happening, foresee(happening)))
    with audit.acting(by, "record_event"):
        event = _create(happening, by)
        if not happening.held:
            _take_effect(event, "event_recorded")
    rectification_due.follow(event, by=by)
    return event


def _create(happening: Happening, by: User) -> Event:
    order = happening.rectification
    event, new = Event.objects.get_or_create(
        unit=happening.unit,
        kind=happening.kind,
        on=happening.on,
        source=happening.source,
        defaults={
            "note": happening.note,
            "closed": happening.closed,
            "closed_by": by if happening.closed else None,
            "held": happening.held,
            "recorded_by": by,
            **(order._asdict() if order else {}),
        },
    )
    if not new:
        raise _recorded_already()
    if happening.person:
        named = EventPerson(event=event, by=by)
        named.name, named.post = happening.person, happening.post
        named.save()
    return event


def look_ahead(happening: Happening, *, by: User) -> Ahead:
    """What ``record`` would do; keeps nothing. Raises as ``record``, but for the words."""
    _require(by, happening.unit)
    happening.require_possible()
    if happening.recorded().exists():
        raise _recorded_already()
    outlook = foresee(happening)
    return Ahead(outlook, sensitive_words(happening.texts), _shown(happening, outlook))


@transaction.atomic
def close(event: Event, *, on: date, by: User, reason: str, expected: Any = None) -> Event:
    """Close an event as rectified: its effects, but for a revoked star, end the day after ``on``.

    Raises ``NotAllowed`` (``may_close``); ``Incomplete`` without ``reason``, or for a day before the event's or in the
    future; ``WrongState`` if it is closed or held; ``Outdated`` when it differs from what the page showed
    (``expected``, of ``standing_of``).
    """
    if not may_close(by, event):
        raise NotAllowed
    problems = {}
    if not event.on <= on <= timezone.localdate():
        problems["on"] = _("A day from %(first)s to today.") % {"first": date_format(event.on)}
    if not reason.strip():
        problems["reason"] = _("Please give the reason.")
    if problems:
        raise Incomplete(" ".join(problems.values()), problems)
    event = _held_still(event)
    if event.closed:
        raise WrongState(_("This event is closed already."))
    if event.held:  # who is told of a closing would learn of the event
        raise WrongState(_("This event is held: release it first."))
    require_unchanged(expected, standing_of(event, on))
    with audit.acting(by, "close_event", reason):
        event.closed, event.closed_by, event.rectification = on, by, reason.strip()
        event.save(update_fields=["closed", "closed_by", "rectification"])
        _take_effect(event, "event_closed")
    rectification_due.settled(event, by=by)
    return event


@transaction.atomic
def close_if_rectified(followup: FollowUp, *, by: User) -> None:
    """``by`` checked and accepted ``followup``: if it is a rectification, its event is closed, without effect from
    tomorrow.

    Who may check, and when, is the follow-up's. Nothing to do where the event is closed already.
    """
    if followup.kind != RECTIFICATION:
        return
    event = _held_still(Event.objects.get(pk=followup.subject))
    if event.closed:
        return
    with audit.acting(by, "close_event", followup.report):
        event.closed, event.closed_by, event.rectification = timezone.localdate(), by, followup.report
        event.save(update_fields=["closed", "closed_by", "rectification"])
        _take_effect(event, "event_closed")


@transaction.atomic
def release(event: Event, *, by: User, expected: Any = None) -> Event:
    """Release a held event, so that it takes effect from its day on. Raises ``NotAllowed``; ``WrongState`` if it is not
    held; ``Outdated``."""
    _require(by, event.unit)
    event = _held_still(event)
    if not event.held:
        raise WrongState(_("This event is not held."))
    require_unchanged(expected, standing_of(event))
    with audit.acting(by, "release_event"):
        event.held, event.released_at = False, timezone.now()
        event.save(update_fields=["held", "released_at"])
        _take_effect(event, "event_recorded")
    rectification_due.follow(event, by=by)
    return event


@transaction.atomic
def reverse_effects(event: Event, *, document: str, reason: str, by: User) -> Reversal:
    """From today ``event`` has no effect any more, under the ``document`` of those who heard the appeal.

    Who may do this, and when, is decided in ``reviews``. Raises ``WrongState`` if it is reversed already.
    """
    event = _held_still(event)
    if hasattr(event, "reversal"):
        raise WrongState(_("This event no longer counts: an appeal was upheld."))
    with audit.acting(by, "reverse_event", reason):
        reversal = Reversal.objects.create(
            event=event, on=timezone.localdate(), document=document, reason=reason, by=by, at=timezone.now()
        )
        _take_effect(event, "event_reversed")
    rectification_due.dropped(event, by=by, reason=reason)
    call_off(FOLLOW_UP, event.proposals.values_list("pk", flat=True), by=by, reason=reason)
    return reversal


@transaction.atomic
def settle(proposal: Proposal, *, confirm: bool, by: User, reason: str = "", expected: Any = None) -> Proposal:
    """Confirm what a rule proposes, so that it takes effect from its event's day on, or decline it for a ``reason``.

    Raises ``NotAllowed`` unless ``by`` is the authority for the unit's star, or the level above once it is late;
    ``Incomplete``; ``WrongState`` if settled; ``Outdated`` when it differs from what the page showed (``expected``, of
    ``proposed_on``).
    """
    if not may_settle(by, with_authority(Proposal.objects.filter(pk=proposal.pk)).get()):
        raise NotAllowed
    if not confirm:
        require_reason(reason)
    lock_units([proposal.unit_id])
    proposal = Proposal.objects.select_for_update(of=("self",)).select_related("event__unit").get(pk=proposal.pk)
    if proposal.state != Proposal.State.OPEN:
        raise WrongState(_("This proposal is settled already, by somebody else or in another window."))
    if hasattr(proposal.event, "reversal"):
        raise WrongState(_("This event no longer counts: an appeal was upheld."))
    require_unchanged(expected, proposed_on(proposal))
    with audit.acting(by, "confirm_proposal" if confirm else "decline_proposal", reason):
        proposal.state = Proposal.State.CONFIRMED if confirm else Proposal.State.DECLINED
        proposal.settled_by, proposal.settled_at, proposal.reason = by, timezone.now(), reason
        proposal.save(update_fields=["state", "settled_by", "settled_at", "reason"])
    finish(FOLLOW_UP, [proposal.pk], by=by, reason=reason)
    with audit.acting(by, "confirm_proposal" if confirm else "decline_proposal", reason):
        if confirm:
            rerate([proposal.unit_id])
        else:
            _tell(proposal.event, "proposal_declined")
            _tell_inspectors(proposal)
    return proposal


def standing_of(event: Event, closing: date | None = None) -> dict[str, Any]:
    """What the page of ``event`` shows before a step on it; ``closing``: the day to close it on (today)."""
    ahead = foresee(Happening.of(event))._asdict() if event.held else None
    return {
        "unit": event.unit.name,
        "held": event.held,
        "closed": event.closed,
        "reversed": hasattr(event, "reversal"),
        "acts": sorted(acting(event)),
        "closing": closing or timezone.localdate(),
        "shifts": shifts_when_closed(event, closing),
        "ahead": ahead,
        "proposals": list(event.proposals.order_by("pk").values_list("pk", "state")),
    }


def shifts_when_closed(event: Event, on: date | None = None) -> list[StarShift]:
    """How closing it on the day ``on`` (today) would move stars.

    Nothing where it is held, closed, or no longer counts.
    """
    ended = event.held or event.closed or hasattr(event, "reversal")
    return [] if ended else foresee_closed(event, on)


def proposed_on(proposal: Proposal) -> dict[str, Any]:
    """What the page for settling ``proposal`` shows."""
    decided = with_authority(Proposal.objects.filter(pk=proposal.pk)).get().decided
    return {
        "unit": proposal.unit.name,
        "decided": decided,
        "closed": proposal.event.closed,
        "shifts": foresee_confirmed(proposal),
    }


def authority_for(proposal: Proposal) -> str:
    """The permission that settles it."""
    return str(with_authority(Proposal.objects.filter(pk=proposal.pk)).get().authority)


def sure_words(words: list[str]) -> str:
    return _("Please check and tick: the text contains %(words)s.") % {
        "words": _(", ").join(f"“{word}”" for word in words)
    }


def _shown(happening: Happening, outlook: StarForecast) -> dict[str, Any]:
    return happening.asked | outlook._asdict()


def _recorded_already() -> WrongState:
    return WrongState(_("This event is recorded already. If it is another one, name its source."))


def _require(by: User, unit: Unit) -> None:
    if not by.has_perm("ratings.record_event", unit):
        raise NotAllowed


def may_close(user: User, event: Event) -> bool:
    """Whether ``user`` may say that it is rectified: one who may record, and is not of the unit."""
    return user.has_perm("ratings.record_event", event) and not is_of(user, event.unit_id)


def _held_still(event: Event) -> Event:
    """The event as it is, locked against anybody else who changes it or re-rates its unit."""
    lock_units([event.unit_id])
    return Event.objects.select_for_update(of=("self",)).select_related("unit").get(pk=event.pk)


def _take_effect(event: Event, kind: str) -> None:
    """Re-rate the unit; notify its people of the event unless they are notified of its star."""
    matters_changed.send(sender=Event, units=[event.unit_id])
    moved = any(change.moves_star for change in rerate([event.unit_id]))
    if not moved:
        _tell(event, kind)


def _tell(event: Event, kind: str) -> None:
    people = unit_and_offices(OFFICES_CONCERNED, [event.unit])[event.unit_id]
    _announce(event, kind, sorted(people), reverse("register_unit", args=[event.unit_id]))


def _tell_inspectors(proposal: Proposal) -> None:
    """The discipline commissions over the unit read who declined it, and why."""
    people = responsible(rectification_due.INSPECTORS, proposal.unit_id)
    link = reverse("event", args=[proposal.event_id])
    said = {"by": known(proposal.settled_by).name, "reason": proposal.reason}
    _announce(proposal.event, "proposal_refused", people, link, **said)


def _announce(event: Event, kind: str, people: list[int], link: str, **said: str) -> None:
    name = events_of(judging_scheme(event.unit, event.on)).get(event.kind, event.kind)
    params = {"unit": event.unit.name, "event": name, "on": str(event.on), **said}
    announce(people, kind, link=link, unit_code=event.unit_id, **params)
