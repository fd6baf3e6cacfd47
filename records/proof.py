"""The proof: every change of a row leaves a digest, in a hash chain with one seal per transaction (``proof.sql``).

It covers all history tables (who decided, scored, answered, paid what, under which verb) and the tables without a
history that an app names. The present state of a tracked row must equal the last state in its history. An altered row
is therefore found by its history, an altered history by its digest, an altered digest by its seal, and a rewritten
chain by a head that was exported before (``head.py``).

A digest covers the columns that the table had when it was taken (``ProvedColumns``), by name and type: a new column
changes nothing, and after a change that makes digests impossible to compute (a column renamed, dropped, of another
type) ``install`` adopts these rows in their present state, which stays visible as operation "A".
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from pghistory.models import Event

from records.registry import KeyedRegistry, Registry

_FUNCTIONS = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
_CREATE = "create or replace function "
_CHANGES = {
    "insert": "new table as changed",
    "update": "old table as was new table as changed",
    "delete": "old table as changed",
}
_SEAL_TRIGGERS = {"close_seal": "after insert on records_seal", "close_seal_last": "after update on records_seal"}

_BLOCK = 10_000
"""Number of rows from which a statement on a table of blocks gets one digest over all of them."""

_named = KeyedRegistry[type[models.Model], tuple[str, ...]]()
_in_blocks = Registry[type[models.Model]]()


@dataclass(frozen=True)
class Proved:
    """A proved table: its model, the changes that can happen to its rows (a history is only added to), the columns that
    digests leave out, and whether many rows inserted at once share one digest."""

    model: type[models.Model]
    changes: tuple[str, ...]
    omitted: tuple[str, ...] = ()
    in_blocks: bool = False

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def key(self) -> str:
        return self.model._meta.pk.column

    @property
    def arguments(self) -> tuple[str, str, str]:
        """Of the trigger (``records_prove``)."""
        omitted = "{" + ",".join(self.omitted) + "}"
        return self.key, omitted, str(_BLOCK) if self.in_blocks else ""


def prove(*without_history: type[models.Model], omit: tuple[str, ...] = ()) -> None:
    """Prove tables without a history, except the columns ``omit`` (such as when a token was last used). Called in
    ``registrations.py`` of the app that owns them."""
    _named.register(dict.fromkeys(without_history, omit))


def prove_in_blocks(*tracked: type[models.Model]) -> None:
    """Prove the histories of these models with one digest per statement of many rows: divisions, which are imported by
    the hundred thousand."""
    _in_blocks.register(*tracked)


def histories() -> dict[type[models.Model], type[models.Model]]:
    """Tracked model → its history."""
    return {
        model.pgh_tracked_model: model
        for model in apps.get_models()
        if issubclass(model, Event) and hasattr(model, "pgh_tracked_model")
    }


def proved() -> list[Proved]:
    """Every proved table, by name."""
    found = [Proved(history, ("insert",), in_blocks=tracked in _in_blocks) for tracked, history in histories().items()]
    found += [Proved(model, tuple(_CHANGES), omit) for model, omit in _named.items()]
    return sorted(found, key=lambda one: one.table)


def triggers() -> dict[tuple[str, str], str]:
    """(table, trigger) → the statement that creates it."""
    wanted = {
        (one.table, f"proved_{change}"): f"create trigger proved_{change} after {change} on {one.table} "
        f"referencing {_CHANGES[change]} for each statement execute function records_prove("
        + ", ".join(f"'{argument}'" for argument in one.arguments)
        + ")"
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


def standing() -> dict[tuple[str, str], tuple[str, ...]]:
    """(table, trigger) → its arguments, for the triggers of the proof that exist and are enabled in the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname, t.tgname, replace(encode(t.tgargs, 'escape'), '\\000', '|') from pg_trigger t "
            "join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid "
            "where not t.tgisinternal and t.tgenabled in ('O', 'A') and (t.tgname like 'proved\\_%%' "
            "and p.proname = 'records_prove' or t.tgname like 'close\\_seal%%' and p.proname = 'records_close_seal') "
            "and c.relnamespace = current_schema()::regnamespace"
        )
        return {(table, name): tuple(said.split("|")[:-1]) for table, name, said in cursor.fetchall()}


def expected() -> dict[tuple[str, str], tuple[str, ...]]:
    """What ``standing`` returns if nothing was altered."""
    found = {(one.table, f"proved_{change}"): one.arguments for one in proved() for change in one.changes}
    return found | dict.fromkeys((("records_seal", name) for name in _SEAL_TRIGGERS), ())


def sources() -> dict[str, str]:
    """Name → body of each function of the proof, as in the file."""
    return {function.split("(")[0]: function.split("$$")[1] for function in _functions()}


def _functions() -> list[str]:
    return _FUNCTIONS.split(_CREATE)[1:]


def installed() -> dict[str, str]:
    """Name → body of each function of the proof, as in the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select proname, prosrc from pg_proc "
            "where proname = any(%s) and pronamespace = current_schema()::regnamespace",
            [list(sources())],
        )
        return dict(cursor.fetchall())


@transaction.atomic
def install(**_signal: Any) -> None:
    """After migrating: functions, triggers, and digests for rows without one or without a computable one."""
    there = set(connection.introspection.table_names())
    if "records_seal" not in there:
        return
    with connection.cursor() as cursor:
        for function in _functions():
            cursor.execute(_CREATE + function)
            cursor.execute(f"revoke execute on function {function.split('(')[0]} from public")
        cursor.execute("grant execute on function _pgtrigger_should_ignore to public")
        there_now = standing()
        wanted = expected()
        fresh = set()
        for (table, name), statement in triggers().items():
            if table in there and there_now.get((table, name)) != wanted[table, name]:
                cursor.execute(f"drop trigger if exists {name} on {table}")
                cursor.execute(statement)
                if (table, name) not in there_now:
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
    """Retire the column lists that a table no longer has; returns these tables."""
    cursor.execute(_RETIRE)
    return {row[0] for row in cursor.fetchall()}


def _adopt(cursor: Any, one: Proved) -> None:
    cursor.execute(f'select exists (select from "{one.table}")')  # noqa: S608 our own table
    if cursor.fetchone()[0]:
        adopt = "records_adopt_block" if one.in_blocks else "records_adopt"
        cursor.execute(f"select {adopt}(%s::regclass, %s, %s::text[])", [one.table, one.key, list(one.omitted)])
