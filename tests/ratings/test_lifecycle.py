"""The table of steps: the database, offices, programs and texts follow from it and from nothing else."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import NoReverseMatch, reverse

from accounts.scopes import TASKS
from incentives.models.lifecycle import STEPS as MONEY_STEPS
from ratings.application.progress import REACHED
from ratings.models import Application
from ratings.models.lifecycle import STEPS, ApplicationState
from ratings.workflow.actions import _guards
from reviews.presenters.minutes import NOT_FINISHED, WHY
from tests.factories import TOWNSHIP, VILLAGE, ApplicationFactory, UnitFactory, at, moves_of


def test_every_page_of_a_step_is_there():
    pages = {step.url_name for step in STEPS.offered if step.url_name}
    assert len(pages) > 5
    for page in pages:
        try:
            reverse(page, args=[1])
        except NoReverseMatch:
            pytest.fail(page)


def test_every_guard_is_of_a_step():
    assert _guards.keys() - STEPS.keys() == set()


def test_every_state_of_an_application_has_its_place_in_the_tracker_and_its_reason_in_minutes():
    assert set(ApplicationState.values) - REACHED.keys() == set(), "say it in ratings/application/progress.py"
    unfinished = {state for states in NOT_FINISHED.values() for state in states} | {ApplicationState.DECIDED}
    assert unfinished - WHY.keys() == set(), "say why it is not finished in reviews/presenters/minutes.py"


@pytest.mark.parametrize("table", [STEPS, MONEY_STEPS], ids=["applications", "money"])
def test_a_program_takes_a_step_under_the_scope_of_its_right(table):
    """Otherwise a token would open its endpoint only to those who may not use it."""
    kinds = ("application", "verdict") if table is STEPS else ("policy", "fund")
    doors = {f"api-{kind}-{verb.replace('_', '-')}": step for verb, step in table.items() for kind in kinds} | {
        "api-application-return-": STEPS["return"]
    }
    found = [(task, doors[door]) for task in TASKS.values() for door in task.doors if door in doors]
    assert len(found) > 5
    for task, step in found:
        assert task.rights & set(step.permissions), step.verb


@pytest.mark.parametrize(
    ("state", "code"),
    [(state, VILLAGE) for state in ApplicationState.values]
    + [(state, TOWNSHIP) for state in ApplicationState.values if state != "township_review"],
)
@pytest.mark.django_db
def test_the_database_allows_the_moves_of_the_table_and_no_others(state, code):
    application = ApplicationFactory(unit=UnitFactory(code=code), state=state)
    for to in ApplicationState.values:
        allowed = to == state or (state, to) in moves_of(code)
        with transaction.atomic():
            try:
                with transaction.atomic():
                    Application.objects.filter(pk=application.pk).update(
                        state=to, submitted_tags=None, submitted_at=at(2026, 3, 1)
                    )
                done = True
            except DatabaseError:
                done = False
            assert done is allowed, (state, to)
            transaction.set_rollback(True)
