"""Requesting a report by page and API: created in the background, announced, downloaded only by the person who
asked."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook

from accounts.models import User
from accounts.roles import Role
from accounts.todo_list import todos_of
from notifications.models import Notice
from records import jobs
from reports import workflow
from reports.models import ReportRequest
from tests.clients import api_of
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, DecisionFactory, UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _settings(settings, tmp_path):
    settings.SECOND_FACTOR_REQUIRED = False
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def places():
    UnitFactory(code=COUNTY, name="新昌县")
    UnitFactory(code=TOWNSHIP)
    DecisionFactory(unit=UnitFactory(code=VILLAGE), year=2025, on=date(2026, 1, 20))
    DecisionFactory(unit=UnitFactory(code="330681001218"), year=2025)


@pytest.fixture
def reader(places):
    return person(Role.DISCIPLINE, COUNTY)


def ask(user, unit=COUNTY, year=2025):
    return workflow.ask(UnitFactory(code=unit), year, by=user)


def test_it_is_asked_for_made_told_and_fetched(client, reader, django_capture_on_commit_callbacks):
    client.force_login(reader)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("reports"), {"unit": COUNTY, "year": 2025})
    report = ReportRequest.objects.get()
    assert (answer["Location"], report.state, report.progress) == (report.get_absolute_url(), "ready", 100)
    assert list(Notice.objects.values_list("user", "kind", "link")) == [
        (reader.pk, "report_ready", report.get_absolute_url())
    ]
    assert [todo.url for todo in todos_of(User.objects.get(pk=reader.pk))] == [report.get_absolute_url()]
    fetched = client.get(reverse("report_file", args=[report.pk]))
    assert load_workbook(BytesIO(b"".join(fetched.streaming_content))).sheetnames[0] == "封面"
    assert "attachment" in fetched["Content-Disposition"]
    words = client.get(reverse("report_words", args=[report.pk]))
    assert (
        Document(BytesIO(b"".join(words.streaming_content))).paragraphs[0].text == "新昌县2025年度村级评星晋级工作报告"
    )
    assert todos_of(User.objects.get(pk=reader.pk)) == []


def test_one_that_is_waited_for_is_not_asked_for_twice(reader):
    assert ask(reader) == ask(reader)
    assert ask(reader, TOWNSHIP) != ask(reader)


def test_making_it_again_changes_nothing(reader):
    report = ask(reader)
    workflow.make(report.pk)
    first = ReportRequest.objects.get()
    workflow.make(report.pk)
    assert ReportRequest.objects.get().file_id == first.file_id
    assert Notice.objects.count() == 1


def test_a_failure_ends_as_a_todo_that_says_why(client, reader, settings):
    report = ask(reader)
    settings.MEDIA_ROOT = "/proc/nowhere"
    workflow.make(report.pk)
    report.refresh_from_db()
    assert (report.state, report.file) == ("failed", None)
    assert [todo.url for todo in todos_of(User.objects.get(pk=reader.pk))] == [report.get_absolute_url()]
    client.force_login(reader)
    assert report.error.split(":")[0] in client.get(report.get_absolute_url()).content.decode()
    assert todos_of(User.objects.get(pk=reader.pk)) == []


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.DISCIPLINE, COUNTY),
        (Role.DISCIPLINE, "330681"),
        (Role.TOWNSHIP_LEADER, TOWNSHIP),
        (Role.SIGNER, VILLAGE),
    ],
)
def test_nobody_else_sees_it(client, reader, role, place):
    report = ask(reader)
    workflow.make(report.pk)
    stranger = person(role, place)
    client.force_login(stranger)
    api = api_of(stranger)
    for address in (
        report.get_absolute_url(),
        *(reverse(f"report_{one}", args=[report.pk]) for one in ("file", "words")),
    ):
        assert client.get(address).status_code == 404
    for name in ("api-report-detail", "api-report-file", "api-report-words"):
        assert api.get(reverse(name, args=[report.pk])).status_code == 404


def test_a_place_out_of_reach_cannot_be_asked_for(client, reader):
    client.force_login(reader)
    assert client.post(reverse("reports"), {"unit": "330681", "year": 2025}).status_code == 200
    api = api_of(reader)
    assert api.post("/api/v1/reports/", {"unit": "330681", "year": 2025}).status_code == 400
    assert ReportRequest.objects.count() == 0


def test_the_api_does_the_same(reader, django_capture_on_commit_callbacks):
    api = api_of(reader)
    with django_capture_on_commit_callbacks(execute=True):
        asked = api.post("/api/v1/reports/", {"unit": COUNTY, "year": 2025})
    report = api.get(f"/api/v1/reports/{asked.data['id']}/").data
    assert (asked.status_code, report["state"], report["unit"]) == (201, "ready", COUNTY)
    assert api.get(f"/api/v1/reports/{asked.data['id']}/file/").status_code == 200
    assert [row["id"] for row in api.get("/api/v1/reports/").data["results"]] == [asked.data["id"]]


def test_the_dashboard_over_the_api(reader):
    api = api_of(reader)
    answer = api.get("/api/v1/dashboard/").data
    assert (answer["unit"], answer["total"]["rated"], answer["places"][0]["code"]) == (COUNTY, 1, TOWNSHIP)
    assert api.get("/api/v1/dashboard/?unit=330681").status_code == 404
    api.force_authenticate(person(Role.FILLER, VILLAGE))
    assert api.get("/api/v1/dashboard/").status_code == 404


def test_the_form_offers_only_places_within_reach(client, reader):
    client.force_login(reader)
    form = client.get(reverse("reports")).context["form"]
    assert [unit.code for unit in form.fields["unit"].queryset] == [COUNTY, TOWNSHIP]
    assert form.fields["year"].choices == [(2025, "2025")]


def test_one_whose_task_was_lost_is_made_all_the_same(reader):
    report = ask(reader)  # its task is sent on commit, which never happens here
    jobs.make_forgotten()
    jobs.make_forgotten()
    report.refresh_from_db()
    assert (report.state, Notice.objects.filter(kind="report_ready").count()) == ("ready", 1)


def abandoned(report):
    """Its worker began it, made progress, and was killed a minute ago."""
    taken = ReportRequest.objects.take(report.pk)
    taken.come_to(94)
    ReportRequest.objects.update(alive_at=timezone.now() - timedelta(minutes=1))
    return taken


def test_one_whose_worker_is_alive_is_nobody_elses(reader):
    report = ask(reader)
    assert ReportRequest.objects.take(report.pk)
    assert ReportRequest.objects.take(report.pk) is None
    jobs.make_forgotten()
    report.refresh_from_db()
    assert (report.state, report.shown_state) == ("running", "running")


def test_one_whose_worker_was_killed_shows_that_and_is_made_anew(client, reader):
    report = ask(reader)
    killed = abandoned(report)
    client.force_login(reader)
    page = client.get(report.get_absolute_url()).content.decode()
    assert "已中断，会自动重新开始" in page
    assert 'value="94"' not in page
    api = api_of(reader)
    shown = api.get(f"/api/v1/reports/{report.pk}/").data
    assert (shown["state"], shown["progress"]) == ("interrupted", 0)

    jobs.make_forgotten()
    report.refresh_from_db()
    assert report.state == "ready"
    assert not killed.end("failed", error="it was only asleep")


def test_asking_again_for_one_whose_worker_was_killed_starts_a_fresh_one(reader):
    left = ask(reader)
    abandoned(left)
    fresh = ask(reader)
    left.refresh_from_db()
    assert (left.state, fresh.state, fresh.pk > left.pk) == ("failed", "waiting", True)
    assert ask(reader) == fresh


def test_a_database_that_restarts_does_not_fail_a_report(reader):
    report = ask(reader)

    def away_once_begun(execute, sql, params, many, context):
        if "ratings_" in sql:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(away_once_begun), pytest.raises(OperationalError):
        jobs.make_forgotten()
    report.refresh_from_db()
    assert report.state == "running"
