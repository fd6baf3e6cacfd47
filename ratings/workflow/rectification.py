"""The rectification of an event is a follow-up: due in working days, reported by those who answer for it, checked by
somebody else. What is held opens none until it is released."""

from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from followups import workflow as followups
from followups.due import working_days_due
from followups.offices import Office, leading_office
from followups.workflow import Opening
from ratings.events.applicable_scheme import events_of, judging_scheme
from ratings.events.rectification import FOLLOW_UP
from ratings.models import Event
from villages.models import county_of, township_of

INSPECTORS = (Role.DISCIPLINE, Role.CITY_DISCIPLINE)


def follow(event: Event, *, by: User) -> None:
    """Open its follow-up, if it is to be rectified by a day."""
    if event.held or event.closed or event.accountable_id is None or event.rectify_within is None:
        return
    name = events_of(judging_scheme(event.unit, event.on)).get(event.kind, event.kind)
    opening = Opening(
        FOLLOW_UP,
        event.pk,
        event.unit,
        leading_office(event.accountable_id),
        working_days_due(event.rectify_within),
        reverse("event", args=[event.pk]),
        {"event": name, "on": str(event.on)},
        checking_office(event),
    )
    followups.open_followup(opening, by=by)


def checking_office(event: Event) -> Office:
    """Who checks whether it has been rectified."""
    if event.checker == Event.Checker.TOWNSHIP:
        return leading_office(township_of(event.unit_id))
    if event.checker == Event.Checker.COUNTY:
        return leading_office(county_of(event.unit_id))
    posts = event.recorded_by.posts if event.recorded_by else []
    own = [post for post in posts if post.role in INSPECTORS and event.unit_id.startswith(post.unit_id)]
    return Office(own[0].unit_id, own[0].role) if own else Office(county_of(event.unit_id), Role.DISCIPLINE)


def settled(event: Event, *, by: User) -> None:
    """It has been closed as rectified: nobody waits for it any more."""
    followups.finish(FOLLOW_UP, [event.pk], by=by)


def dropped(event: Event, *, by: User, reason: str) -> None:
    """It no longer counts, so there is nothing to rectify."""
    followups.call_off(FOLLOW_UP, [event.pk], by=by, reason=reason)
