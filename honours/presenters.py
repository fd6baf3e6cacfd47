"""A round and a nomination as their pages show them to one reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.functional import cached_property

from honours.candidates import candidates, hindrances, names_for, own_nomination
from honours.certificate import code_of
from honours.models import Nomination, NominationState, Opinion, OpinionLevel, ReplyFinding, Round, RoundAward
from honours.models.lifecycle import NOMINATE, RUN
from honours.workflow import checking
from incentives.models import RewardPolicy
from ratings.events.applicable_scheme import names_of_kinds
from villages.models import Unit, below_any, county_of


@dataclass(frozen=True)
class CheckLine:
    """One department (``number``: its place in the round's list) of one county: its answer, if there is one;
    ``mine``: the reader answers for it."""

    county: Unit
    number: int
    department: str
    reply: Any
    mine: bool
    found: int


@dataclass(frozen=True)
class OwnVillage:
    """What a village's people read of a round: their nomination, or whether and why not they may nominate."""

    unit: Unit
    nomination: Nomination | None
    hindrances: list[str]
    may: bool


class RoundPage:
    def __init__(self, round: Round, user: Any) -> None:
        self.round, self.user = round, user

    @cached_property
    def runs(self) -> bool:
        return self.user.has_perm(RUN, self.round)

    @cached_property
    def nominations(self) -> Any:
        """Those in the reader's scope."""
        return self.round.nominations.seen_by(self.user).select_related("unit")

    @cached_property
    def barring(self) -> list[str]:
        return names_of_kinds(self.round.barring, {self.round.unit_id, *(one.unit_id for one in self.user.posts)})

    @cached_property
    def own(self) -> list[OwnVillage]:
        """The villages that the reader nominates."""
        codes = [code for code in self.user.reach(NOMINATE) if code.startswith(self.round.unit_id)]
        found = []
        for unit in candidates(self.round, codes) if codes else []:
            nomination = own_nomination(self.round, unit.code)
            reasons = hindrances(self.round, unit, names_for(self.user, self.round, unit.pk))
            open_now = self.round.takes_nominations(timezone.localdate())
            live = nomination is not None and nomination.state in NominationState.LIVE
            found.append(OwnVillage(unit, nomination, reasons, open_now and not live and not reasons))
        return found

    @cached_property
    def checks(self) -> list[CheckLine]:
        """The joint check, for the office that runs the round and for those who answer: each sees its own county's."""
        if self.round.state == Round.State.DRAFT or self.round.state == Round.State.OPEN:
            return []
        mine = set(checking.answers_for(self.user, self.round))
        replies = {
            (one.unit_id, one.department): one
            for one in checking.standing_replies(self.round).select_related("by").annotate(n=Count("findings"))
        }
        return [
            CheckLine(county, number, name, reply, (county.pk, name) in mine, reply.n if reply else 0)
            for county in checking.asked(self.round)
            for number, name in enumerate(self.round.departments)
            if self.runs or (county.pk, name) in mine
            for reply in [replies.get((county.pk, name))]
        ]

    @property
    def lapses(self) -> bool:
        """Whether the reader may go on without those who have not answered."""
        due = self.round.check_due
        return self.runs and self.round.state == Round.State.CHECK and due is not None and timezone.now() >= due

    def may_lapse(self, line: CheckLine) -> bool:
        return self.lapses and not line.mine and line.reply is None

    @cached_property
    def award(self) -> RewardPolicy | None:
        """The policy by which the reader's county pays the award."""
        kept = RoundAward.objects.filter(round=self.round, county__in=self._counties).select_related("policy").first()
        return kept.policy if kept else None

    @property
    def may_draft_award(self) -> bool:
        if not self.round.award or self.round.state != Round.State.NAMED or self.award is not None:
            return False
        named = Nomination.objects.titled().filter(below_any(self._paying, "unit_id"), round=self.round)
        return bool(self._paying) and named.exists()

    @property
    def _counties(self) -> set[str]:
        return {county_of(code) for code in self.user.reach("incentives.view_incentive")}

    @property
    def _paying(self) -> list[str]:
        return [code for code in self.user.reach(RewardPolicy.MANAGE) if code.startswith(self.round.unit_id)]


@dataclass(frozen=True)
class LevelLine:
    """A level of a nomination's way and, once it has spoken, its opinion."""

    name: str
    opinion: Opinion | None
    current: bool


class NominationPage:
    def __init__(self, nomination: Nomination, user: Any) -> None:
        self.nomination, self.user = nomination, user

    @cached_property
    def way(self) -> list[LevelLine]:
        said = {one.level: one for one in self.nomination.opinions.select_related("by")}
        levels = [OpinionLevel.TOWNSHIP, OpinionLevel.COUNTY]
        if not self.nomination.round.ends_at_county:
            levels.append(OpinionLevel.CITY)
        return [LevelLine(str(one.label), said.get(one), self.nomination.state == one) for one in levels]

    @cached_property
    def findings(self) -> list[ReplyFinding]:
        """For the office that runs the round alone."""
        if not self.user.has_perm(RUN, self.nomination.round):
            return []
        found = ReplyFinding.objects.filter(nomination=self.nomination, reply__corrected_by=None)
        return list(found.select_related("reply"))

    @property
    def certificate(self) -> str:
        """The check code of the title, while it is held or was once."""
        titled = self.nomination.state in (NominationState.NAMED, NominationState.REVOKED)
        return code_of(self.nomination.pk) if titled else ""

    @cached_property
    def answers(self) -> bool:
        """Whether the reader answers objections there: others do not read them."""
        return self.user.has_perm("reviews.answer_objection_county", self.nomination)

    @cached_property
    def objections(self) -> Any:
        """For those who answer them; the office that runs the round sees how many wait."""
        if not self.answers and not self.user.has_perm(RUN, self.nomination.round):
            return []
        return list(self.nomination.objections.select_related("answered_by"))
