"""What the readers of the audit trail do: take a part of it away, mark changes of appointments as seen."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import AppointmentReview, SeenAppointmentChange, TrailExport, User
from accounts.trail_records import LONGEST_REASON
from accounts.trail_review import of_keys
from records.audit import acting
from records.locks import Lock, hold
from records.previews import require_unchanged
from records.refusals import Incomplete, NotAllowed, require_reason

READ = "accounts.read_trail"


def _reach(by: User) -> list[str]:
    reach = by.reach(READ)
    if not reach:
        raise NotAllowed
    return sorted(reach)


def note_export(asked: str, rows: int, *, by: User) -> TrailExport:
    """Keep that ``by`` has exported ``rows`` changes of what was ``asked``."""
    unit = _reach(by)[0]
    longest = TrailExport._meta.get_field("filter").max_length
    with acting(by, "accounts.export_trail"):
        return TrailExport.objects.create(unit_id=unit, filter=asked[:longest], rows=rows, by=by)


@transaction.atomic
def mark_seen(
    groups: Collection[str], *, reason: str, by: User, expected: Mapping[str, Any] | None = None
) -> AppointmentReview:
    """Mark the changes of these groups (by key) as seen, all for one ``reason``.

    ``expected``: the state of all groups that were shown. Raises ``Outdated`` if one of the chosen has grown or was
    seen by somebody else meanwhile.
    """
    reach = _reach(by)
    reason = require_reason(reason)
    if len(reason) > LONGEST_REASON:
        message = _("At most %d characters.") % LONGEST_REASON
        raise Incomplete(message, {"reason": message})
    hold(Lock.TRAIL_REVIEW)
    found, numbers = of_keys(reach, groups)
    if expected is not None:
        shown = {key: state for key, state in expected.items() if key in set(groups)}
        require_unchanged(shown, {one.key: one.state for one in found})
    if not numbers:
        message = _("Please choose at least one group.")
        raise Incomplete(message, {"groups": message})
    with acting(by, "accounts.review_appointments", reason):
        review = AppointmentReview.objects.create(unit_id=reach[0], reason=reason, changes=len(numbers), by=by)
        SeenAppointmentChange.objects.bulk_create(
            (SeenAppointmentChange(change_id=number, review=review) for number in numbers), batch_size=5000
        )
    return review
