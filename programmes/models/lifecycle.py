"""The life of a programme's year: its states, and every transition between them."""

from typing import Any

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from records.lifecycle import Group, Lifecycle, Step, moves


class CycleState(models.TextChoices):
    OPEN = "open", pgettext_lazy("programme", "Open for answers")
    CONFIRMED = "confirmed", pgettext_lazy("programme", "Results confirmed")
    PUBLISHED = "published", pgettext_lazy("programme", "Published")

    KEPT = Group(CONFIRMED, PUBLISHED)
    """Its results stand."""


State = CycleState
VIEW, RUN = "ratings.view_scheme", "programmes.run_programme"
VIEW_APPLICATION = "ratings.view_application"
OWN, ON_BEHALF = "ratings.fill", "ratings.fill_on_behalf"
ANSWER = (OWN, ON_BEHALF, RUN)

STEPS = Lifecycle(
    Step("open_programme", [RUN], trail=pgettext_lazy("step", "open the year of a programme")),
    Step(
        "answer_programme",
        ANSWER,
        at=(State.OPEN,),
        trail=pgettext_lazy("step", "answer the questions of a programme"),
    ),
    Step(
        "extend_programme",
        [RUN],
        at=(State.OPEN,),
        label=_("Give more time"),
        trail=pgettext_lazy("step", "give more time for the questions of a programme"),
    ),
    Step(
        "confirm_programme",
        [RUN],
        moves(State.OPEN, to=State.CONFIRMED),
        label=_("Confirm the results"),
        url_name="programme_confirm",
        trail=pgettext_lazy("step", "confirm the results of a programme"),
    ),
    Step(
        "publish_programme",
        [RUN],
        moves(State.CONFIRMED, to=State.PUBLISHED),
        label=_("Publish the results"),
        trail=pgettext_lazy("step", "publish the results of a programme"),
    ),
    Step(
        "take_back_programme",
        [RUN],
        moves(State.CONFIRMED, to=State.OPEN),
        label=_("Take the confirmation back"),
        trail=pgettext_lazy("step", "take back the confirmed results of a programme"),
    ),
)


def only_while_open(name: str, operation: Any) -> pgtrigger.Trigger:
    """Rows are written and removed only before the results are confirmed; a confirmation waits for them."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=operation,
        func=f"""
            PERFORM 1 FROM programmes_programmecycle
            WHERE id = COALESCE(NEW.cycle_id, OLD.cycle_id) AND state = '{State.OPEN}' FOR SHARE;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'the results are confirmed: they stay' USING ERRCODE = 'check_violation';
            END IF;
            RETURN COALESCE(NEW, OLD);
        """,
    )
