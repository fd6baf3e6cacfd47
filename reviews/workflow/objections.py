"""Objections: made by anyone while a decision is under public notice; answered by somebody who did not
decide and has no post in the unit. Where there is no such person, the office that appoints one is told."""

from __future__ import annotations

import json
import secrets
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.impartial import tell_appointing
from accounts.models import User
from accounts.role_holders import holders
from accounts.roles import RATED_POSTS, Role
from notifications.workflow import announce
from ratings.models import Decision
from ratings.models.decision_lifecycle import DECISION_STEPS
from ratings.signals import matters_changed
from ratings.workflow import decision as decisions
from records import audit
from records.files import sha256_of, store_strangers_photo
from records.known import known
from records.previews import require_unchanged
from records.refusals import Incomplete, WrongState
from records.typed_codes import ALPHABET, grouped
from reviews.appeals.answer_basis import of_objection
from reviews.decisions.visibility import barred_from
from reviews.models import Appeal, Batch, Objection
from reviews.models.lifecycle import OBJECTION_STEPS
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.workflow import appeals
from reviews.workflow.actions import OBJECTION_ACTIONS
from villages.models import Unit

ANSWERERS = {"township": Role.TOWNSHIP_OFFICE, "county": Role.DISCIPLINE}


@transaction.atomic
def make_objection(
    decision: Decision,
    *,
    text: str,
    name: str = "",
    contact: str = "",
    photo: UploadedFile[Any] | None = None,
    place: str = "",
) -> Objection:
    """Record an objection against ``decision``, named or anonymous; ``receipt`` is given to the person.

    Idempotent: the same text from the same ``place`` (a client's address) returns the existing one.

    Raises ``WrongState`` outside the days of public notice (until 24:00 of the last one), ``Incomplete`` without text
    or with an invalid ``photo``.
    """
    decision = (
        Decision.objects.select_for_update(of=("self",))
        .select_related("batch_entry__batch", "unit")
        .get(pk=decision.pk)
    )
    batch = decision.batch_entry.batch
    if (
        decision.state != Decision.State.RELEASED
        or batch.state != Batch.State.RELEASED
        or timezone.localdate() > known(batch.last_day)
    ):
        raise WrongState(_("The days of public notice are over."))
    if not text.strip():
        raise Incomplete(_("Please say what is not right."), {"text": _("Please say what is not right.")})
    seen = sha256_of(photo) if photo else ""
    sent = _digest(decision, place, text, name, contact, *filter(None, [seen])) if place else None
    if sent and (made := Objection.objects.filter(sent=sent).first()):
        return made  # no concurrent objection: the decision is locked
    with audit.unseen("object"):
        objection = Objection.objects.create(
            decision=decision,
            unit=decision.unit,
            receipt=_receipt(),
            text=text.strip(),
            name=name.strip(),
            contact=contact.strip(),
            sent=sent,
            photo=store_strangers_photo(photo) if photo else None,
        )
    matters_changed.send(sender=Objection, units=[objection.unit_id])
    _tell_made(objection)
    return objection


def _tell_made(objection: Objection) -> None:
    """Those who may answer it, or else the office that appoints such people: until then the star is not confirmed."""
    role, unit = ANSWERERS[objection.decision.origin], objection.unit
    place = unit.code[: REVIEW_LEVELS[objection.decision.origin].code_length]
    barred = barred_from([objection.pk])[objection.pk]
    if answering := set(holders([role], [place]).get(place, ())) - barred:
        link = reverse("review_objection", args=[objection.pk])
        announce(answering, "objection_made", link=link, unit_code=unit.code, unit=unit.name)
        return
    # Whoever decided learns of it where nobody else could appoint anybody.
    about = {"unit_code": unit.code, "unit": unit.name, "place": Unit.objects.get(pk=place).name}
    tell_appointing("objection_unanswerable", role, place, barred, **about)


@transaction.atomic
def dismiss(objection: Objection, *, by: User, answer: str, expected: Any = None) -> None:
    """Dismiss the objection; with the last one answered, the decision can be confirmed."""
    _answer(objection, "objection_dismissed", by, answer, expected)


@transaction.atomic
def uphold(objection: Objection, *, by: User, answer: str, expected: Any = None) -> None:
    """Uphold the objection: the decision is overturned and goes back to the level that decided."""
    decision = _answer(objection, "objection_upheld", by, answer, expected)
    review_level = REVIEW_LEVELS[decision.origin]
    appeals.lapse(Appeal.objects.filter(decision=decision))
    decisions.overturn(decision, review_level.state, verb="uphold", by=by, reason=answer.strip())
    place = decision.unit_id[: review_level.code_length]
    recipients = [
        user for users in holders([review_level.leader, review_level.office], [place]).values() for user in users
    ]
    recipients += holders(RATED_POSTS, [decision.unit_id]).get(decision.unit_id, [])
    announce(
        recipients,
        "objection_upheld",
        link=reverse("result", args=[decision.application_id]),
        unit_code=decision.unit_id,
        unit=decision.unit.name,
    )


def _answer(objection: Objection, verb: str, by: User, answer: str, expected: Any) -> Decision:
    """``expected``: what the page listed (``answer_basis.of_objection``); ``Outdated`` when it has changed."""
    decision = Decision.objects.select_for_update(of=("self",)).select_related("unit").get(pk=objection.decision_id)
    objection = Objection.objects.select_for_update().get(pk=objection.pk)
    objection.decision = decision
    OBJECTION_ACTIONS.require(verb, by, objection)
    if verb == "objection_upheld" and decision.state not in DECISION_STEPS["uphold"].states:
        raise WrongState(_("This decision is no longer valid."))
    require_unchanged(expected, of_objection(objection, decision))
    if not answer.strip():
        raise Incomplete(_("Please write the answer."), {"answer": _("Please write the answer.")})
    with audit.acting(by, verb):
        Objection.objects.filter(pk=objection.pk).update(
            state=OBJECTION_STEPS[verb].to, answer=answer.strip(), answered_by=by, answered_at=timezone.now()
        )
    matters_changed.send(sender=Objection, units=[objection.unit_id])
    return decision


def _digest(decision: Decision, place: str, *words: str) -> UUID:
    """Keyed, so that nobody can derive an address or test texts with it; spaces and line ends are normalized."""
    said = json.dumps([decision.pk, place, *(" ".join(word.split()) for word in words)])
    return UUID(salted_hmac("reviews.objection", said, algorithm="sha256").hexdigest()[:32])


def _receipt() -> str:
    """Twelve letters in groups of four, without those that are easily mistaken for each other."""
    return grouped("".join(secrets.choice(ALPHABET) for _n in range(12)))
