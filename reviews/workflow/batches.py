"""Batches: the decisions of one meeting are released together, and are under public notice (practice §3)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.role_holders import posts_held
from accounts.roles import RATED_POSTS, Role
from accounts.working_days import notice_days
from notifications.models import Notice
from notifications.workflow import announce_all
from ratings.models import Application, Cycle, Decision, Stage
from ratings.workflow import decision as decisions
from records import audit
from records.known import known
from records.previews import require_unchanged
from records.refusals import Incomplete, NotAllowed, WrongState
from reviews.models import Batch, BatchEntry, Seat
from reviews.models.lifecycle import BATCH_STEPS
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.workflow.checks import require_checked
from villages.models import Unit, below, township_of

MOVED_ON = gettext_lazy("Some of these decisions have moved on. Please look again.")


@dataclass(frozen=True)
class Audience:
    """Who is notified of a release (user ids), each person once: the villages' people first, then the offices'."""

    villages: dict[str, list[int]]
    offices: dict[int, str]
    reviewers: dict[int, str]

    @property
    def village_people(self) -> set[int]:
        return {user for users in self.villages.values() for user in users}

    @property
    def people(self) -> list[int]:
        return sorted(self.village_people | self.offices.keys() | self.reviewers.keys())

    @property
    def count(self) -> int:
        return len(self.people)


@transaction.atomic
def prepare(
    cycle: Cycle,
    unit: Unit,
    stage: Stage,
    *,
    met_on: date,
    document: str,
    minutes: str = "",
    by: User,
    decided: Collection[int] | None = None,
) -> Batch:
    """Collect decisions of ``unit`` (decision ids; default: all that are waiting) in a batch, not yet visible
    outside. Raises ``Incomplete`` for a meeting that is still to come, ``WrongState`` when nothing is waiting any
    more."""
    _require(by, unit, stage)
    _require_held(met_on)
    if not cycle.works_at(unit.code):
        raise NotAllowed
    with audit.acting(by, "prepare_batch"):
        batch = Batch.objects.create(
            cycle=cycle, unit=unit, stage=stage, met_on=met_on, document=document, minutes=minutes, created_by=by
        )
        _include(batch, decided)
        if decided is None and not batch.entries.exists():
            raise WrongState(MOVED_ON)
    return batch


@transaction.atomic
def revise(
    batch: Batch, *, met_on: date, document: str, minutes: str, by: User, decided: Collection[int] | None = None
) -> None:
    """Change a batch that is not released: its meeting, documents and the decisions (ids) in it. Raises ``Incomplete``
    for a meeting that is still to come."""
    batch = _locked(batch, by, "revise_batch")
    _require_held(met_on)
    with audit.acting(by, "revise_batch"):
        batch.met_on, batch.document, batch.minutes = met_on, document, minutes
        batch.save(update_fields=["met_on", "document", "minutes"])
        batch.entries.all().delete()
        _include(batch, decided)


@transaction.atomic
def release(batch: Batch, *, by: User, at: datetime | None = None, decided: Collection[int] | None = None) -> Batch:
    """Publish the batch: public notice begins, and everyone concerned is notified.

    ``decided``: the decisions (ids) that the caller means. Raises ``Outdated`` when the batch holds others;
    ``WrongState`` when it has been released already; ``Incomplete`` without document number or decisions, or while
    departments have not answered or a veto bars what was decided.
    """
    batch, at = _locked(batch, by, "release"), at or timezone.now()
    chosen = _held(batch)
    require_unchanged(None if decided is None else sorted(set(decided)), sorted(chosen))
    if not batch.document.strip():
        raise Incomplete(_("Please enter the document number."), {"document": _("Please enter the document number.")})
    if not chosen:
        raise Incomplete(_("There is no decision in this batch."))
    require_checked(chosen, batch.scheme.spec, batch.stage, timezone.localdate(at))
    audience = audience_of(batch, by)
    days = notice_days(timezone.localdate(at), batch.scheme.spec.notice_days)
    decisions.release(chosen, batch.document, by=by, at=at)
    with audit.acting(by, "release"):
        batch.state, batch.released_by, batch.released_at = BATCH_STEPS["release"].to, by, at
        batch.first_day, batch.last_day, batch.confirms_on = days
        batch.save()
    _tell(batch, audience)
    return batch


def require_standing(batch: Batch, expected: Mapping[str, Any], *, by: User) -> None:
    """Raise ``Outdated`` unless ``batch`` is as it was shown; it cannot change until the transaction ends."""
    batch = _locked(batch, by, "release")
    require_unchanged(expected, standing(batch, _held(batch), audience_of(batch, by)))


def require_draft(batch: Batch, expected: Mapping[str, Any], *, by: User) -> None:
    """The same before it is revised: whoever would be told of a release does not matter then."""
    batch = _locked(batch, by, "revise_batch")
    current = _draft(batch, _held(batch))
    require_unchanged({name: expected.get(name) for name in current}, current)


def standing(batch: Batch, decided: Collection[int], audience: Audience) -> dict[str, Any]:
    """What a release publishes and who is notified, as a page keeps it before the release."""
    return _draft(batch, decided) | {"people": audience.people}


def _draft(batch: Batch, decided: Collection[int]) -> dict[str, Any]:
    return {"decisions": sorted(decided), "papers": [batch.met_on, batch.document, batch.minutes]}


def waiting(cycle: Cycle, unit: Unit, stage: str, batch: Batch | None = None) -> QuerySet[Decision]:
    """The decisions of ``unit`` that are in no batch yet, or in ``batch``."""
    ours = Decision.objects.filter(
        below(unit.code, "unit_id"), cycle=cycle, origin=REVIEW_LEVELS[stage].origin, state=Decision.State.DECIDED
    )
    return (
        ours.filter(batch_entry=None) | ours.filter(batch_entry__batch=batch)
        if batch
        else ours.filter(batch_entry=None)
    )


def audience_of(
    batch: Batch, by: User, units: Collection[str] | None = None, reviewers: Collection[int] | None = None
) -> Audience:
    """Who is notified when ``by`` releases ``batch``: the villages, their townships, the county's office, the
    reviewers, but not ``by``.

    ``units``, ``reviewers``: the codes of the villages in it, the ids of those who ``reviewed``, where the caller knows
    them.
    """
    if units is None:
        units = set(batch.entries.values_list("decision__unit_id", flat=True))
    roles = [Role.TOWNSHIP_OFFICE, Role.TOWNSHIP_LEADER]
    places = {township_of(code) for code in units}
    if batch.stage == Stage.COUNTY:
        roles.append(Role.COUNTY_OFFICE)
        places.add(batch.unit_id)
    villages: dict[str, list[int]] = defaultdict(list)
    offices = {}
    for code, role, user in posts_held([*RATED_POSTS, *roles], {*units, *places}):
        if role in roles:
            offices[user] = code
        elif code in units:  # a township's own people are no concern of its villages
            villages[code].append(user)
    if reviewers is None:
        reviewers = list(reviewed(batch.cycle_id, batch.unit_id, batch.stage))
    offices.pop(by.pk, None)
    return Audience(
        villages=villages,
        offices=offices,
        reviewers={pk: batch.unit_id for pk in reviewers if pk != by.pk},
    )


def reviewed(cycle: Any, unit: Any, stage: Any) -> QuerySet[Any, int]:
    """The ids of the panel members there; the arguments may be columns of an outer query."""
    seats = Seat.objects.filter(panel__cycle=cycle, panel__unit=unit, panel__stage=stage, passed_to=None)
    return seats.order_by().values_list("reviewer", flat=True)


def _tell(batch: Batch, audience: Audience) -> None:
    link = reverse("public_notice", args=[batch.pk])
    last_day = known(batch.last_day).isoformat()
    results = dict(batch.entries.values_list("decision__unit_id", "decision__application_id"))
    names = dict(Unit.objects.filter(code__in=results).values_list("code", "name"))
    recipients = audience.village_people
    announce_all(
        [
            Notice(
                user_id=user,
                kind="result_released",
                params={"unit": names[unit], "last_day": last_day},
                link=reverse("result", args=[results[unit]]),
                unit_code=unit,
            )
            for unit, users in audience.villages.items()
            for user in users
        ]
        + [
            Notice(
                user_id=user,
                kind="batch_released",
                params={"document": batch.document, "count": len(results), "last_day": last_day},
                link=link,
                unit_code=place,
            )
            for user, place in (audience.reviewers | audience.offices).items()
            if user not in recipients
        ]
    )


def _include(batch: Batch, decided: Collection[int] | None) -> None:
    """Put waiting decisions into ``batch``. Raises ``WrongState`` when one of ``decided`` is no longer waiting."""
    chosen = waiting(batch.cycle, batch.unit, batch.stage)
    if decided is not None:
        chosen = chosen.filter(pk__in=list(decided))
    waits = list(chosen.select_for_update(of=("self",)).values_list("pk", flat=True))
    # Checked again under the lock: another batch may just have taken some.
    waiting_now = list(chosen.filter(pk__in=waits))
    if decided is not None and len(waiting_now) != len(set(decided)):
        raise WrongState(MOVED_ON)
    BatchEntry.objects.bulk_create(
        (BatchEntry(batch=batch, decision=decision) for decision in waiting_now), batch_size=2000
    )


def _held(batch: Batch) -> list[int]:
    """The decisions (ids) in ``batch``, locked, so that none can be taken back until the transaction ends."""
    applications = Application.objects.filter(decisions__batch_entry__batch=batch)
    list(applications.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    return list(batch.entries.values_list("decision_id", flat=True))


def _require_held(met_on: date) -> None:
    if met_on > timezone.localdate():
        words = _("The meeting is still to come: give the day on which it was held.")
        raise Incomplete(words, {"met_on": words})


def _require(by: User, unit: Unit, stage: str) -> None:
    if (
        not by.has_perm(REVIEW_LEVELS[stage].permission("release"), unit)
        or len(unit.code) != REVIEW_LEVELS[stage].code_length
    ):
        raise NotAllowed


def _locked(batch: Batch, by: User, verb: str) -> Batch:
    """The batch as it is now, locked. Raises ``WrongState`` where the step ``verb`` is over."""
    batch = Batch.objects.select_for_update(of=("self",)).select_related("cycle__scheme", "unit").get(pk=batch.pk)
    _require(by, batch.unit, batch.stage)
    if batch.state not in BATCH_STEPS[verb].states:
        raise WrongState(_("This batch has been released already, by %(who)s.") % {"who": batch.released_by})
    return batch
