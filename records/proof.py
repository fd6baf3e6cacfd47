"""The proof: rows whose every change leaves a digest, in a chain of seals, one a transaction (``proof.sql``).

Proved are all history tables (who decided, scored, answered, paid what, under which verb) except those that an app
leaves out, and the tables without a history that an app names. What a tracked row is now must be what its history says
last; so an altered row is found by its history, an altered history by its digest, an altered digest by its seal, and a
chain rewritten from some link on by a head that was exported before (``head.py``).

A digest covers the columns that the table had when it was taken (``ProvedColumns``), by name and type: a new column
changes nothing, and after a change that makes digests impossible to compute (a column renamed, dropped, of another
type) ``install`` takes these rows over as they stand, which stays visible as operation "A".
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from pghistory.models import Event

_FUNCTIONS = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
_CREATE = "create or replace function "
_CHANGES = {"insert": "new", "update": "new", "delete": "old"}
_SEAL_TRIGGERS = {"close_seal": "after insert on records_seal", "close_seal_last": "after update on records_seal"}

_named: set[type[models.Model]] = set()
_left_out: set[type[models.Model]] = set()


@dataclass(frozen=True)
class Proved:
    """A proved table: its model, and the changes that can happen to its rows (a history is only added to)."""

    model: type[models.Model]
    changes: tuple[str, ...]

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def key(self) -> str:
        return self.model._meta.pk.column


def prove(*without_history: type[models.Model]) -> None:
    """Prove tables that have no history. Called in ``AppConfig.ready`` by the app that owns them."""
    _named.update(without_history)


def leave_out(*tracked: type[models.Model]) -> None:
    """Leave the histories of these models out of the proof: divisions, which come in by the hundred thousand."""
    _left_out.update(tracked)


def histories() -> dict[type[models.Model], type[models.Model]]:
    """Tracked model → its history, of all whose history is proved."""
    found = {
        model.pgh_tracked_model: model
        for model in apps.get_models()
        if issubclass(model, Event) and hasattr(model, "pgh_tracked_model")
    }
    return {tracked: history for tracked, history in found.items() if tracked not in _left_out}


def proved() -> list[Proved]:
    """Every proved table, by name."""
    found = [Proved(history, ("insert",)) for history in histories().values()]
    found += [Proved(model, tuple(_CHANGES)) for model in _named]
    return sorted(found, key=lambda one: one.table)


def triggers() -> dict[tuple[str, str], str]:
    """(table, trigger) → the statement that makes it."""
    wanted = {
        (one.table, f"proved_{change}"): f"create trigger proved_{change} after {change} on {one.table} "
        f"referencing {_CHANGES[change]} table as changed "
        f"for each statement execute function records_prove('{one.key}')"
        for one in proved()
        for change in one.changes
    }
    for name, moment in _SEAL_TRIGGERS.items():
        when = "" if "insert" in moment else "when (new.number is null) "
        wanted["records_seal", name] = (
            f"create constraint trigger {name} {moment} deferrable initially deferred "
            f"for each row {when}execute function records_close_seal()"
        )
    return wanted


def enabled() -> set[tuple[str, str]]:
    """The triggers of the proof (table, trigger) that stand in the database and fire."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname, t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid "
            "where not t.tgisinternal and t.tgenabled in ('O', 'A') and (t.tgname like 'proved\\_%%' "
            "or t.tgname like 'close\\_seal%%') and c.relnamespace = current_schema()::regnamespace"
        )
        return set(cursor.fetchall())


def sources() -> dict[str, str]:
    """Name → body of each function of the proof, as the file has it."""
    return {function.split("(")[0]: function.split("$$")[1] for function in _functions()}


def _functions() -> list[str]:
    return _FUNCTIONS.split(_CREATE)[1:]


def installed() -> dict[str, str]:
    """Name → body of each function of the proof, as the database has it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select proname, prosrc from pg_proc "
            "where proname = any(%s) and pronamespace = current_schema()::regnamespace",
            [list(sources())],
        )
        return dict(cursor.fetchall())


@transaction.atomic
def install(**_signal: Any) -> None:
    """After migrating: functions, triggers, and digests for rows that have none or none that can be computed."""
    there = set(connection.introspection.table_names())
    if "records_seal" not in there:
        return
    with connection.cursor() as cursor:
        if installed() != sources():
            for function in _functions():
                cursor.execute(_CREATE + function)
        standing = enabled()
        fresh = set()
        for (table, name), statement in triggers().items():
            if (table, name) not in standing and table in there:
                cursor.execute(f"drop trigger if exists {name} on {table}")
                cursor.execute(statement)
                fresh.add(table)
        changed = _retire(cursor)
        for one in proved():
            if one.table in fresh | changed:
                _adopt(cursor, one)


_RETIRE = """
update records_provedcolumns v set retired = true
from (
    select c.relname, array_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod)) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
    group by c.relname
) as p
where p.relname = v.relation_name and not v.retired and not v.columns <@ p.columns
returning v.relation_name
"""


def _retire(cursor: Any) -> set[str]:
    """Mark columns that a table no longer has as they were; the tables where that happened."""
    cursor.execute(_RETIRE)
    return {row[0] for row in cursor.fetchall()}


def _adopt(cursor: Any, one: Proved) -> None:
    cursor.execute(f'select exists (select from "{one.table}")')  # noqa: S608 our own table
    if cursor.fetchone()[0]:
        cursor.execute("select records_adopt(%s::regclass, %s)", [one.table, one.key])
