"""The steps that people take with a follow-up.

Each raises ``NotAllowed``; ``WrongState`` where somebody was quicker; ``Outdated`` when the follow-up differs from what
the page showed (``expected``, of ``standing_of``).
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from followups.models import FollowUp, FollowUpFile, FollowUpState
from followups.offices import Office
from followups.signals import followup_accepted
from followups.workflow.actions import require
from followups.workflow.handing_on import Assignee, assignees
from followups.workflow.telling import barred_from_checking, checker_of, responsible_of, tell
from records import audit
from records.files import store
from records.previews import require_unchanged
from records.refusals import Incomplete, NotAllowed, require_reason

State = FollowUpState
MOST_FILES = 9


def report_done(
    followup: FollowUp, *, by: User, report: str, files: Collection[Any] = (), expected: Any = None
) -> FollowUp:
    """What was done, in words and with ``files`` (uploads) as proof; where nobody checks it, it is closed."""
    said = require_reason(report, "report")
    with _step("report_followup", followup, by, expected=expected) as fresh:
        now = timezone.now()
        _attach(fresh, files, by)
        fresh.report, fresh.reported_by, fresh.reported_at = said, by, now
        if fresh.is_checked:
            fresh.state = State.REPORTED
        else:
            fresh.state, fresh.closed_by, fresh.closed_at = State.DONE, by, now
        fresh.save()
        tell(fresh, "reported", checker_of(fresh), keep_from=barred_from_checking(fresh))
    return fresh


def report_progress(
    followup: FollowUp, *, by: User, report: str, files: Collection[Any] = (), expected: Any = None
) -> FollowUp:
    """How far it has come, in words and with ``files`` (uploads); it stays to be done."""
    said = require_reason(report, "report")
    with _step("progress_followup", followup, by, reason=said, expected=expected) as fresh:
        _attach(fresh, files, by)
        fresh.report, fresh.reported_by, fresh.reported_at = said, by, timezone.now()
        fresh.save()
    return fresh


def accept(followup: FollowUp, *, by: User, expected: Any = None) -> FollowUp:
    """Checked and found right."""
    with _step("accept_followup", followup, by, expected=expected) as fresh:
        fresh.state, fresh.closed_by, fresh.closed_at = State.DONE, by, timezone.now()
        fresh.save()
        followup_accepted.send(sender=FollowUp, followup=fresh, by=by)
        tell(fresh, "accepted", [responsible_of(fresh)], person=fresh.person_id)
    return fresh


def send_back(
    followup: FollowUp, *, by: User, reason: str, due_at: datetime | None = None, expected: Any = None
) -> FollowUp:
    """Checked and not found right, for a ``reason``; with a new moment (``due_at``) where it is given one."""
    said = require_reason(reason)
    with _step("send_back_followup", followup, by, reason=said, expected=expected) as fresh:
        if due_at is not None and due_at <= timezone.now():
            raise Incomplete(_("This day is past."), {"due": _("Choose today or a later day.")})
        fresh.state, fresh.reason = State.OPEN, said
        if due_at is not None:
            fresh.due_at = due_at
            fresh.escalation, fresh.escalated_to, fresh.escalated_at = 0, None, None
        fresh.save()
        tell(fresh, "sent_back", [responsible_of(fresh)], person=fresh.person_id)
    return fresh


def hand_on(followup: FollowUp, to: Assignee, *, by: User, reason: str = "", expected: Any = None) -> FollowUp:
    """Make another office, or one person of an office, responsible: one of ``assignees``."""
    with _step("hand_on_followup", followup, by, reason=reason.strip(), expected=expected) as fresh:
        if to not in assignees(fresh, by):
            raise NotAllowed
        fresh.responsible_unit_id, fresh.responsible_role, fresh.person_id = to.unit, to.role, to.person
        fresh.save()
        tell(fresh, "handed_on", [Office(to.unit, to.role)], person=to.person)
    return fresh


def cancel(followup: FollowUp, *, by: User, reason: str, expected: Any = None) -> FollowUp:
    """It need not be done, for a ``reason``."""
    said = require_reason(reason)
    with _step("cancel_followup", followup, by, reason=said, expected=expected) as fresh:
        fresh.state, fresh.reason = State.CANCELLED, said
        fresh.closed_by, fresh.closed_at = by, timezone.now()
        fresh.save()
        tell(fresh, "cancelled", [responsible_of(fresh)], person=fresh.person_id)
    return fresh


def standing_of(followup: FollowUp) -> dict[str, Any]:
    """What the page of ``followup`` shows before a step."""
    return {
        "state": followup.state,
        "due": followup.due_at,
        "responsible": [followup.responsible_unit_id, followup.responsible_role, followup.person_id],
        "report": followup.report,
    }


def _attach(followup: FollowUp, files: Collection[Any], by: User) -> None:
    if len(files) > MOST_FILES:
        raise Incomplete(_("At most %d files.") % MOST_FILES, {"files": _("At most %d files.") % MOST_FILES})
    stored = [store(one, by=by) for one in files]
    FollowUpFile.objects.bulk_create(FollowUpFile(followup=followup, file=one, added_by=by) for one in stored)


@contextmanager
def _step(verb: str, followup: FollowUp, by: User, *, reason: str = "", expected: Any = None) -> Iterator[FollowUp]:
    """One transaction in which ``by`` takes the step with the follow-up as it is, locked."""
    with transaction.atomic(), audit.acting(by, verb, reason):
        rows = FollowUp.objects.select_for_update(of=("self",))
        fresh = rows.select_related("unit", "responsible_unit", "checker_unit").get(pk=followup.pk)
        require(verb, by, fresh)
        require_unchanged(expected, standing_of(fresh))
        yield fresh
