"""Disputes of villages: one that is not rated, pending appeals, one that was upheld."""

from collections.abc import Iterator

from django.db import transaction

from accounts.roles import Role
from ratings.models import Application, Decision, Points, StarPeriod
from records.refusals import Incomplete
from reports.demonstration.people import SETS, Staff
from reports.demonstration.this_year import YEAR, telling_accounts
from reviews.appeals.appeal_rules import appealable, candidates
from reviews.appeals.appealable import subjects
from reviews.workflow import appeals, decisions
from reviews.workflow.appeals import CorrectedPoints
from villages.models import Unit

REJECTED = "申报材料与实际严重不符，经核实弄虚作假"
FEW = 3
"""Criteria that a hearing corrects at most."""


def load() -> str:
    """One of each in each county of the accounts; appeals against the county's decision and against an event go
    to the city."""
    staff = Staff()
    with telling_accounts():
        rejected = sum(reject(home, staff) for _county, home, _village in SETS.values())
        upheld = sum(appeal_and_uphold(county, staff) for county, _home, _village in SETS.values())
        made = sum(lodge(county, home, staff) for county, home, _village in SETS.values())
    return f"{rejected} rejected, {made} appeals waiting, {upheld} upheld"


def appealable_in(county: str) -> list[Decision]:
    return appealable(list(Unit.objects.within(county).rated().values_list("code", flat=True)))


def reject(home: str, staff: Staff) -> int:
    """The township of the accounts rejects the last of the villages under review there; returns how many."""
    waiting = Application.objects.filter(
        cycle__year=YEAR, unit__code__startswith=home, state=Application.State.TOWNSHIP_REVIEW, panel_total__gt=0
    )
    chosen = waiting.order_by("-unit").first()
    if chosen is None:
        return 0
    decisions.reject(chosen, by=staff(Role.TOWNSHIP_LEADER, home), reason=REJECTED)
    return 1


def lodge(county: str, home: str, staff: Staff) -> int:
    """Appeals against a result of the township, one of the county, and against an event; returns how many."""
    released = [one for one in appealable_in(county) if one.cycle.year == YEAR and not one.objections.exists()]
    township = [one for one in released if one.origin == Decision.Origin.TOWNSHIP and one.unit_id.startswith(home)]
    of_county = [one for one in released if one.origin == Decision.Origin.COUNTY]
    lowered = StarPeriod.objects.on().filter(unit__code__startswith=county).exclude(effects=[]).order_by("unit")
    fallen = (found for code in lowered.values_list("unit_id", flat=True) for found in subjects([code]) if found.event)
    for decision in (*township[-1:], *of_county[-1:]):
        signer = staff(Role.SIGNER, decision.unit_id)
        appeals.make_appeal(decision, reasons="台账和现场都能证明，扣分过重，请复核。", by=signer)
    event = next(fallen, None)
    if event:
        appeals.appeal_subject(event, reasons="情形与我村无关，请查实。", by=staff(Role.SIGNER, event.unit.code))
    return len(township[-1:]) + len(of_county[-1:]) + bool(event)


def appeal_and_uphold(county: str, staff: Staff) -> int:
    """A village whose star is in force appeals, and the county corrects points that the panel set too low;
    returns how many."""
    for decision in appealable_in(county):
        aimed_higher = decision.star < decision.application.applied_star
        if decision.origin != Decision.Origin.TOWNSHIP or decision.on is None or not aimed_higher:
            continue
        for corrections in corrected(decision):
            if hear(decision, corrections, staff):
                return 1
    return 0


def hear(decision: Decision, corrections: list[CorrectedPoints], staff: Staff) -> bool:
    """Whether the appeal could be upheld with these corrections, one star higher; if not, nothing was changed."""
    office = staff(Role.COUNTY_OFFICE, decision.cycle.unit_id)
    try:
        with transaction.atomic():
            signer = staff(Role.SIGNER, decision.unit_id)
            appeal = appeals.make_appeal(decision, reasons="会议记录齐全，评审时未看到原件。", by=signer)
            hearers = candidates(appeal)[:1]
            appeals.convene(appeal, hearers, by=office)
            appeals.uphold(
                appeal,
                star=decision.star + 1,
                document=f"评复〔{YEAR}〕1号",
                answer="调阅原件并实地核查，申诉理由成立。",
                corrections=corrections,
                by=hearers[0],
            )
    except Incomplete:
        return False
    return True


def corrected(decision: Decision) -> Iterator[list[CorrectedPoints]]:
    """Full points in the one, two or three criteria of base areas that lost the most."""
    spec = decision.scheme.spec
    base = {one.code for area in spec.areas if area.kind == "base" for one in area.criteria}
    full = {one.code: one.max for one in spec.fitting(decision.application.tags) if one.code in base}
    given = Points.objects.filter(application=decision.application_id, stage=decision.origin, criterion__in=full)
    lost = sorted(((full[row.criterion] - row.points, row.criterion) for row in given), reverse=True)
    for number in range(1, FEW + 1):
        yield [CorrectedPoints(code, full[code], "原件已补充核实") for _points, code in lost[:number]]
