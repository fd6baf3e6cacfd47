"""What follow-ups register: help, deputies' permissions, words and openness of the trail, to-dos, menu."""

from django.utils.translation import pgettext_lazy

from accounts import (
    audit_trail,
    audit_words,
    deputies,
    menu,
    page_help,
    saved_filters,
    todo_list,
    trail_values,
    usual_times,
)
from followups import help_topics, menu_entries, todos
from followups.forms import FollowUpFilterForm
from followups.kinds import KINDS
from followups.models import STEPS, FollowUp, FollowUpFile, TimeLimit
from followups.time_limits import LIMITS, name_of
from followups.usual_times import CHECKING, DOING
from records import openable


def register() -> None:
    page_help.register(*help_topics.TOPICS)
    openable.register_prepared(followup=FollowUp.objects.seen_by)
    deputies.register(STEPS.rights)
    audit_words.register(STEPS.trail)
    audit_words.register({"set_time_limits": pgettext_lazy("step", "set the working days of steps")})
    audit_trail.show_openly("how long a step may take says nothing of a result", TimeLimit)
    trail_values.name_codes(TimeLimit, "step", lambda keys: {key: name_of(key) for key in keys if key in LIMITS})
    audit_trail.show_openly("an app opens a follow-up only of what may be known", FollowUp, FollowUpFile)
    trail_values.name_codes(FollowUp, "kind", lambda keys: {key: str(KINDS[key].name) for key in keys})
    todo_list.register(todos)
    usual_times.register(DOING, CHECKING)
    saved_filters.register(followups=FollowUpFilterForm)
    menu.register(*menu_entries.MENU)
