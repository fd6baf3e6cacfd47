"""What the log says: faults alone, in short, and nothing of a person."""

import logging

import pytest
from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction

from config.logs import Formatter
from tests.factories import UserFactory


@pytest.fixture
def lines(caplog):
    """What goes to stderr, as it is written there."""
    shorten = settings.LOGGING["filters"]["outages"]["callback"]

    def written():
        found = [record for record in caplog.records if shorten(record)]
        for record in found:
            record.exc_text = None  # what another formatter made of it
        return [Formatter().format(record) for record in found]

    return written


@pytest.mark.django_db
def test_a_strangers_errors_write_no_line(client, lines):
    assert client.get("/no-such-page/").status_code == 404
    assert client.get("/", headers={"host": "elsewhere.example"}).status_code == 400
    assert client.post("/accounts/login/", {"login": "zhang.san", "password": "wrong"}).status_code == 200
    assert lines() == []


@pytest.mark.django_db
def test_a_failing_statement_is_logged_without_its_row(lines):
    name = "zhang" + ".san"  # a traceback cites this file
    UserFactory(username=name)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        UserFactory._meta.model.objects.bulk_create([UserFactory.build(username=name)])
    assert name in str(refused.value)
    logging.getLogger("django.request").error("Internal Server Error", exc_info=refused.value)
    logging.getLogger("celery.app.trace").error("raised unexpected: %r", refused.value)
    first, second = lines()
    assert "duplicate key value violates unique constraint" in first
    assert "duplicate key value violates unique constraint" in second
    assert name not in first + second


@pytest.mark.django_db
def test_an_outage_is_one_line_for_each_request(client, lines):
    client.raise_request_exception = False
    with connection.execute_wrapper(_away):
        assert client.get("/public/register/").status_code == 503
    assert lines() == ["Service Unavailable: /public/register/ (the database is away)"]


def _away(execute, sql, params, many, context):
    raise OperationalError("server closed the connection unexpectedly")
