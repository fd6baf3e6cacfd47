"""The auditor's page for the integrity check, its run in the background, and what the audit trail hides before
a release."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from accounts import audit_trail, integrity_run
from accounts.roles import Role
from accounts.todo_list import todos_of
from ratings.models import Decision
from ratings.workflow import decision as decisions
from ratings.workflow.application import withdraw
from records import audit
from records.chain_head import Head
from records.models import IntegrityRun
from records.refusals import NotAllowed
from tests.factories import VILLAGE, ApplicationFactory, PointsFactory, person

pytestmark = pytest.mark.django_db
CITY = "3306"
PANEL_STAR = "评审星级"


@pytest.fixture
def auditor():
    with audit.acting(None, "test"):
        auditor = person(Role.AUDITOR, CITY)
        PointsFactory()
    seal()
    return auditor


def seal():
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate; set constraints all deferred")


def check(head: Head | None, by, callbacks) -> IntegrityRun:
    with callbacks(execute=True):
        asked = integrity_run.ask(head, by=by)
    asked.refresh_from_db()
    return asked


def test_a_check_finds_nothing_and_says_so(auditor, django_capture_on_commit_callbacks):
    made = check(Head.newest(), auditor, django_capture_on_commit_callbacks)
    assert (made.state, made.faults, made.found, made.progress) == ("ready", 0, [], 100)
    assert made.sealed == Head.newest().text
    assert "存证核验完毕：全部完好" in [todo.title for todo in todos_of(auditor)]


def test_a_check_tells_the_row(auditor, client, django_capture_on_commit_callbacks):
    with connection.cursor() as cursor:
        cursor.execute("alter table ratings_points disable trigger user")
        cursor.execute("update ratings_points set points = 10")
        seal()
        cursor.execute("alter table ratings_points enable trigger user")
    made = check(None, auditor, django_capture_on_commit_callbacks)
    [[name, row, _expected, found]] = made.found
    assert (name, row.endswith(f"unit {VILLAGE}"), "points=10" in found) == ("proved rows", True, True)
    client.force_login(auditor)
    assert row in client.get(reverse("proof")).content.decode()
    assert [todo for todo in todos_of(auditor) if todo.url == reverse("proof")] == []  # it was seen


def test_a_head_that_is_not_on_the_chain_is_told(auditor, django_capture_on_commit_callbacks):
    head = Head.newest()
    made = check(Head(head.number, "0" * 64, head.at), auditor, django_capture_on_commit_callbacks)
    assert [found[0] for found in made.found] == [f"head {head.number}"]


def test_only_who_reads_the_trail_asks():
    with pytest.raises(NotAllowed):
        integrity_run.ask(None, by=person(Role.FILLER, VILLAGE))


def test_the_head_goes_out_as_a_file_and_comes_back(auditor, client):
    client.force_login(auditor)
    file = client.get(reverse("proof_head")).content
    assert Head.read(file.decode()) == Head.newest()
    client.post(reverse("proof_check"), {"head": SimpleUploadedFile("head.txt", file)})
    assert IntegrityRun.objects.get().head == file.decode()
    answer = client.post(reverse("proof_check"), {"head": SimpleUploadedFile("head.txt", b"nothing")}, follow=True)
    assert "这不是导出的链头" in [str(message) for message in answer.context["messages"]][-1]


def of(model: str) -> list[dict]:
    return [
        {field.name: field.after for field in change.fields}
        for change in audit_trail.changes([CITY], kind=model, count=100)
    ]


def test_the_trail_tells_of_a_decision_once_it_is_released(auditor):
    application = ApplicationFactory(cycle__scheme__year=2025, state="township_review")
    application.panel_star = 2
    application.save()
    [decision] = decisions.record(
        [decisions.DecidedStar(application.pk, 2)], Decision.Origin.TOWNSHIP, verb="decide_township", by=None
    )
    assert of("ratings_decisionevent") == []
    seen = of("ratings_applicationevent")
    assert seen
    assert [row for row in seen if PANEL_STAR in row or "已审定" in row.values()] == []
    decisions.release([decision.pk], "沙评〔2026〕1号", by=None, at=application.submitted_at)
    assert len(of("ratings_decisionevent")) == 2
    assert [row[PANEL_STAR] for row in of("ratings_applicationevent") if row.get(PANEL_STAR)] == ["二星"]


def test_what_was_withdrawn_before_its_release_stays_covered(auditor):
    application = ApplicationFactory(cycle__scheme__year=2025, state="township_review")
    application.panel_star = 2
    application.save()
    decisions.record(
        [decisions.DecidedStar(application.pk, 2)], Decision.Origin.TOWNSHIP, verb="decide_township", by=None
    )
    withdraw(application, by=person(Role.SIGNER, application.unit_id), reason="再核实")
    assert of("ratings_decisionevent") == []
    assert [row for row in of("ratings_applicationevent") if PANEL_STAR in row or "已审定" in row.values()] == []
