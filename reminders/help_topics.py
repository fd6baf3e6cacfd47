"""The help texts for the pages of this app (``accounts.page_help``)."""

from django.utils.translation import gettext_lazy as _

from accounts.page_help import Topic

TOPICS = [
    Topic(
        "due",
        _("Who has not yet"),
        _("Whose turn it is in each unit and step, and until when."),
        (
            _("Each row is a unit, each column a step; a cell says until when and whose turn it is, and leads there."),
            _("Tick rows and choose “Remind these”: the next page shows who will be told what."),
            _("Add a sentence of your own and send; each person gets one message about everything of theirs."),
            _("The day of our people: what waits for each holder of a post in your office, late things first."),
            _("Time limits and reminders: city and county set the working days of each step, and when to remind."),
            _("Below is what was sent and when. Reminders also go out by themselves around the last day."),
        ),
        pages=("due", "due_remind", "due_people", "reminder_rules"),
        needs=("reminders.view_due",),
        order=27,
    ),
]
