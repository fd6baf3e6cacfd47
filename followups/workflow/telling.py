"""Who is told of a step of a follow-up, in the words of its kind."""

from collections.abc import Collection, Iterable

from accounts.role_holders import ever_held
from followups.kinds import notice_kind
from followups.models import FollowUp
from followups.offices import Office, people_of, unknown_to
from notifications.models import Notice
from notifications.workflow import announce_all
from records.deadlines import deadline


def responsible_of(followup: FollowUp) -> Office:
    return Office(followup.responsible_unit_id, followup.responsible_role)


def checker_of(followup: FollowUp) -> list[Office]:
    return [Office(followup.checker_unit_id, followup.checker_role)] if followup.checker_unit_id else []


def barred_from_checking(followup: FollowUp) -> set[int]:
    """Who would check it but for a post in the unit that reports it, or that it is about (``checked_by``)."""
    units = {followup.responsible_unit_id, followup.unit_id} - {followup.checker_unit_id}
    return {user for users in ever_held(units).values() for user in users}


def tell(
    followup: FollowUp,
    step: str,
    offices: Iterable[Office],
    *,
    person: int | None = None,
    keep_from: Collection[int] = (),
) -> None:
    """The holders of ``offices``, of an office with a named ``person`` that person alone; never
    those whom to ``keep_from`` it."""
    people = people_of(offices, followup.kind)
    if person is not None and person in people.get(responsible_of(followup), ()):
        people[responsible_of(followup)] = [person]
    recipients = {one for ids in people.values() for one in ids}
    recipients -= set(keep_from)
    recipients -= unknown_to(followup.kind, [followup.unit_id]).get(followup.unit_id, set())
    announce_all(notice(followup, step, user_id) for user_id in sorted(recipients))


def notice(followup: FollowUp, step: str, user_id: int) -> Notice:
    return Notice(
        user_id=user_id,
        kind=notice_kind(followup.kind, step),
        params={
            "unit": followup.unit.name,
            **followup.params,
            "until": deadline(followup.due_at),
            "reason": followup.reason,
        },
        link=followup.get_absolute_url(),
        unit_code=followup.unit_id,
    )
