"""The lists of the annual report, a sheet each: what was decided, what happened, who objected, what was granted,
what is still open. Each returns the counts that the summary tells."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import xlsxwriter
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.face import star_name
from incentives.models import Reward, RewardBand, Source
from ratings.events.applicable_scheme import event_names_anywhere
from ratings.events.effects import effect_words
from ratings.models import Decision, Event
from ratings.register.rerating import acting_through
from records.deadlines import last_day
from records.excel_writer import ExcelSheet
from reports.annual import figures
from reports.annual.figures import CHUNK
from reports.annual.sheets import DAY, MONEY, POINTS, ReportColumn, ReportTable
from reports.annual.tally import Granted
from reviews.models import Appeal, Objection
from villages.models import COUNTY_LENGTH, Unit, county_of
from villages.townships import Townships

EVENTS_AT_ONCE = 500


class ReportLists:
    """The lists of ``unit`` and ``year`` in ``book``; ``title`` words the title of a sheet."""

    def __init__(self, book: xlsxwriter.Workbook, unit: Unit, year: int) -> None:
        self.book, self.unit, self.year = book, unit, year
        self.with_county = len(unit.code) < COUNTY_LENGTH
        self.townships = Townships()
        self.tables: list[ReportTable] = []

    def finish(self) -> None:
        for table in self.tables:
            table.finish()

    def decisions(self) -> None:
        self._decisions(_("Decisions and reasons"), figures.decisions(self.unit, self.year))

    def other_levels(self) -> None:
        """No sheet where only villages are rated."""
        found = figures.decisions_on_other_levels(self.unit, self.year)
        if found.exists():
            self._decisions(_("Townships and stations"), found, of=_("Unit"))

    def _decisions(self, name: str, found: QuerySet[Decision], of: str = "") -> None:
        columns = [
            ReportColumn(_("Decided star"), 8),
            ReportColumn(_("Total (points)"), 9, POINTS),
            ReportColumn(_("Decided by"), 12),
            ReportColumn(_("In force from"), 12, DAY),
            ReportColumn(_("Document"), 22),
            ReportColumn(_("Star of the decision that it replaces"), 10),
            ReportColumn(_("Reason"), 40),
        ]
        note = _(
            "Each line is one decision in force. Where no reason is given, the star follows from points and conditions."
        )
        table = self._table(name, columns, [note], of)
        for one in found.iterator(CHUNK):
            replaced = star_name(one.replaces.star) if one.replaces else None
            decided_by = Decision.Origin(one.origin).label
            table.append(
                [
                    *self._place(one.unit),
                    star_name(one.star),
                    one.total,
                    str(decided_by),
                    one.on,
                    one.document,
                    replaced,
                    one.reason,
                ]
            )

    def events(self) -> Counter:
        found, counts = figures.events(self.unit, self.year), Counter()
        names = event_names_anywhere(found.order_by().values_list("kind", flat=True).distinct())
        columns = [
            ReportColumn(_("Day"), 12, DAY),
            ReportColumn(_("Event"), 22),
            ReportColumn(_("State"), 12),
            ReportColumn(_("Closed as rectified on"), 12, DAY),
            ReportColumn(_("Consequence for the star"), 30),
            ReportColumn(_("What was done"), 32),
        ]
        table = self._table(_("Events and consequences"), columns, [_("Each line is one event of the year.")])
        rows = found.iterator(CHUNK)
        while some := list(islice(rows, EVENTS_AT_ONCE)):
            acting = acting_through(some)
            for one in some:
                state, words = _state_of(one)
                counts["all"] += 1
                counts[state] += 1
                counts["acting"] += any(label != "warn" for label, _until in acting.get(one.pk, []))
                consequence = _("; ").join(_effect(*effect) for effect in acting.get(one.pk, [])) or _("None")
                table.append(
                    [
                        *self._place(one.unit),
                        one.on,
                        names.get(one.kind, one.kind),
                        words,
                        one.closed,
                        consequence,
                        one.rectification,
                    ]
                )
        return counts

    def objections(self) -> Counter:
        columns = [
            ReportColumn(_("Receipt number"), 18),
            ReportColumn(_("Received"), 13, DAY),
            ReportColumn(_("State"), 14),
            ReportColumn(_("Answered"), 13, DAY),
            ReportColumn(_("Days to the answer"), 12),
        ]
        note = _("Each line is one objection. What objectors wrote and who they are stays with those who answer.")
        table = self._table(_("Objections"), columns, [note])
        counts: Counter = Counter()
        for one in figures.objections(self.unit, self.year).iterator(CHUNK):
            counts["all"] += 1
            counts[one.state] += 1
            took = (one.answered_at - one.made_at).days if one.answered_at else None
            state = str(Objection.State(one.state).label)
            table.append([*self._place(one.unit), one.receipt, _day(one.made_at), state, _day(one.answered_at), took])
        return counts

    def appeals(self) -> Counter:
        columns = [
            ReportColumn(_("Received"), 13, DAY),
            ReportColumn(_("Against"), 14),
            ReportColumn(_("Reasons"), 40),
            ReportColumn(_("State"), 12),
            ReportColumn(_("Answered"), 13, DAY),
            ReportColumn(_("Answer"), 40),
        ]
        table = self._table(_("Appeals"), columns, [_("Each line is one appeal.")])
        counts: Counter = Counter()
        for one in figures.appeals(self.unit, self.year).iterator(CHUNK):
            counts["all"] += 1
            counts[one.state] += 1
            against = _("An event") if one.event_id else _("The result")
            state = str(Appeal.State(one.state).label)
            table.append(
                [
                    *self._place(one.unit),
                    _day(one.made_at),
                    against,
                    one.reasons,
                    state,
                    _day(one.answered_at),
                    one.answer,
                ]
            )
        return counts

    def rewards(self) -> Granted:
        """With the figure and the band of the policy's table that a reward rests on."""
        found = figures.rewards(self.unit, self.year).iterator(CHUNK)
        bands = _Bands()
        columns = [
            ReportColumn(_("Bands of"), 8),
            ReportColumn(_("Reported figure"), 12),
            ReportColumn(_("Band of the table"), 14),
        ]
        lines = ((one.policy, one, bands.cells(one)) for one in found)
        return self._grants(_("Rewards"), _("Policy"), _("Reward (yuan)"), lines, columns)

    def allocations(self) -> Granted:
        found = figures.allocations(self.unit, self.year).iterator(CHUNK)
        lines = ((one.fund, one, []) for one in found)
        return self._grants(_("Project funds"), _("Project fund"), _("Allocated (yuan)"), lines)

    def still_open(self, reader: User | None) -> Counter:
        today, counts = date_format(timezone.localdate()), Counter()
        columns = [
            ReportColumn(_("Kind"), 16),
            ReportColumn(_("What is to be done"), 46),
            ReportColumn(_("Responsible"), 22),
            ReportColumn(_("Due"), 12, DAY),
            ReportColumn(_("State"), 10),
            ReportColumn(_("Escalated to"), 14),
        ]
        note = _("Each line is one warning or follow-up that waits on %s; those due first come first.") % today
        table = self._table(_("What is still open"), columns, [note], _("Unit"))
        for one in figures.still_open(self.unit, reader).iterator(CHUNK):
            counts["all"] += 1
            counts["late"] += one.is_late
            counts["warnings"] += one.kind.startswith("warning_")
            state = _("Late") if one.is_late else str(one.get_state_display())
            above = one.escalated_to.name if one.escalated_to else None
            table.append(
                [*self._place(one.unit), str(one.spec.name), one.text, one.office, last_day(one.due_at), state, above]
            )
        return counts

    def _grants(
        self,
        name: str,
        source: str,
        amount: str,
        lines: Iterable[tuple[Source, Any, list[Any]]],
        grounds: Sequence[ReportColumn] = (),
    ) -> Granted:
        """The lines of policies or funds, a total after each and, of several, one of all; ``grounds``: further columns
        that say what an amount rests on. Two counties may call theirs alike."""
        columns = [
            ReportColumn(source, 30),
            ReportColumn(_("Star"), 8),
            *grounds,
            ReportColumn(amount, 16, MONEY),
            ReportColumn(_("Committed (yuan)"), 16, MONEY),
            ReportColumn(_("Disbursed (yuan)"), 16, MONEY),
        ]
        table = self._table(name, columns, [_("Each line is one village; amounts in yuan.")])
        whole, part, summed = Granted(_("Total")), None, None
        for granting, line, reasons in lines:
            if granting != summed:
                self._sum(table, part, len(grounds), summed)
                part, summed = Granted(granting.name), granting
            for granted in (part, whole):
                granted.grants += 1
                granted.villages.add(line.unit_id)
                granted.amount += line.amount
                granted.committed += line.committed
                granted.disbursed += line.disbursed
            money = [line.amount, line.committed, line.disbursed]
            table.append([*self._place(line.unit), granting.name, star_name(line.star), *reasons, *money])
        self._sum(table, part, len(grounds), summed)
        if part and part.grants < whole.grants:
            self._sum(table, whole, len(grounds))
        return whole

    def _sum(self, table: ReportTable, granted: Granted | None, grounds: int, source: Source | None = None) -> None:
        """A total: of one ``source``, or of all."""
        if granted:
            county = [source.unit.name if source else None] if self.with_county else []
            label = _("%(name)s, %(n)s villages together") % {"name": granted.name, "n": len(granted.villages)}
            money = [granted.amount, granted.committed, granted.disbursed]
            table.append([*county, None, None, None, label, None, *[None] * grounds, *money], total=True)

    def _table(self, name: str, columns: Sequence[ReportColumn], notes: Sequence[str], of: str = "") -> ReportTable:
        places = [
            *([ReportColumn(_("County"), 12)] if self.with_county else []),
            ReportColumn(_("Township"), 14),
            ReportColumn(_("Division code"), 14),
            ReportColumn(of or _("Village"), 16),
        ]
        sheet, title = ExcelSheet(self.book, name), titled(name, self.unit, self.year)
        self.tables.append(ReportTable(sheet, title, [*places, *columns], notes))
        return self.tables[-1]

    def _place(self, unit: Unit) -> list[str]:
        county = [self.townships[county_of(unit.code)]] if self.with_county else []
        return [*county, self.townships.of(unit.code), unit.code, unit.name]


def titled(what: str, unit: Unit, year: int) -> str:
    return _("%(unit)s %(year)s: %(what)s") % {"unit": unit.name, "year": year, "what": what}


class _Bands:
    """The bands of the policies, each read once."""

    def __init__(self) -> None:
        self._of: dict[int, list[RewardBand]] = {}

    def cells(self, reward: Reward) -> list[Any]:
        """What its bands are of, the figure, and the band that holds it."""
        if reward.policy_id not in self._of:
            self._of[reward.policy_id] = list(reward.policy.bands.all())
        held = (
            band.words
            for band in self._of[reward.policy_id]
            if band.star == reward.star and reward.figure is not None and reward.figure in band.band
        )
        return [str(reward.policy.get_figure_display()), reward.figure, next(held, None)]


def _state_of(event: Event) -> tuple[str, str]:
    if hasattr(event, "reversal"):
        return "reversed", _("No longer counts: appeal upheld")
    return ("rectified", _("Rectified")) if event.closed else ("open", _("Not rectified"))


def _effect(label: str, until: Any) -> str:
    if until is None:
        return effect_words(label)
    return _("%(effect)s, until before %(day)s") % {"effect": effect_words(label), "day": date_format(until)}


def _day(moment: Any) -> Any:
    return timezone.localdate(moment) if moment else None
