"""Each step of an application against each order on its unit, its cycle or its people, concurrently and in both orders:
one comes first, the other sees it, and no impossible state remains."""

from datetime import date

import pytest
from django.utils import timezone

from accounts import workflow as posts
from accounts.models import Appointment
from accounts.roles import Role
from ratings.events.happening import Happening
from ratings.integrity.application_integrity import application_faults
from ratings.integrity.register_integrity import register_faults
from ratings.models import Application, Event
from ratings.workflow import application as steps
from ratings.workflow import closing
from ratings.workflow.event import record
from records.refusals import Refused
from tests.answers import fill, save_answer
from tests.clock import freeze_time
from tests.concurrency import while_it_waits
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, ApplicationFactory, CycleFactory, UnitFactory, person
from villages.models import Unit
from villages.workflow import OrderPaper, SplitPart, merge, split, tag_units

pytestmark = pytest.mark.django_db(transaction=True)
NEIGHBOUR, NEW = f"{TOWNSHIP}205", f"{TOWNSHIP}290"
PAPER = OrderPaper("新政〔2026〕8号", date(2026, 3, 20), "并村")


class Place:
    """A village with its application, its neighbour, and everybody who may do something to either."""

    def __init__(self, state: str) -> None:
        for code in (TOWNSHIP, NEIGHBOUR):
            UnitFactory(code=code)
        self.filler, self.signer = person(Role.FILLER, VILLAGE), person(Role.SIGNER, VILLAGE)
        self.office, self.township = person(Role.COUNTY_OFFICE, COUNTY), person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
        self.discipline = person(Role.DISCIPLINE, COUNTY)
        self.cycle = CycleFactory()
        self.unit = UnitFactory(code=VILLAGE)
        if state == "nothing":
            return
        self.application = steps.begin(self.unit, self.cycle, by=self.filler)
        steps.choose_star(self.application, 3, by=self.filler)
        fill(self.application, self.filler)
        if state == "submitted":
            steps.submit(self.application, by=self.signer)


STEPS = {
    "begin": ("nothing", lambda at: steps.begin(at.unit, at.cycle, by=at.filler)),
    "answer": ("draft", lambda at: save_answer(at.application, "1.2", "97", by=at.filler)),
    "submit": ("draft", lambda at: steps.submit(at.application, by=at.signer)),
    "withdraw": ("submitted", lambda at: steps.withdraw(at.application, by=at.signer, reason="重填")),
    "accept": ("submitted", lambda at: steps.accept(at.application, by=at.township)),
    "undo": ("submitted", lambda at: steps.undo_submissions([at.application], by=at.township, reason="填错")),
    "event": ("draft", lambda at: record(Happening(at.unit, "spot_check_failed", date(2026, 3, 25)), by=at.discipline)),
}
ORDERS = {
    "merge": lambda at: merge([VILLAGE, NEIGHBOUR], SplitPart(NEIGHBOUR), PAPER, by=at.office),
    "split": lambda at: split(
        VILLAGE, [SplitPart(NEW, "新村"), SplitPart(f"{TOWNSHIP}291", "二村")], NEW, PAPER, by=at.office
    ),
    "tags": lambda at: tag_units({VILLAGE: ["山区"]}, by=at.office),
    "closing": lambda at: closing.close(at.cycle, by=at.office, document="新评〔2026〕1号", reason="提前"),
    "end": lambda at: [
        posts.end(one, by=at.township, on=timezone.localdate())
        for one in Appointment.objects.filter(user__in=[at.filler, at.signer])
    ],
}


@pytest.fixture(autouse=True)
def _today(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with freeze_time("2026-04-01T02:00:00Z"):
        yield


PAIRS = [
    *(("merge", step) for step in STEPS),
    *(("split", step) for step in ("begin", "submit", "event")),
    *(("tags", step) for step in ("answer", "submit")),
    *(("closing", step) for step in ("begin", "withdraw")),
    *(("end", step) for step in ("answer", "submit")),
]


@pytest.mark.parametrize(("order", "step"), PAIRS)
@pytest.mark.parametrize("first", ["step", "order"])
def test_one_comes_first_and_nothing_impossible_is_left(step, order, first):
    state, take = STEPS[step]
    place = Place(state)
    pair = [lambda: take(place), lambda: ORDERS[order](place)]
    came_to = while_it_waits(*(pair if first == "step" else reversed(pair)))
    assert not isinstance(came_to, Exception) or isinstance(came_to, Refused), came_to
    assert list(application_faults()) == []
    assert list(register_faults()) == []
    if order == "merge":  # an earlier event postpones the order: it would be lost
        ended = Unit.objects.get(code=VILLAGE).ended
        assert (ended is None) == Event.objects.filter(unit=VILLAGE, on__gte=PAPER.on).exists()
        assert set(Application.objects.filter(unit=VILLAGE).values_list("state", flat=True)) <= {"draft"}


def test_what_goes_on_at_a_unit_that_ended_is_found():
    UnitFactory(code=VILLAGE)
    application = ApplicationFactory(state="submitted")
    assert list(application_faults()) == []
    Unit.objects.filter(code=VILLAGE).update(ended=date(2026, 3, 20))
    [fault] = application_faults()
    assert fault.row == f"ratings_application {application.pk}"
