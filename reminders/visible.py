"""What of all that is due a reader may know."""

from collections import defaultdict
from collections.abc import Iterable

from accounts.models import User
from followups.kinds import KINDS
from followups.offices import all_unknown_to
from ratings.disclosure import DECIDING
from reminders.due import Due
from reminders.models import DueStep, ReminderLine
from reviews.models.lifecycle import APPEAL

ANSWERING = {"township": "reviews.answer_objection_township", "county": "reviews.answer_objection_county"}


def visible(user: User, dues: Iterable[Due]) -> list[Due]:
    """Of what is decided and not released, outsiders learn that it is still under review; of an objection only those
    who answer such learn, of an appeal its village and those who convene or hear it; of a follow-up those who may see
    its kind."""
    return [shown for one in dues if (shown := _seen(user, one))]


def visible_lines(user: User, lines: Iterable[ReminderLine]) -> list[ReminderLine]:
    """Of what was sent: what concerns no result before its release and no kind that the reader may not see."""
    lines = list(lines)
    units: dict[str, set[str]] = defaultdict(set)
    for one in lines:
        if one.kind in KINDS:
            units[one.kind].add(one.unit_id)
    kept_from = all_unknown_to(units)
    return [
        one
        for one in lines
        if one.user_id == user.pk
        or one.step not in (DueStep.RELEASE, DueStep.OBJECTION, DueStep.APPEAL)
        and (not one.kind or knows_kind(user, one.kind, one.unit_id))
        and user.pk not in kept_from.get(one.kind, {}).get(one.unit_id, ())
    ]


def covers(user: User, permission: str, code: str) -> bool:
    return any(code.startswith(place) for place in user.reach(permission))


def knows_kind(user: User, kind: str, code: str) -> bool:
    """Whether ``user`` may see follow-ups of this kind about the unit with this code."""
    needs = KINDS[kind].needs if kind in KINDS else ()
    return not needs or any(covers(user, need, code) for need in needs)


def _seen(user: User, due: Due) -> Due | None:
    if user.pk in due.unknown_to:
        return None
    if due.step == DueStep.RELEASE:
        inside = any(covers(user, right, due.unit) for right in DECIDING[due.deciding])
        return due if inside else due.outside
    if due.step == DueStep.OBJECTION:
        return due if covers(user, ANSWERING[due.deciding], due.unit) else None
    if due.step == DueStep.APPEAL:
        own = any((post.unit_id, post.role) == due.office for post in user.posts)
        return due if own or user.pk in due.people or covers(user, APPEAL, due.unit) else None
    if due.step == DueStep.FOLLOW_UP:
        mine = any((post.unit_id, post.role) == due.office for post in user.posts)
        return due if mine or knows_kind(user, due.kind, due.unit) else None
    return due
