"""What honours register with the apps below."""

import pytest
from django.utils import timezone

from accounts.deputies import authorized_act
from honours.models.lifecycle import ASK, RUN
from honours.workflow import objections
from incentives.models import RewardPolicy


@pytest.mark.parametrize(
    ("verb", "right"),
    [
        ("answer_round_objection", objections.ANSWER),
        ("draft_award", RewardPolicy.MANAGE),
        ("make_selection", ASK),
        ("answer_eligibility", ASK),
        ("note_lapse", RUN),
    ],
)
def test_what_a_deputy_does_is_marked(verb, right):
    act = authorized_act(1, verb, "330624", timezone.now())
    assert act is not None
    assert right in act.rights
