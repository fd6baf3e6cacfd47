"""What Prometheus scrapes: only with the token, and over several processes."""

import os
import urllib.error
import urllib.request
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from config.backup import taking
from records.jobs import LATE, Job
from reports.models import ReportRequest
from tests.config.processes import eventually, supervised
from tests.config.test_logs import without_token
from tests.factories import UnitFactory, UserFactory
from tests.migrated import migrated_copy

TOKEN = "a-token-of-forty-characters-and-some-more"
pytestmark = pytest.mark.django_db


def figures(text):
    families = text_string_to_metric_families(text)
    return {(one.name, *sorted(one.labels.items())): one.value for family in families for one in family.samples}


@pytest.fixture
def read(client, settings):
    settings.METRICS_TOKEN = TOKEN

    def read():
        answer = client.get(reverse("metrics"), headers={"Authorization": f"Bearer {TOKEN}"})
        assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, "text/plain")
        return figures(answer.content.decode())

    return read


def test_without_its_token_it_is_not_there(client, settings):
    nowhere = client.get("/no-such-page/")
    for kept in ("", TOKEN):
        settings.METRICS_TOKEN = kept
        for shown in ("", "Bearer ", "Bearer wrong", TOKEN):
            answer = client.get("/metrics", headers={"Authorization": shown})
            assert (answer.status_code, without_token(answer)) == (404, without_token(nowhere))
    assert client.post("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 404


def test_it_tells_how_things_stand(read, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    before = read()
    assert before[("pingxing_database_up",)] == 1
    assert before[("pingxing_queue_length",)] >= 0
    assert ("pingxing_backup_age_seconds",) not in before
    moment = timezone.now() - timedelta(hours=3)
    (tmp_path / taking.LAST).write_text(moment.isoformat())
    by = UserFactory()
    for waited, state in ((LATE * 2, Job.State.WAITING), (LATE * 2, Job.State.FAILED), (LATE / 2, Job.State.WAITING)):
        kept = ReportRequest.objects.create(unit=UnitFactory(), year=2025, by=by, state=state)
        ReportRequest.objects.filter(pk=kept.pk).update(asked_at=timezone.now() - waited)
    after = read()
    assert after[("pingxing_jobs_late",)] - before[("pingxing_jobs_late",)] == 1
    assert after[("pingxing_backup_age_seconds",)] == pytest.approx(3 * 3600, abs=60)


def test_what_cannot_be_found_out_is_left_out(read, monkeypatch):
    monkeypatch.setattr("config.metrics.state.app.connection_for_read", lambda: 1 / 0)
    found = read()
    assert ("pingxing_queue_length",) not in found
    assert found[("pingxing_database_up",)] == 1


def test_several_processes_are_counted_as_one_by_the_names_of_routes(tmp_path):
    def ask(path, **headers):
        with urllib.request.urlopen(urllib.request.Request(f"{address}{path}", headers=headers)) as answer:
            return answer.read().decode()

    def counted():
        found = figures(ask("/metrics", Authorization=f"Bearer {TOKEN}"))
        return {
            route: found.get(("pingxing_requests_total", ("method", "GET"), ("route", route), ("status", status)), 0)
            for route, status in (("healthz", "200"), ("none", "404"))
        }

    given = {"METRICS_TOKEN": TOKEN, "WEB_PROCESSES": "2"}
    with (
        migrated_copy(f"counted_{os.getpid()}") as url,
        supervised(tmp_path / "data", DATABASE_URL=url, **given) as (_supervisor, address, _said),
    ):
        for n in range(20):
            ask("/healthz")
            with pytest.raises(urllib.error.HTTPError, match="404"):
                ask(f"/zhang-san-{n}/")
        assert eventually(lambda: counted() == {"healthz": 20, "none": 20})
        assert "zhang-san" not in ask("/metrics", Authorization=f"Bearer {TOKEN}")
