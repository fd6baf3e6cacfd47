"""Asking for comments on a draft, commenting, answering.

Each step raises ``NotAllowed``; ``WrongState`` where somebody was quicker or the time is over; ``Outdated`` when the
draft differs from what the page showed (``expected``, of ``standing_of``).
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from consultations import places
from consultations.agreement import current
from consultations.models import (
    WRITE,
    Acknowledgement,
    Comment,
    Consultation,
    ConsultationState,
    Phase,
)
from consultations.parties import asked, commenting_post, had_their_say, office, reviewers, reviewing_post
from consultations.telling import tell
from consultations.workflow import deadlines
from consultations.workflow.actions import taking
from ratings.models import Scheme
from ratings.workflow.scheme_drafts import written
from records import audit
from records.deadlines import deadline, end_of, is_over
from records.known import known
from records.refusals import Incomplete, NotAllowed, WrongState, require_reason

State = ConsultationState


@transaction.atomic
def begin(scheme: Scheme, *, by: User, until: date, public: bool = False, note: str = "") -> Consultation:
    """Ask everybody who is rated by the draft or rates by it for comments, until the end of the day ``until``.

    Pressed twice it begins once. Raises ``Incomplete`` while the draft has errors or for a day that is past.
    """
    scheme = Scheme.with_programmes.select_for_update(of=("self",)).select_related("unit").get(pk=scheme.pk)
    if not by.has_perm(WRITE, scheme.unit):
        raise NotAllowed
    if scheme.state != Scheme.State.DRAFT:
        raise WrongState(_("This scheme is issued already."))
    if there := current(scheme):
        return there
    if written(scheme)[0] != scheme.body:
        raise Incomplete(_("The draft still has errors. Please fix them first: others read it as it is kept."))
    if until <= timezone.localdate():
        message = _("Give people at least until tomorrow.")
        raise Incomplete(message, {"until": message})
    with audit.acting(by, "begin_consultation"):
        consultation = Consultation.objects.create(
            scheme=scheme,
            unit=scheme.unit,
            public=public,
            note=note.strip(),
            body=scheme.body,
            comments_until=end_of(until),
            opened_by=by,
        )
        tell(consultation, "draft_consulted", asked(consultation), until=deadline(end_of(until)))
        deadlines.open_answering(consultation, until, by=by)
    return consultation


def comment(consultation: Consultation, *, by: User, place: str, text: str) -> Comment:
    """Say something about a place of the draft, in one's post. The same said twice is said once."""
    said = require_reason(text, "text")
    with taking("comment_draft", consultation, by) as fresh:
        post = known(commenting_post(by, fresh))
        given = {"consultation": fresh, "place": place, "text": said, "by": by}
        there = Comment.objects.filter(**given).first()
        return there or _kept(
            Comment(**given, about=title_of(fresh, place), unit=post.unit, role=post.role, department=post.department)
        )


@transaction.atomic
def comment_in_public(
    consultation: Consultation, *, place: str, text: str, name: str = "", contact: str = ""
) -> Comment:
    """Anybody says something, named or not, where the county asked the public."""
    said = require_reason(text, "text")
    rows = Consultation.objects.select_for_update(of=("self",)).select_related("scheme", "unit")
    fresh = rows.get(pk=consultation.pk)
    if not fresh.public or not fresh.takes_comments:
        raise WrongState(_("The time for comments is over."))
    with audit.unseen("comment_draft"):
        given = {"consultation": fresh, "place": place, "text": said, "by": None, "name": name.strip()}
        there = Comment.objects.filter(**given).first()
        return there or _kept(Comment(**given, about=title_of(fresh, place), contact=contact.strip()))


def _kept(new: Comment) -> Comment:
    new.save()
    people = office(new.consultation.unit_id)
    if not Comment.objects.filter(consultation=new.consultation, answered_at=None).exclude(pk=new.pk).exists():
        tell(new.consultation, "draft_commented", people, about=new.about)  # of the first that waits, not of each
    return new


def acknowledge(consultation: Consultation, *, by: User) -> Acknowledgement:
    """``by`` has read the draft and has nothing to add: in the consultation, or in the joint review."""
    with taking("acknowledge_draft", consultation, by) as fresh:
        reviewing = fresh.state == State.REVIEWING
        post = (reviewing_post if reviewing else commenting_post)(by, fresh)
        if post is None:
            raise NotAllowed
        made, _new = Acknowledgement.objects.get_or_create(
            consultation=fresh, phase=Phase.REVIEW if reviewing else Phase.COMMENTS, by=by, defaults={"unit": post.unit}
        )
        if reviewing:
            deadlines.reviewed_by(fresh, post.unit_id, by=by)
        return made


def answer(comment: Comment, *, by: User, outcome: str, answer: str) -> Comment:
    """The office says what becomes of a comment; its author is told."""
    said = require_reason(answer, "answer")
    with taking("answer_comment", comment.consultation, by) as fresh:
        one = Comment.objects.select_for_update().get(pk=comment.pk, consultation=fresh)
        if one.is_answered:
            raise WrongState(_("This comment has been answered already."))
        one.outcome, one.answer, one.answered_by, one.answered_at = outcome, said, by, timezone.now()
        one.save()
        if one.by_id:
            tell(fresh, "draft_answered", {one.by_id}, about=one.about)
    return one


def close(consultation: Consultation, *, by: User, reason: str = "", expected: Any = None) -> Consultation:
    """Every comment is answered; before the day a reason is needed, which all who had their say read."""
    with taking("close_consultation", consultation, by, reason=reason, expected=expected) as fresh:
        fresh.reason = reason.strip() if is_over(fresh.comments_until) else require_reason(reason)
        fresh.state, fresh.consulted_at = State.CONSULTED, timezone.now()
        fresh.save()
        deadlines.answered(fresh, by=by)
        tell(fresh, "draft_closed", had_their_say(fresh))
    return fresh


def withdraw(consultation: Consultation, *, by: User, reason: str, expected: Any = None) -> Consultation:
    """Take the draft back from those who read it; it can be edited and shown to them again."""
    said = require_reason(reason)
    with taking("withdraw_draft", consultation, by, reason=said, expected=expected) as fresh:
        told = asked(fresh) | (reviewers(fresh) if fresh.state in State.SHARED else set())
        fresh.state, fresh.reason = State.WITHDRAWN, said
        fresh.save()
        deadlines.call_off(fresh, said, by=by)
        tell(fresh, "draft_withdrawn", told | had_their_say(fresh), reason=said)
    return fresh


def title_of(consultation: Consultation, place: str) -> str:
    """The name of the place. Raises ``Incomplete`` if the draft has none such (any more)."""
    titles = places.titles(consultation.scheme.body)
    if place not in titles:
        message = _("The draft has no such place any more. Please choose again.")
        raise Incomplete(message, {"place": message})
    return titles[place]
