"""One way to state a deadline: its last day, and the calendar days until then."""

import re
from datetime import date

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format

from records.deadlines import days_left, deadline, deadline_left
from tests.clock import freeze_time
from tests.factories import at

DUE = at(2026, 12, 9)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-11-27T02:00:00Z", "2026年12月8日24时（还剩11天）"),
        ("2026-12-07T15:59:59Z", "2026年12月8日24时（还剩1天）"),
        ("2026-12-07T16:00:00Z", "2026年12月8日24时（今天截止）"),
        ("2026-12-08T15:59:59Z", "2026年12月8日24时（今天截止）"),
        ("2026-12-08T16:00:00Z", "2026年12月8日24时（已超期1天）"),
    ],
)
@pytest.mark.parametrize("due", [DUE, date(2026, 12, 8)])
def test_midnight_is_the_end_of_the_day_before(now, words, due):
    with freeze_time(now), translation.override("zh-hans"):
        assert deadline_left(due) == words


def test_an_hour_within_a_day_is_said_with_its_hour():
    with freeze_time("2026-12-08T10:00:00Z"), translation.override("zh-hans"):
        assert deadline(at(2026, 12, 8, 17)) == "2026年12月8日17:00"
        assert deadline_left(at(2026, 12, 8, 17)) == "2026年12月8日17:00（今天已截止）"
        assert days_left(at(2026, 12, 8, 17)) == 0


def test_english_is_complete():
    with freeze_time("2026-11-27T02:00:00Z"), translation.override("en"):
        assert deadline_left(DUE) == "24:00 on Dec. 8, 2026 (11 days left)"
        assert date_format(at(2026, 12, 8, 17), "DATETIME_FORMAT") == "Dec. 8, 2026, 17:00"


def test_no_page_says_a_deadline_in_its_own_way():
    own = re.compile(r"\b(closes|due)\|date\b")
    pages = settings.BASE_DIR.glob("templates/**/*.html")
    assert [page.name for page in pages if own.search(page.read_text(encoding="utf-8"))] == []
