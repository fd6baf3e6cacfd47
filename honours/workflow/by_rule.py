"""What the rule does without anybody's decision: a nomination ends, and a title is withdrawn, when the village no
longer meets the conditions (formats §4: money that was paid changes by proposal alone, which incentives make)."""

from collections.abc import Collection
from datetime import date
from typing import Any, cast

from django.db import transaction
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_noop

from honours.candidates import judged
from honours.models import Nomination, NominationQuerySet, NominationState, Round
from honours.telling import tell
from honours.workflow import duties
from ratings.register.star_changes import StarChanges
from records import audit
from records.office_language import in_chinese
from villages.models import descendants

State = NominationState


def follow_units(units: Collection[str], on: date | None = None) -> int:
    """The stars or events of these units have changed; how many nominations end and titles are withdrawn."""
    return follow(Nomination.objects.filter(unit__in=descendants(units)), on)


def follow_changes(changes: StarChanges) -> int:
    """The same for the units of a re-rating, however many."""
    changed = RawSQL(f"select unit from {changes.table}", ())  # noqa: S608, S611 a name of our own
    return follow(Nomination.objects.filter(unit__in=changed), changes.day)


@transaction.atomic
def follow(nominations: NominationQuerySet, on: date | None = None) -> int:
    """Compare these with the register and the events as of ``on`` (today). Idempotent."""
    on = on or timezone.localdate()
    open_ones = Q(state__in=State.OPEN, round__state__in=Round.State.GOING_ON)
    titles = Q(state=State.NAMED, round__valid_until__gte=on)
    ids = list(nominations.filter(open_ones | titles).values_list("pk", flat=True))
    if not ids:
        return 0
    # rounds first: whoever takes a step with one of them has locked its round
    list(Round.objects.filter(nominations__in=ids).order_by("pk").select_for_update(of=("self",)))
    rows = judged(Nomination.objects.filter(pk__in=ids), on).select_for_update(of=("self",))
    ended = [reason for one in rows.select_related("unit", "round").order_by("pk") if (reason := _why(one))]
    for one in ended:
        _end(one)
    for last in {one.round_id: one for one in ended}.values():
        duties.end_idle_checks(last.round, by=None, reason=last.reason)
    return len(ended)


def _why(nomination: Any) -> Nomination | None:
    """The nomination (of ``judged``) with its ``reason`` and new state, if the rule ends it."""
    least = nomination.round.min_star
    named = nomination.state == State.NAMED
    if nomination.star_now < least or (not named and nomination.star_then < least):
        words = in_chinese(gettext_noop("By rule: the star fell to %(star)d, the round asks for %(least)d."))
        lower = nomination.star_now if nomination.star_now < least else nomination.star_then
        nomination.reason = words % {"star": lower, "least": least}
    elif not named and nomination.open_kinds:
        nomination.reason = in_chinese(gettext_noop("By rule: an event of a kind that bars is not closed."))
    else:
        return None
    nomination.state = State.REVOKED if named else State.WITHDRAWN
    return cast(Nomination, nomination)


def _end(nomination: Nomination) -> None:
    withdrawn = nomination.state == State.REVOKED
    with audit.acting(None, "revoke_title" if withdrawn else "end_nomination", nomination.reason):
        nomination.by_rule, nomination.closed_at = True, timezone.now()
        nomination.save(update_fields=["state", "reason", "by_rule", "closed_at"])
    duties.opinions_no_longer_wait([nomination.pk], by=None, reason=nomination.reason)
    tell([nomination], "title_withdrawn" if withdrawn else "nomination_ended")


def follow_the_day(on: date | None = None) -> int:
    """All that are open or named: what changes by the calendar alone, and a night without a scheduler."""
    return follow(Nomination.objects.all(), on)
