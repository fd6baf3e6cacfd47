"""Events by sheet: each line records one; all or nothing (architecture §6).

``read`` finds every wrong cell and foresees what each line would do, on top of those before it; ``carry_out`` records
them. Idempotent: what is recorded already does not change. Held events and the persons concerned are left to the form,
so that neither is ever in a sheet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from ratings.events.applicable_scheme import events_of, judging_scheme
from ratings.events.forecast import StarForecast, foresee_all
from ratings.events.happening import Happening
from ratings.events.rectification import MOST_DAYS, RectificationOrder, accountable_for
from ratings.events.sensitive_words import sensitive_words
from ratings.models import Event
from ratings.register.rerating import lock_units
from ratings.workflow.event import record, sure_words
from records import cells
from records.refusals import Incomplete, Refused
from records.workbooks import SheetColumn, SheetRefused, SheetRow, WrongCell, read_rows
from villages.models import Unit, below_any

MOST_LINES = 100
MOST_SOURCE = 100


@dataclass(frozen=True)
class EventColumns:
    """The column headings in the reader's language."""

    unit: str
    unit_name: str
    event: str
    on: str
    source: str
    note: str
    closed: str
    rectify_within: str
    accountable: str
    checker: str

    @classmethod
    def spoken(cls) -> "EventColumns":
        return cls(
            unit=_("Division code"),
            unit_name=_("Unit"),
            event=_("Event"),
            on=_("Day"),
            source=_("Source"),
            note=_("Note"),
            closed=_("Closed as rectified on"),
            rectify_within=_("Working days to rectify"),
            accountable=_("Accountable unit"),
            checker=_("Who checks it"),
        )


@dataclass(frozen=True)
class EventEntry:
    """An event as a line of the sheet describes it."""

    row: SheetRow
    happening: Happening
    name: str


@dataclass(frozen=True)
class EventLine:
    """What a line would do; ``outlook`` is None where the event is recorded already. ``words``: the sensitive ones."""

    entry: EventEntry
    outlook: StarForecast | None
    words: list[str]

    @property
    def outcome(self) -> list[Any]:
        """What the line does, as the page says it."""
        happening, order = self.entry.happening, self.entry.happening.rectification
        told = [*happening.key, happening.unit.name, self.entry.name, happening.note, happening.closed]
        due = [order.accountable.pk, order.rectify_within, order.checker] if order else None
        return [*told, due, self.outlook and self.outlook._asdict()]


def rows_of(raw: bytes) -> list[SheetRow]:
    """The lines that name an event. Raises ``SheetRefused``."""
    heads = EventColumns.spoken()
    needed = [heads.unit, heads.event, heads.on]
    optional = [head for head in vars(heads).values() if head not in needed]
    rows = read_rows(raw, needed, optional=optional, days=[heads.on, heads.closed], exact=True)
    rows = [row for row in rows if row[heads.event] or row[heads.on]]
    if not rows:
        raise SheetRefused([], _("No line of the sheet names an event."))
    if len(rows) > MOST_LINES:
        raise SheetRefused([], _("The sheet names more than %d events: please send it in parts.") % MOST_LINES)
    return rows


def read(rows: Sequence[SheetRow], *, by: User) -> list[EventLine]:
    """What ``rows`` would do. Raises ``SheetRefused`` with all errors."""
    reading = _Reading(rows, by)
    read_entries = [reading.entry(row) for row in rows]
    if reading.problems:
        raise SheetRefused(reading.problems)
    entries = [entry for entry in read_entries if entry is not None]
    there = _recorded(entries)
    new = [entry.happening for entry in entries if entry.happening.key not in there]
    ahead = iter(foresee_all(new))
    return [
        EventLine(entry, None, [])
        if entry.happening.key in there
        else EventLine(entry, next(ahead), sensitive_words(entry.happening.texts))
        for entry in entries
    ]


def hold(rows: Iterable[SheetRow]) -> None:
    """Until the end of the transaction nobody else changes the units of these lines or re-rates them."""
    head = EventColumns.spoken().unit
    codes = sorted({row.code(head) for row in rows})
    list(Unit.objects.select_for_update(no_key=True).filter(pk__in=codes).order_by("pk"))
    lock_units(codes)


@transaction.atomic
def carry_out(lines: Iterable[EventLine], *, by: User, sure: bool = False) -> list[Event]:
    """Record what is not recorded yet. Raises ``Incomplete`` for words that ask for a second look without ``sure``;
    ``SheetRefused`` with the failing line. Then nothing is recorded."""
    new = [line for line in lines if line.outlook is not None]
    if not sure and (words := words_of(new)):
        message = sure_words(words)
        raise Incomplete(message, {"sure": message})
    return [_record(line.entry, by) for line in new]


def words_of(lines: Iterable[EventLine]) -> list[str]:
    """The words of all lines that ask for a second look, each once."""
    return list(dict.fromkeys(word for line in lines for word in line.words))


def _record(entry: EventEntry, by: User) -> Event:
    try:
        return record(entry.happening, by=by, sure=True)
    except Refused as refused:
        raise SheetRefused([entry.row.wrong(EventColumns.spoken().event, str(refused))]) from refused


def _recorded(entries: Iterable[EventEntry]) -> set[tuple[str, str, date, str]]:
    units = {entry.happening.unit.pk for entry in entries}
    return set(Event.objects.filter(unit__in=units).values_list("unit_id", "kind", "on", "source"))


class _Reading:
    """One sheet being read: what may be recorded of which units, and the errors so far."""

    def __init__(self, rows: Sequence[SheetRow], by: User) -> None:
        self.heads = EventColumns.spoken()
        self.problems: list[WrongCell] = []
        reach = below_any(by.reach("ratings.record_event"))
        self.units = Unit.objects.filter(reach).in_bulk({row.code(self.heads.unit) for row in rows})
        above = {code for unit in self.units.values() for code in accountable_for(unit)}
        self.above = Unit.objects.in_bulk(above)
        self.kinds: dict[tuple[str, date], dict[str, str]] = {}
        self.checkers = {str(choice.label): choice.value for choice in Event.Checker}
        self.taken: dict[tuple[str, str, date, str], int] = {}

    def entry(self, row: SheetRow) -> EventEntry | None:
        before = len(self.problems)
        heads = self.heads
        unit, on = self.units.get(row.code(heads.unit)), self._day(row)
        if unit is None:
            self._wrong(row, heads.unit, _("a division code within your reach"))
        source, note = cells.one_line(row[heads.source]), cells.tidy(row[heads.note])
        if len(source) > MOST_SOURCE:
            self._wrong(row, heads.source, _("at most %d characters") % MOST_SOURCE)
        closed = self._closed(row)
        order = self._order(row, unit) if unit else None
        kind, name = self._kind(row, unit, on) if unit and on else ("", "")
        if len(self.problems) > before or unit is None or on is None:
            return None
        entry = EventEntry(row, Happening(unit, kind, on, source, note, closed, rectification=order), name)
        if self._refused(row, entry):
            return None
        first = self.taken.setdefault(entry.happening.key, row.number)
        if first != row.number:
            self._wrong(row, heads.event, _("each event once, or with another source; see row %d") % first)
        return entry

    def _wrong(self, row: SheetRow, head: str, expected: str) -> None:
        self.problems.append(row.wrong(head, expected))

    def _day(self, row: SheetRow) -> date | None:
        on = cells.day(row[self.heads.on])
        if on is None or on > timezone.localdate():
            self._wrong(row, self.heads.on, _("a day such as 2025-06-30, not one to come"))
            return None
        return on

    def _closed(self, row: SheetRow) -> date | None:
        typed = row[self.heads.closed]
        closed = cells.day(typed) if typed else None
        if typed and closed is None:
            self._wrong(row, self.heads.closed, _("a day such as 2025-06-30, not one to come"))
        return closed

    def _kind(self, row: SheetRow, unit: Unit, on: date) -> tuple[str, str]:
        """The event's code and name: the sheet may have either."""
        if (unit.pk, on) not in self.kinds:
            self.kinds[unit.pk, on] = events_of(judging_scheme(unit, on))
        known = self.kinds[unit.pk, on]
        typed = cells.one_line(row[self.heads.event])
        found = next(((code, name) for code, name in known.items() if typed in (code, name)), None)
        if found is None:
            self._wrong(row, self.heads.event, _("one of: %s") % _(", ").join(known.values()))
            return "", ""
        return found

    def _order(self, row: SheetRow, unit: Unit) -> RectificationOrder | None:
        heads, days = self.heads, cells.number(row[self.heads.rectify_within])
        if not row[heads.rectify_within]:
            for head in (heads.accountable, heads.checker):
                if row[head]:
                    self._wrong(row, head, _("empty where there is nothing to rectify"))
            return None
        if days is None or days != int(days):
            self._wrong(row, heads.rectify_within, _("From 1 to %s working days.") % MOST_DAYS)
            return None
        accountable, checker = self._accountable(row, unit), self._checker(row)
        if accountable is None or checker is None:
            return None
        return RectificationOrder(accountable, int(days), checker)

    def _accountable(self, row: SheetRow, unit: Unit) -> Unit | None:
        """By code or name; the unit of the event where the cell is empty."""
        typed = cells.one_line(row[self.heads.accountable])
        if not typed:
            return unit
        line = [self.above[code] for code in accountable_for(unit) if code in self.above]
        found = next((one for one in line if typed in (one.pk, one.name)), None)
        if found is None:
            expected = _(", ").join(one.name for one in line)
            self._wrong(row, self.heads.accountable, _("one of: %s") % expected)
        return found

    def _checker(self, row: SheetRow) -> str | None:
        typed = cells.one_line(row[self.heads.checker])
        found = self.checkers.get(typed) if typed else Event.Checker.RECORDER
        if found is None:
            self._wrong(row, self.heads.checker, _("one of: %s") % _(", ").join(self.checkers))
        return found

    def _refused(self, row: SheetRow, entry: EventEntry) -> bool:
        try:
            entry.happening.require_possible()
        except Incomplete as incomplete:
            self._take(row, incomplete)
            return True
        return False

    def _take(self, row: SheetRow, incomplete: Incomplete) -> None:
        heads = {"kind": self.heads.event} | {one.name: getattr(self.heads, one.name) for one in fields(self.heads)}
        for name, problem in incomplete.problems.items():
            self._wrong(row, heads[name], problem)


def columns() -> list[SheetColumn]:
    """The template: the units of which events may be recorded, with empty cells for what happened."""
    heads = EventColumns.spoken()
    empty = [one.name for one in fields(heads) if one.name not in ("unit", "unit_name")]
    return [
        SheetColumn(heads.unit, lambda unit: unit.code, form="@"),
        SheetColumn(heads.unit_name, lambda unit: unit.name, 24),
        *(SheetColumn(getattr(heads, name), lambda unit: "", 20) for name in empty),
    ]


def places(by: User) -> QuerySet[Unit]:
    """The rated units of which ``by`` records events."""
    return Unit.objects.filter(below_any(by.reach("ratings.record_event")), rated=True).order_by("code")


def notes(by: User) -> list[str]:
    """The notes above the column headings of the template."""
    first = places(by).first()
    known = events_of(judging_scheme(first, timezone.localdate())) if first else {}
    return [
        _("Only concluded and announced matters. No clues under investigation, nothing classified, no names."),
        _("One line for each event; lines without an event are skipped."),
        *([_("Events: %s") % _(", ").join(known.values())] if known else []),
        _("Who checks it: %s; empty: the first") % _(", ").join(str(choice.label) for choice in Event.Checker),
    ]
