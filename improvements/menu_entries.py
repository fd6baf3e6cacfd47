"""The menu entries of improvement plans."""

from django.utils.translation import gettext_lazy as _

from accounts.menu import DESK, MenuEntry, Section
from improvements.models.lifecycle import HELP, VIEW

MENU = (
    MenuEntry(
        Section.RESULTS,
        _("Improvement plans"),
        "plans",
        (VIEW, HELP),
        order=40,
        audiences=(DESK,),
        note=_("How weak villages are helped, until when, and what came of it"),
    ),
    MenuEntry(
        Section.RESULTS,
        _("Measures"),
        "plan_measures",
        (VIEW,),
        order=45,
        audiences=(DESK,),
        note=_("Which measures helped with which criterion"),
    ),
)
