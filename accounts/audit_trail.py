"""Reading the audit trail (audit log): who changed what, when, from where, and the previous value.

Each tracked table has its history table, written by triggers. The newest rows of all that match are found first
(``trail_rows``); only then is read what these say, and what the row before each said.
"""
# ruff: noqa: S608 (the names put into the SQL are those of our own tables)

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext
from pghistory.models import Event

from accounts import audit_words
from accounts.deputies import AuthorizedAct, authorized_act, by_deputies
from accounts.trail_offices import Offices
from accounts.trail_rows import Part, Place, newest
from accounts.trail_units import counties_of, of_counties, path_to_unit
from accounts.trail_values import ValueWords
from records.numbers import keys
from records.registry import KeyedRegistry
from villages.models import Unit, below_any

SHOWN = 50
FETCHED = 500
DELETED = "delete"
MOST = (1 << 63) - 1
LAST = datetime.max.replace(tzinfo=UTC)
INTERNAL = {"pgh_id", "pgh_created_at", "pgh_label", "pgh_context", "pgh_context_id", "pgh_obj_id"}


@dataclass(frozen=True)
class Redaction:
    """What the trail does not show yet: history rows ``e`` for which the SQL of ``rows`` holds, and, where ``cells``
    holds, the ``columns``. The previous version of a row is redacted like the row itself; a change of redacted columns
    only is left out, and the reason for a change of a redacted column is not shown."""

    rows: str = "false"
    cells: str = "false"
    columns: tuple[str, ...] = ()

    @property
    def covered_now(self) -> str:
        """SQL: the redacted columns of the row, an array."""
        names = ", ".join(f"'{column}'" for column in self.columns)
        return f"case when coalesce({self.cells}, false) then array[{names}]::text[] else '{{}}'::text[] end"


HIDDEN = Redaction(rows="true")
"""Of a table of which nobody has said what may be read: nothing."""
OPEN = Redaction()
_redactions = KeyedRegistry[type[models.Model], Redaction]()
_open = KeyedRegistry[type[models.Model], str]()


def redact(tracked: type[models.Model], by: Redaction) -> None:
    """Keep unreleased results out of the trail. Called by the app that owns them."""
    _redactions.register({tracked: by})


def show_openly(because: str, *tracked: type[models.Model]) -> None:
    """Show the trail's readers every change of these tables at once; ``because`` says why nothing there is secret."""
    _open.register(dict.fromkeys(tracked, because))


def redaction_of(tracked: type[models.Model]) -> Redaction:
    """The redaction of a table; a table that is neither redacted nor shown openly is hidden."""
    return _redactions.get(tracked) or (OPEN if tracked in _open else HIDDEN)


def decided_about() -> tuple[set[type[models.Model]], set[type[models.Model]]]:
    """The tables with a redaction, and those that are shown openly."""
    return set(_redactions), set(_open)


class Cursor(NamedTuple):
    """The change after which a page begins (keyset pagination)."""

    at: datetime
    kind: str
    number: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}|{self.kind}|{self.number}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """None for an invalid cursor."""
        try:
            at, kind, number = text.split("|")
            cursor = cls(datetime.fromisoformat(at).astimezone(UTC), kind, *keys([number]))
        except (ValueError, TypeError, OverflowError):
            return None
        return cursor if cursor.kind in histories() else None


@dataclass(frozen=True)
class Asked:
    """Which changes a reader asks for: by these people (ids), at and below these places, of a history table, by a step,
    in these days (both inclusive). None and "": any."""

    people: Collection[int] | None = None
    places: Collection[str] | None = None
    kind: str = ""
    step: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class TrailField:
    """A column that changed, in words; None where there is nothing."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class TrailChange:
    """One change of one row: what, of which unit, when, by whom, from where, why, and the differences.

    ``act`` is the same for all changes of one request or command; ``office``: the post that ``who`` held there then.
    """

    cursor: Cursor
    act: str
    what: str
    unit: str
    who: str
    office: str
    as_deputy: bool
    address: str
    verb: str
    reason: str
    is_new: bool
    is_gone: bool
    fields: list[TrailField]

    @property
    def kind_of_change(self) -> str:
        if self.is_new:
            return pgettext("audit trail", "added")
        return pgettext("audit trail", "removed") if self.is_gone else pgettext("audit trail", "changed")

    @property
    def sentence(self) -> str:
        """Who did what to which unit."""
        words = {
            "who": self.who or gettext("the system"),
            "verb": self.verb or self.kind_of_change,
            "what": self.what,
            "change": self.kind_of_change,
            "unit": self.unit,
        }
        if not self.unit:
            return gettext("%(who)s: %(verb)s (%(what)s %(change)s)") % words
        return gettext("%(who)s: %(verb)s at %(unit)s (%(what)s %(change)s)") % words


@cache
def histories() -> dict[str, type[models.Model]]:
    """The history tables, each with its model."""
    return {
        model._meta.db_table: model
        for model in apps.get_models()
        if issubclass(model, Event) and hasattr(model, "pgh_tracked_model")
    }


def kinds() -> dict[str, str]:
    """History table → what it records, in words, sorted by these."""
    named = {table: name_of(model) for table, model in histories().items()}
    return dict(sorted(named.items(), key=lambda item: item[1]))


def name_of(history: type[models.Model]) -> str:
    """What a history table records, in the reader's language."""
    return _name_of(history, get_language())


@cache
def _name_of(history: type[models.Model], _language: str | None) -> str:
    tracked = history.pgh_tracked_model._meta
    return str(audit_words.KINDS.get(tracked.label_lower) or tracked.verbose_name)


def changes(
    reach: Iterable[str], *, after: Cursor | None = None, count: int = SHOWN, **asked: Any
) -> list[TrailChange]:
    """The newest ``count`` changes within ``reach`` (unit codes) that match what is ``asked`` (the fields of
    ``Asked``), newest first.

    Rows that belong to no unit (accounts) are shown to readers who reach every unit.
    """
    wanted = Asked(**asked)
    if wanted.people == [] or wanted.places == []:
        return []
    since = _midnight(wanted.since) if wanted.since else None
    until = min(_midnight(wanted.until + timedelta(days=1)) if wanted.until else LAST, after.at if after else LAST)
    return _read(_said(newest(_parts(sorted(reach), wanted, after), count, since, until)))


def _exact(content: str) -> Any:
    """JSON with its figures as they were stored."""
    return json.loads(content, parse_float=Decimal)


def all_changes(reach: Iterable[str], **wanted: Any) -> Iterator[TrailChange]:
    """Every change that matches (as ``changes``), newest first, fetched in chunks."""
    after = None
    while page := changes(reach, after=after, count=FETCHED, **wanted):
        yield from page
        after = page[-1].cursor


def _parts(reach: list[str], asked: Asked, after: Cursor | None) -> Iterator[Part]:
    """What to ask of each history table."""
    everywhere = not Unit.objects.exclude(below_any(reach)).exists()
    bounds = [codes for codes in (None if everywhere else reach, asked.places) if codes is not None]
    counties = set.intersection(*map(counties_of, bounds)) if bounds and all(map(of_counties, bounds)) else None
    for table, model in histories().items():
        path = path_to_unit(model)
        if (asked.kind and table != asked.kind) or (bounds and path is None):
            continue
        conditions, values = _conditions(table, asked, after)
        conditions.append(f"not ({_hidden(table, redaction_of(model.pgh_tracked_model))})")
        by_county = counties is not None and path is not None and path.by_county
        for codes in bounds if path and not by_county else ():
            conditions.append(path.within(len(codes)))
            values += [bound for code in codes for bound in (code, code + "~")]
        yield Part(
            table,
            " and ".join(conditions),
            values,
            county=path.county if by_county else "",
            counties=sorted(counties) if by_county else None,
        )


def _conditions(table: str, asked: Asked, after: Cursor | None) -> tuple[list[str], list[Any]]:
    """SQL and its parameters, for what each row says by itself."""
    conditions, values = [], []
    if asked.people is not None:
        conditions.append("e.pgh_context->>'user' = any(%s)")
        values.append([str(pk) for pk in asked.people])
    if asked.step:
        conditions.append("e.pgh_context->>'verb' = any(%s)")
        values.append(audit_words.verbs_named_like(asked.step))
    if asked.since:
        conditions.append("e.pgh_created_at >= %s")
        values.append(_midnight(asked.since))
    if asked.until:
        conditions.append("e.pgh_created_at < %s")
        values.append(_midnight(asked.until + timedelta(days=1)))
    if after:
        # In the order of ``trail_rows.Place``: of the same time, rows of a table that sorts before follow, too.
        below = after.number if table == after.kind else MOST if table < after.kind else 0
        conditions.append("(e.pgh_created_at, e.pgh_id) < (%s, %s)")
        values += [after.at, below]
    return conditions, values


def _hidden(table: str, veil: Redaction) -> str:
    """SQL: whether the row ``e`` is not shown."""
    if not veil.columns:
        return f"coalesce({veil.rows}, false)"
    own = ", ".join(f"'{column}'" for column in (*veil.columns, *sorted(INTERNAL)))
    rest = f"to_jsonb(e) - array[{own}] = ({_before(table)} - array[{own}])"
    return f"coalesce({veil.rows}, false) or coalesce({veil.cells}, false) and coalesce({rest}, false)"


def _before(table: str) -> str:
    """SQL: the row before ``e``, as JSON."""
    return f"""(select to_jsonb(b) from {table} b where b.pgh_obj_id = e.pgh_obj_id and b.pgh_id < e.pgh_id
        order by b.pgh_id desc limit 1)"""


def _said(places: Sequence[Place]) -> list[tuple]:
    """What the rows at these places say, and the row before each, in the same order."""
    if not places:
        return []
    numbers: dict[str, list[int]] = {}
    for _at, table, number in places:
        numbers.setdefault(table, []).append(number)
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(map(_content, numbers)), list(numbers.values()))
        rows = {
            (row[0], row[1]): (*row[:3], json.loads(row[3] or "{}"), row[4], _exact(row[5]), _exact(row[6] or "null"))
            for row in cursor.fetchall()
        }
    return [rows[table, number] for _at, table, number in places]


def _content(table: str) -> str:
    """SQL: rows of one history table by their numbers, each with the row before it."""
    model = histories()[table]
    veil, path = redaction_of(model.pgh_tracked_model), path_to_unit(model)
    without, context = "", "e.pgh_context"
    if veil.columns:
        without = f" - {veil.covered_now}"
        same = " and ".join(
            f"to_jsonb(e)->'{name}' = coalesce({_before(table)}->'{name}', 'null')" for name in veil.columns
        )
        context = (
            f"case when coalesce({veil.cells}, false) and not ({same}) then {context} - 'reason' else {context} end"
        )
    return f"""(
        select '{table}' as kind, e.pgh_id as number, e.pgh_created_at as at, {context} as context,
            coalesce({path.code if path else "''"}::text, '') as unit, to_jsonb(e){without} as now,
            {_before(table)}{without} as before
        from {table} e where e.pgh_id = any(%s))"""


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _read(rows: list[tuple]) -> list[TrailChange]:
    models_by_table = histories()
    acts = [_deed(context, unit, at) for _k, _n, at, context, unit, *_rest in rows]
    stood_in = by_deputies(acts)
    people = {context["user"] for _k, _n, _a, context, *_rest in rows if context.get("user")}
    offices = Offices(people)
    words = ValueWords(
        ((models_by_table[kind], row) for kind, *_rest, now, before in rows for row in (now, before or {})),
        people,
        {unit for *_rest, unit, _now, _before in rows if unit},
    )
    read = []
    for (kind, number, at, context, unit, now, before), done in zip(rows, acts, strict=True):
        gone = now["pgh_label"] == DELETED
        was, then = (now, {}) if gone else (before or {}, now)
        read.append(
            TrailChange(
                cursor=Cursor(at, kind, number),
                act=f"{at.isoformat()} {now['pgh_context_id']}",
                what=name_of(models_by_table[kind]),
                unit=words.unit(unit),
                who=words.person(context.get("user")),
                office=offices.held_by(context.get("user"), unit, at),
                as_deputy=done is not None and done in stood_in,
                address=context.get("address") or "",
                verb=audit_words.of_step(context.get("verb") or "") or context.get("url") or "",
                reason=context.get("reason") or "",
                is_new=before is None and not gone,
                is_gone=gone,
                fields=_differences(models_by_table[kind], was, then, words),
            )
        )
    return read


def _deed(context: dict[str, Any], unit: str, at: datetime) -> AuthorizedAct | None:
    return authorized_act(context.get("user"), context.get("verb") or "", unit, at)


def _differences(
    model: type[models.Model], before: Mapping[str, Any], now: Mapping[str, Any], words: ValueWords
) -> list[TrailField]:
    """The columns that differ, in words."""
    differences = [
        TrailField(
            audit_words.of_column(field),
            words.of(field, before.get(field.column)),
            words.of(field, now.get(field.column)),
        )
        for field in _said_columns(model)
        if field.column in (now or before) and before.get(field.column) != now.get(field.column)
    ]
    return [one for one in differences if (one.before, one.after) != (None, None)]


@cache
def _said_columns(model: type[models.Model]) -> list[models.Field]:
    return [field for field in model._meta.fields if field.column not in INTERNAL]
