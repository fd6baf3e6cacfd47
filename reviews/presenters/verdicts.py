"""What was decided about each village of a batch, beside what was allowed on the decision day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.templatetags.face import star_name
from ratings.allowance.allowed_star import Short
from ratings.allowance.shortfall import Minimum, minimums, why_words
from ratings.models import Decision
from ratings.scheme.spec import SchemeSpec
from reviews.decisions.ceiling import Ceiling, ceilings
from reviews.models import Batch
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.workflow.decisions import needs_reason_below


@dataclass(frozen=True)
class Verdict:
    """``ceiling``: the maximum; ``below``: deciding lower required a reason; ``vetoes`` in words."""

    decision: Decision
    ceiling: Ceiling
    spec: SchemeSpec
    below: bool
    vetoes: tuple[str, ...]

    @property
    def allowed(self) -> int:
        """The highest star possible."""
        return self.ceiling.star

    @property
    def is_lower(self) -> bool:
        """Whether the star is lower than what the points allow, or than the one applied for."""
        return self.decision.star < max(self.ceiling.allowed.star, self.ceiling.applied)

    @property
    def minimums(self) -> list[Minimum]:
        return minimums(self.spec, self.ceiling.allowed)

    @property
    def because(self) -> list[str]:
        """Why it is not higher: the decider's reason, then every condition that limited it."""
        said, allowed = [self.decision.reason] if self.decision.reason else [], self.ceiling.allowed
        said += [why_words(self.spec, short) for short in allowed.short if self._keeps_down(short)]
        if self.ceiling.cap is not None and self.ceiling.cap < max(allowed.star, self.ceiling.applied):
            said.append(_("capped at %(star)s") % {"star": star_name(self.ceiling.cap)})
        if self.ceiling.applied < allowed.star:
            said.append(_("applied for %(star)s only") % {"star": star_name(self.ceiling.applied)})
        return list(dict.fromkeys(said))

    def _keeps_down(self, short: Short) -> bool:
        """Whether ``short`` bars a star up to the one applied for; where areas are named stars, any does."""
        return not isinstance(short.star, int) or self.decision.star < short.star <= self.ceiling.applied


def verdicts(batch: Batch, decisions: Iterable[Decision]) -> list[Verdict]:
    """``decisions`` of ``batch`` in their order, each with its application."""
    decisions, review_level = list(decisions), REVIEW_LEVELS[batch.stage]
    by_day: dict[date, list] = {}
    for decision in decisions:
        decision.application.cycle = batch.cycle
        by_day.setdefault(timezone.localdate(decision.decided_at), []).append(decision.application)
    by_application: dict[int, Ceiling] = {}
    for day, applications in by_day.items():
        by_application |= ceilings(applications, review_level.stage, day)
    spec = batch.scheme.spec
    names = {veto.code: f"{veto.code} {veto.name}" for veto in spec.vetoes}
    return [
        Verdict(
            decision,
            ceiling,
            spec,
            decision.star < needs_reason_below(decision.application, ceiling, review_level),
            tuple(names.get(code, code) for code in ceiling.allowed.barred),
        )
        for decision in decisions
        for ceiling in [by_application[decision.application_id]]
    ]
