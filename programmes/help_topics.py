"""The help texts for the pages of this app (``accounts.page_help``)."""

from django.utils.translation import gettext_lazy as _

from accounts.page_help import Topic
from programmes.models import RUN, VIEW

TOPICS = [
    Topic(
        "programmes",
        _("Programmes"),
        _("A programme judges the facts of the applications by a second standard. It gives no star."),
        (
            _("What the application holds is read there: nothing is typed twice."),
            _("Answer what only the programme asks, until its last day. Save as often as you like."),
            _("A unit has a grade when its application is sent and nothing is missing."),
            _("Once the results are published, its page says why it has its grade, criterion by criterion."),
        ),
        pages=("programmes", "programme", "programme_unit"),
        needs=(VIEW,),
        order=57,
    ),
    Topic(
        "run-programme",
        _("Running a programme"),
        _("The office that runs a programme opens its year, confirms the results by a document and publishes them."),
        (
            _("Open the year of the issued scheme, and say until when answers are taken."),
            _("After that day look through the results, unit by unit, and confirm them with the document number."),
            _("Until they are published, a confirmation can be taken back with a reason."),
            _("Publish the results: the units and their offices are told, and anybody can read them."),
        ),
        pages=("programme_open", "programme_confirm", "programme_step"),
        needs=(RUN,),
        order=58,
    ),
    Topic(
        "public-programmes",
        _("Programmes"),
        _("Grades that units have by a second standard, beside their stars."),
        (
            _("Choose a programme and look for a unit by its name."),
            _("Its page says why it has its grade: the facts, the points, and what is short of the next one."),
        ),
        pages=("public_programmes", "public_programme", "public_programme_result"),
        public=True,
        order=66,
    ),
]
