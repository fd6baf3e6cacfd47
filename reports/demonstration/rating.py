"""Simulates one county's rating of one year, from the empty application to the confirmed star.

Every step is the bulk form of the workflow's own function: permissions are checked as anywhere.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from accounts.roles import Role
from ratings.application import questions
from ratings.models import Application, Cycle, Decision, Stage
from ratings.workflow import answers, application, evidence, supply
from reports.demonstration.chance import chance
from reports.demonstration.evidence import pieces
from reports.demonstration.facts import seen_by
from reports.demonstration.people import Staff
from reports.demonstration.plans import Phase, YearPlan
from reviews.decisions.ceiling import Ceiling, ceilings
from reviews.models import Settlement, Sheet
from reviews.models.review_levels import REVIEW_LEVELS, ReviewLevel
from reviews.sheets.scores import ScoreEntry
from reviews.workflow import batches, checks, decisions, panels, settlements, sheets
from reviews.workflow.checks import CheckFinding
from reviews.workflow.decisions import Choice
from villages.models import Level, Unit, township_of

LOOKED = "查看台账、走访农户后打分"
DIFFERS = "现场核查与申报不符，以核查为准"
DAYS_TO_ANSWER = 5
LOWER = "领导小组会议研究决定"


@dataclass(frozen=True)
class Calendar:
    """When a year's steps were taken; ``noticed`` is a later release than ``released``."""

    begun: datetime
    submitted: datetime
    accepted: datetime
    scored: datetime
    decided: datetime
    released: datetime
    noticed: datetime
    county_scored: datetime
    county_decided: datetime
    county_released: datetime
    county_noticed: datetime


class Rating:
    """``plans``: the plan of every unit that takes part, all of the level that ``cycle`` rates."""

    def __init__(self, cycle: Cycle, plans: Iterable[YearPlan], staff: Staff, calendar: Calendar) -> None:
        self.cycle, self.staff, self.at = cycle, staff, calendar
        self.county = cycle.unit_id
        self.spec = cycle.scheme.spec
        of_townships = cycle.scheme.rates == Level.TOWNSHIP
        self.filler = Role.TOWNSHIP_FILLER if of_townships else Role.FILLER
        self.signer = Role.TOWNSHIP_SIGNER if of_townships else Role.SIGNER
        self.first = REVIEW_LEVELS[Stage.COUNTY if of_townships else Stage.TOWNSHIP]
        self.plans = {plan.unit.code: plan for plan in plans if plan.phase > Phase.NONE}
        self.applications: dict[str, Application] = {}

    # Before the review.

    def begin(self) -> None:
        starters = [(plan.unit, self.staff(self.filler, code)) for code, plan in self.plans.items()]
        begun = application.begin_many(self.cycle, starters, at=self.at.begun)
        self.applications = {one.unit_id: one for one in begun}

    def supply(self, wanted: Callable[[str, YearPlan], bool]) -> None:
        """Departments' figures, for the (department, plan) that are ``wanted``."""
        typed: dict[tuple[str, str], dict[tuple[str, str], str]] = defaultdict(dict)
        for code, plan in self.plans.items():
            for criterion in plan.criteria:
                name = questions.department(criterion)
                if name and wanted(name, plan):
                    for question in criterion.questions:
                        typed[name, criterion.code][code, question.item] = format(plan.truth[question.item], "f")
        for (name, criterion), figures in typed.items():
            supply.supply(self.cycle, criterion, figures, by=self.staff.of_department(self.county, name))

    def fill(self) -> None:
        """The villages' own answers, with evidence; a draft stops half-way."""
        filled, files, aims = [], [], []
        for code, plan in self.plans.items():
            draft, by = self.applications[code], self.staff(self.filler, code)
            asked = [q for c in plan.criteria if questions.by_village(c) for q in c.questions]
            if plan.phase == Phase.DRAFT:
                asked = asked[: len(asked) * chance("draft", code).randint(3, 9) // 10]
            typed = {question.item: (format(plan.claims[question.item], "f"), "") for question in asked}
            filled.append((draft, by, typed))
            aims.append((draft, by, plan.star))
            if plan.phase > Phase.DRAFT:
                files.extend(pieces(draft, plan, by))
        answers.fill_many(filled, at=self.at.begun)
        application.choose_stars(aims, at=self.at.begun)
        evidence.attach_many(files)

    def submit(self) -> None:
        signed = [(self.applications[c], self.staff(self.signer, c)) for c in self._past(Phase.SUBMITTED)]
        application.submit_many(signed, at=self.at.submitted)

    def accept(self) -> None:
        for place, codes in _by_place(self._past(Phase.ACCEPTED), self.first).items():
            office = self.staff(self.first.office, place)
            application.accept_many([self.applications[code] for code in codes], by=office, at=self.at.accepted)

    # Township and county alike.

    def convene(self) -> None:
        if self.first.stage == Stage.TOWNSHIP:
            for township in sorted({township_of(code) for code in self.plans}):
                self._convene(township, self.first)
        self._convene(self.county, REVIEW_LEVELS[Stage.COUNTY])

    def _convene(self, place: str, at: ReviewLevel) -> None:
        unit, reviewers = Unit.objects.get(code=place), self.staff.all(at.reviewer, place)
        panels.convene(self.cycle, unit, at.stage, reviewers, by=self.staff(at.office, place))

    def score(self, stage: Stage, phase_of: Callable[[YearPlan], Phase], at: datetime) -> None:
        """Each reviewer's score sheets, one reviewer after the other; for a half-scored application only the
        first one's."""
        waiting = Sheet.objects.filter(
            application__cycle=self.cycle,
            stage=stage,
            state=Sheet.State.OPEN,
            application__state=REVIEW_LEVELS[stage].state,
        ).order_by("pk")
        by_reviewer: dict[int, list[tuple[int, YearPlan]]] = defaultdict(list)
        for pk, code, reviewer in waiting.values_list("pk", "application__unit_id", "reviewer"):
            by_reviewer[reviewer].append((pk, self.plans[code]))
        people = User.objects.in_bulk(list(by_reviewer))
        places: dict[str, int] = defaultdict(int)
        for reviewer, laid in by_reviewer.items():
            place = laid[0][1].unit.code[: REVIEW_LEVELS[stage].code_length]
            seat, places[place] = places[place], places[place] + 1
            least = Phase.HALF_SCORED if seat == 0 else Phase.SCORED
            mine = {pk: self._entries(plan, stage, seat) for pk, plan in laid if phase_of(plan) >= least}
            if mine:
                sheets.save_many(mine, by=people[reviewer], at=at)
                sheets.hand_in_many(list(mine), by=people[reviewer], at=at)

    def _entries(self, plan: YearPlan, stage: Stage, seat: int) -> dict[str, ScoreEntry]:
        seen = seen_by(plan.criteria, plan.truth, "seen", plan.unit.code, self.cycle.year, stage, seat)
        if plan.apart and seat == 1:
            widest = max((c for c in plan.criteria if c.method == "judged"), key=lambda c: c.max)
            seen[widest.code] = widest.max if seen[widest.code] < widest.max / 2 else widest.max * 0
        by_village = {q.item for c in plan.criteria if questions.by_village(c) for q in c.questions}
        typed = {c.code for c in plan.criteria if c.method == "judged"}
        reasons = dict.fromkeys(typed, LOOKED) | {
            item: DIFFERS for item in by_village if seen[item] != plan.claims[item]
        }
        computed = {q.item for c in plan.criteria if questions.is_computed(c) for q in c.questions}
        return {item: ScoreEntry(value, reasons.get(item, "")) for item, value in seen.items() if item not in computed}

    def decide_in_townships(self) -> None:
        """Up to three stars are decided, more is recommended with the township's own three."""
        limit = self.spec.townships_decide_up_to
        for township, codes in _by_place(self._past(Phase.DECIDED), REVIEW_LEVELS[Stage.TOWNSHIP]).items():
            possible = self._ceilings(codes, Stage.TOWNSHIP, self.at.decided)
            leader = self.staff(Role.TOWNSHIP_LEADER, township)
            low = {pk: Choice(of.star) for pk, of in possible.items() if of.star <= limit}
            high = {pk: Choice(limit) for pk, of in possible.items() if of.star > limit}
            if low:
                decisions.decide_many(Stage.TOWNSHIP, low, by=leader, at=self.at.decided)
            if high:
                decisions.recommend_many(high, by=leader, at=self.at.decided)

    def recommended(self) -> list[YearPlan]:
        """The villages whose applications are at the county, by code."""
        there = Application.objects.filter(cycle=self.cycle, state=REVIEW_LEVELS[Stage.COUNTY].state).order_by("unit")
        return [self.plans[code] for code in there.values_list("unit_id", flat=True)]

    def check_by_departments(
        self,
        wanted: Callable[[YearPlan], bool],
        at: datetime,
        answered: Callable[[str], bool],
        found: Iterable[CheckFinding] = (),
    ) -> None:
        """A list of the recommended villages that are ``wanted``, answered by those departments that have ``answered``.

        The first department of the scheme names what was ``found``.
        """
        there = Application.objects.filter(cycle=self.cycle, state=REVIEW_LEVELS[Stage.COUNTY].state)
        chosen = [pk for pk, code in there.values_list("pk", "unit_id") if wanted(self.plans[code])]
        if not chosen:
            return
        office, due = self.staff(Role.COUNTY_OFFICE, self.county), at + timedelta(days=DAYS_TO_ANSWER)
        check = checks.open_check(self.cycle, self.cycle.unit, due=due, by=office, at=at, chosen=chosen)
        findings = [one for one in found if one.application in chosen]
        for name in filter(answered, self.spec.departments):
            by = self.staff.of_department(self.county, name)
            named = findings if name == self.spec.departments[0] else ()
            checks.answer(check, name, named, by=by, at=at + timedelta(days=1))

    def decide_in_county(self, at: datetime) -> None:
        """Four and five stars; where the county does not reach more, the township's own star."""
        scored = {
            one.pk: one
            for one in Application.objects.filter(cycle=self.cycle, state=REVIEW_LEVELS[Stage.COUNTY].state)
            if self.plans[one.unit_id].county >= Phase.DECIDED
        }
        if not scored:
            return
        limit = self.spec.townships_decide_up_to
        choices = {}
        for pk, of in ceilings(list(scored.values()), Stage.COUNTY, at.date()).items():
            star = of.star if of.star > limit else scored[pk].township_star
            if star <= of.star:
                choices[pk] = Choice(star)
        if choices:
            decisions.decide_many(Stage.COUNTY, choices, by=self.staff(Role.COUNTY_OFFICE, self.county), at=at)

    def _ceilings(self, codes: Iterable[str], stage: Stage, at: datetime) -> dict[int, Ceiling]:
        review_level = REVIEW_LEVELS[stage]
        chosen = list(Application.objects.filter(cycle=self.cycle, unit__in=list(codes), state=review_level.state))
        return ceilings(chosen, stage, at.date()) if chosen else {}

    def settle(self, stage: Stage, wanted: Callable[[YearPlan], bool]) -> None:
        """Settlements for the criteria in which reviewers differ, for the villages that are ``wanted``."""
        found = Settlement.objects.filter(application__cycle=self.cycle, stage=stage, note="")
        for settlement in found.select_related("application"):
            code = settlement.application.unit_id
            if wanted(self.plans[code]):
                place, office = (
                    (township_of(code), Role.TOWNSHIP_OFFICE)
                    if stage == Stage.TOWNSHIP
                    else (self.county, Role.COUNTY_OFFICE)
                )
                settlements.settle(settlement, by=self.staff(office, place), note="评审组复核后，同意按平均分计。")

    def release(self, stage: Stage, phase_of: Callable[[YearPlan], Phase], times: dict[Phase, datetime]) -> None:
        """Batches by unit: what should be confirmed by now was released first, what is under public notice later."""
        review_level = REVIEW_LEVELS[stage]
        waiting: dict[tuple[str, Phase], list[int]] = defaultdict(list)
        rows = Decision.objects.filter(cycle=self.cycle, origin=review_level.origin, state=Decision.State.DECIDED)
        for pk, code in rows.values_list("pk", "unit_id"):
            phase = phase_of(self.plans[code])
            if phase in times:
                waiting[code[: review_level.code_length], phase].append(pk)
        units = Unit.objects.in_bulk(sorted({place for place, _phase in waiting}))
        for number, ((place, phase), chosen) in enumerate(sorted(waiting.items(), key=_by_release), start=1):
            at, by = times[phase], self.staff(review_level.office, place)
            batch = batches.prepare(
                self.cycle,
                units[place],
                stage,
                met_on=(at - timedelta(days=3)).date(),
                document=f"{units[place].name[:2]}评〔{at.year}〕{number}号",
                minutes=LOWER,
                by=by,
                decided=chosen,
            )
            batches.release(batch, by=by, at=at)

    def _past(self, phase: Phase) -> list[str]:
        return [code for code, plan in self.plans.items() if plan.phase >= phase]


def _by_place(codes: Iterable[str], at: ReviewLevel) -> dict[str, list[str]]:
    """``codes`` by the place whose panel reviews them at a level."""
    found: dict[str, list[str]] = defaultdict(list)
    for code in codes:
        found[code[: at.code_length]].append(code)
    return found


def _by_release(item: tuple[tuple[str, Phase], list[int]]) -> tuple[int, str]:
    (place, phase), _chosen = item
    return -phase, place
