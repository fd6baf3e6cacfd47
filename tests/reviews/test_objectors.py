"""Who raised an objection is forgotten some time after its answer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ratings.models import Decision
from reviews.models import Objection
from reviews.workflow import objectors
from tests.factories import DecisionFactory, ObjectionFactory


@pytest.mark.django_db
def test_name_and_contact_are_kept_for_a_time_after_the_answer(settings):
    decision, who = DecisionFactory(state=Decision.State.CONFIRMED), {"name": "李四", "contact": "13800000000"}
    now, period = timezone.now(), timedelta(days=settings.OBJECTION_CONTACT_DAYS)
    for state, answered_at in (
        ("dismissed", now - period - timedelta(days=1)),
        ("upheld", now - period + timedelta(days=1)),
        ("open", None),
    ):
        ObjectionFactory(decision=decision, state=state, answered_at=answered_at, answer="已核对。", **who)
    Objection.objects.filter(state="open").update(made_at=now - 2 * period)
    objectors.forget_old()
    assert list(Objection.objects.order_by("id").values_list("state", "name", "contact", "answer")) == [
        ("dismissed", "", "", "已核对。"),
        ("upheld", "李四", "13800000000", "已核对。"),
        ("open", "李四", "13800000000", "已核对。"),
    ]
