"""Why a star under public notice is lower than its points suggest: in a sentence that anyone may read.

It only names the kind of reason: the item or area, and the meeting's words, stay with the office.
"""

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.templatetags.face import star_name
from ratings.models import Decision
from ratings.scheme.spec import SchemeSpec
from reviews.models import Batch
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.presenters.verdicts import Verdict, verdicts


def reasons(batch: Batch, decisions: Iterable[Decision]) -> dict[int, str]:
    """By decision, for those of ``batch`` whose total reaches the line of a higher star."""
    spec, origin = batch.scheme.spec, REVIEW_LEVELS[batch.stage].origin
    lower = [one for one in decisions if one.total is not None and one.star < _by_total(spec, one.total)]
    judged = {one.decision.pk: one for one in verdicts(batch, (one for one in lower if one.origin == origin))}
    return {one.pk: _reason(judged.get(one.pk), _by_total(spec, one.total)) for one in lower}


def _by_total(spec: SchemeSpec, total: Decimal) -> int:
    """The star whose line the total reaches; 0 where stars do not depend on totals."""
    return max(
        (
            line.star
            for line in spec.stars
            if line.total is not None and total >= line.total or line.over is not None and total > line.over
        ),
        default=0,
    )


def _reason(verdict: Verdict | None, suggested: int) -> str:
    if verdict is None or verdict.decision.star < verdict.allowed:
        return _("Decided by the meeting; its reason is in the minutes.")
    ceiling = verdict.ceiling
    if ceiling.applied == verdict.decision.star:
        return _("It applied for %(star)s.") % {"star": star_name(ceiling.applied)}
    if ceiling.cap == verdict.decision.star or ceiling.allowed.barred:
        return _("The scheme limits its star this year.")
    return _("Not every minimum beside the total is reached.")
