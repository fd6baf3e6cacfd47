"""Ways to change data behind the system's back: each is refused, or detected, or listed in docs/proof.md as out of
scope.

As the role of the running system: refused by privileges. As owner or superuser: detected. (Files on disk:
test_files.py; who may sign in: tests/config/test_services.py; a rewritten chain and a head kept outside:
test_proof.py.)
"""

import json
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import InternalError, ProgrammingError, connection, transaction

from accounts.models import UnitPermission
from ratings.models import Decision
from records import audit, integrity, schema
from records.models import IssuedDocument, SchemaObject
from reviews.integrity.point_integrity import POINTS
from tests.built_once import built_once
from tests.factories import VILLAGE, ApplicationFactory, DecisionFactory, PointsFactory, SheetEntryFactory, person
from tests.records.test_proof import commit

pytestmark = pytest.mark.django_db


OF_ROWS = frozenset({"proved rows", "history"})
"""They read every table and take longest: they are asked where a row was changed."""


def found(*, but: frozenset[str] = frozenset()) -> set[str]:
    """The names of the checks that find something."""
    asked = [check for check in integrity.checks() if check.name not in {"star register", *but}]
    return {check.name for check in asked if list(check.faults())}


def finds(name: str) -> bool:
    return any(list(check.faults()) for check in integrity.checks() if check.name == name)


@built_once
def kept(db) -> dict[str, Any]:
    """A decision, points, an entry of a score sheet, a post with its permissions, a document."""
    with audit.acting(None, "test"):
        application = ApplicationFactory()
        DecisionFactory(unit=application.unit, star=3)
        points = PointsFactory(application=application, points=Decimal(8))
        SheetEntryFactory(sheet__application=application, value=Decimal(4))
        signer = person("signer", VILLAGE, username="signing")
        IssuedDocument.objects.create(code="ABCD", title="证书", unit=VILLAGE, digest="0" * 64)
    commit()
    return {"points": points, "signer": signer}


@built_once
def before(kept) -> frozenset[str]:
    """What was found before the test did something."""
    return frozenset(found())


@contextmanager
def runtime():
    """The privileges of the running system (``SET ROLE``, as it cannot own what tests created)."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_has_role(current_user, %s, 'member')", [settings.DATABASE_ROLE])
        if not cursor.fetchone()[0] or connection.settings_dict["USER"] == settings.DATABASE_ROLE:
            pytest.skip("one role owns and runs")
        cursor.execute(f'set local role "{settings.DATABASE_ROLE}"')
        try:
            yield cursor
        finally:
            cursor.execute("reset role")


@pytest.mark.parametrize(
    "statement",
    [
        "alter table ratings_decision disable trigger all",
        "drop trigger proved_update on ratings_points",
        "alter table incentives_ledgerentry drop column amount",
        "truncate ratings_points",
        "drop table records_digest cascade",
        "update records_digest set acted = true",
        "insert into records_digest (seal_id, columns_id, key, operation, acted) values (1, 1, 1, 'A', true)",
        "update records_seal set hash = ''",
        "delete from records_schemaobject",
        "update ratings_decisionevent set star = 5",
        "delete from incentives_ledgerentry",
        "update records_issueddocument set title = 'x'",
        "select records_adopt('ratings_points', 'id', '{}')",
        "create or replace function records_prove() returns trigger language plpgsql as 'begin return null; end'",
        "set session_replication_role = replica",
        "insert into django_migrations (app, name, applied) values ('x', 'y', now())",
    ],
)
def test_the_running_system_may_not(kept, statement):
    with runtime() as cursor, pytest.raises(ProgrammingError), transaction.atomic():
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "checks"),
    [
        ("alter table ratings_decision disable trigger user", {"schema", "triggers"}),
        ("alter table incentives_ledgerentry disable trigger user", {"schema", "triggers"}),
        ("drop trigger proved_update on ratings_points", {"schema", "writers of the proof"}),
        ("alter table ratings_points drop constraint ratings_points_pkey cascade", {"schema"}),
        ("create rule away as on delete to ratings_points do instead nothing", {"schema"}),
        ("alter table ratings_decision alter column star set default 5", {"schema"}),
        ("create function more() returns int language sql as 'select 1'", {"schema"}),
        ("grant truncate on ratings_points to {runtime}", {"rights"}),
        ("grant update on records_digest to {runtime}", {"rights"}),
    ],
)
def test_what_the_owner_does_to_the_schema_is_found(kept, before, statement, checks):
    if "{runtime}" in statement and connection.settings_dict["USER"] == settings.DATABASE_ROLE:
        pytest.skip("one role owns and runs")
    with connection.cursor() as cursor:
        cursor.execute(statement.format(runtime=settings.DATABASE_ROLE))
    assert found(but=OF_ROWS) - before == checks


def test_an_emptied_guard_is_found(kept, before):
    with connection.cursor() as cursor:
        cursor.execute(
            "select tgfoid::regproc from pg_trigger where tgrelid = 'ratings_decision'::regclass "
            "and starts_with(tgname, 'pgtrigger') limit 1"
        )
        empty = "returns trigger language plpgsql as 'begin return new; end'"
        cursor.execute(f"create or replace function {cursor.fetchone()[0]}() {empty}")
    assert found(but=OF_ROWS) - before == {"schema", "triggers"}


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("update ratings_decision set star = 5", "history"),
        ("update ratings_points set points = 10", "proved rows"),
        ("update reviews_sheetentry set value = 9", "history"),
        ("update accounts_user set password = 'x'", "proved rows"),
        ("update accounts_user set is_active = false", "history"),
        ("update villages_unit set name = 'x'", "history"),
        ("update records_issueddocument set title = 'x'", "proved rows"),
        ("delete from records_issueddocument", "proved rows"),
        (
            "insert into records_issueddocument (code, title, unit, digest, at) values ('X', 'x', '', '', now())",
            "proved rows",
        ),
        ("update records_schemaobject set definition = '' where kind = 'trigger'", "proved rows"),
    ],
)
def test_rows_changed_with_the_triggers_off_are_found(kept, before, statement, check):
    assert check not in before
    tables = (statement.split()[1 if statement.startswith("update") else 2],)
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(statement)
        commit()
        for table in tables:
            cursor.execute(f"alter table {table} enable trigger user")
    assert finds(check)


def test_panel_points_changed_under_a_false_name_are_found(kept):
    before = len(list(POINTS.faults()))
    with audit.acting(None, "hand_in"):
        PointsFactory(application=kept["points"].application, stage="township", criterion="9.9", points=Decimal(1))
    commit()
    assert len(list(POINTS.faults())) == before + 1


def test_a_grant_given_under_a_false_name_is_found(kept, before):
    post = kept["signer"].appointments.get()
    assert "grants" not in before
    rights = Permission.objects.filter(content_type__app_label="villages", content_type__model="unit")
    right = rights.exclude(pk__in=post.grants.values("permission")).first()
    with audit.acting(None, "accounts.appoint"):
        UnitPermission.objects.create(user=kept["signer"], content_object=post.unit, appointment=post, permission=right)
    commit()
    assert finds("grants")


def test_a_session_cannot_ask_triggers_to_look_away(kept):
    with runtime() as cursor:
        cursor.execute(
            "select array_agg(tgname::text)::text from pg_trigger where tgrelid = 'ratings_decision'::regclass"
        )
        cursor.execute("select set_config('pgtrigger.ignore', %s, true)", cursor.fetchone())
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
            cursor.execute("update ratings_decision set unit_id = '330624', year = 1999")


def test_a_table_of_a_sessions_own_does_not_catch_the_digests(kept):
    with runtime() as cursor:
        cursor.execute("create temp table records_digest (like public.records_digest)")
        cursor.execute("select set_config('pghistory.context_metadata', %s, true)", [json.dumps({"verb": "x"})])
        cursor.execute("update public.ratings_points set points = 1")
        cursor.execute("select count(*) from pg_temp.records_digest")
        assert cursor.fetchone() == (0,)
        cursor.execute("drop table pg_temp.records_digest")
    commit()
    assert not finds("proved rows")


def test_migrating_takes_over_only_what_it_changed(kept):
    assert list(schema.faults()) == []
    with connection.cursor() as cursor:
        cursor.execute("alter table ratings_decision alter column star set default 5")
        schema.look()
        cursor.execute("alter table ratings_points alter column points set default 1")
        schema.keep()
    assert [fault.row for fault in schema.faults()] == ["column ratings_decision.star"]
    assert SchemaObject.objects.get(name="ratings_points.points").definition.endswith(" 1")


def test_a_migration_that_nobody_knows_makes_migrating_take_over_nothing(kept):
    with connection.cursor() as cursor:
        cursor.execute("alter table ratings_decision disable trigger user")
        cursor.execute("insert into django_migrations (app, name, applied) values ('x', '0001_y', now())")
        schema.look()
        schema.keep()
    assert finds("schema")
    assert finds("triggers")
    assert any("migration x.0001_y" in fault.row for fault in schema.faults())


def test_a_star_changed_under_a_false_name_while_its_guard_was_off_is_found(kept, before):
    guard = "pgtrigger_what_was_decided_stays_"
    with connection.cursor() as cursor:
        cursor.execute(
            "select tgname from pg_trigger where starts_with(tgname, %s) and tgrelid = %s::regclass",
            [guard, "ratings_decision"],
        )
        name = cursor.fetchone()[0]
        cursor.execute(f"alter table ratings_decision disable trigger {name}")
        with audit.acting(None, "release"):
            Decision.objects.update(star=5)
        commit()
        cursor.execute(f"alter table ratings_decision enable trigger {name}")
    assert found() - before == {"what stays"}
