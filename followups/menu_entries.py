"""The menu entry of follow-ups."""

from django.utils.translation import gettext_lazy as _

from accounts.menu import DESK, MenuEntry, Section

MENU = (
    MenuEntry(
        Section.RECORDS,
        _("Follow-ups"),
        "followups",
        ("followups.view_followup",),
        order=25,
        audiences=(DESK,),
        note=_("Who has to do what by when"),
    ),
)
