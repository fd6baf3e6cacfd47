"""The log: only errors, short, and without personal data."""

import json
import logging
import re
import sys

import pytest
from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction

from config import environment
from config.logs import Formatter, LineFormatter, configured
from tests.factories import UserFactory


@pytest.fixture
def lines(caplog):
    """What goes to stderr, as it is written there."""
    shorten = settings.LOGGING["filters"]["outages"]["callback"]

    def written():
        found = [record for record in caplog.records if shorten(record)]
        for record in found:
            record.exc_text = None  # formatted by another formatter
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


def _fails(execute, sql, params, many, context):
    raise RuntimeError("out of order")


@pytest.mark.django_db
@pytest.mark.parametrize(("break_it", "code"), [(_away, 503), (_fails, 500)])
def test_the_number_of_a_request_is_on_its_page_in_its_header_and_in_its_line(client, caplog, break_it, code):
    client.raise_request_exception = False
    with connection.execute_wrapper(break_it):
        page = client.get("/public/register/")
        api = client.get("/api/v1/notices/")
    assert (page.status_code, api.status_code) == (code, code)
    numbers = [page["X-Request-ID"], api["X-Request-ID"]]
    assert numbers[0] != numbers[1]
    assert f"请求编号：{numbers[0]}" in page.content.decode()
    assert [line["request_id"] for line in _as_json(caplog) if line["logger"] == "django.request"] == numbers


def without_token(answer):
    """The page without its address and the CSRF token, which changes each time."""
    page = answer.content.decode().replace(answer.request["PATH_INFO"], "")
    return re.sub(r"\b\w{64}\b", "", page)


def _as_json(caplog):
    """As the filter of the log has marked them during the request."""
    return [json.loads(LineFormatter().format(one)) for one in caplog.records]


@pytest.mark.django_db
def test_every_answer_has_a_number_but_those_that_must_not_differ(client):
    first, second = client.get("/healthz"), client.get("/healthz")
    assert {len(first["X-Request-ID"]), len(second["X-Request-ID"])} == {12}
    assert first["X-Request-ID"] != second["X-Request-ID"]
    one, other = client.get("/no-such-page/"), client.get("/no-such-page/")
    assert one.headers == other.headers
    assert without_token(one) == without_token(other)


def test_a_line_of_json_holds_what_is_known_and_nothing_of_a_person():
    logger, name = logging.getLogger("celery.app.trace"), "zhang" + ".san"  # a traceback cites this file
    try:
        raise IntegrityError(f'duplicate key\nDETAIL:  Key (username)=({name}) already exists.\nand "more"')
    except IntegrityError:
        record = logger.makeRecord(
            logger.name,
            logging.ERROR,
            __file__,
            1,
            "失败 %r",
            (sys.exc_info()[1],),
            sys.exc_info(),
            extra={"data": {"kwargs": name}, "request": f"<WSGIRequest: GET '/?q={name}'>", "status_code": 500},
        )
    record.request_id = "abc"
    written = LineFormatter().format(record)
    line = json.loads(written)
    assert "\n" not in written
    assert "失败" in written
    assert list(line) == ["at", "level", "logger", "request_id", "message", "exc_info", "status_code"]
    assert (line["level"], line["logger"], line["status_code"]) == ("ERROR", "celery.app.trace", 500)
    assert "duplicate key" in line["exc_info"]
    assert name not in written


def test_the_format_is_chosen_and_a_wrong_one_refused(monkeypatch):
    assert configured()["handlers"]["stderr"]["formatter"] == "plain"
    monkeypatch.setenv("LOG_FORMAT", "json")
    assert configured()["handlers"]["stderr"]["formatter"] == "json"
    monkeypatch.setenv("LOG_FORMAT", "xml")
    with pytest.raises(environment.Unusable, match="LOG_FORMAT=xml: expected plain or json"):
        environment.demand_usable(servers=False)
