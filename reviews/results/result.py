"""From facts to the star of one application, as far as the reader may know it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.prepared import asked
from ratings.allowance.allowed_star import Allowed, allowed, of_few
from ratings.allowance.shortfall import why_not
from ratings.application.progress import visible_steps
from ratings.explanation import ExplanationStep, chapters_of
from ratings.models import Application, Decision, Points, Stage, StarPeriod, Transition
from ratings.scheme.spec import Area, Criterion
from ratings.scoring.totals import area_points
from ratings.workflow.filling_rights import criteria_of
from records.chain import Seal
from records.chain_head import Head
from records.seal_lookup import seals_of_last_change
from reviews.appeals.appealable import of_rejection, why_not_appealable
from reviews.decisions.visibility import decision_of
from reviews.models import Batch
from reviews.models.lifecycle import APPEAL


@dataclass(frozen=True)
class ResultLine:
    """One criterion: the unit's own points and the panel's."""

    criterion: Criterion
    own: Decimal | None
    panel: Decimal | None

    @property
    def lost(self) -> Decimal:
        return self.criterion.max - (self.panel or Decimal(0))


@dataclass(frozen=True)
class ResultBlock:
    """One area with its sums after ``cap``."""

    area: Area
    own: Decimal | None
    panel: Decimal | None
    lines: list[ResultLine]


class Result:
    """``application`` as opened for ``user`` (``ratings.application.access``); nothing unreleased is queried."""

    def __init__(self, application: Application, user: Any) -> None:
        self.application, self.user = application, user
        self.spec = application.scheme.spec

    @cached_property
    def decision(self) -> Decision | None:
        return decision_of(self.user, self.application)

    @cached_property
    def steps(self) -> list[Transition]:
        """The steps that the reader may know, oldest first."""
        return visible_steps(self.user, self.application)

    @property
    def batch(self) -> Batch | None:
        """The batch in which the decision was released."""
        entry = getattr(self.decision, "batch_entry", None) if self.decision else None
        return entry.batch if entry and entry.batch.state != Batch.State.DRAFT else None

    @cached_property
    def _kept(self) -> dict[str, dict[str, Points]]:
        """By stage, the points of each criterion; a panel's only with the decision that depends on them."""
        stages = [Stage.SELF.value, *([self.decision.origin] if self.decision else [])]
        kept: dict[str, dict[str, Points]] = {stage: {} for stage in stages}
        for row in asked(_points, None, self.application.pk, stages=tuple(stages)):
            kept[row.stage][row.criterion] = row
        return kept

    @cached_property
    def own(self) -> dict[str, Decimal]:
        return {code: row.points for code, row in self._kept[Stage.SELF].items()}

    @property
    def _panel(self) -> dict[str, Points]:
        return self._kept[self.decision.origin] if self.decision else {}

    @cached_property
    def panel(self) -> dict[str, Decimal]:
        return {code: row.points for code, row in self._panel.items()}

    @property
    def figures(self) -> dict[str, Decimal | None]:
        """The panel's figures, where a criterion looks at one."""
        return {code: row.figure for code, row in self._panel.items()}

    @cached_property
    def blocks(self) -> list[ResultBlock]:
        fitting = {criterion.code: criterion for criterion in criteria_of(self.application)}
        return [
            ResultBlock(
                area,
                area_points(area, self.own) if self.own else None,
                area_points(area, self.panel) if self.panel else None,
                [
                    ResultLine(c, self.own.get(c.code), self.panel.get(c.code))
                    for c in area.criteria
                    if c is fitting[c.code]
                ],
            )
            for area in self.spec.areas
            if area.criteria
        ]

    @property
    def costliest(self) -> list[ResultLine]:
        """The three base criteria that lost the most points."""
        base = [line for block in self.blocks if block.area.kind == "base" for line in block.lines]
        return sorted((line for line in base if line.lost > 0), key=lambda line: -line.lost)[:3] if self.panel else []

    @cached_property
    def allowed(self) -> Allowed | None:
        """What the panel's points allowed on the decision day."""
        if not self.panel:
            return None
        day = timezone.localdate(self.decision.decided_at)
        return allowed(of_few([self.application.pk], self.decision.origin, day))[0]

    @property
    def next_star(self) -> int | None:
        """The lowest star above the decided one that the scheme has."""
        return min((line.star for line in self.spec.stars if line.star > self.decision.star), default=None)

    @property
    def short(self) -> list[str]:
        """What the next star would have required beyond what the panel found."""
        if self.allowed is None or self.next_star is None:
            return []
        return why_not(self.spec, self.allowed, self.next_star)

    @property
    def barred(self) -> dict[str, str]:
        """The names of the veto items that counted on the decision day, by code."""
        codes = self.allowed.barred if self.allowed else ()
        return {veto.code: veto.name for veto in self.spec.vetoes if veto.code in codes}

    @cached_property
    def chapters(self) -> list[tuple[str, list[ExplanationStep]]]:
        """The explanation: every step from the facts to today's star, by section."""
        return chapters_of(self)

    @cached_property
    def seal(self) -> Head | None:
        """The chain link that seals the decision's last change."""
        seals = asked(_seals, None, self.decision.pk) if self.decision else []
        return Head.of(seals[0]) if seals else None

    @cached_property
    def may_appeal(self) -> bool:
        """Whether the village's signer sees a link to appeal: no appeal was made, and it may not be too late.

        The appeal's own page counts the working days; here three times the days are allowed, as holidays never triple
        them.
        """
        if not self.user.has_perm(APPEAL, self.application):
            return False
        if self.application.state == Application.State.REJECTED:
            return not why_not_appealable(of_rejection(self.application))
        if not self.batch:
            return False
        recent = timezone.now() - self.batch.released_at <= timedelta(days=3 * self.spec.appeal_days)
        return recent and all(title != _("Appeal") for title, _steps in self.chapters)

    @cached_property
    def star_periods(self) -> list[StarPeriod]:
        """The unit's stars so far, newest first, as known now; ``last`` is the last day, None for the current one."""
        periods = asked(_periods, None, self.application.unit_id)
        for period in periods:
            period.last = period.during.upper and period.during.upper - timedelta(days=1)
        return periods

    @property
    def today(self) -> StarPeriod | None:
        day = timezone.localdate()
        return next((period for period in self.star_periods if _covers(period, day)), None)


def _seals(_user: User, decision: int) -> QuerySet[Seal]:
    return seals_of_last_change(Decision, decision)[:1]


def _points(_user: User, application: int, *, stages: tuple[str, ...]) -> QuerySet[Points]:
    return Points.objects.filter(application=application, stage__in=stages).order_by("criterion")


def _periods(_user: User, unit: str) -> QuerySet[StarPeriod]:
    return StarPeriod.objects.known().filter(unit=unit).order_by("-during")


def _covers(period: StarPeriod, day: date) -> bool:
    """Whether ``period``, whose end may be open, contains ``day``."""
    return period.during.lower <= day and (period.during.upper is None or day < period.during.upper)
