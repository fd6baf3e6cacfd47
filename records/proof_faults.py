"""Whether the stored data still match the proof (``proof.py``). The hashes of ``proof.sql`` are computed here
independently, so that an altered database function hides nothing. One statement per table that holds anything; Python
holds only faults.
"""
# ruff: noqa: S608 (the names put into the SQL are those of our own tables)

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pgtrigger
from django.db import connection, models

from records import proof
from records.chain_head import Head
from records.integrity import Fault, IntegrityCheck
from records.unit_path import unit_of

NOTHING = "nothing"

_CHAIN = """
with block as (
    select d.seal_id, count(*) as count, sha256(string_agg(sha256(convert_to(concat_ws('|',
        d.id, c.relation_name, d.key, d.operation, d.columns_id, d.acted, encode(d.digest, 'hex'), d.until
    ), 'UTF8')), ''::bytea order by d.id)) as contents
    from records_digest d left join records_provedcolumns c on c.id = d.columns_id
    group by d.seal_id
), link as (
    select s.*, lag(s.number, 1, 0::bigint) over w as last_number, lag(s.hash) over w as last_hash
    from records_seal s where s.number is not null or s.xid is distinct from {running}
    window w as (order by s.number)
)
select l.id, b.seal_id, l.number, l.last_number, coalesce(l.count, 0), coalesce(b.count, 0),
       encode(l.contents, 'hex'), encode(coalesce(b.contents, sha256('')), 'hex'), encode(l.hash, 'hex'),
       encode(sha256(coalesce(l.last_hash, '') || convert_to(concat_ws('|',
           l.number, (extract(epoch from l.sealed_at) * 1000000)::bigint, l.count
       ), 'UTF8') || l.contents), 'hex') as expected
from link l full join block b on b.seal_id = l.id
where l.id is null and b.seal_id not in (select id from records_seal where number is null and xid = {running})
   or l.number is null and l.id is not null
   or l.number <> l.last_number + 1
   or l.count is distinct from coalesce(b.count, 0)
   or l.contents is distinct from coalesce(b.contents, sha256(''))
   or l.hash is distinct from sha256(coalesce(l.last_hash, '') || convert_to(concat_ws('|',
           l.number, (extract(epoch from l.sealed_at) * 1000000)::bigint, l.count
       ), 'UTF8') || l.contents)
order by l.number, l.id, b.seal_id
""".format(running="pg_current_xact_id_if_assigned()::text::bigint")

_VERSIONS = """
with present_column as (
    select attname from pg_attribute where attrelid = %(table)s::regclass and attnum > 0 and not attisdropped
), version as materialized (
    select v.id, v.retired, array(
        select attname::text from present_column
        except select regexp_replace(c, ' .*', '') from unnest(v.columns) c
    ) as later
    from records_provedcolumns v where v.relation_name = %(table)s
), block as materialized (
    select d.id, d.key, d.until, d.digest, v.later
    from records_digest d join version v on v.id = d.columns_id where d.until is not null and not v.retired
)"""

_ROWS = (
    _VERSIONS
    + """, last as (
    select distinct on (d.key) d.key, d.operation, d.digest, v.retired, v.later
    from records_digest d join version v on v.id = d.columns_id where d.until is null order by d.key, d.id desc
), present as (
    select {number} as key, to_jsonb(t) as content from "{table}" t
)
select key, content::text, encode(digest, 'hex'), operation,
       encode(sha256(convert_to((content - later)::text, 'UTF8')), 'hex')
from last full join present using (key)
where operation is null and not exists (select from block b where present.key between b.key and b.until)
   or content is null and operation <> 'D'
   or content is not null and (
      operation = 'D' or not retired and digest <> sha256(convert_to((content - later)::text, 'UTF8')))
order by key
"""
)

_BLOCKS = (
    _VERSIONS
    + """, own as (
    select d.key from records_digest d join version v on v.id = d.columns_id where d.until is null and not v.retired
), present as (
    select b.id, t."{key}" as key, to_jsonb(t) - b.later as content
    from "{table}" t join block b on t."{key}" between b.key and b.until
    where not exists (select from own where own.key = t."{key}")
), sum as (
    select id, sha256(string_agg(sha256(convert_to(content::text, 'UTF8')), ''::bytea order by key)) as digest
    from present group by id
)
select b.key, b.until, encode(b.digest, 'hex'), encode(s.digest, 'hex')
from block b left join sum s using (id) where s.digest is distinct from b.digest order by b.key
"""
)

# The number that stands for a non-numeric key, as records_key makes it.
_NUMBER_OF_TEXT = """('x' || left(encode(sha256(convert_to(t."{key}"::text, 'UTF8')), 'hex'), 16))::bit(64)::bigint"""

_DIGESTED = """
select distinct c.relation_name from records_digest d join records_provedcolumns c on c.id = d.columns_id
"""

_HISTORY = """
with last as (
    select distinct on (pgh_obj_id) * from "{history}" order by pgh_obj_id, pgh_id desc
)
select coalesce(t."{key}", e.pgh_obj_id), to_jsonb(t)::text, to_jsonb(e)::text
from last e full join "{table}" t on t."{key}" = e.pgh_obj_id
where e.pgh_id is null
   or t."{key}" is null and e.pgh_label <> 'delete'
   or t."{key}" is not null and (e.pgh_label = 'delete' or row({now}) is distinct from row({then}))
order by 1
"""

_MOVED = """
select pgh_obj_id, pgh_id, before, now from (
    select pgh_obj_id, pgh_id, {columns}::text as now,
           lag({columns}::text) over (partition by pgh_obj_id order by pgh_id) as before
    from "{history}"
) e where before <> now order by pgh_id
"""

_STRANGE_HANDS = """
select c.relation_name, d.key, d.operation, s.number
from records_digest d
join records_provedcolumns c on c.id = d.columns_id
left join records_seal s on s.id = d.seal_id
where not d.acted
order by d.id
"""


def chain_faults() -> Iterator[Fault]:
    """Links and digests that are missing or do not match their content."""
    with _rows(_CHAIN) as rows:
        for seal, block, number, before, count, counted, contents, summed, hash_, expected in rows:
            if seal is None:
                yield Fault(f"records_digest of seal {block}", "the link that seals them", NOTHING)
            elif number is None:
                yield Fault(f"records_seal {seal}", "a number, as of every seal", NOTHING)
            elif number != before + 1:
                gone = f"link {before + 1}" if number == before + 2 else f"links {before + 1} to {number - 1}"
                yield Fault(gone, "between its neighbours", NOTHING)
            elif count != counted:
                yield Fault(f"link {number}", f"{count} digests", f"{counted} digests")
            elif contents != summed:
                yield Fault(f"link {number}", f"digests that sum up to {contents}", summed)
            else:
                yield Fault(f"link {number}", f"hash {expected}", f"hash {hash_ or NOTHING}")


def row_faults() -> Iterator[Fault]:
    """Rows of proved tables that do not match their last digest."""
    proved = proof.proved()
    filled = _filled(one.table for one in proved) | _names(_DIGESTED)
    for one in proved:
        if one.table not in filled:
            continue
        number = f't."{one.key}"' if _is_number(one.model) else _NUMBER_OF_TEXT.format(key=one.key)
        statement = _ROWS.format(table=one.table, number=number)
        with _rows(statement, {"table": one.table}) as rows:
            for key, content, digest, operation, found in rows:
                content = _json(content)
                row = _label(one.model, key, content)
                if operation is None:
                    yield Fault(row, "no such row: nothing was ever written here", _brief(content))
                elif content is None:
                    yield Fault(row, f"the row with digest {digest}", NOTHING)
                elif operation == "D":
                    yield Fault(row, "no such row: it was deleted", _brief(content))
                else:
                    yield Fault(row, f"digest {digest}", f"digest {found}: {_brief(content)}")


def block_faults() -> Iterator[Fault]:
    """Rows imported in bulk that do not match their common digest."""
    for one in proof.proved():
        if one.in_blocks:
            with _rows(_BLOCKS.format(table=one.table, key=one.key), {"table": one.table}) as rows:
                for key, until, digest, found in rows:
                    yield Fault(f"{one.table} {key}–{until}", f"digest {digest}", f"digest {found or NOTHING}")


def history_faults() -> Iterator[Fault]:
    """Tracked rows that differ from the last state in their history: the columns and their values."""
    histories = proof.histories()
    filled = _filled(model._meta.db_table for pair in histories.items() for model in pair)
    for tracked, history in histories.items():
        if filled.isdisjoint({tracked._meta.db_table, history._meta.db_table}):
            continue
        columns = _common_columns(tracked, history)
        statement = _HISTORY.format(
            table=tracked._meta.db_table,
            key=tracked._meta.pk.column,
            history=history._meta.db_table,
            now=", ".join(f't."{column}"' for column in columns),
            then=", ".join(f'e."{column}"' for column in columns),
        )
        with _rows(statement) as rows:
            for key, now, then in rows:
                now, then = _json(now), _json(then)
                row = _label(tracked, key, now or then)
                if then is None:
                    yield Fault(row, "no such row: its history knows none", _brief(now))
                elif now is None:
                    yield Fault(row, _brief({column: then[column] for column in columns}), NOTHING)
                elif then["pgh_label"] == "delete":
                    yield Fault(row, "no such row: it was deleted", _brief(now))
                else:
                    other = [column for column in columns if now[column] != then[column]]
                    yield Fault(row, _some(then, other), _some(now, other))


def moved_faults() -> Iterator[Fault]:
    """Columns that a trigger makes immutable and that changed nevertheless: it was disabled for a while."""
    histories = proof.histories()
    for model, trigger in pgtrigger.registered():
        if not isinstance(trigger, pgtrigger.ReadOnly) or model not in histories:
            continue
        fixed = trigger.fields or [f.name for f in model._meta.concrete_fields if f.name not in (trigger.exclude or ())]
        columns = [c for c in _common_columns(model, histories[model]) if c in {_column(model, name) for name in fixed}]
        named = ", ".join(f"'{column}', \"{column}\"" for column in columns)
        statement = _MOVED.format(history=histories[model]._meta.db_table, columns=f"jsonb_build_object({named})")
        with _rows(statement) as rows:
            for key, event, before, now in rows:
                before, now = _json(before), _json(now)
                other = [column for column in columns if before[column] != now[column]]
                row = f"{histories[model]._meta.db_table} {event} (of {model._meta.db_table} {key})"
                yield Fault(row, _some(before, other), _some(now, other))


def strange_hands() -> Iterator[Fault]:
    """Changes without a person's or command's step: made by hand, though the triggers recorded them."""
    models_of = {one.table: one.model for one in proof.proved()}
    with _rows(_STRANGE_HANDS) as rows:
        for table, key, operation, number in rows:
            model = models_of.get(table)
            content = model and model.objects.filter(pk=key).values(*_columns(model)).first()
            row = _label(model, key, content) if model else f"{table} {key}"
            what = {"I": "written", "U": "changed", "D": "deleted"}.get(operation, operation)
            yield Fault(f"{row} in link {number}", "a person's or a command's step", f"{what} by hand")


def trigger_faults() -> Iterator[Fault]:
    """Functions and triggers of the proof that differ from how we made them."""
    standing, expected = proof.standing(), proof.expected()
    for table, name in sorted(key for key in expected if standing.get(key) != expected[key]):
        yield Fault(f"trigger {name} on {table}", "standing and firing", "missing or switched off")
    there = proof.installed()
    for name, body in proof.sources().items():
        if there.get(name) != body:
            yield Fault(f"function {name}", "as in records/proof.sql", "another" if name in there else NOTHING)


def head_faults(head: Head) -> Iterator[Fault]:
    """Reports an exported head whose link is no longer in the chain."""
    found = Head.numbered(head.number)
    if found is None or found.hash != head.hash:
        yield Fault(f"head {head.number} of {head.at}", f"hash {head.hash}", f"hash {found.hash}" if found else NOTHING)


CHECKS = (
    IntegrityCheck("chain", chain_faults),
    IntegrityCheck("proved rows", row_faults),
    IntegrityCheck("proved blocks", block_faults),
    IntegrityCheck("history", history_faults),
    IntegrityCheck("what stays", moved_faults),
    IntegrityCheck("changes by hand", strange_hands),
    IntegrityCheck("writers of the proof", trigger_faults),
)


def _filled(tables: Iterable[str]) -> set[str]:
    """Those of ``tables`` that have rows; to plan a comparison for each of a hundred empty ones takes longer."""
    return _names(" union all ".join(f"""select '{name}' where exists (select from "{name}")""" for name in tables))


def _names(statement: str) -> set[str]:
    with _rows(statement) as rows:
        return {name for (name,) in rows}


@contextmanager
def _rows(statement: str, params: Any = None) -> Iterator[Iterator[tuple]]:
    """The rows of a statement, fetched in chunks, with dates and times formatted as in the digests."""
    with connection.cursor() as settings:
        settings.execute("set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'")
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, params)
        yield iter(cursor)


def _common_columns(tracked: type[models.Model], history: type[models.Model]) -> list[str]:
    kept = {field.column for field in history._meta.concrete_fields if not field.name.startswith("pgh_")}
    return [field.column for field in tracked._meta.concrete_fields if field.column in kept]


def _column(model: type[models.Model], name: str) -> str:
    return model._meta.get_field(name).column


def _is_number(model: type[models.Model]) -> bool:
    return model._meta.pk.get_internal_type() in {"AutoField", "BigAutoField", "IntegerField", "BigIntegerField"}


def _columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _label(model: type[models.Model], key: Any, content: dict[str, Any] | None) -> str:
    """Table and key, the tracked row, and the unit."""
    tracked = getattr(model, "pgh_tracked_model", None)
    label = f"{model._meta.db_table} {key}"
    if tracked and content:
        label += f" (of {tracked._meta.db_table} {content['pgh_obj_id']})"
    unit = unit_of(tracked or model, content) if content else ""
    return f"{label} unit {unit}" if unit else label


def _json(text: str | None) -> dict[str, Any] | None:
    """The columns of a row, with exact decimals."""
    return text and json.loads(text, parse_float=str)


def _brief(content: dict[str, Any]) -> str:
    return _some(content, [column for column, value in content.items() if value not in (None, "", [])])[:200]


def _some(content: dict[str, Any], columns: list[str]) -> str:
    return " ".join(f"{column}={content[column]}" for column in columns)
