"""Appeals: by the village's signer, once, to the level above; heard by its own people; in force at once if upheld.

An appeal against a released decision is upheld with a higher star, any other (``appealable``) by reversing the appealed
step, with a new record that takes effect on the day of the hearing's decision.

An appeal can be upheld only from the day on which the first decision would have come into force, so the public notice
is over by then. The new decision therefore needs no notice of its own: it comes into force on the day of the hearing's
decision, and replaces the first one on its notice page. A decision not yet confirmed waits as long as its appeal is
open; a confirmed one stays in force until it is replaced.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import urls
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.authority import lacking
from accounts.impartial import impartial, tell_where_nobody_may
from accounts.models import User
from accounts.role_holders import holders
from accounts.roles import RATED_POSTS, Role
from notifications.workflow import announce
from ratings.models import Application, Decision, Event, Stage
from ratings.register.rerating import lock_units
from ratings.scoring.kept_points import kept_points
from ratings.workflow import decision as decisions
from ratings.workflow import event as events
from ratings.workflow.decision import DecidedStar, PanelPoints
from ratings.workflow.transition import move
from ratings.workflow.window import hold_open
from records import audit
from records.files import store
from records.known import known
from records.previews import require_unchanged
from records.refusals import Incomplete, NotAllowed, WrongState, require_reason
from reviews.appeals.answer_basis import of_appeal
from reviews.appeals.appeal_rules import ABOVE, COUNTY, above, against_decision, last_day
from reviews.appeals.appealable import (
    Appealable,
    closing_of,
    held_before,
    of_closing,
    of_event,
    of_rejection,
    why_not_appealable,
)
from reviews.conflicts_of_interest import WORDS, hearing_conflicts
from reviews.decisions.ceiling import ceilings
from reviews.models import Appeal, AppealPaper, Batch, BatchEntry, Correction, Hearer, Objection
from reviews.models.lifecycle import APPEAL, APPEAL_STEPS
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.workflow.actions import APPEAL_ACTIONS
from villages.models import township_of

CENT = Decimal("0.01")


@dataclass(frozen=True)
class CorrectedPoints:
    """The hearing's points (2 decimals) for one criterion (by code), and why they differ from the panel's."""

    criterion: str
    points: Decimal
    reason: str


@transaction.atomic
def make_appeal(decision: Decision, *, reasons: str, by: User, files: Collection[UploadedFile[Any]] = ()) -> Appeal:
    """Appeal ``decision``. Raises ``NotAllowed`` unless ``by`` signs for the village; ``WrongState`` when the decision
    was overturned, after the last day (until 24:00), or a second time; ``Incomplete`` without reasons."""
    decision = _locked(decision.pk)
    if not by.has_perm(APPEAL, decision):
        raise NotAllowed
    if Appeal.objects.filter(application=decision.application_id).filter(state__in=Appeal.State.COUNTED).exists():
        raise WrongState(_("This result has been appealed already: that is possible once."))
    if not _stands(decision):
        raise WrongState(_("This result cannot be appealed."))
    if timezone.localdate() > last_day(decision):
        raise WrongState(_("The period for an appeal is over."))
    appeal = Appeal(application=decision.application, decision=decision, unit=decision.unit)
    return _lodge(appeal, reasons, by, files)


@transaction.atomic
def appeal_subject(subject: Appealable, *, reasons: str, by: User, files: Collection[UploadedFile[Any]] = ()) -> Appeal:
    """Appeal against not being rated, or against the effects of an event. Raises as ``make_appeal`` does."""
    subject = _locked_subject(subject)
    if not by.has_perm(APPEAL, subject.unit):
        raise NotAllowed
    if hindered := why_not_appealable(subject):
        raise WrongState(hindered)
    appeal = Appeal(application=subject.application, decision=subject.decision, event=subject.event, unit=subject.unit)
    return _lodge(appeal, reasons, by, files)


def hearers_of(appeal: Appeal) -> list[int]:
    return sorted(appeal.hearers.values_list("user", flat=True))


@transaction.atomic
def convene(appeal: Appeal, hearers: Collection[User], *, by: User, expected: Any = None) -> None:
    """Let ``hearers`` hear the appeal, replacing those convened before (``expected``: ``hearers_of``).

    Raises ``NotAllowed`` unless ``by`` convenes at the level above; ``WrongState`` when it is answered; ``Incomplete``
    without anybody, or for somebody without the permission there or with a conflict of interest.
    """
    appeal = _locked_for("convene_appeal", appeal, by)
    require_unchanged(expected, hearers_of(appeal))
    if not hearers:
        raise Incomplete(_("Please choose who hears the appeal."))
    people = {user.pk: user for user in hearers}
    if lacking(above(appeal).hear, {(pk, appeal.unit_id) for pk in people}):
        raise Incomplete(_("Only people who may hear appeals here can be convened."))
    for pk, conflict in hearing_conflicts(appeal, people).items():
        raise Incomplete(
            _("%(name)s may not hear this appeal. %(reason)s") % {"name": people[pk].name, "reason": WORDS[conflict]}
        )
    with audit.acting(by, "convene_appeal"):
        there = set(appeal.hearers.values_list("user", flat=True))
        appeal.hearers.exclude(user__in=people).delete()
        fresh = [pk for pk in people if pk not in there]
        Hearer.objects.bulk_create(Hearer(appeal=appeal, user_id=pk) for pk in fresh)
    _announce(appeal, fresh, "appeal_hearer", urls.reverse("review_appeal", args=[appeal.pk]))


@transaction.atomic
def dismiss(appeal: Appeal, *, by: User, answer: str, expected: Any = None) -> None:
    """The result stays, for the reasons in ``answer``; if it waited it is confirmed on the next working day.

    ``expected`` (here, for ``uphold`` and ``reverse``): what the page listed (``answer_basis.of_appeal``); ``Outdated``
    when that has changed.
    """
    appeal = _heard_by(appeal, "appeal_dismissed", by, expected)
    _answer(appeal, "appeal_dismissed", by, answer)
    _announce(appeal, _everyone(appeal), "appeal_dismissed", _about(appeal), answer=appeal.answer)


@transaction.atomic
def uphold(
    appeal: Appeal,
    *,
    star: int,
    document: str,
    answer: str,
    by: User,
    corrections: Collection[CorrectedPoints] = (),
    expected: Any = None,
) -> Decision:
    """Give a higher ``star``, at most what the points, as corrected by the hearing, allow with vetoes and caps today.

    Raises ``NotAllowed`` unless ``by`` was convened and has no conflict of interest; ``WrongState`` when it is answered
    already, or while the public notice or an objection is pending; ``Incomplete`` for what is missing or not possible.
    """
    appeal, at = _heard_by(appeal, "appeal_upheld", by, expected), timezone.now()
    if not against_decision(appeal):
        raise WrongState(_("This appeal is not about a decided star: upholding it reverses what was done."))
    decision = known(appeal.decision)
    _require_notice_over(decision)
    document = _numbered(document)
    _answer(appeal, "appeal_upheld", by, answer)
    _correct(appeal, corrections, by)
    _require_possible(appeal, star)
    new = decisions.replace(
        decision, DecidedStar(known(appeal.application_id), star, appeal.answer), document, by=by, at=at
    )
    with audit.acting(by, "uphold_appeal"):
        BatchEntry.objects.create(batch=known(decision.batch_entry).batch, decision=new)
    link = urls.reverse("result", args=[appeal.application_id])
    _announce(appeal, _everyone(appeal), "appeal_upheld", link, star=star, on=known(new.on).isoformat())
    return new


@transaction.atomic
def reverse(appeal: Appeal, *, document: str, answer: str, by: User, expected: Any = None) -> None:
    """Uphold an appeal that is not about a decided star.

    From today the event has no effect any more; a rejected application is reviewed after all; the star that the closing
    took away is held again. Raises as ``uphold`` does.
    """
    appeal = _heard_by(appeal, "appeal_upheld", by, expected)
    if against_decision(appeal):
        raise WrongState(_("This appeal is about a star that was decided: please choose the new star."))
    document = _numbered(document)
    _answer(appeal, "appeal_upheld", by, answer)
    if appeal.event:
        events.reverse_effects(appeal.event, document=document, reason=appeal.answer, by=by)
    else:
        _rate_after_all(appeal, document, by)
    _announce(appeal, _everyone(appeal), "appeal_reversed", _about(appeal), answer=appeal.answer)


def _rate_after_all(appeal: Appeal, document: str, by: User) -> None:
    application = appeal.application
    closing = closing_of(application) if application else appeal.decision
    star = held_before(closing) if closing else 0
    if closing and star:
        decisions.reinstate(closing, star, document, reason=appeal.answer, by=by, at=timezone.now())
    if application:
        state = REVIEW_LEVELS[application.first_stage].state
        move([application.pk], "uphold_appeal", state, by=by, reason=appeal.answer)


@transaction.atomic
def lapse(appeals: QuerySet[Appeal]) -> None:
    """The subject of the appeal no longer exists: there is nothing left to hear. The village is notified."""
    step = APPEAL_STEPS["lapse_appeal"]
    lapsing = list(appeals.filter(state__in=step.states).select_for_update(of=("self",)).select_related("unit"))
    with audit.acting(None, "lapse_appeal"):
        Appeal.objects.filter(pk__in=[one.pk for one in lapsing]).update(state=step.to, answered_at=timezone.now())
    for appeal in lapsing:
        _announce(appeal, _village(appeal), "appeal_lapsed", _about(appeal))


def _lodge(appeal: Appeal, reasons: str, by: User, files: Collection[UploadedFile[Any]]) -> Appeal:
    if not reasons.strip():
        raise Incomplete(_("Please give your reasons."), {"reasons": _("Please give your reasons.")})
    if len(files) > settings.UPLOADS_PER_CRITERION:
        raise Incomplete(_("At most %s files.") % settings.UPLOADS_PER_CRITERION)
    with audit.acting(by, "appeal"):
        appeal.reasons, appeal.made_by, appeal.made_at = reasons.strip(), by, timezone.now()
        appeal.save()
        for file in files:
            AppealPaper.objects.create(appeal=appeal, file=store(file, by=by))
    level, place = above(appeal), above(appeal).place(appeal.unit_id)
    convening = impartial(level.office, place, appeal.unit_id)
    _announce(appeal, convening, "appeal_made", urls.reverse("review_appeal", args=[appeal.pk]))
    tell_where_nobody_may(level.office, {appeal.unit_id: place})
    _announce(appeal, _who_decided(appeal), "appeal_against", _about(appeal))
    return appeal


def _stands(decision: Decision) -> bool:
    """Whether it was released, comes from a township or county, and nothing has replaced it."""
    entry = getattr(decision, "batch_entry", None)
    return (
        decision.state in Decision.State.PUBLISHED
        and decision.origin in ABOVE
        and not Decision.objects.filter(replaces=decision).exists()
        and entry is not None
        and entry.batch.state != Batch.State.DRAFT
    )


def _require_notice_over(decision: Decision) -> None:
    if decision.state not in Decision.State.PUBLISHED:
        raise WrongState(_("This decision is no longer valid."))
    confirms_on = known(decision.batch_entry.batch.confirms_on)
    if timezone.localdate() < confirms_on:
        raise WrongState(
            _("The result is still under public notice: an appeal can be upheld from %s on.") % date_format(confirms_on)
        )
    if Objection.objects.filter(decision=decision, state__in=Objection.State.UNANSWERED).exists():
        raise WrongState(_("An objection against this result is to be answered first."))


def _correct(appeal: Appeal, corrections: Collection[CorrectedPoints], by: User) -> None:
    """Save the corrections, and record the points of the hearing: the panel's with the corrections."""
    decision, application = known(appeal.decision), known(appeal.application)
    criteria = {c.code: c for c in known(decision.scheme).spec.fitting(application.tags)}
    panel = kept_points([application.pk], [decision.origin])[application.pk, decision.origin]
    points = {code: PanelPoints(row.points, row.figure) for code, row in panel.items()}
    if len({one.criterion for one in corrections}) != len(corrections):
        raise Incomplete(_("A criterion can be corrected once."))
    for one in corrections:
        criterion = criteria.get(one.criterion)
        if criterion is None or one.criterion not in points:
            raise Incomplete(_("The scheme has no such question."))
        if not 0 <= one.points <= criterion.max or one.points != one.points.quantize(CENT):
            raise Incomplete(
                _("%(criterion)s: points from 0 to %(most)s are expected, with at most two decimals.")
                % {"criterion": one.criterion, "most": criterion.max}
            )
        if not one.reason.strip():
            raise Incomplete(_("%(criterion)s: please give a reason.") % {"criterion": one.criterion})
        points[one.criterion] = PanelPoints(one.points, points[one.criterion].figure)
    with audit.acting(by, "correct_points"):
        Correction.objects.bulk_create(
            Correction(appeal=appeal, criterion=one.criterion, points=one.points, reason=one.reason.strip())
            for one in corrections
        )
    decisions.record_points({application.pk: points}, Stage.APPEAL, on=timezone.localdate())


def _require_possible(appeal: Appeal, star: int) -> None:
    """The star is above the appealed one (an appeal never makes matters worse) and at most the ceiling."""
    unit = appeal.unit.name
    application = Application.objects.get(pk=known(appeal.application_id))
    ceiling = ceilings([application], Stage.APPEAL, timezone.localdate())[application.pk]
    if star > ceiling.star:
        raise Incomplete(
            _("%(unit)s: at most %(star)s stars are possible.") % {"unit": unit, "star": ceiling.star},
            {"star": _("Above what is possible.")},
        )
    appealed = known(appeal.decision).star
    if star <= appealed:
        raise Incomplete(
            _("%(unit)s: an appeal that is upheld gives more than %(star)s stars.") % {"unit": unit, "star": appealed},
            {"star": _("Not above the star that was appealed.")},
        )


def _locked(pk: int) -> Decision:
    locked = Decision.objects.select_for_update(of=("self",)).select_related(
        "unit", "application", "cycle__scheme", "batch_entry__batch"
    )
    return locked.get(pk=pk)


def _locked_subject(subject: Appealable) -> Appealable:
    """The subject as it is now, locked: anything else that would change it waits until the transaction ends."""
    if subject.event:
        lock_units([subject.event.unit_id])
        return of_event(Event.objects.select_related("unit").get(pk=subject.event.pk), subject.unit)
    if subject.application:
        rows = Application.objects.select_for_update(of=("self",)).select_related("unit", "cycle__scheme")
        return of_rejection(rows.get(pk=subject.application.pk))
    return of_closing(_locked(known(subject.decision).pk))


def _locked_for(verb: str, appeal: Appeal, by: User) -> Appeal:
    """The appeal with its subject, locked, for ``by`` to take the step ``verb``."""
    if appeal.event:
        lock_units([appeal.event.unit_id])
    elif appeal.application and not against_decision(appeal):
        hold_open([appeal.application.cycle_id])
    decision = _locked(appeal.decision_id) if appeal.decision_id else None
    rows = Appeal.objects.select_for_update(of=("self",)).select_related("unit", "application", "event__unit")
    appeal = rows.get(pk=appeal.pk)
    appeal.decision = decision
    APPEAL_ACTIONS.require(verb, by, appeal)
    return appeal


def _heard_by(appeal: Appeal, verb: str, by: User, expected: Any) -> Appeal:
    appeal = _locked_for(verb, appeal, by)
    require_unchanged(expected, of_appeal(appeal))
    return appeal


def _answer(appeal: Appeal, verb: str, by: User, answer: str) -> None:
    appeal.state, appeal.answer = APPEAL_STEPS[verb].to, require_reason(answer, "answer")
    appeal.answered_by, appeal.answered_at = by, timezone.now()
    with audit.acting(by, verb):
        appeal.save(update_fields=["state", "answer", "answered_by", "answered_at"])


def _village(appeal: Appeal) -> list[int]:
    return holders(RATED_POSTS, [appeal.unit_id]).get(appeal.unit_id, [])


def _who_decided(appeal: Appeal) -> list[int]:
    """Those who recorded the event and settled its effects; otherwise those at the level that decided, rejected
    or closed."""
    if appeal.event:
        settled = appeal.event.proposals.values_list("settled_by_id", flat=True)
        return [user for user in {appeal.event.recorded_by_id, *settled} if user]
    review_level = REVIEW_LEVELS[Stage.TOWNSHIP if above(appeal) == COUNTY else Stage.COUNTY]
    place = appeal.unit_id[: review_level.code_length]
    return holders([review_level.leader, review_level.office], [place]).get(place, [])


def _about(appeal: Appeal) -> str:
    """A page about the subject that all who are notified may read."""
    return (
        urls.reverse("result", args=[appeal.application_id])
        if appeal.application_id
        else urls.reverse("register_unit", args=[appeal.unit_id])
    )


def _numbered(document: str) -> str:
    if not document.strip():
        raise Incomplete(_("Please enter the document number."), {"document": _("Please enter the document number.")})
    return document.strip()


def _everyone(appeal: Appeal) -> list[int]:
    """The village, its township, those who decided, and the office above."""
    level = above(appeal)
    township, place = township_of(appeal.unit_id), level.place(appeal.unit_id)
    offices = holders([Role.TOWNSHIP_OFFICE, level.office], [township, place])
    return [*_village(appeal), *_who_decided(appeal), *(user for users in offices.values() for user in users)]


def _announce(appeal: Appeal, users: Collection[int], kind: str, link: str, **params: str | int) -> None:
    announce(set(users), kind, link=link, unit_code=appeal.unit_id, unit=appeal.unit.name, **params)
