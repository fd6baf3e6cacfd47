"""The database schema as migrations left it: triggers, functions, constraints, indexes, columns, rules.

``migrate`` stores the definition of every object in a proved table, so it is sealed in the chain like any row. It
adopts only its own changes: an object that somebody else altered before remains a fault. (Everything is adopted if the
previous run was interrupted, and under another major version of PostgreSQL, which formats definitions differently.)
It does so last of all: a migration that is not stored here ran in a ``migrate`` that did not come to its end.
``check_integrity`` compares it with the present schema, and what the code defines itself (the triggers of models, the
proof) with the code.
"""
# ruff: noqa: S608 (the SQL is ours)

from collections.abc import Iterator
from typing import Any

import pgtrigger
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from records.audit import acting
from records.integrity import Fault, IntegrityCheck

NOTHING = "—"
MIGRATION = "migration"

_OBJECTS = """
with ours as (
    select oid, relname, relkind, relrowsecurity, relforcerowsecurity, relpersistence from pg_class
    where relnamespace = current_schema()::regnamespace
)
select 'trigger', c.relname || '.' || t.tgname, concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
from pg_trigger t join ours c on c.oid = t.tgrelid where not t.tgisinternal
union all
select 'constraint', c.relname || '.' || o.conname, concat_ws(' ', pg_get_constraintdef(o.oid), o.convalidated, (
    select string_agg(distinct t.tgenabled::text, '') from pg_trigger t where t.tgconstraint = o.oid
))
from pg_constraint o join ours c on c.oid = o.conrelid
union all
select 'index', c.relname, concat_ws(' ', pg_get_indexdef(c.oid), i.indisvalid, i.indisready)
from pg_index i join ours c on c.oid = i.indexrelid
union all
select 'function', p.oid::regprocedure::text, pg_get_functiondef(p.oid)
from pg_proc p where p.pronamespace = current_schema()::regnamespace and p.prokind in ('f', 'p')
and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
union all
select 'table', relname, concat_ws(' ', relkind, relpersistence, relrowsecurity, relforcerowsecurity) from ours
where relkind in ('r', 'p', 'v', 'm', 'f')
union all
select 'column', c.relname || '.' || a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull,
    a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid))
from pg_attribute a join ours c on c.oid = a.attrelid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p')
union all
select 'rule', tablename || '.' || rulename, definition from pg_rules where schemaname = current_schema()
union all
select 'view', viewname, definition from pg_views where schemaname = current_schema()
union all
select 'policy', tablename || '.' || policyname, concat_ws(' ', permissive, roles, cmd, qual, with_check)
from pg_policies where schemaname = current_schema()
union all
select 'event trigger', evtname, concat_ws(' ', evtevent, evtfoid::regproc, evtenabled, evttags) from pg_event_trigger
union all
select 'migration', app || '.' || name, '' from django_migrations
"""


def _plainly(definition: str) -> str:
    """The same without the one thing that a dump and restore words differently: where a list of literals becomes
    text."""
    outside = r"\((ARRAY\[''[^]]*\])\)::text\[\]"
    inside = r"\((''[^'']*''::character varying)\)::text"
    return f"regexp_replace(regexp_replace({definition}, '{inside}', '\\1', 'g'), '{outside}', '\\1', 'g')"


_DIFFERENCES = f"""
with present (kind, name, definition) as ({_OBJECTS})
select coalesce(p.kind, o.kind), coalesce(p.name, o.name), o.definition, p.definition
from present p full join records_schemaobject o on o.kind = p.kind and o.name = p.name
where {_plainly("o.definition")}
    is distinct from {_plainly("coalesce(p.definition, case when p.kind is not null then $$$$ end)")}
order by 1, 2
"""

_TAKE_OVER = f"""
insert into records_schemaobject (kind, name, definition, server)
select kind, name, coalesce(definition, ''), %s from ({_OBJECTS}) present (kind, name, definition)
"""

_before: dict[tuple[str, str], str] = {}


class SchemaObject(models.Model):
    """One object as the last migration left it; ``server`` the major version that formatted its definition."""

    kind = models.CharField(max_length=20)
    name = models.TextField()
    definition = models.TextField()
    server = models.PositiveSmallIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="schema_object_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def look(**_signal: Any) -> None:
    """Before migrating: the present schema."""
    _before.clear()
    if "django_migrations" in connection.introspection.table_names():
        _before.update(_present())


@transaction.atomic
def keep(**_signal: Any) -> None:
    """After migrating: store what it changed."""
    if "records_schemaobject" not in connection.introspection.table_names():
        return
    kept, server = {(one.kind, one.name): one for one in SchemaObject.objects.all()}, _server()
    with acting(None, "migrate"):
        if _is_whole(kept, server):
            _keep_changed(kept, server)
        else:
            SchemaObject.objects.all().delete()
            with connection.cursor() as cursor:
                cursor.execute(_TAKE_OVER, [server])
    _before.clear()


def _keep_changed(kept: dict[tuple[str, str], SchemaObject], server: int) -> None:
    present = _present()
    changed = {key for key in {*_before, *present} if _before.get(key) != present.get(key)} if _before else set()
    changed = {key for key in changed if key not in kept or kept[key].definition != present.get(key)}
    SchemaObject.objects.filter(pk__in=[kept[key].pk for key in changed if key in kept]).delete()
    SchemaObject.objects.bulk_create(
        SchemaObject(kind=kind, name=name, definition=present[kind, name], server=server)
        for kind, name in sorted(changed)
        if (kind, name) in present
    )


def kept_migrations() -> set[tuple[str, str]]:
    """Those of a ``migrate`` that came to its end, as (app, name)."""
    names = SchemaObject.objects.filter(kind=MIGRATION).values_list("name", flat=True)
    return {(app, name) for app, _dot, name in (kept.partition(".") for kept in names)}


def _is_whole(kept: dict[tuple[str, str], SchemaObject], server: int) -> bool:
    """Whether the stored schema is of this server version and covers all our migrations before this run (an interrupted
    run stored nothing). A row about an unknown or missing migration is not such a run but a fault."""
    if {one.server for one in kept.values()} != {server}:
        return False
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    ours = {(MIGRATION, ".".join(key)) for key in loader.disk_migrations}
    return not any(key in ours and key not in kept for key in _before)


def _present() -> dict[tuple[str, str], str]:
    with connection.cursor() as cursor:
        cursor.execute(_OBJECTS)
        return {(kind, name): definition or "" for kind, name, definition in cursor.fetchall()}


def _server() -> int:
    connection.ensure_connection()
    return connection.pg_version // 10000


def faults() -> Iterator[Fault]:
    """Objects that differ from what the last migration left."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES)
        for kind, name, expected, found in cursor.fetchall():
            yield Fault(f"{kind} {name}", *_apart(expected, found))


def code_faults() -> Iterator[Fault]:
    """Triggers of models that differ from the code."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname, t.tgname, p.prosrc, t.tgenabled from pg_trigger t join pg_class c on c.oid = t.tgrelid "
            "join pg_proc p on p.oid = t.tgfoid where c.relnamespace = current_schema()::regnamespace "
            "and not t.tgisinternal"
        )
        there = {(table, name): (body, enabled) for table, name, body, enabled in cursor.fetchall()}
    for model, trigger in pgtrigger.registered():
        table, name = model._meta.db_table, trigger.get_pgid(model)
        body, enabled = there.get((table, name), ("", ""))
        if not body:
            yield Fault(f"trigger {trigger.name} {table}", _("standing and firing"), NOTHING)
        elif enabled not in "OA":
            yield Fault(f"trigger {trigger.name} {table}", _("standing and firing"), _("switched off"))
        elif _plain(body) not in _plain(str(trigger.compile(model).install_sql)):
            yield Fault(f"function {name}()", _("as the code makes it"), _("another"))


CHECKS = (IntegrityCheck("schema", faults), IntegrityCheck("triggers", code_faults))


def _plain(sql: str) -> str:
    return " ".join(sql.split())


def _apart(expected: str | None, found: str | None) -> tuple[str, str]:
    """Both texts from where they begin to differ, shortened."""
    if expected is None or found is None:
        return tuple(NOTHING if text is None else text[:200] or _("there") for text in (expected, found))
    same = next((n for n, pair in enumerate(zip(expected, found, strict=False)) if pair[0] != pair[1]), 0)
    start = max(0, same - 20)
    return expected[start : start + 200], found[start : start + 200]
