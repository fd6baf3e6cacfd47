"""Opening follow-ups, and closing them when what they wait for has happened: the doors for other apps.

Both are idempotent: of one subject of a kind one follow-up is waiting at most, and closing what is closed does nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.impartial import tell_where_nobody_may
from accounts.models import User
from followups.kinds import KINDS
from followups.models import FollowUp, FollowUpState
from followups.offices import Office, people_of, unknown_to
from followups.workflow.telling import notice, responsible_of, tell
from notifications.models import Notice
from notifications.workflow import announce_all
from records import audit
from records.locks import Lock, hold
from villages.models import Unit

State = FollowUpState


@dataclass(frozen=True)
class Opening:
    """A follow-up to be opened (see ``FollowUp``). ``also``: further offices that are told at once."""

    kind: str
    subject: Any
    unit: Unit
    responsible: Office
    due_at: datetime
    link: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    checker: Office | None = None
    person: User | None = None
    also: tuple[Office, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, str(self.subject)


def open_followup(opening: Opening, *, by: User | None) -> FollowUp:
    """The waiting follow-up of that subject: a new one, or the one that is there already."""
    return open_all([opening], by=by)[0]


@transaction.atomic
def open_all(openings: Iterable[Opening], *, by: User | None) -> list[FollowUp]:
    """The same for many at once, in a bounded number of queries; those concerned are told of the new ones."""
    wanted = {one.key: one for one in openings}
    if unknown := {one.kind for one in wanted.values()} - KINDS.keys():
        raise LookupError(f"no kind of follow-up is registered as {sorted(unknown)}")
    hold(Lock.FOLLOW_UPS, {one.kind for one in wanted.values()})  # who opens the same waits here
    there = _waiting(wanted)
    new = [one for key, one in wanted.items() if key not in there]
    with audit.acting(by, "open_followup"):
        made = FollowUp.objects.bulk_create((_made(one, by) for one in new), batch_size=2000)
    _tell_opened(list(zip(made, new, strict=True)))
    _tell_where_nobody_checks(made)
    there |= {one.key: followup for followup, one in zip(made, new, strict=True)}
    return [there[key] for key in wanted]


def reassign(kind: str, offices: Mapping[Any, Office]) -> None:
    """The waiting follow-ups of these subjects are the duty of another office now, where it has changed; the whole
    office is told."""
    with transaction.atomic(), audit.acting(None, "hand_on_followup"):
        rows = FollowUp.objects.about(kind, offices).waiting().select_for_update(of=("self",)).select_related("unit")
        by_subject = {str(subject): office for subject, office in offices.items()}
        for one in rows.order_by("pk"):
            office = by_subject[one.subject]
            if responsible_of(one) != office:
                one.responsible_unit_id, one.responsible_role, one.person_id = office.unit, office.role, None
                one.save()
                tell(one, "handed_on", [office])


def postpone(kind: str, moments: Mapping[Any, datetime], *, by: User | None) -> None:
    """The waiting follow-ups of these subjects are due at other moments now, where these differ."""
    with transaction.atomic(), audit.acting(by, "postpone_followup"):
        by_subject = {str(subject): moment for subject, moment in moments.items()}
        for one in FollowUp.objects.about(kind, moments).waiting().select_for_update(of=("self",)).order_by("pk"):
            if one.due_at != by_subject[one.subject]:
                one.due_at = by_subject[one.subject]
                one.escalation, one.escalated_to, one.escalated_at = 0, None, None
                one.save()


def finish(kind: str, subjects: Iterable[Any], *, by: User | None, reason: str = "", tell_them: bool = False) -> int:
    """What these follow-ups waited for is done; how many were waiting. ``tell_them``: those responsible hear of it."""
    subjects = list(subjects)
    if tell_them:
        for one in FollowUp.objects.about(kind, subjects).waiting().select_related("unit").order_by("pk"):
            tell(one, "accepted", [responsible_of(one)], person=one.person_id)
    return _close(State.DONE, "finish_followup", kind, subjects, by, reason)


def call_off(kind: str, subjects: Iterable[Any], *, by: User | None, reason: str) -> int:
    """What these follow-ups waited for is no longer needed; how many were waiting."""
    return _close(State.CANCELLED, "cancel_followup", kind, subjects, by, reason)


def _close(to: str, verb: str, kind: str, subjects: Iterable[Any], by: User | None, reason: str) -> int:
    changed = {"state": to, "closed_by": by, "closed_at": timezone.now(), "reason": reason}
    with transaction.atomic(), audit.acting(by, verb, reason):
        return FollowUp.objects.about(kind, subjects).waiting().update(**changed)


def _waiting(wanted: dict[tuple[str, str], Opening]) -> dict[tuple[str, str], FollowUp]:
    found = FollowUp.objects.waiting().filter(
        kind__in={kind for kind, _subject in wanted}, subject__in=[subject for _kind, subject in wanted]
    )
    rows = found.select_related("unit", "responsible_unit", "checker_unit")
    return {key: one for one in rows if (key := (one.kind, one.subject)) in wanted}


def _made(one: Opening, by: User | None) -> FollowUp:
    return FollowUp(
        kind=one.kind,
        subject=str(one.subject),
        unit=one.unit,
        params=one.params,
        link=one.link,
        responsible_unit_id=one.responsible.unit,
        responsible_role=one.responsible.role,
        person=one.person,
        checker_unit_id=one.checker.unit if one.checker else None,
        checker_role=one.checker.role if one.checker else "",
        due_at=one.due_at,
        opened_by=by,
    )


def _tell_where_nobody_checks(opened: Iterable[FollowUp]) -> None:
    """Who appoints the checkers of what is about a unit where all of them hold or held a post."""
    by_role: dict[str, dict[str, str]] = {}
    for one in opened:
        if one.checker_unit_id and one.checker_unit_id != one.unit_id:
            by_role.setdefault(one.checker_role, {})[one.unit_id] = one.checker_unit_id
    for role, above in by_role.items():
        tell_where_nobody_may(role, above)


def _tell_opened(opened: list[tuple[FollowUp, Opening]]) -> None:
    """Who has to do it (or the person named), and whoever else is to know at once."""
    by_kind: dict[str, list[tuple[FollowUp, Opening]]] = {}
    for pair in opened:
        if KINDS[pair[1].kind].told_elsewhere:
            continue
        by_kind.setdefault(pair[1].kind, []).append(pair)
    notices: list[Notice] = []
    for kind, pairs in by_kind.items():
        people = people_of({office for _one, opening in pairs for office in (opening.responsible, *opening.also)}, kind)
        kept_from = unknown_to(kind, {followup.unit_id for followup, _opening in pairs})
        for followup, opening in pairs:
            ids = {one for office in opening.also for one in people[office]}
            ids |= {opening.person.pk} if opening.person else set(people[opening.responsible])
            notices += [notice(followup, "opened", one) for one in sorted(ids - kept_from.get(followup.unit_id, set()))]
    announce_all(notices)
