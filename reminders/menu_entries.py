"""The menu entry of reminders."""

from django.utils.translation import gettext_lazy as _

from accounts.menu import DESK, MenuEntry, Section

MENU = (
    MenuEntry(
        Section.RATING,
        _("Who has not yet"),
        "due",
        ("reminders.view_due",),
        order=70,
        audiences=(DESK,),
        note=_("Whose turn it is, unit by unit, and until when"),
    ),
)
