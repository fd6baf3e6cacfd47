"""The help texts for the pages of this app (``accounts.page_help``)."""

from django.utils.translation import gettext_lazy as _

from accounts.page_help import Topic
from improvements.models.lifecycle import HELP, VIEW

TOPICS = [
    Topic(
        "improvement-plans",
        _("Improvement plans"),
        _("Villages with two stars or fewer, and those whose star fell, get a plan, a helper unit and a day."),
        (
            _("A plan begins by itself when the result is confirmed; its problems are the points that were lost."),
            _("The township's office writes measures, chooses the helper unit and the day, and sends the plan."),
            _("Village, helper unit and township each read it and agree, or ask for changes with a reason."),
            _("Village and helper unit report progress with photos; the village reports the plan done."),
            _("Somebody of the county who took no part checks it: it has passed, or it is sent back with a reason."),
            _("What is late goes to the level above. The list says what the next year's result was."),
        ),
        pages=("plans", "plan", "plan_edit", "plan_file", "plan_step"),
        needs=(VIEW, HELP),
        order=62,
    ),
    Topic(
        "improvement-measures",
        _("Measures"),
        _("Which measures were taken for which criterion, and what it gained in the next result."),
        (
            _("The list is sorted by the points gained; a measure without a next result has none yet."),
            _("Every agreed plan adds its measures to the library; they are offered when the next plan is drawn up."),
            _("The county's office adds measures of its own and withdraws those that should not be offered."),
        ),
        pages=("plan_measures", "plan_measure_withdraw"),
        needs=(VIEW,),
        order=63,
    ),
]
