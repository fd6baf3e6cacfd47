"""What is hidden stays hidden from the auditor, too."""

from io import BytesIO

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts import audit_trail
from ratings.events.happening import Happening
from ratings.models import Application, Decision, Event
from ratings.workflow import event as events
from reviews.models import Batch, FieldPhoto, Objection, Settlement, Sheet, SheetEntry
from reviews.workflow import batches

pytestmark = pytest.mark.django_db
RELEASED = ("public_notice", "confirmed", "appealed", "rejected", "withdrawn")
AUDITOR = "auditor"


@pytest.fixture
def undone(world):
    with transaction.atomic():
        yield world
        transaction.set_rollback(True)


def table(model) -> str:
    return next(name for name, history in audit_trail.histories().items() if history.pgh_tracked_model is model)


def exported(world, model) -> list[tuple]:
    """The rows of the auditor's export."""
    answer = world.clients[AUDITOR].get(reverse("trail"), {"kind": table(model), "as": "xlsx"})
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    rows = list(book.active.iter_rows(values_only=True))
    head = next(n for n, row in enumerate(rows) if len([cell for cell in row if cell]) > 5)
    return rows[head + 1 :]


def page(world, model) -> str:
    return world.clients[AUDITOR].get(reverse("trail"), {"kind": table(model)}).content.decode()


def kept(model, condition: str = "true") -> int:
    """How many changes the history has for rows that match ``condition``."""
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table(model)} e where {condition}")
        return cursor.fetchone()[0]


def test_a_held_event_is_in_the_trail_only_once_it_is_released(undone):
    shown = len(exported(undone, Event))
    held = events.record(
        Happening(
            undone.first.village,
            kind="spot_check_failed",
            on=timezone.localdate(),
            note="暂不公开的抽查",
            source="举报件九号",
            held=True,
        ),
        by=undone.first.who.discipline,
    )
    assert kept(Event, f"pgh_obj_id = {held.pk}") == 1
    assert len(exported(undone, Event)) == shown
    assert "举报件九号" not in page(undone, Event)
    events.release(held, by=undone.first.who.discipline)
    assert len(exported(undone, Event)) == shown + 2
    assert "举报件九号" in page(undone, Event)


@pytest.mark.parametrize("model", [Sheet, SheetEntry])
def test_scores_are_in_the_trail_only_once_the_result_is_out(undone, model):
    out = Application.objects.filter(state__in=RELEASED).values("pk")
    lookup = "sheet__application__in" if model is SheetEntry else "application__in"
    rows = model.objects.filter(**{lookup: out}).values_list("pk", flat=True)
    released = kept(model, f"pgh_obj_id IN ({','.join(map(str, rows))})")
    assert 0 < released < kept(model)
    assert len(exported(undone, model)) == released
    batches.release(undone.first.batch, by=undone.first.who.township_office)
    assert len(exported(undone, model)) > released


def test_photos_and_settlements_of_an_open_review_are_not_in_the_trail(undone):
    for model in (FieldPhoto, Settlement):
        assert kept(model) > 0
        assert exported(undone, model) == []


def test_a_batch_and_its_decisions_are_in_the_trail_only_once_released(undone):
    for model, hidden in ((Batch, undone.first.batch), (Decision, undone.first.hidden_decision)):
        theirs = kept(model, f"pgh_obj_id = {hidden.pk}")
        assert theirs > 0
        before = len(exported(undone, model))
        with transaction.atomic():
            batches.release(Batch.objects.get(pk=undone.first.batch.pk), by=undone.first.who.township_office)
            assert len(exported(undone, model)) == before + kept(model, f"pgh_obj_id = {hidden.pk}")
            transaction.set_rollback(True)


def test_nothing_tells_of_a_decision_by_a_step_without_differences(undone):
    """Points are saved together with the decision: a change of redacted columns only is not in the trail."""
    decided = undone.first.decided
    assert "评2号" not in page(undone, Batch)
    lines = [row for row in exported(undone, Application) if decided.unit_id in str(row)]
    assert lines != []
    assert [row for row in lines if "decide" in str(row)] == []


def test_a_receipt_is_never_in_the_trail(undone):
    receipts = list(Objection.objects.values_list("receipt", flat=True))
    assert receipts != []
    text = page(undone, Objection) + str(exported(undone, Objection))
    assert undone.first.objection.text in text
    assert [receipt for receipt in receipts if receipt in text] == []
