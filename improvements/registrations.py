"""What improvement plans register: pages' surroundings, kinds of follow-up and notice, words of the trail."""

from accounts import audit_trail, audit_words, deputies, home, menu, page_help, saved_filters, todo_list
from accounts.authority import held_anywhere
from followups import kinds as followup_kinds
from followups import time_limits
from improvements import agreed_on_closing, help_topics, menu_entries, todos
from improvements.forms import PlanFilterForm
from improvements.home import own_plans, plans_after_result, plans_of_unit
from improvements.kinds import FOLLOWUPS, LIMITS, NOTICES
from improvements.models import (
    STEPS,
    Agreement,
    LibraryMeasure,
    Measure,
    Plan,
    Problem,
    Progress,
    ProgressFile,
)
from improvements.models.lifecycle import HELP, SUPERVISE, VIEW
from notifications import kinds
from ratings.cycle import closing_consequences
from records import openable
from reviews.results import next_steps
from villages import unit_panels


def register() -> None:
    page_help.register(*help_topics.TOPICS)
    openable.register(plan=Plan.objects.seen_by, plans=held_anywhere(VIEW, HELP))
    saved_filters.register(plans=PlanFilterForm)
    menu.register(*menu_entries.MENU)
    todo_list.register(todos)
    home.register(home.HomePanel("improvements/home_plans.html", own_plans, order=30))
    next_steps.register(plans_after_result)
    unit_panels.register(unit_panels.UnitPanel("improvements/unit_plans.html", plans_of_unit, order=60))
    closing_consequences.register(hindrance=agreed_on_closing.agreed)
    followup_kinds.register(**FOLLOWUPS)
    time_limits.register(**LIMITS)
    kinds.register(**NOTICES)
    library = dict.fromkeys(("add_library_measure", "withdraw_library_measure"), [SUPERVISE])
    deputies.register(STEPS.rights | library)
    audit_words.register(STEPS.trail)
    audit_trail.show_openly(
        "a plan begins with what has been confirmed",
        Agreement,
        LibraryMeasure,
        Measure,
        Plan,
        Problem,
        Progress,
        ProgressFile,
    )
