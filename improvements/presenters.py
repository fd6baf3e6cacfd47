"""A plan as its page shows it to one reader."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.functional import cached_property

from improvements.models import Agreement, Measure, Party, Plan, PlanState, Problem, Progress
from ratings.models import StarPeriod


@dataclass(frozen=True)
class PartyLine:
    """A party and, once it has agreed to what was sent, who did so and when."""

    party: Party
    name: str
    agreement: Agreement | None


class PlanPage:
    """Of ``plan``, which ``user`` may see. ``plan`` was read ``with_outcome``."""

    def __init__(self, plan: Plan, user: Any) -> None:
        self.plan, self.user = plan, user

    @cached_property
    def problems(self) -> list[Problem]:
        """Each with its measures; ``finished`` of a measure: somebody reported it finished."""
        measures = Measure.objects.order_by("pk")
        found = list(self.plan.problems.prefetch_related(Prefetch("measures", measures)))
        done = {one.measure_id for one in self.progress if one.done}
        for problem in found:
            for measure in problem.measures.all():
                measure.finished = measure.pk in done
        return found

    @property
    def worked_on(self) -> list[Problem]:
        return [one for one in self.problems if one.measures.all()]

    @property
    def others(self) -> list[Problem]:
        """Those that no measure is about."""
        return [one for one in self.problems if not one.measures.all()]

    @property
    def count(self) -> tuple[int, int]:
        """How many measures are finished, of how many."""
        all_of_them = [measure for problem in self.problems for measure in problem.measures.all()]
        return sum(measure.finished for measure in all_of_them), len(all_of_them)

    @property
    def unfinished(self) -> int:
        finished, planned = self.count
        return planned - finished

    @property
    def register(self) -> str:
        """The address of the unit's stars, for who may open it."""
        sees = self.user.has_perm("ratings.view_register", self.plan)
        return reverse("register_unit", args=[self.plan.unit_id]) if sees else ""

    @cached_property
    def star_today(self) -> int | None:
        return StarPeriod.objects.on().filter(unit=self.plan.unit_id).values_list("star", flat=True).first()

    @cached_property
    def progress(self) -> list[Progress]:
        rows = self.plan.progress.select_related("by", "measure").prefetch_related("files__file")
        return list(rows.order_by("-at", "-pk"))

    @cached_property
    def parties(self) -> list[PartyLine]:
        given = {
            one.party: one
            for one in self.plan.agreements.filter(revision=self.plan.revision).select_related("by")
            if self.plan.state != PlanState.DRAFT
        }
        return [PartyLine(Party(value), str(label), given.get(value)) for value, label in Party.choices]

    @property
    def score_card(self) -> str:
        """The address of the score card, for who may open it."""
        return self._score_card_of(self.plan.decision.application_id)

    @property
    def score_card_after(self) -> str:
        """The same of the next result."""
        return self._score_card_of(self.plan.after_application)

    def _score_card_of(self, application: int | None) -> str:
        sees = application and self.user.has_perm("ratings.view_application", self.plan)
        return reverse("score_card", args=[application]) if sees else ""
