"""Objections during the public notice of a round: made by anyone, answered by the county's discipline commission."""

from __future__ import annotations

import json
import secrets
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.authority import reached
from accounts.impartial import is_of
from accounts.models import User
from accounts.role_holders import has_post
from honours.models import Nomination, NominationState, Opinion, Round, RoundObjection
from honours.telling import tell
from honours.workflow import duties
from honours.workflow.step import locked
from records import audit
from records.files import sha256_of, store_strangers_photo
from records.previews import require_unchanged
from records.refusals import Incomplete, NotAllowed, WrongState, require_reason
from records.typed_codes import ALPHABET, grouped

ANSWER = "reviews.answer_objection_county"


@transaction.atomic
def make(
    nomination: Nomination,
    *,
    text: str,
    name: str = "",
    contact: str = "",
    photo: UploadedFile[Any] | None = None,
    place: str = "",
) -> RoundObjection:
    """Record an objection, named or anonymous. The same text from the same ``place`` (an address) is one objection.

    Raises ``WrongState`` outside the days of public notice, ``Incomplete`` without text or with an invalid ``photo``.
    """
    round = locked(nomination.round)
    nomination = _locked_nomination(nomination.pk, round)
    under_notice = round.state == Round.State.NOTICE and round.last_day and timezone.localdate() <= round.last_day
    if not under_notice or nomination.state != NominationState.LISTED:
        raise WrongState(_("The days of public notice are over."))
    if not text.strip():
        raise Incomplete(_("Please say what is not right."), {"text": _("Please say what is not right.")})
    seen = [sha256_of(photo)] if photo else []
    sent = _digest(nomination, place, text, name, contact, *seen) if place else None
    if sent and (made := RoundObjection.objects.filter(sent=sent).first()):
        return made
    with audit.unseen("object"):
        objection = RoundObjection.objects.create(
            nomination=nomination,
            unit=nomination.unit,
            receipt=grouped("".join(secrets.choice(ALPHABET) for _n in range(12))),
            text=text.strip(),
            name=name.strip(),
            contact=contact.strip(),
            sent=sent,
            photo=store_strangers_photo(photo) if photo else None,
        )
    duties.objection_waits(objection)
    return objection


def shown_to(user: User) -> QuerySet[RoundObjection]:
    """The objections that ``user`` may read, with who objected: where the right is held, but for the own village."""
    return reached(user, ANSWER, RoundObjection.objects.exclude(has_post(user.pk, "unit")))


def may_answer(user: User, nomination: Nomination) -> bool:
    """Holders of the right there who gave no opinion on it and are not of the unit."""
    spoke = Opinion.objects.filter(nomination=nomination, by=user)
    return user.has_perm(ANSWER, nomination) and not is_of(user, nomination.unit_id) and not spoke.exists()


@transaction.atomic
def answer(objection: RoundObjection, *, by: User, upheld: bool, answer: str, expected: Any = None) -> RoundObjection:
    """Answer it; ``upheld``: the village goes off the list. ``expected``: ``[state, state of the nomination]``."""
    said = require_reason(answer, "answer")
    round = locked(objection.nomination.round)
    nomination = (
        Nomination.objects.select_for_update(of=("self",)).select_related("unit").get(pk=objection.nomination_id)
    )
    nomination.round = round
    fresh = RoundObjection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if not may_answer(by, nomination):
        raise NotAllowed
    if fresh.state != RoundObjection.State.OPEN:
        raise WrongState(_("This objection has been answered already."))
    require_unchanged(expected, [fresh.state, nomination.state])
    with audit.acting(by, "answer_round_objection"):
        fresh.state = RoundObjection.State.UPHELD if upheld else RoundObjection.State.DISMISSED
        fresh.answer, fresh.answered_by, fresh.answered_at = said, by, timezone.now()
        fresh.save()
        if upheld and nomination.state == NominationState.LISTED:
            nomination.state, nomination.reason = NominationState.DECLINED, said
            nomination.closed_at = timezone.now()
            nomination.save()
            duties.end_idle_checks(round, by=by, reason=said)
            tell([nomination], "nomination_ended")
    duties.objection_answered([fresh.pk], by=by)
    return fresh


def _locked_nomination(pk: int, round: Round) -> Nomination:
    nomination = Nomination.objects.select_for_update(of=("self",)).select_related("unit").get(pk=pk)
    nomination.round = round
    return nomination


def _digest(nomination: Nomination, place: str, *words: str) -> UUID:
    """Keyed, so that nobody can derive an address or try texts with it."""
    said = json.dumps([nomination.pk, place, *(" ".join(word.split()) for word in words)])
    return UUID(salted_hmac("honours.objection", said, algorithm="sha256").hexdigest()[:32])
