"""What happened between the ratings: events, some rectified, some settled and some still waiting."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils import timezone

from accounts.roles import Role
from followups import workflow as followups
from followups.models import FollowUp
from notifications.workflow import telling_only
from ratings.events.happening import Happening
from ratings.events.rectification import FOLLOW_UP, RectificationOrder
from ratings.models import Event, Proposal, StarPeriod
from ratings.workflow import event as events
from ratings.workflow.event_import import import_events
from reports.demonstration import schemes
from reports.demonstration.chance import chance
from reports.demonstration.people import Staff
from villages.models import Unit, county_of, township_of

SINCE = date(2026, 1, 12)
SHARE = 0.08
"""How many villages something happened to this year."""
YEAR_BEFORE, DAYS_BEFORE, SHARE_BEFORE = date(2025, 2, 10), 100, 0.06
"""Last year: from when, in how many days, to how many. It was all over before that year's stars came into force."""
KINDS_BEFORE = {"check_failed": 3, "poll_low": 2}
KINDS = {
    "check_failed": 5,
    "petition_verified": 4,
    "poll_low": 3,
    "case_opened": 3,
    "bid_rigging": 1,
    "accident": 1,
    "convicted": 0.5,
}
NOTES = {
    "check_failed": "抽查发现财务公开不及时",
    "petition_verified": "群众反映的问题经查属实",
    "poll_low": "群众满意度测评低于底线",
    "case_opened": "村干部违纪，县纪委已立案并通报",
    "bid_rigging": "村级工程招投标中有弄虚作假",
    "accident": "村级工程发生安全生产事故",
    "convicted": "村干部被追究刑事责任",
}
Row = tuple[str, str, str, str, str, str]
LONG_AGO, LATELY = 60, 20
"""Days: proposals older than the first are settled; events later than the second are recorded one by one."""


def load() -> str:
    """Events of two years as discipline staff import them; older proposals are settled by those who may."""
    staff = Staff()
    with TemporaryDirectory() as folder, telling_only([]):
        path = Path(folder) / "events.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["unit", "event", "date", "closed", "note", "source"])
            writer.writerows(rows())
        import_events(path, by=None)
        settled = sum(settle(proposal, staff) for proposal in old_proposals())
    return f"{Event.objects.count()} events, {settled} proposals settled"


def rows() -> Iterator[Row]:
    span = (timezone.localdate() - SINCE).days - LATELY
    for code in Unit.objects.within_any(schemes.COUNTIES).rated().values_list("code", flat=True):
        yield from rows_before(code)
        draw = chance("incident", code)
        if draw.random() < SHARE:
            kind = draw.choices(list(KINDS), list(KINDS.values()))[0]
            on = SINCE + timedelta(days=draw.randrange(max(1, span)))
            closed = on + timedelta(days=draw.randint(30, 120))
            rectified = kind != "convicted" and closed < timezone.localdate() and draw.random() < 0.7
            yield code, kind, on.isoformat(), closed.isoformat() if rectified else "", NOTES[kind], "县纪委"


def rows_before(code: str) -> Iterator[Row]:
    draw = chance("incident before", code)
    if draw.random() < SHARE_BEFORE:
        kind = draw.choices(list(KINDS_BEFORE), list(KINDS_BEFORE.values()))[0]
        on = YEAR_BEFORE + timedelta(days=draw.randrange(DAYS_BEFORE))
        closed = on + timedelta(days=draw.randint(20, 90))
        yield code, kind, on.isoformat(), closed.isoformat(), NOTES[kind], "县纪委"


def old_proposals() -> list[Proposal]:
    before = timezone.localdate() - timedelta(days=LONG_AGO)
    waiting = Proposal.objects.filter(state=Proposal.State.OPEN, event__on__lt=before)
    return list(waiting.select_related("unit", "scheme", "event").order_by("pk"))


def settle(proposal: Proposal, staff: Staff) -> bool:
    by_township = events.authority_for(proposal) == "ratings.settle_proposal_township"
    code = proposal.unit_id
    by = staff(Role.TOWNSHIP_LEADER, township_of(code)) if by_township else staff(Role.COUNTY_OFFICE, county_of(code))
    confirm = chance("proposal", code).random() < 0.6
    events.settle(proposal, confirm=confirm, by=by, reason="" if confirm else "情节轻微，已批评教育")
    return True


def load_recent() -> str:
    """The last days: recorded by the county's discipline staff one by one, against villages with high stars."""
    staff, count = Staff(), 0
    today = timezone.localdate()
    with telling_only([]):
        for county in schemes.COUNTIES:
            high = StarPeriod.objects.on(today).filter(unit__code__startswith=county, star__gte=4).order_by("unit")
            units = [period.unit for period in high.select_related("unit")]
            chosen = chance("lately", county).sample(units, min(5, len(units)))
            kinds = ("case_opened", "petition_verified", "check_failed", "poll_low", "case_opened")
            for ago, (unit, kind) in enumerate(zip(chosen, kinds, strict=False), start=2):
                happening = Happening(
                    unit,
                    kind,
                    today - timedelta(days=ago),
                    "县纪委监委",
                    NOTES[kind],
                    held=ago == 6,
                    rectification=RectificationOrder(unit, 15),
                )
                recorded = events.record(happening, by=staff(Role.DISCIPLINE, county))
                rectify(recorded, ago - 2, staff)
                count += 1
    return f"{count} events"


def rectify(event: Event, steps: int, staff: Staff) -> None:
    """Nothing done yet, half done, reported, or checked and accepted; a held event is not known to anybody."""
    due = FollowUp.objects.about(FOLLOW_UP, [event.pk]).first()
    if due is None or steps == 0:
        return
    signer = staff(Role.SIGNER, event.unit_id)
    followups.report_progress(due, by=signer, report="已向村民代表说明情况，正在逐笔核对账目。")
    if steps > 1:
        followups.report_done(due, by=signer, report="账目已重做并公开，钱款已退回集体账户。")
    if steps > 2:
        followups.accept(due, by=staff(Role.DISCIPLINE, county_of(event.unit_id)))
