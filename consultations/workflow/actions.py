"""What a person may do next with a consultation: ``consultations.models.lifecycle`` for one person.

Pages, workflow and tests share it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.agreement import joint_review_applies, unagreed_changes
from consultations.models import COMMENT, REVIEW, STEPS, Consultation, ConsultationState
from consultations.parties import commenting_post, reviewing_post
from consultations.standing import standing_of
from ratings.models import Scheme
from records import audit
from records.actions import Actions
from records.lifecycle import Step
from records.previews import require_unchanged


def may(user: User, step: Step, consultation: Consultation) -> bool:
    """Whether one of the step's rights is held: those of places, or as one of those who are asked."""
    for perm in step.permissions:
        if perm == COMMENT:
            allowed = commenting_post(user, consultation) is not None
        elif perm == REVIEW:
            allowed = reviewing_post(user, consultation) is not None
        else:
            allowed = user.has_perm(perm, consultation)
        if allowed:
            return True
    return False


def held_back(verb: str, consultation: Consultation) -> str:
    """Why a step may not be taken now, although the state would allow it."""
    if verb in ("comment_draft", "answer_comment") and consultation.state != ConsultationState.CONSULTING:
        return _("The time for comments is over.")
    if verb == "comment_draft" and not consultation.takes_comments:
        return _("The time for comments is over.")
    if verb == "propose_change" and not consultation.takes_proposals:
        return _("The time for proposals is over.")
    if verb == "close_consultation" and consultation.comments.filter(answered_at=None).exists():
        return _("There are comments without an answer.")
    if verb == "conclude_review" and consultation.draftproposals.filter(settled_at=None).exists():
        return _("There are proposed changes that the county has not settled.")
    if verb == "send_to_review":
        if not joint_review_applies(consultation.unit_id):
            return _("The city has turned the joint review off.")
        if consultation.state == ConsultationState.REVIEWED and not unagreed_changes(consultation):
            return _("The draft has been reviewed, and nothing else was changed since.")
    return ""


def _moved_on(user: User, consultation: Consultation) -> str:
    return _("This draft is now: %(state)s.") % {"state": consultation.get_state_display()}


def _held_back(user: User, step: Step, consultation: Consultation) -> str:
    return held_back(step.verb, consultation)


ACTIONS: Actions[Consultation] = Actions(STEPS, may, _moved_on, _held_back)
available, require = ACTIONS.available, ACTIONS.require


@contextmanager
def taking(
    verb: str, consultation: Consultation, by: User, *, reason: str = "", expected: Any = None
) -> Iterator[Consultation]:
    """One transaction in which ``by`` takes the step with the consultation as it is, draft and all locked."""
    with transaction.atomic(), audit.acting(by, verb, reason):
        scheme = Scheme.with_programmes.select_for_update(of=("self",)).get(pk=consultation.scheme_id)
        fresh = Consultation.objects.select_for_update(of=("self",)).select_related("unit").get(pk=consultation.pk)
        fresh.scheme = scheme
        require(verb, by, fresh)
        require_unchanged(expected, standing_of(fresh))
        yield fresh
