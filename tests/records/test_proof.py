"""The proof detects what a superuser does behind the system's back: every kind of tampering, by SQL, with the row."""

from contextlib import contextmanager
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, connection, transaction

from incentives.models import LedgerEntry
from ratings.models import Decision, Points
from records import audit, proof, proof_faults
from records.chain_head import Head
from records.models import Digest, ProvedColumns, Seal
from reviews.models import SheetEntry
from tests.factories import (
    VILLAGE,
    ApplicationFactory,
    DecisionFactory,
    PointsFactory,
    SheetEntryFactory,
    StoredFileFactory,
)

pytestmark = pytest.mark.django_db


def commit() -> None:
    """What waits for the end of a transaction happens now: the seal is closed; later changes get another."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate; set constraints all deferred")


@contextmanager
def superuser(*, triggers: bool):
    """A cursor that bypasses the system: without an actor, and unless ``triggers`` without triggers."""
    commit()
    tables = [] if triggers else ["records_seal", "records_digest", *kept()]
    with connection.cursor() as cursor:
        cursor.execute("select set_config('pghistory.context_metadata', '', true)")
        for table in tables:
            cursor.execute(f"alter table {table} disable trigger user")
        yield cursor
        commit()
        for table in tables:
            cursor.execute(f"alter table {table} enable trigger user")


def kept() -> set[str]:
    """Every proved table and every table with a history."""
    return {one.table for one in proof.proved()} | {model._meta.db_table for model in proof.histories()}


def by_hand(statement: str, *values, triggers: bool = False) -> None:
    with superuser(triggers=triggers) as cursor:
        cursor.execute(statement, values)


def faults(name: str) -> list[tuple[str, str, str]]:
    check = next(check for check in proof_faults.CHECKS if check.name == name)
    return [(fault.row, fault.expected, fault.found) for fault in check.faults()]


def clean_but(*names: str) -> None:
    """Only the named checks find anything."""
    assert [c.name for c in proof_faults.CHECKS if c.name not in names and list(c.faults())] == []


@pytest.fixture
def application(db):
    with audit.acting(None, "test"):
        application = ApplicationFactory()
    commit()
    return application


@pytest.fixture
def entry(application):
    with audit.acting(None, "test"):
        entry = SheetEntryFactory(sheet__application=application, value=Decimal("4.5"))
    commit()
    return entry


@pytest.fixture
def points(application):
    with audit.acting(None, "test"):
        points = PointsFactory(application=application, points=Decimal(8))
    commit()
    return points


@pytest.fixture
def decision(application):
    with audit.acting(None, "test"):
        decision = DecisionFactory(unit=application.unit, star=3)
    commit()
    return decision


def test_what_the_system_does_is_proved(entry, decision, points):
    with audit.acting(None, "test"):
        SheetEntry.objects.filter(pk=entry.pk).update(value=Decimal(5))
        points.delete()
    commit()
    clean_but()
    assert Seal.objects.filter(number=None).count() == 0
    assert list(Seal.objects.order_by("id").values_list("number", flat=True)) == list(
        range(1, 1 + Seal.objects.count())
    )


def test_each_change_of_a_proved_table_leaves_a_digest_of_its_transaction(points):
    Points.objects.filter(pk=points.pk).update(points=Decimal(7))
    commit()
    points.delete()
    commit()
    key = Digest.objects.filter(columns__relation_name="ratings_points").latest("id").key
    of_row = Digest.objects.filter(columns__relation_name="ratings_points", key=key).order_by("id")
    assert list(of_row.values_list("operation", flat=True)) == ["I", "U", "D"]
    assert len(set(of_row.values_list("seal", flat=True))) == 3


def test_a_score_altered_without_triggers(entry):
    by_hand("update reviews_sheetentry set value = 9 where id = %s", entry.pk)
    assert faults("history") == [
        (f"reviews_sheetentry {entry.pk} unit {VILLAGE}", "value=4.5000000000", "value=9.0000000000")
    ]
    clean_but("history")


def test_a_score_altered_with_triggers_standing(entry):
    by_hand("update reviews_sheetentry set value = 9 where id = %s", entry.pk, triggers=True)
    event = SheetEntry.history.rel.related_model.objects.latest("pgh_id")
    number = Seal.objects.latest("number").number
    assert faults("changes by hand") == [
        (
            f"reviews_sheetentryevent {event.pk} (of reviews_sheetentry {entry.pk}) unit {VILLAGE} in link {number}",
            "a person's or a command's step",
            "written by hand",
        )
    ]
    clean_but("changes by hand")


def test_a_score_altered_together_with_its_history(entry):
    with superuser(triggers=False) as cursor:
        cursor.execute("update reviews_sheetentry set value = 9 where id = %s", [entry.pk])
        cursor.execute(
            "update reviews_sheetentryevent set value = 9 where pgh_obj_id = %s returning pgh_id", [entry.pk]
        )
        event = cursor.fetchone()[0]
    [(row, expected, found)] = faults("proved rows")
    assert row == f"reviews_sheetentryevent {event} (of reviews_sheetentry {entry.pk}) unit {VILLAGE}"
    assert expected.startswith("digest ")
    assert "value=9" in found
    clean_but("proved rows")


def test_a_panels_point_altered_without_triggers(points):
    by_hand("update ratings_points set points = 10 where id = %s", points.pk)
    [(row, _expected, found)] = faults("proved rows")
    assert row == f"ratings_points {points.pk} unit {VILLAGE}"
    assert "points=10" in found


def test_a_decisions_star_altered(decision):
    by_hand("update ratings_decision set star = 5 where id = %s", decision.pk)
    assert faults("history") == [(f"ratings_decision {decision.pk} unit {VILLAGE}", "star=3", "star=5")]


def test_a_row_deleted(entry, points):
    with superuser(triggers=False) as cursor:
        cursor.execute("delete from reviews_sheetentry where id = %s", [entry.pk])
        cursor.execute("delete from ratings_points where id = %s", [points.pk])
    [(row, expected, found)] = faults("history")
    assert (row, found) == (f"reviews_sheetentry {entry.pk} unit {VILLAGE}", "nothing")
    assert "item=1.1.a" in expected
    [(row, _expected, found)] = faults("proved rows")
    assert (row, found) == (f"ratings_points {points.pk}", "nothing")


def test_a_row_inserted_without_a_trigger(entry, points):
    with superuser(triggers=False) as cursor:
        cursor.execute(
            "insert into reviews_sheetentry (sheet_id, item, value, reason) values (%s, '9.9', 1, '') returning id",
            [entry.sheet_id],
        )
        score = cursor.fetchone()[0]
        cursor.execute(
            "insert into ratings_points (application_id, stage, criterion, points) values (%s, 'county', '9.9', 1) "
            "returning id",
            [points.application_id],
        )
        point = cursor.fetchone()[0]
    assert [fault[:2] for fault in faults("history")] == [
        (f"reviews_sheetentry {score} unit {VILLAGE}", "no such row: its history knows none")
    ]
    assert [fault[:2] for fault in faults("proved rows")] == [
        (f"ratings_points {point} unit {VILLAGE}", "no such row: nothing was ever written here")
    ]


def test_a_digest_altered_to_fit_the_row(points):
    with superuser(triggers=False) as cursor:
        cursor.execute("update ratings_points set points = 10 where id = %s", [points.pk])
        cursor.execute(
            "update records_digest d set digest = sha256(convert_to(to_jsonb(p)::text, 'UTF8')) from ratings_points p "
            "where p.id = %s and d.key = p.id and d.columns_id = "
            "(select id from records_provedcolumns where relation_name = 'ratings_points')",
            [points.pk],
        )
    number = Digest.objects.get(columns__relation_name="ratings_points", key=points.pk).seal.number
    [(row, _expected, _found)] = faults("chain")
    assert row == f"link {number}"
    clean_but("chain")


def test_a_link_deleted(entry, points):
    by_hand("delete from records_seal where number = 1")
    assert ("link 1", "between its neighbours", "nothing") in faults("chain")


def test_a_link_rewritten_alone(points, decision):
    by_hand("update records_seal set hash = sha256('x') where number = 1")
    assert [row for row, *_rest in faults("chain")] == ["link 1", "link 2"]


# The chain from one link on, recomputed by somebody who knows everything.
REWRITE = """
do $$ declare s record; last bytea; begin
    for s in select * from records_seal order by number loop
        update records_seal set
            contents = (select sha256(coalesce(string_agg(sha256(convert_to(concat_ws('|', d.id, c.relation_name, d.key,
                d.operation, d.columns_id, d.acted, encode(d.digest, 'hex')), 'UTF8')), ''::bytea order by d.id), ''))
                from records_digest d join records_provedcolumns c on c.id = d.columns_id where d.seal_id = s.id)
        where id = s.id;
        update records_seal set hash = sha256(coalesce(last, '') || convert_to(concat_ws('|', number,
            (extract(epoch from sealed_at) * 1000000)::bigint, count), 'UTF8') || contents)
        where id = s.id returning hash into last;
    end loop;
end $$
"""


def test_a_chain_rewritten_from_a_link_on_is_told_by_a_head_exported_before(points, entry, tmp_path):
    head = Head.newest()
    file = tmp_path / "head.txt"
    call_command("export_head", output=file)
    assert Head.read(file.read_text(encoding="utf-8")) == head
    with superuser(triggers=False) as cursor:
        cursor.execute("update ratings_points set points = 10 where id = %s", [points.pk])
        cursor.execute(
            "update records_digest d set digest = sha256(convert_to(to_jsonb(p)::text, 'UTF8')) from ratings_points p "
            "where p.id = %s and d.key = p.id and d.columns_id = "
            "(select id from records_provedcolumns where relation_name = 'ratings_points')",
            [points.pk],
        )
        cursor.execute(REWRITE)
    clean_but()
    now = Head.numbered(head.number)
    out = StringIO()
    with pytest.raises(CommandError, match="1 rows are off"):
        call_command("check_integrity", head=[file], stdout=out)
    assert (
        f"第{head.number}号导出链头: head {head.number} of {head.at}: 应为存证摘要{head.hash}，实为存证摘要{now.hash}"
        in out.getvalue().splitlines()
    )


def test_a_head_of_the_present_chain_is_on_it(points, tmp_path):
    file = tmp_path / "head.txt"
    call_command("export_head", output=file)
    with audit.acting(None, "test"):
        StoredFileFactory()
    commit()
    out = StringIO()
    call_command("check_integrity", head=[file], stdout=out)
    assert out.getvalue().splitlines()[-1].endswith(": 0 faults")


def test_the_newest_links_cut_off_are_told_by_a_head(points, decision):
    head = Head.newest()
    with superuser(triggers=False) as cursor:
        cursor.execute(
            "delete from records_digest where seal_id = (select id from records_seal where number = %s)", [head.number]
        )
        cursor.execute("delete from records_seal where number = %s", [head.number])
    assert faults("chain") == []
    assert [(f.expected, f.found) for f in proof_faults.head_faults(head)] == [(f"hash {head.hash}", "nothing")]


def test_a_ledger_entry_altered(granted):
    granted()
    commit()
    entry = LedgerEntry.objects.earliest("pk")
    by_hand("update incentives_ledgerentry set amount = amount + 1 where id = %s", entry.pk)
    assert faults("history") == [
        (
            f"incentives_ledgerentry {entry.pk} unit {entry.unit_id}",
            f"amount={entry.amount}",
            f"amount={entry.amount + 1}",
        )
    ]


def test_a_trigger_switched_off_and_a_function_replaced():
    with connection.cursor() as cursor:
        cursor.execute("alter table ratings_points disable trigger proved_update")
        cursor.execute(
            "create or replace function records_open_seal() returns bigint language sql as 'select 1::bigint'"
        )
    assert [(row, found) for row, _expected, found in faults("writers of the proof")] == [
        ("trigger proved_update on ratings_points", "missing or switched off"),
        ("function records_open_seal", "another"),
    ]
    proof.install()
    assert faults("writers of the proof") == []


def test_seals_and_digests_cannot_be_changed(points):
    for statement in ("update records_digest set key = 1", "delete from records_digest", "delete from records_seal"):
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(InternalError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update records_seal set hash = ''")


def test_a_new_column_leaves_earlier_digests_good(points):
    with connection.cursor() as cursor:
        cursor.execute("alter table ratings_points add column later int default 7")
    proof.install()
    assert faults("proved rows") == []
    by_hand("update ratings_points set points = 10 where id = %s", points.pk)
    assert [row for row, *_rest in faults("proved rows")] == [f"ratings_points {points.pk} unit {VILLAGE}"]


def test_a_renamed_column_makes_the_rows_be_taken_over_in_the_open(points):
    with connection.cursor() as cursor:
        cursor.execute("alter table ratings_points rename column figure to measured")
    proof.install()
    commit()
    assert faults("proved rows") == []
    last = Digest.objects.filter(columns__relation_name="ratings_points", key=points.pk).latest("id")
    assert (last.operation, last.seal.number) == ("A", Seal.objects.latest("number").number)
    assert list(
        ProvedColumns.objects.filter(relation_name="ratings_points").values_list("retired", flat=True).order_by("id")
    ) == [True, False]


def test_what_is_undone_leaves_no_digest(points):
    before = Digest.objects.count()
    with transaction.atomic():
        Points.objects.update(points=Decimal(1))
        transaction.set_rollback(True)
    commit()
    assert Digest.objects.count() == before
    clean_but()


def test_every_history_and_what_has_none_is_proved():
    assert {
        "villages_unitevent",
        "accounts_unitpermission",
        "accounts_user",
        "records_issueddocument",
        "mfa_authenticator",
        "ratings_decisionevent",
        "reviews_sheetentryevent",
        "incentives_ledgerentryevent",
        "ratings_points",
    } < {one.table for one in proof.proved()}
    assert Decision in proof.histories()
