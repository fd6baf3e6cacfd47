"""Whose turn it is in every state of an application, and that person's first to-do.

``TURNS`` is the table: a state, and the address (by name) of the first to-do of each person whose turn it is. Everybody
else's list is empty: nobody has a to-do that is not theirs.
"""

from decimal import Decimal
from functools import wraps
from tempfile import TemporaryDirectory

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.urls import resolve

from accounts.models import User
from accounts.roles import Role
from accounts.todo_list import todos_of
from ratings.workflow import application as steps
from ratings.workflow.answers import AnswerEntry, save_answers
from ratings.workflow.evidence import attach
from reviews.models import Panel, Settlement, Sheet
from reviews.sheets.scores import ScoreEntry as SheetFact
from reviews.workflow import appeals, batches, decisions, objections, settlements, sheets
from reviews.workflow.confirmation import confirm_due
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import at, person
from tests.reviews.conftest import GOOD, PLAIN, TODAY, clear, lay_before_departments, prepare
from tests.small_files import PNG

ANSWERS = {
    "1.1.a": ("2", ""),
    "1.2": ("96", ""),
    **{f"2.1.{c}": ("1", "") for c in "abcde"},
    "2.2": ("8.5", "班子齐心"),
    "B.1.a": ("1", ""),
    "D.1.a": ("0", ""),
}
BOTH = ("township_reviewer", "township_reviewer_b")


def score(place, name, facts):
    reviewer = getattr(place, name)
    sheet = Sheet.objects.get(application=place.application, state="open", reviewer=reviewer)
    sheets.save(sheet, {i: SheetFact(Decimal(str(value)), "现场查看") for i, value in facts.items()}, by=reviewer)
    sheets.hand_in(sheet, by=reviewer)
    place.application.refresh_from_db()


def fill_in(place, **changes):
    given = {item.replace("_", "."): (value, "") for item, value in changes.items()} or ANSWERS
    save_answers(place.application, [AnswerEntry(i, *typed) for i, typed in given.items()], by=place.filler)
    place.application.refresh_from_db()


def once(step):
    """A state that the application has been in is not brought about again."""

    @wraps(step)
    def reached(place, *given):
        been = vars(place).setdefault("been", set())
        if step not in been:
            been.add(step)
            step(place, *given)

    return reached


@once
def begun(place):
    assert not place.application.answers.exists()


@once
def filled_in(place):
    fill_in(place)
    photo = SimpleUploadedFile("a.png", PNG, content_type="image/png")
    for criterion in place.application.cycle.scheme.spec.criteria:
        for piece in criterion.evidence:
            photo.seek(0)
            attach(place.application, criterion.code, photo, name=piece.name, by=place.filler)


@once
def submitted(place):
    filled_in(place)
    steps.submit(place.application, by=place.signer)


@once
def accepted(place):
    submitted(place)
    steps.accept(place.application, by=place.township_office)


@once
def returned(place):
    accepted(place)
    steps.return_(place.application, {"1.1": "会议次数不对"}, due=at(2026, 10, 9), by=place.township_office)


@once
def mended(place):
    returned(place)
    fill_in(place, **{"1_1_a": "3"})


@once
def handed_back(place):
    mended(place)
    steps.resubmit(place.application, by=place.signer)


@once
def no_panel(place):
    Sheet.objects.all().delete()
    Panel.objects.filter(stage="township").delete()
    accepted(place)


@once
def far_apart(place):
    accepted(place)
    score(place, "township_reviewer", GOOD)
    score(place, "township_reviewer_b", GOOD | {"2.2": 2})


@once
def settled(place):
    far_apart(place)
    for one in Settlement.objects.filter(note=""):
        settlements.settle(one, by=place.township_reviewer, note="合议后认可")


@once
def scored(place, facts=GOOD):
    accepted(place)
    for reviewer in BOTH:
        score(place, reviewer, facts)


@once
def decided(place, star=3, reason=""):
    scored(place, PLAIN)
    place.application.refresh_from_db()
    place.decision = decisions.decide(place.application, star=star, by=place.township_leader, reason=reason)


@once
def released(place):
    decided(place)
    place.batch = batches.release(prepare(place), by=place.township_office)


@once
def objected(place):
    released(place)
    place.decision.refresh_from_db()
    objections.make_objection(place.decision, text="少开了两次会", name="", contact="")


@once
def recommended(place):
    scored(place)
    decisions.recommend(place.application, star=3, by=place.township_leader)


@once
def laid_before_departments(place):
    recommended(place)
    lay_before_departments(place)


@once
def answered_by_departments(place):
    recommended(place)
    clear(place)


@once
def scored_by_county(place):
    answered_by_departments(place)
    for reviewer in ("county_reviewer", "county_reviewer_b"):
        score(place, reviewer, GOOD)


@once
def confirmed(place):
    released(place)
    with freeze_time("2026-10-12T02:00:00Z"):
        confirm_due()


@once
def appealed(place):
    released(place)
    place.decision.refresh_from_db()
    place.appeal = appeals.make_appeal(place.decision, reasons="得分够四星。", by=place.signer)


@once
def heard(place):
    appealed(place)
    appeals.convene(place.appeal, [place.county_reviewer, place.county_office], by=place.county_office)


@once
def rejected(place):
    scored(place)
    decisions.reject(place.application, by=place.township_leader, reason="弄虚作假")


REVIEWERS = dict.fromkeys(BOTH, "review_desk")
COUNTY_REVIEWERS = dict.fromkeys(("county_reviewer", "county_reviewer_b"), "review_desk")
LISTS = {"department": "review_check", "discipline": "review_check"}
MAY_APPEAL = {"signer": "appeal_make"}
TURNS = {
    begun: {"filler": "application_form", "signer": "application_form"},
    filled_in: {"signer": "application_submit"},
    submitted: {"township_office": "applications"},
    no_panel: {"township_office": "review_panels"},
    accepted: REVIEWERS,
    returned: {"filler": "application_area", "signer": "application_area"},
    mended: {"signer": "application_resubmit"},
    handed_back: REVIEWERS,
    far_apart: dict.fromkeys(BOTH, "review_application"),
    settled: {"township_leader": "review_decisions"},
    scored: {"township_leader": "review_decisions"},
    decided: {"township_office": "review_batches"},
    released: MAY_APPEAL,
    objected: MAY_APPEAL | {"township_office": "review_objections"},
    confirmed: MAY_APPEAL,
    appealed: {"county_office": "review_appeals"},
    heard: dict.fromkeys(("county_reviewer", "county_office"), "review_appeals"),
    rejected: {"signer": "appeal_make"},
    recommended: COUNTY_REVIEWERS | {"county_office": "review_checks"},
    laid_before_departments: COUNTY_REVIEWERS | LISTS,
    answered_by_departments: COUNTY_REVIEWERS,
    scored_by_county: {"county_office": "review_decisions"},
}
"""State → person → first address. Who decides at county level is its office."""


RETURNED = [begun, filled_in, submitted, accepted, returned, mended, handed_back]
PATHS = [
    [far_apart, settled],
    [scored, recommended, laid_before_departments],
    [answered_by_departments, scored_by_county],
    [decided, released, objected],
    [confirmed],
    [appealed, heard],
    [rejected],
]
"""From where the reviewers begin."""


def test_every_state_lies_on_a_path():
    states = [*RETURNED, no_panel, *(state for path in PATHS for state in path)]
    assert sorted(state.__name__ for state in states) == sorted(state.__name__ for state in TURNS)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@built_once(at=TODAY)
def handed_in(place):
    at_home(place)
    with TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder):
        submitted(place)
    return place


@built_once(at=TODAY)
def taken_up(handed_in):
    accepted(handed_in)
    return handed_in


@pytest.mark.django_db
def test_whose_turn_it_is_without_a_panel(handed_in):
    goes_along(handed_in, [no_panel])


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[-1].__name__)
def test_whose_turn_it_is(taken_up, path):
    goes_along(taken_up, path)


# The clock of the audit trail, which tells what was changed since a return, does not advance within a transaction.
@pytest.mark.django_db(transaction=True)
def test_whose_turn_it_is_until_a_return_is_mended(place):
    at_home(place)
    goes_along(place, RETURNED)


def goes_along(place, path):
    people = {name: one for name, one in vars(place).items() if isinstance(one, User)}
    for state in path:
        state(place)
        first = {name: first_of(one) for name, one in people.items()}
        assert {name: url for name, url in first.items() if url} == TURNS[state], state.__name__


def at_home(place):
    """The village has the form again, and the county has nobody to appoint."""
    person(Role.TOWNSHIP_OFFICE, "330624109")
    steps.withdraw(place.application, by=place.signer, reason="重新填写")
    place.application.refresh_from_db()


def first_of(user):
    todos = todos_of(User.objects.get(pk=user.pk))
    return resolve(todos[0].url.split("?")[0].split("#")[0]).url_name if todos else ""
