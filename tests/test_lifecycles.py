"""Every table of steps: rights, deputies and texts follow from it, and no state of it was forgotten."""

import pytest

from accounts import audit_words, deputies
from accounts.roles import ROLES
from consultations.models.lifecycle import STEPS as CONSULTATION_STEPS
from consultations.models.lifecycle import ConsultationState
from consultations.views import consultations
from followups.models.lifecycle import STEPS as FOLLOW_UP_STEPS
from followups.models.lifecycle import FollowUpState
from followups.views import followups
from honours.models.lifecycle import NOMINATION_STEPS, ROUND_STEPS, NominationState, RoundState
from honours.views import nominations, rounds
from improvements.models.lifecycle import STEPS as PLAN_STEPS
from improvements.models.lifecycle import PlanState
from improvements.views import plans
from incentives.models.lifecycle import STEPS as MONEY_STEPS
from incentives.models.lifecycle import SourceState
from programmes.models.lifecycle import STEPS as PROGRAMME_STEPS
from programmes.models.lifecycle import CycleState
from programmes.views import programmes
from ratings.models.decision_lifecycle import DECISION_STEPS, DecisionState
from ratings.models.lifecycle import STEPS, ApplicationState
from reviews.models.lifecycle import (
    APPEAL_STEPS,
    BATCH_STEPS,
    OBJECTION_STEPS,
    SHEET_STEPS,
    AppealState,
    BatchState,
    ObjectionState,
    SheetState,
)

LIFECYCLES = {
    "applications": (STEPS, ApplicationState),
    "decisions": (DECISION_STEPS, DecisionState),
    "sheets": (SHEET_STEPS, SheetState),
    "batches": (BATCH_STEPS, BatchState),
    "objections": (OBJECTION_STEPS, ObjectionState),
    "appeals": (APPEAL_STEPS, AppealState),
    "money": (MONEY_STEPS, SourceState),
    "plans": (PLAN_STEPS, PlanState),
    "rounds": (ROUND_STEPS, RoundState),
    "nominations": (NOMINATION_STEPS, NominationState),
    "follow-ups": (FOLLOW_UP_STEPS, FollowUpState),
    "consultations": (CONSULTATION_STEPS, ConsultationState),
    "programmes": (PROGRAMME_STEPS, CycleState),
}
TABLES = pytest.mark.parametrize("table", [table for table, _states in LIFECYCLES.values()], ids=LIFECYCLES)
GIVEN = {right for role in ROLES.values() for right in role.permissions}


@TABLES
def test_every_right_of_a_step_is_given_to_somebody(table):
    assert {right for step in table.values() for right in step.permissions} - GIVEN == set()


@TABLES
def test_deputies_and_the_trail_know_every_step(table):
    for verb, step in table.items():
        assert set(step.permissions) <= deputies._rights.get(verb, frozenset())
        assert step.trail is None or audit_words.VERBS[verb] == step.trail


@pytest.mark.parametrize(("table", "states"), LIFECYCLES.values(), ids=LIFECYCLES)
def test_a_step_leads_to_every_state_but_the_first(table, states):
    led_to = {after for _before, after in table.transitions}
    assert set(states.values[1:]) - led_to == set(), "give it a step, in the lifecycle of its app"


@pytest.mark.parametrize(
    ("table", "page"),
    [
        (CONSULTATION_STEPS, consultations),
        (FOLLOW_UP_STEPS, followups),
        (NOMINATION_STEPS, nominations),
        (ROUND_STEPS, rounds),
        (PLAN_STEPS, plans),
        (PROGRAMME_STEPS, programmes),
    ],
)
def test_a_page_takes_every_step_that_it_offers(table, page):
    """Otherwise its button leads to a 404."""
    without_page = {step.verb for step in table.offered if not step.url_name}
    assert without_page - page.DONE.keys() == set(), f"say in DONE of {page.__name__} what was done"


@pytest.mark.parametrize(
    ("states", "groups"),
    [
        (ApplicationState, ("RESULT_NOT_OUT", "RESULT_OUT")),
        (FollowUpState, ("WAITING", "CLOSED")),
        (PlanState, ("OPEN", "CLOSED")),
        (NominationState, ("LIVE", "ENDED")),
    ],
)
def test_every_state_is_open_or_over(states, groups):
    """The database and the lists ask these groups: a state in none of them could not be stored, or not be found."""
    named = [state for group in groups for state in getattr(states, group).values]
    assert set(states.values) - set(named) == set(), f"name it in one of {groups}"
    assert len(named) == len(set(named)), f"in more than one of {groups}"
