"""Notes that settle spreads above the scheme's tolerance: signed once, added to with a reason, never changed
(practice §3)."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from ratings.models import Application
from records import audit
from records.previews import require_unchanged
from records.refusals import Incomplete, NotAllowed, WrongState, require_reason
from reviews.conflicts_of_interest import has_conflict
from reviews.models import Addendum, Settlement, Sheet
from reviews.models.review_levels import REVIEW_LEVELS, ReviewLevel


@transaction.atomic
def settle(settlement: Settlement, *, by: User, note: str, expected: Any = None) -> None:
    """Sign the note on a spread above the tolerance: by a reviewer of the panel or its convener; once.

    ``expected`` (here and in ``add``): the note as the page showed it (``said_in``); ``Outdated`` when it has changed.
    Raises ``NotAllowed`` (nobody of the panel or its office, or one with a conflict of interest), ``WrongState``
    (signed already, or no longer under review), ``Incomplete`` (no note).
    """
    settlement = _locked(settlement, by)
    require_unchanged(expected, said_in(settlement))
    if settlement.note:
        raise WrongState(_("This note is signed already. What is to be added to it needs a reason."))
    note = _written(note, "note", _("Please write the note."))
    with audit.acting(by, "settle"):
        settlement.note, settlement.by, settlement.at = note, by, timezone.now()
        settlement.save(update_fields=["note", "by", "at"])


@transaction.atomic
def add(settlement: Settlement, *, by: User, note: str, reason: str, expected: Any = None) -> Addendum:
    """Add to a signed note, which does not change; the same text again from the same person adds nothing.

    Raises as ``settle``; ``WrongState`` while it is unsigned.
    """
    settlement = _locked(settlement, by)
    require_unchanged(expected, said_in(settlement))
    if not settlement.note:
        raise WrongState(_("This note is not signed yet."))
    note = _written(note, "note", _("Please write the note."))
    reason = require_reason(reason)
    if added := settlement.addenda.filter(note=note, reason=reason, by=by).first():
        return added
    with audit.acting(by, "add_to_settlement", reason):
        return Addendum.objects.create(settlement=settlement, note=note, reason=reason, by=by)


def said_in(settlement: Settlement) -> list[Any]:
    """The spread that is settled, the signed note, and what was added to it."""
    return [settlement.spread, settlement.note, sorted(one.pk for one in settlement.addenda.all())]


def may_write(user: User, application: Application, review_level: ReviewLevel) -> bool:
    """Whether ``user`` may write notes now: one of the panel (``is_of_the_panel``) while it reviews."""
    return application.state == review_level.state and is_of_the_panel(user, application, review_level)


def is_of_the_panel(user: User, application: Application, review_level: ReviewLevel) -> bool:
    """A reviewer whose sheet counts or the panel's convener, without a conflict of interest."""
    return _scores_or_convenes(user, application, review_level) and not has_conflict(
        application.pk, user.pk, review_level.stage
    )


def supersede(applications: Collection[int], stage: str) -> None:
    """The points are given again: open notes are deleted, signed ones stay on record as superseded."""
    settlements = Settlement.objects.filter(application__in=applications, stage=stage, superseded_at=None)
    settlements.filter(note="").delete()
    settlements.update(superseded_at=timezone.now())


def _scores_or_convenes(user: User, application: Application, review_level: ReviewLevel) -> bool:
    if user.has_perm(review_level.permission("convene"), application):
        return True
    counted = Sheet.objects.filter(
        application=application, stage=review_level.stage, reviewer=user, state=Sheet.State.HANDED_IN
    )
    return user.has_perm(review_level.permission("score"), application) and counted.exists()


def _locked(settlement: Settlement, by: User) -> Settlement:
    rows = Settlement.objects.select_for_update(of=("self",)).select_related("application__unit")
    settlement = rows.get(pk=settlement.pk)
    application, review_level = settlement.application, REVIEW_LEVELS[settlement.stage]
    if not is_of_the_panel(by, application, review_level):
        raise NotAllowed
    if application.state != review_level.state or settlement.superseded_at:
        raise WrongState(_("This application is no longer under review."))
    return settlement


def _written(text: str, field: str, message: str) -> str:
    if not text.strip():
        raise Incomplete(message, {field: message})
    return text.strip()
