"""What a page showed is what is done: once, as shown, by the person who saw it (idempotent, never stale)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from records import previews
from records.confirming import confirming_sent
from records.refusals import Outdated, UnknownFields, refuse_unknown_fields
from tests.clock import freeze_time
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
STEP = "disburse:fund:1"
SHOWN = {"payments": {7: Decimal("18536.87")}}


@pytest.fixture
def person():
    return UserFactory()


def test_what_was_shown_comes_back(person):
    key = previews.keep(person, STEP, SHOWN)
    with previews.confirming(person, STEP, key) as shown:
        assert shown == previews.as_stored(SHOWN)


def test_a_second_confirmation_is_told_that_it_is_done(person):
    key = previews.keep(person, STEP, SHOWN)
    with previews.confirming(person, STEP, key):
        pass
    with pytest.raises(previews.AlreadyDone), previews.confirming(person, STEP, key):
        pass
    with pytest.raises(previews.AlreadyDone):
        previews.keep(person, STEP, {"payments": {}}, key=key)


def test_the_same_key_with_other_contents_is_no_second_click(person, rf):
    key = previews.keep(person, STEP, SHOWN)

    def send(address="/step/", **fields):
        request = rf.post(address, {"key": key, "reason": "已核实"} | fields)
        request.user = person
        with confirming_sent(request, STEP):
            pass

    send(csrfmiddlewaretoken="1")
    with pytest.raises(previews.AlreadyDone):
        send(csrfmiddlewaretoken="2")
    for other in ({"reason": "改"}, {"more": "1"}, {"address": "/another/"}, {"file": SimpleUploadedFile("a", b"1")}):
        with pytest.raises(Outdated):
            send(**other)


def test_a_step_that_is_refused_may_be_confirmed_again(person):
    key = previews.keep(person, STEP, SHOWN)
    with pytest.raises(ZeroDivisionError), previews.confirming(person, STEP, key):
        raise ZeroDivisionError
    with previews.confirming(person, STEP, key) as shown:
        assert shown == previews.as_stored(SHOWN)


def test_the_page_shown_last_under_a_key_counts(person):
    key = previews.keep(person, STEP, SHOWN)
    assert previews.keep(person, STEP, {"payments": {}}, key=key) == key
    with previews.confirming(person, STEP, key) as shown:
        assert shown == {"payments": {}}


@pytest.mark.parametrize("wrong", ["person", "step", "key"])
def test_nobody_else_no_other_step_and_no_other_key(person, wrong):
    key = previews.keep(person, STEP, SHOWN)
    who = UserFactory() if wrong == "person" else person
    step = "disburse:fund:2" if wrong == "step" else STEP
    with pytest.raises(Outdated), previews.confirming(who, step, "" if wrong == "key" else key):
        pass


def test_a_page_of_the_day_before_is_out_of_date(person):
    with freeze_time("2026-11-02 09:00:00") as clock:
        key = previews.keep(person, STEP, SHOWN)
        clock.shift(previews.KEPT + timedelta(seconds=1))
        with pytest.raises(Outdated), previews.confirming(person, STEP, key):
            pass


def test_a_step_refuses_what_is_not_as_shown():
    previews.require_unchanged(None, SHOWN)
    previews.require_unchanged(previews.as_stored(SHOWN), SHOWN)
    with pytest.raises(Outdated):
        previews.require_unchanged(previews.as_stored(SHOWN), {"payments": {}})


def test_unknown_fields_are_named():
    refuse_unknown_fields(["key", "csrfmiddlewaretoken"], ["key", "share"])
    with pytest.raises(UnknownFields) as refused:
        refuse_unknown_fields(["key", "line7"], ["key", "share"])
    assert list(refused.value.problems) == ["line7"]
