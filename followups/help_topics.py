"""The help texts for the pages of this app (``accounts.page_help``)."""

from django.utils.translation import gettext_lazy as _

from accounts.page_help import Topic

TOPICS = [
    Topic(
        "followups",
        _("Follow-ups"),
        _("Everything that somebody must do by a day, in one list."),
        (
            _("Choose kind, deadline or whose; the list holds what lies in your scope, what is due first at the top."),
            _("Open one: what is to be done, by whom, until when, and what happened so far."),
            _("Report progress as often as you like, with photos; it stays on the list."),
            _("Report it done with a sentence and photos; somebody else checks it and accepts it or sends it back."),
            _("What is late goes to the level above at once, and one level further after five working days."),
        ),
        pages=("followups", "followup", "followup_file", "followup_step"),
        needs=("followups.view_followup",),
        order=28,
    ),
]
