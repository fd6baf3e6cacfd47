"""What Prometheus scrapes: only with the token. Over several processes: ``test_supervisor.py``."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from config.backup import taking
from records.jobs import LATE, Job
from reports.models import ReportRequest
from tests.config.test_logs import without_token
from tests.factories import UnitFactory, UserFactory

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
